import shutil
import socket
import threading
import time

import psycopg
import pytest
from django.db import connection

pytestmark = pytest.mark.django_db(transaction=True)


def beat(age: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s::interval)",
            [age],
        )


def test_ok_with_a_living_worker(client):
    beat("5 seconds")

    response = client.get("/healthz")

    assert response.status_code == 200
    assert response.json()["status"] == "ok"
    assert 4 <= response.json()["worker_heartbeat_age"] <= 30
    assert response["Cache-Control"] == "private, no-store"


def test_degraded_when_no_worker_has_been_heard_of(client):
    beat("10 minutes")

    assert client.get("/healthz").json()["status"] == "degraded"


def test_degraded_when_the_oldest_job_waits_too_long(client):
    beat("1 second")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, priority, args, status, "
            "scheduled_at, attempts) VALUES ('default', 'x', 0, '{}', 'todo', "
            "now() - interval '6 minutes', 0)"
        )

    body = client.get("/healthz").json()

    assert body["status"] == "degraded"
    assert body["queue_age"] >= 359


def test_unavailable_when_the_database_is_gone(client, monkeypatch):
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "HOST", "/nowhere")

    response = client.get("/healthz")

    assert response.status_code == 503
    assert response.json()["status"] == "unavailable"
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(host="/nowhere")


def test_live_asks_no_database(client, monkeypatch):
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "HOST", "/nowhere")

    assert client.get("/healthz/live").content == b"live\n"
    assert client.post("/healthz/live").status_code == 405


@pytest.fixture
def hanging_server(monkeypatch):
    """A database server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        connection.close()
        monkeypatch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
        monkeypatch.setitem(connection.settings_dict, "PORT", str(server.getsockname()[1]))
        yield server


def test_a_database_that_hangs_is_gone_within_a_second(client, hanging_server):
    for _twice in range(2):
        began = time.monotonic()
        response = client.get("/healthz")

        assert response.status_code == 503
        assert response.json() | {"disk": ""} == {
            "status": "unavailable",
            "database": "gone",
            "disk": "",
        }
        assert 0.7 < time.monotonic() - began < 1.5
    # The second did not start another question while the first still hung.
    probes = [one for one in threading.enumerate() if one.name == "database-probe"]
    assert len(probes) == 1


def test_it_tells_whether_the_disk_has_room(client, monkeypatch):
    def space(total: int, free: int) -> str:
        usage = shutil._ntuple_diskusage(total, total - free, free)
        monkeypatch.setattr(shutil, "disk_usage", lambda _folder: usage)
        return client.get("/healthz").json()["disk"]

    gibibyte = 1024**3
    assert space(100 * gibibyte, 11 * gibibyte) == "ok"
    assert space(100 * gibibyte, 9 * gibibyte) == "low"
    assert space(10 * gibibyte, 2 * gibibyte - 1) == "low"
