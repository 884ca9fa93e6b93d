"""The waiting list: who is offered what, until when, and what answers do."""

from datetime import UTC, date, datetime, timedelta
from threading import Thread

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from events.local_time import BRUSSELS
from events.models import Event, Needs, SignUp
from events.services import (
    NeedsGiven,
    SignUpError,
    accept_offer,
    cancel_sign_up,
    change_party_size,
    hold_until,
    lapse_due,
    position,
    refuse_offer,
    settle_places,
    waiting,
)
from events.waiting_tasks import lapse_offers
from tests.events.crowds import unannounced_event as make_event
from tests.events.test_services import jobs, take, words
from tests.factories import in_days

pytestmark = pytest.mark.django_db


def queue(event, *sizes: int) -> list[SignUp]:
    """Sign up parties of these sizes; whoever finds no room waits."""
    return [
        take(event, email=f"q{number}@example.org", party_size=people)
        for number, people in enumerate(sizes)
    ]


def states(event) -> list[str]:
    return list(event.sign_ups.order_by("pk").values_list("status", flat=True))


def taken(event) -> int:
    return Event.objects.values_list("places_taken", flat=True).get(pk=event.pk)


def raise_capacity(event, capacity: int | None) -> list[int]:
    with transaction.atomic():
        Event.objects.filter(pk=event.pk).update(capacity=capacity)
        return settle_places(event.pk)


def run_out(**rows) -> None:
    SignUp.objects.filter(status="offered", **rows).update(
        offer_until=timezone.now() - timedelta(seconds=1)
    )


def test_freed_places_are_offered_at_once_to_the_first():
    event = make_event(capacity=2)
    first, second, third = queue(event, 2, 1, 1)
    before = timezone.now()

    cancel_sign_up(sign_up=first)

    assert states(event) == ["cancelled", "offered", "offered"]
    assert taken(event) == 2
    second.refresh_from_db()
    assert before <= second.offered_at <= timezone.now()
    assert second.offer_until == hold_until(event, second.offered_at)
    assert jobs("send_offer") == [{"row_id": second.pk}, {"row_id": third.pk}]


def test_group_too_big_waits_and_smaller_ones_behind_it_fill_the_places():
    event = make_event(capacity=4)
    first, *_ = queue(event, 3, 1, 4, 2, 2, 1)

    cancel_sign_up(sign_up=first)

    # Three are free: not for the four, for the first two, not for the next two, for the one.
    assert states(event) == ["cancelled", "confirmed", "waiting", "offered", "waiting", "offered"]
    assert taken(event) == 4


def test_offers_follow_the_queue_and_not_the_rows():
    event = make_event(capacity=1)
    first, second, third = queue(event, 1, 1, 1)
    SignUp.objects.filter(pk=second.pk).update(queue_number=9)

    cancel_sign_up(sign_up=first)

    assert states(event) == ["cancelled", "waiting", "offered"]


def test_nobody_is_offered_places_while_an_event_is_over_its_capacity():
    event = make_event(capacity=4)
    rows = queue(event, 1, 1, 1, 1, 1)
    raise_capacity(event, 2)

    cancel_sign_up(sign_up=rows[0])
    assert (states(event)[-1], taken(event)) == ("waiting", 3)
    cancel_sign_up(sign_up=rows[1])
    assert (states(event)[-1], taken(event)) == ("waiting", 2)
    cancel_sign_up(sign_up=rows[2])
    assert (states(event)[-1], taken(event)) == ("offered", 2)
    assert states(event)[3] == "confirmed"


@pytest.mark.parametrize(("capacity", "offered"), [(3, 1), (5, 3), (None, 4)])
def test_raised_or_removed_capacity_is_offered(capacity, offered):
    event = make_event(capacity=2)
    queue(event, 2, 2, 1, 1, 1)

    ids = raise_capacity(event, capacity)

    assert len(ids) == states(event).count("offered")
    people = sum(SignUp.objects.filter(status="offered").values_list("party_size", flat=True))
    assert people == (capacity - 2 if capacity else 5)
    assert len(ids) == (offered if capacity is None else len(ids))
    assert raise_capacity(event, capacity) == []


@pytest.mark.parametrize(
    "change",
    [
        {"cancelled_at": timezone.now()},
        {"day": in_days(-1)},
        {"day": in_days(0), "starts_at": timezone.now() - timedelta(minutes=1)},
    ],
)
def test_nothing_is_offered_for_an_event_that_is_cancelled_or_has_begun(change):
    event = make_event(capacity=1)
    queue(event, 1, 1)
    Event.objects.filter(pk=event.pk).update(**change)

    assert raise_capacity(event, 5) == []

    assert states(event) == ["confirmed", "waiting"]


def test_places_are_offered_when_sign_up_has_closed():
    event = make_event(capacity=1)
    first, _ = queue(event, 1, 1)
    Event.objects.filter(pk=event.pk).update(takes_sign_ups=False)

    cancel_sign_up(sign_up=first)

    assert states(event) == ["cancelled", "offered"]


NOW = datetime(2027, 5, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("begins_in", "hold_hours", "held"),
    [
        (timedelta(days=9), 24, timedelta(hours=24)),
        (timedelta(days=9), 2, timedelta(hours=2)),
        (timedelta(hours=10), 24, timedelta(hours=5)),
        (timedelta(hours=48), 24, timedelta(hours=24)),
        (timedelta(minutes=50), 24, timedelta(minutes=30)),
        (timedelta(minutes=20), 24, timedelta(minutes=20)),
    ],
)
def test_offer_stands_for_the_hours_chosen_or_half_the_time_that_is_left(
    begins_in, hold_hours, held
):
    starts_at = NOW + begins_in
    event = Event(day=starts_at.date(), starts_at=starts_at, hold_hours=hold_hours)

    assert hold_until(event, NOW) == NOW + held


@pytest.mark.parametrize(
    ("hours", "now", "until"),
    [
        (2, (1, 19, 59), (1, 21, 59)),
        (2, (1, 21, 0), (2, 9, 0)),
        (3, (2, 3, 0), (2, 9, 0)),
        (8, (2, 3, 0), (2, 11, 0)),
    ],
)
def test_no_offer_runs_out_while_people_sleep(hours, now, until):
    starts_at = datetime(2027, 5, 9, 14, tzinfo=BRUSSELS)
    event = Event(day=starts_at.date(), starts_at=starts_at, hold_hours=hours)

    moment, end = (datetime(2027, 5, *clock, tzinfo=BRUSSELS) for clock in (now, until))

    assert hold_until(event, moment) == end


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ((1, 20, 0), (1, 22, 0)),  # half of the four hours until its day begins
        ((2, 9, 0), (2, 9, 30)),
        ((2, 23, 50), (3, 0, 0)),
    ],
)
def test_offer_for_an_event_without_an_hour(now, until):
    event = Event(day=date(2027, 5, 2), hold_hours=24)

    moment, end = (datetime(2027, 5, *clock, tzinfo=BRUSSELS) for clock in (now, until))

    assert hold_until(event, moment) == end


def test_accepting_confirms_once_and_mails():
    event = make_event(capacity=1)
    first, second = queue(event, 1, 1)
    SignUp.objects.filter(pk=second.pk).update(confirmation_sent_at=timezone.now())
    cancel_sign_up(sign_up=first)
    ProcrastinateJob.objects.all().delete()

    assert accept_offer(sign_up=second) is True
    assert accept_offer(sign_up=second) is False

    second.refresh_from_db()
    assert (second.status, second.confirmation_sent_at) == ("confirmed", None)
    assert taken(event) == 1
    assert jobs("send_sign_up_answer") == [{"public_id": str(second.public_id)}]


def test_nobody_accepts_what_was_not_offered():
    event = make_event(capacity=1)
    first, second = queue(event, 1, 1)

    assert accept_offer(sign_up=second) is False
    assert accept_offer(sign_up=first) is False

    assert states(event) == ["confirmed", "waiting"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"cancelled_at": timezone.now()}, "cancelled"),
        ({"day": in_days(0), "starts_at": timezone.now() - timedelta(minutes=1)}, "has begun"),
    ],
)
def test_offer_of_an_event_cancelled_or_begun_is_not_accepted(change, sentence):
    event = make_event(capacity=1)
    first, second = queue(event, 1, 1)
    cancel_sign_up(sign_up=first)
    Event.objects.filter(pk=event.pk).update(**change)

    with pytest.raises(SignUpError, match=sentence):
        accept_offer(sign_up=second)

    assert states(event) == ["cancelled", "offered"]


@pytest.mark.parametrize("verb", [refuse_offer, cancel_sign_up])
def test_refusing_passes_the_offer_to_the_next_once(verb):
    event = make_event(capacity=1)
    first, second, third = queue(event, 1, 1, 1)
    cancel_sign_up(sign_up=first)

    assert verb(sign_up=second) is True
    assert verb(sign_up=second) is False

    assert states(event) == ["cancelled", "cancelled", "offered"]
    assert taken(event) == 1
    assert jobs("send_sign_up_ended") == [{"row_id": first.pk}, {"row_id": second.pk}]
    assert jobs("send_offer") == [{"row_id": second.pk}, {"row_id": third.pk}]


def test_refusing_gives_nothing_up_that_was_accepted():
    event = make_event(capacity=1)
    first, second = queue(event, 1, 1)
    cancel_sign_up(sign_up=first)
    accept_offer(sign_up=second)

    assert refuse_offer(sign_up=second) is False

    assert states(event) == ["cancelled", "confirmed"]


def test_leaving_the_waiting_list_frees_nothing():
    event = make_event(capacity=1)
    _, second, third = queue(event, 1, 1, 1)

    cancel_sign_up(sign_up=second)

    assert states(event) == ["confirmed", "cancelled", "waiting"]
    assert taken(event) == 1
    assert position(third) == 1


def test_unanswered_offer_lapses_and_the_next_is_offered():
    event = make_event(capacity=2)
    first, second, third = queue(event, 2, 2, 1)
    SignUp.objects.filter(pk=second.pk).update(queue_number=1)
    Needs.objects.create(sign_up=second, ticked="seat")
    cancel_sign_up(sign_up=first)
    assert lapse_due(timezone.now()) == 0
    run_out()

    lapse_offers(timestamp=0)
    lapse_offers(timestamp=0)

    second.refresh_from_db()
    assert states(event) == ["cancelled", "lapsed", "offered"]
    assert second.cancelled_at is not None
    assert taken(event) == 1
    assert not Needs.objects.exists()
    assert jobs("send_sign_up_ended") == [{"row_id": first.pk}, {"row_id": second.pk}]
    assert jobs("send_offer") == [{"row_id": second.pk}, {"row_id": third.pk}]


def test_offer_that_ran_out_can_be_accepted_until_it_is_given_away():
    event = make_event(capacity=1)
    first, second = queue(event, 1, 1)
    cancel_sign_up(sign_up=first)
    run_out()

    assert accept_offer(sign_up=second) is True
    lapse_offers(timestamp=0)

    assert states(event) == ["cancelled", "confirmed"]


def test_offer_lapses_when_the_event_begins_and_nobody_else_is_asked():
    event = make_event(capacity=1)
    first, *_ = queue(event, 1, 1, 1)
    cancel_sign_up(sign_up=first)
    begun = timezone.now() - timedelta(minutes=1)
    Event.objects.filter(pk=event.pk).update(day=in_days(0), starts_at=begun)
    run_out()

    lapse_offers(timestamp=0)

    assert states(event) == ["cancelled", "lapsed", "waiting"]
    assert taken(event) == 0


def test_nothing_lapses_while_an_event_is_cancelled():
    event = make_event(capacity=1)
    first, _ = queue(event, 1, 1)
    cancel_sign_up(sign_up=first)
    Event.objects.filter(pk=event.pk).update(cancelled_at=timezone.now())
    run_out()

    assert lapse_due(timezone.now()) == 0

    assert states(event) == ["cancelled", "offered"]


def test_minute_task_finds_places_that_nobody_offered():
    event = make_event(capacity=1)
    queue(event, 1, 1)
    other = make_event(slug="other", capacity=1)
    Event.objects.filter(pk=event.pk).update(capacity=2)

    assert waiting.settle_all() == 1
    assert waiting.settle_all() == 0

    assert states(event) == ["confirmed", "offered"]
    assert taken(other) == 0


def test_smaller_group_is_offered_what_fits_it():
    event = make_event(capacity=4)
    first, second = queue(event, 3, 4)
    third = take(event, email="one@example.org")
    assert (third.status, second.status) == ("confirmed", "waiting")
    cancel_sign_up(sign_up=first)
    assert states(event) == ["cancelled", "waiting", "confirmed"]

    change_party_size(sign_up=second, party_size=3)

    assert states(event) == ["cancelled", "offered", "confirmed"]
    assert taken(event) == 4


@pytest.mark.parametrize("status", ["waiting", "offered"])
def test_group_that_waits_or_is_offered_does_not_grow(status):
    event = make_event(capacity=9)
    first, second = queue(event, 9, 2)
    if status == "offered":
        cancel_sign_up(sign_up=first)

    with pytest.raises(SignUpError, match="only get smaller") as refusal:
        change_party_size(sign_up=second, party_size=3)

    assert refusal.value.field == "party_size"
    second.refresh_from_db()
    assert (second.status, second.party_size) == (status, 2)


def test_offered_group_that_gets_smaller_leaves_the_rest_to_the_next():
    event = make_event(capacity=3)
    first, second, _ = queue(event, 3, 3, 1)
    cancel_sign_up(sign_up=first)

    change_party_size(sign_up=second, party_size=2)

    assert states(event) == ["cancelled", "offered", "offered"]
    assert taken(event) == 3


def test_position_counts_who_waits_before():
    event = make_event(capacity=2)
    first, second, third = queue(event, 2, 2, 1)

    assert [position(row) for row in (first, second, third)] == [0, 1, 2]


def test_a_long_list_costs_no_more_questions_than_a_short_one(django_assert_num_queries):
    event = make_event(capacity=10)
    queue(event, 10, *[1] * 12)

    # A savepoint and its end, the capacity; and five for the offers, however many.
    with django_assert_num_queries(8):
        raise_capacity(event, None)
    assert states(event).count("offered") == 12


@pytest.mark.django_db(transaction=True)
def test_the_minute_task_runs_twice_at_once():
    event = make_event(capacity=4)
    rows = queue(event, 4, *[1] * 8)
    cancel_sign_up(sign_up=rows[0])
    run_out()

    def run() -> None:
        lapse_offers(timestamp=0)
        connection.close()

    threads = [Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert states(event) == ["cancelled", *["lapsed"] * 4, *["offered"] * 4]
    assert taken(event) == 4
    assert len(jobs("send_sign_up_ended")) == 5
    assert len(jobs("send_offer")) == 8


def test_many_lapses_cost_no_more_questions_than_one(django_assert_num_queries):
    for slug, people in (("one", 1), ("many", 8)):
        event = make_event(slug=slug, capacity=people)
        rows = queue(event, people, *[1] * people)
        cancel_sign_up(sign_up=rows[0])
        run_out(event=event)
        with django_assert_num_queries(12):
            assert lapse_due(timezone.now()) == people


def test_event_that_is_busy_holds_up_no_other_waiting_list(monkeypatch):
    busy, free = (make_event(slug=slug, capacity=1) for slug in ("busy", "free"))
    for event in (busy, free):
        queue(event, 1, 1)
        Event.objects.filter(pk=event.pk).update(capacity=2)
    settle = waiting.settle_places

    def refuse(event_id: int) -> list[int]:
        if event_id == busy.pk:
            raise OperationalError("canceling statement due to lock timeout")
        return settle(event_id)

    monkeypatch.setattr(waiting, "settle_places", refuse)

    assert waiting.settle_all() == 1
    assert (states(busy)[-1], states(free)[-1]) == ("waiting", "offered")


def test_needs_of_somebody_who_waits_are_kept():
    event = make_event(capacity=1)
    take(event)

    row = take(
        event,
        email="q@example.org",
        needs=NeedsGiven(["seat"]),
        needs_words=words(Needs.PURPOSE),
    )

    assert (row.status, row.needs.ticked) == ("waiting", "seat")
