"""Crowds at a real server with several workers, fifty rounds of each; ``make drill-seats``.

gunicorn as the site runs it, with three workers of eight threads. With the guard off, the same
crowd oversells.
"""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from threading import Thread

import pytest
from django.db import connection

from events.models import Event, SignUp
from tests.conftest import free_port
from tests.events.crowds import (
    check_places,
    deadlocks,
    drop_the_guard_of_the_database,
    filled,
    open_channel,
    path_of,
    post_all,
)
from tests.events.test_races import check_crowd, race_cancellations, send_crowd, set_capacity
from tests.events.test_services import take
from tests.factories import make_event

pytestmark = [pytest.mark.drill, pytest.mark.django_db(transaction=True)]

ROOT = Path(__file__).parents[2]
ROUNDS = int(os.environ.get("ROUNDS", "50"))
WORKERS, THREADS = 3, 8


class Server:
    """gunicorn on the test's database."""

    def __init__(self, application: str) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}"]
            + ["--worker-class", "gthread", "--workers", str(WORKERS), "--threads", str(THREADS)]
            + ["--log-level", "critical", "--no-control-socket"],
            cwd=ROOT,
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "tests.worker_settings",
                "WORKER_DATABASE": connection.settings_dict["NAME"],
                "WORKER_MAIL_PORT": "1",
            },
            start_new_session=True,
        )

    def wait(self) -> None:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                open_channel(self).close()
                return
            except OSError:
                time.sleep(0.1)
        raise AssertionError("the server never answered")

    def stop(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def server(request) -> Iterator[Server]:
    """The site, or the application that the test names."""
    running = Server(getattr(request, "param", "campaign_site.wsgi"))
    try:
        running.wait()
        yield running
    finally:
        running.stop()


def test_crowds_after_ten_places(server):
    seen = Counter()
    for number in range(ROUNDS):
        event = make_event(slug=f"round-{number}", capacity=10)
        answers = send_crowd(server, event.slug)
        check_crowd(event, answers, 10)
        seen.update(answers)
    print(f"\n{ROUNDS} crowds of 64 after 10 places: {dict(seen)}, {deadlocks()} deadlocks")
    assert deadlocks() == 0


@pytest.mark.parametrize("server", ["tests.events.unguarded_wsgi"], indirect=True)
def test_without_the_guard_the_same_crowd_oversells(server):
    drop_the_guard_of_the_database()
    event = make_event(capacity=10)

    send_crowd(server, event.slug)

    sold = SignUp.objects.confirmed().count()
    print(f"\nwith the guard off, {sold} people have one of 10 places")
    assert sold > 10


def test_cancellations_race_sign_ups(server):
    for number in range(ROUNDS):
        race_cancellations(server, make_event(slug=f"round-{number}", capacity=10))
    print(f"\n{ROUNDS} times, 10 cancelled while 10 signed up; {deadlocks()} deadlocks")
    assert deadlocks() == 0


def test_capacity_changes_in_a_crowd_and_every_promise_is_kept(server):
    promises = 0
    for number in range(ROUNDS):
        event = make_event(slug=f"round-{number}", capacity=10)
        promises += _crowd_with_changing_capacity(server, event)
    print(f"\n{ROUNDS} crowds with a changing capacity: {promises} promises, all kept")
    assert deadlocks() == 0


def _crowd_with_changing_capacity(server: Server, event: Event) -> int:
    """Let people come, go and change their number while the capacity changes; count promises."""
    slug = event.slug
    here = [
        take(event, email=f"here{n}.{slug}@example.org", party_size=n % 3 + 1) for n in range(12)
    ]
    leaving, shrinking = here[:3], here[3:5]
    requests = [(row.get_absolute_url(), {"action": "cancel"}) for row in leaving]
    requests += [
        (row.get_absolute_url(), {"action": "change", "party_size": "1"}) for row in shrinking
    ]
    requests += [(path_of(slug), filled(n, slug=slug, party_size=n % 2 + 1)) for n in range(12)]
    changing = Thread(target=partial(_change_capacity, event))
    changing.start()
    answers = post_all(server, requests)
    changing.join()

    rows = {row.pk: row.status for row in check_places(event)}
    assert {status for status, _, _ in answers} <= {200, 302}
    promised = [row for row in here[3:] if row.status == "confirmed"]
    assert {rows[row.pk] for row in promised} <= {"confirmed"}
    # Of the people who were told so a moment ago, nobody lost their places either.
    told = sum(to.endswith("/signed-up/") for _, to, _ in answers)
    new = [row for row in SignUp.objects.filter(event=event) if row.pk > here[-1].pk]
    assert sum(row.status == "confirmed" for row in new) == told
    assert sum(row.status in ("waiting", "offered") for row in new) == len(new) - told
    return len(promised) + told


def _change_capacity(event: Event) -> None:
    for capacity in (4, 14, 7, None, 11):
        set_capacity(event, capacity)
        time.sleep(0.02)
    connection.close()
