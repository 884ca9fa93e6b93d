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
