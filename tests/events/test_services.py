"""Places taken and given back, and what is told to whom."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from campaign_site.idempotency import KeyReused
from events.models import SignUp
from events.services import SignUpError, cancel_sign_up, sign_up
from supporters.models import Supporter
from tests.factories import in_days, make_event

pytestmark = pytest.mark.django_db


def take(event, **fields) -> SignUp:
    defaults = {
        "name": "Sam",
        "email": "sam@example.org",
        "party_size": 1,
        "language": "en",
        "form_key": uuid.uuid4(),
        "form_digest": "a" * 64,
    }
    return sign_up(event=event, **{**defaults, **fields})


def test_sign_up_takes_places_and_enqueues_one_mail():
    event = make_event(capacity=5)

    row = take(event, party_size=3, language="nl")

    event.refresh_from_db()
    assert event.places_taken == 3
    assert (row.name, row.language, row.supporter.email) == ("Sam", "nl", "sam@example.org")
    assert row.created_hour.minute == 0
    jobs = ProcrastinateJob.objects.filter(task_name="send_sign_up_confirmation")
    assert [job.args for job in jobs] == [{"row_id": row.pk}]


def test_no_limit_takes_everybody():
    event = make_event(capacity=None)

    for number in range(3):
        take(event, email=f"p{number}@example.org", party_size=10)

    event.refresh_from_db()
    assert event.places_taken == 30


@pytest.mark.parametrize(
    ("fields", "party_size", "sentence"),
    [
        ({"capacity": 5, "places_taken": 3}, 3, "Only 2 places are left. Sign up fewer people."),
        ({"capacity": 5, "places_taken": 4}, 2, "Only 1 place is left. Sign up fewer people."),
        ({"capacity": 5, "places_taken": 5}, 1, "All places are taken."),
        ({"takes_sign_ups": False}, 1, "Sign-up for this event is closed."),
        ({"day": in_days(-1)}, 1, "Sign-up for this event is closed."),
        (
            {"day": in_days(0), "starts_at": timezone.now() - timedelta(minutes=1)},
            1,
            "Sign-up for this event is closed.",
        ),
        ({}, 11, "One sign-up is for 10 people at most."),
        ({}, 0, "One sign-up is for 10 people at most."),
    ],
)
def test_refused_sign_up_says_why_and_leaves_nothing(fields, party_size, sentence):
    event = make_event(**fields)
    before = event.places_taken

    with pytest.raises(SignUpError) as refusal:
        take(event, party_size=party_size)

    event.refresh_from_db()
    assert str(refusal.value) == sentence
    assert event.places_taken == before
    assert not SignUp.objects.exists()
    assert not Supporter.objects.exists()
    assert not ProcrastinateJob.objects.exists()


def test_same_key_gives_the_first_sign_up_and_other_content_is_refused():
    event = make_event(capacity=5)
    key = uuid.uuid4()

    first = take(event, form_key=key)
    again = take(event, form_key=key)
    with pytest.raises(KeyReused):
        take(event, form_key=key, form_digest="b" * 64, party_size=2)

    event.refresh_from_db()
    assert again == first
    assert event.places_taken == 1
    assert ProcrastinateJob.objects.count() == 1


def test_same_address_again_takes_no_more_places_and_changes_nothing():
    event = make_event(capacity=5)
    first = take(event, party_size=2)

    again = take(event, name="Somebody else", email="SAM@example.org", party_size=3)

    event.refresh_from_db()
    assert again == first
    assert (again.name, again.party_size) == ("Sam", 2)
    assert event.places_taken == 2
    assert SignUp.objects.count() == 1


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(
    ("change", "party_size"),
    [({"capacity": 2}, 1), ({"capacity": 3}, 2), ({"takes_sign_ups": False}, 1)],
)
def test_refusal_does_not_tell_who_has_signed_up(known, change, party_size):
    event = make_event(capacity=5)
    take(event, party_size=2)
    event.refresh_from_db()
    for name, value in change.items():
        setattr(event, name, value)
    event.save()

    with pytest.raises(SignUpError) as refusal:
        take(event, email="sam@example.org" if known else "new@example.org", party_size=party_size)

    expected = {
        "capacity": {2: "All places are taken.", 3: "Only 1 place is left. Sign up fewer people."},
        "takes_sign_ups": {False: "Sign-up for this event is closed."},
    }
    ((name, value),) = change.items()
    assert str(refusal.value) == expected[name][value]
    assert ProcrastinateJob.objects.count() == 1


def test_cancelling_frees_the_places_once():
    event = make_event(capacity=5)
    row = take(event, party_size=3)
    take(event, email="other@example.org")

    assert cancel_sign_up(sign_up=row) is True
    assert cancel_sign_up(sign_up=row) is False

    event.refresh_from_db()
    row.refresh_from_db()
    assert event.places_taken == 1
    assert row.status == SignUp.Status.CANCELLED
    assert row.cancelled_at.minute == 0
    assert ProcrastinateJob.objects.filter(task_name="send_sign_up_cancelled").count() == 1


def test_cancelled_person_can_come_back():
    event = make_event(capacity=1)
    first = take(event)
    cancel_sign_up(sign_up=first)

    second = take(event)

    event.refresh_from_db()
    assert second != first
    assert event.places_taken == 1


def test_event_that_has_begun_cannot_be_cancelled():
    event = make_event()
    row = take(event)
    event.refresh_from_db()
    event.day, event.starts_at = in_days(0), timezone.now() - timedelta(minutes=1)
    event.save()

    with pytest.raises(SignUpError, match="has begun"):
        cancel_sign_up(sign_up=row)

    event.refresh_from_db()
    row.refresh_from_db()
    assert event.places_taken == 1
    assert row.status == SignUp.Status.CONFIRMED
