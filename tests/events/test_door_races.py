"""Phones that send at the same moment."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.utils import timezone

from events.models import Arrival, DoorPass, Event
from events.services import door
from events.services.door import Tap
from tests.events.test_door import make_sign_up
from tests.factories import in_days, make_event

pytestmark = pytest.mark.django_db(transaction=True)

PHONES = 8


def tap(sign_up=None, people: int = 1) -> Tap:
    return Tap(uuid.uuid4(), sign_up and sign_up.public_id, people, timezone.now())


def in_thread(work):
    def run(*values):
        try:
            return work(*values)
        finally:
            connection.close()

    return run


@pytest.fixture
def door_pass() -> DoorPass:
    return door.make_pass(event=make_event(day=in_days(0)), label="x", user=None)[0]


def test_phones_that_send_the_same_taps_at_once_count_them_once(door_pass):
    event = door_pass.event
    people = [make_sign_up(event, f"P{number}", 2) for number in range(20)]
    shared = [tap(person, 2) for person in people[:10]]
    own = [[tap(person, 2) for person in people[10:]] + [tap(None, 1)] for _ in range(PHONES)]
    start = threading.Barrier(PHONES)

    @in_thread
    def send(taps) -> None:
        start.wait()
        # Whoever gets no answer sends all of it again, in any order.
        for batch in (taps + shared, shared[::-1] + taps[::-1]):
            door.record_taps(door_pass=door_pass, taps=batch)

    with ThreadPoolExecutor(PHONES) as pool:
        list(pool.map(send, own))

    assert Arrival.objects.count() == 10 + PHONES * 11
    assert door.arrived(event) == door.ArrivedCounts(signed_up=40, walk_ins=PHONES)


def arrivals_missed(door_pass: DoorPass) -> int:
    """How many of two phones' taps a third one never hears of, the first being slow to commit."""
    event = door_pass.event
    rows = [make_sign_up(event), make_sign_up(event)]
    is_written, may_commit = threading.Event(), threading.Event()

    @in_thread
    def send_slowly() -> None:
        with transaction.atomic():
            door.record_taps(door_pass=door_pass, taps=[tap(rows[0])])
            is_written.set()
            may_commit.wait(5)

    @in_thread
    def send() -> None:
        is_written.wait(5)
        door.record_taps(door_pass=door_pass, taps=[tap(rows[1])])

    with ThreadPoolExecutor(2) as pool:
        slow, quick = pool.submit(send_slowly), pool.submit(send)
        # Time for the quick one, unless it has to wait for the slow one.
        threading.Event().wait(0.4)
        first = door.news(event_id=event.pk, cursor=0, version="")
        may_commit.set()
        slow.result()
        quick.result()
    second = door.news(event_id=event.pk, cursor=first["cursor"], version="")
    return len({row.public_id.hex for row in rows} - {*first["arrived"], *second["arrived"]})


def test_no_phone_misses_what_another_was_slow_to_commit(door_pass):
    assert arrivals_missed(door_pass) == 0


def test_without_the_lock_a_phone_would_miss_it(door_pass, monkeypatch):
    monkeypatch.setattr(Event.objects.__class__, "select_for_update", lambda self, **_: self.all())

    assert arrivals_missed(door_pass) == 1


def test_many_wrong_codes_at_once_are_no_more_tries(door_pass):
    start = threading.Barrier(PHONES)

    @in_thread
    def guess(number: int) -> int:
        start.wait()
        found = DoorPass.objects.select_related("event").get(pk=door_pass.pk)
        refused = 0
        for _ in range(4):
            try:
                door.open_list(door_pass=found, code="wrong")
            except door.WrongCode:
                refused += 1
            except door.DoorClosed:
                return refused
        return refused

    with ThreadPoolExecutor(PHONES) as pool:
        tried = sum(pool.map(guess, range(PHONES)))

    door_pass.refresh_from_db()
    assert tried == door.MAX_WRONG_CODES
    assert door_pass.ended_at
