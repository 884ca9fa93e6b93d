"""Limits and proofs under many posts at once, over real HTTP against a real server."""

import http.client
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from urllib.parse import urlencode, urlsplit

import pytest
from django.db import connection, connections

from campaign_site.forms import new_form_key
from events.models import SignUp
from supporters import door_counters, door_proofs
from supporters.models import DoorCount
from tests.factories import make_event
from tests.supporters.at_the_door import SIGN_UP, TYPED, asks, fields_of, limits, solution

pytestmark = pytest.mark.django_db(transaction=True)

SOFT = 10
HARD = 24
WORKERS = 4
POSTS_EACH = 8


def crowd(live_server, batches: list[list[dict]]) -> Counter:
    """Let one thread a batch post its forms one after the other; return how often each status."""
    start = Barrier(len(batches))
    place = urlsplit(live_server.url).netloc

    def post_batch(batch: list[dict]) -> list[int]:
        statuses = []
        start.wait()
        for number, fields in enumerate(batch):
            channel = http.client.HTTPConnection(place, timeout=60)
            headers = {
                "Content-Type": "application/x-www-form-urlencoded",
                "X-Forwarded-For": f"198.51.100.{number}",
            }
            channel.request("POST", SIGN_UP, urlencode(fields), headers)
            answer = channel.getresponse()
            answer.read()
            channel.close()
            statuses.append(answer.status)
        return statuses

    with ThreadPoolExecutor(len(batches)) as pool:
        return Counter(status for statuses in pool.map(post_batch, batches) for status in statuses)


def people(count: int) -> list[dict]:
    return [
        {
            **TYPED[SIGN_UP],
            "form_key": new_form_key("signup:test-event"),
            "email": f"person{number}@example.org",
        }
        for number in range(count)
    ]


def four_workers() -> list[list[dict]]:
    everybody = people(WORKERS * POSTS_EACH)
    return [everybody[worker::WORKERS] for worker in range(WORKERS)]


@pytest.fixture
def away_from_a_windows_end():
    """These posts are to fall into one window of ten minutes."""
    if door_counters.window_ends_in(600) < 30:
        time.sleep(door_counters.window_ends_in(600))


@pytest.mark.usefixtures("away_from_a_windows_end")
def test_limits_are_exact_whoever_comes_at_once(live_server, settings):
    settings.FORM_LIMITS = limits(soft=SOFT, hard=HARD)
    make_event()

    statuses = crowd(live_server, four_workers())

    total = WORKERS * POSTS_EACH
    assert statuses == {302: SOFT, 200: HARD - SOFT, 429: total - HARD}
    assert SignUp.objects.count() == SOFT


@pytest.mark.usefixtures("away_from_a_windows_end")
def test_a_counter_that_reads_and_then_writes_lets_too_many_in(live_server, settings, monkeypatch):
    """The control of the test above."""

    def add_unguarded(tallies):
        counts = door_counters.read(tallies)
        time.sleep(0.02)
        rows = []
        for tally, count, window in zip(
            tallies, counts, door_counters._windows(tallies), strict=True
        ):
            DoorCount.objects.update_or_create(
                key=tally.key,
                starts_at=window.now,
                defaults={"amount": count.now + tally.amount, "expires_at": window.over},
            )
            rows.append(door_counters.Count(count.now + tally.amount, count.before))
        return rows

    settings.FORM_LIMITS = limits(soft=SOFT, hard=HARD)
    make_event()
    monkeypatch.setattr(door_counters, "add", add_unguarded)

    crowd(live_server, four_workers())

    assert SignUp.objects.count() > SOFT


def twenty_posts_with_one_proof(client, settings, monkeypatch) -> list[list[dict]]:
    """Twenty forms that carry one form key and one proof, but each another address."""
    settings.FORM_LIMITS = limits(soft=0)
    monkeypatch.setattr(door_proofs, "ITERATIONS", 10)
    make_event()
    first = client.post(SIGN_UP, {**TYPED[SIGN_UP], "form_key": new_form_key("signup:test-event")})
    assert asks(first)
    data = {**fields_of(first), "proof": solution(first), "ticket": ""}
    return [[{**data, "email": f"person{number}@example.org"}] for number in range(20)]


def test_of_twenty_posts_with_one_proof_one_is_let_in(live_server, client, settings, monkeypatch):
    batches = twenty_posts_with_one_proof(client, settings, monkeypatch)

    statuses = crowd(live_server, batches)

    assert statuses == {302: 1, 200: 19}
    assert SignUp.objects.count() == 1


def test_without_the_unique_row_the_same_twenty_get_past_the_door(
    live_server, client, settings, monkeypatch
):
    """The control of the test above: look, then write. (The form key stops them further in.)"""
    seen: set[str] = set()

    def spend_unguarded(token: str, *, expires_at) -> bool:
        is_new = token not in seen
        time.sleep(0.05)
        seen.add(token)
        return is_new

    batches = twenty_posts_with_one_proof(client, settings, monkeypatch)
    monkeypatch.setattr(door_proofs, "spend", spend_unguarded)

    statuses = crowd(live_server, batches)

    assert statuses[200] < 19


def test_workers_that_meet_on_a_new_day_share_one_salt(transactional_db):
    start = Barrier(WORKERS)

    def salt(_worker: int) -> str:
        try:
            start.wait()
            return door_counters.todays_salt()
        finally:
            connections.close_all()

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM supporters_dailysalt")
    with ThreadPoolExecutor(WORKERS) as pool:
        assert len(set(pool.map(salt, range(WORKERS)))) == 1
