"""A person changes how many come: places taken and freed, and refusals."""

from datetime import timedelta

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from events.models import Event, SignUp
from events.services import SignUpError, cancel_sign_up, change_party_size
from tests.events.crowds import unannounced_event as make_event
from tests.events.test_services import take
from tests.factories import in_days

pytestmark = pytest.mark.django_db


def counts(row: SignUp) -> tuple[int, int]:
    """The people of this sign-up and the places taken, as the database has them."""
    found = SignUp.objects.select_related("event").get(pk=row.pk)
    return found.party_size, found.event.places_taken


@pytest.mark.parametrize("party_size", [5, 3, 2, 1])
def test_more_fewer_and_the_same(party_size):
    event = make_event(capacity=6)
    take(event, email="else@example.org", party_size=1)
    row = take(event, party_size=3)

    for _ in range(2):
        change_party_size(sign_up=row, party_size=party_size)
        assert counts(row) == (party_size, party_size + 1)

    assert ProcrastinateJob.objects.count() == 2  # the two confirmations, and no mail more


@pytest.mark.parametrize(
    ("taken_by_others", "party_size", "sentence"),
    [
        (3, 5, "Only 1 place is left, so you can be 3 people at most."),
        (2, 5, "Only 2 places are left, so you can be 4 people at most."),
        (4, 3, "All places are taken."),
    ],
)
def test_full_says_how_many(taken_by_others, party_size, sentence):
    event = make_event(capacity=6)
    take(event, email="else@example.org", party_size=taken_by_others)
    row = take(event, party_size=2)

    with pytest.raises(SignUpError) as refusal:
        change_party_size(sign_up=row, party_size=party_size)

    assert (str(refusal.value), refusal.value.field) == (sentence, "party_size")
    assert counts(row) == (2, taken_by_others + 2)


def test_capacity_lowered_below_what_is_taken_lets_fewer_come_and_nobody_more():
    row = take(make_event(capacity=6), party_size=4)
    Event.objects.update(capacity=2)

    with pytest.raises(SignUpError, match="All places are taken"):
        change_party_size(sign_up=row, party_size=5)
    change_party_size(sign_up=row, party_size=3)

    assert counts(row) == (3, 3)


def test_no_limit_takes_more():
    row = take(make_event(capacity=None))

    change_party_size(sign_up=row, party_size=10)

    assert counts(row) == (10, 10)


@pytest.mark.parametrize(
    "closed",
    [{"takes_sign_ups": False}, {"closes_at": timezone.now() - timedelta(minutes=1)}],
)
def test_closed_sign_up_lets_fewer_come_and_nobody_more(closed):
    event = make_event(capacity=6)
    row = take(event, party_size=3)
    Event.objects.filter(pk=event.pk).update(**closed)

    with pytest.raises(SignUpError, match="Sign-up for this event is closed"):
        change_party_size(sign_up=row, party_size=4)
    assert counts(row) == (3, 3)

    change_party_size(sign_up=row, party_size=2)
    assert counts(row) == (2, 2)


def test_cancelled_sign_up_does_not_change():
    row = take(make_event(capacity=6), party_size=2)
    cancel_sign_up(sign_up=row)

    with pytest.raises(SignUpError, match="is cancelled"):
        change_party_size(sign_up=row, party_size=1)

    assert counts(row) == (2, 0)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"day": in_days(-1)}, "has begun"),
        ({"day": in_days(0), "starts_at": timezone.now() - timedelta(minutes=2)}, "has begun"),
        ({"cancelled_at": timezone.now()}, "This event is cancelled"),
    ],
)
@pytest.mark.parametrize("party_size", [1, 3])
def test_event_begun_or_cancelled_does_not_change(change, sentence, party_size):
    row = take(make_event(capacity=6), party_size=2)
    Event.objects.update(**change)

    with pytest.raises(SignUpError, match=sentence):
        change_party_size(sign_up=row, party_size=party_size)

    assert counts(row) == (2, 2)


@pytest.mark.parametrize("party_size", [0, -1, 11])
def test_service_refuses_numbers_out_of_range(party_size):
    row = take(make_event(), party_size=2)

    with pytest.raises(SignUpError):
        change_party_size(sign_up=row, party_size=party_size)
    assert counts(row) == (2, 2)


def test_cancelling_frees_the_number_in_force_and_not_the_one_read_before():
    row = take(make_event(capacity=6), party_size=2)
    stale = SignUp.objects.select_related("event").get(pk=row.pk)
    change_party_size(sign_up=row, party_size=5)

    assert cancel_sign_up(sign_up=stale)

    assert counts(row)[1] == 0


def test_change_goes_by_the_number_in_force_and_not_the_one_read_before():
    row = take(make_event(capacity=6), party_size=2)
    stale = SignUp.objects.get(pk=row.pk)
    change_party_size(sign_up=row, party_size=5)

    change_party_size(sign_up=stale, party_size=3)

    assert counts(row) == (3, 3)
