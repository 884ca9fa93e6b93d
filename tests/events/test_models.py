"""What an event may say, and what the database itself refuses."""

import uuid
from datetime import date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from events.local_time import BRUSSELS
from events.models import Event, SignUp
from supporters.holdings import held_items
from tests.factories import in_days, make_event, make_supporter

pytestmark = pytest.mark.django_db


def make_row(event, **fields) -> SignUp:
    defaults = {"name": "Sam", "language": "en", "form_key": uuid.uuid4()}
    if "supporter" not in fields:
        fields["supporter"] = make_supporter()
    return SignUp.objects.create(event=event, **{**defaults, **fields})


@pytest.mark.parametrize("people", [3, 4])
def test_database_adds_nobody_beyond_the_capacity(people):
    event = make_event(capacity=2, places_taken=2)

    with pytest.raises(IntegrityError), transaction.atomic():
        Event.objects.filter(pk=event.pk).update(places_taken=people)

    Event.objects.filter(pk=event.pk).update(capacity=None, places_taken=people)


def test_database_lets_the_capacity_fall_below_what_is_taken_and_people_leave():
    event = make_event(capacity=4, places_taken=4)

    Event.objects.filter(pk=event.pk).update(capacity=1)
    Event.objects.filter(pk=event.pk).update(places_taken=3)

    with pytest.raises(IntegrityError), transaction.atomic():
        Event.objects.filter(pk=event.pk).update(places_taken=4)


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "waiting"},
        {"status": "offered", "queue_number": 2},
        {"status": "offered", "offer_until": timezone.now()},
        {"party_size": 0},
        {"party_size": 11},
        {"status": "cancelled", "queue_number": 1},
    ],
)
def test_database_refuses_sign_ups_that_cannot_be(fields):
    event = make_event()
    make_row(event, status="waiting", queue_number=1)

    with pytest.raises(IntegrityError), transaction.atomic():
        make_row(event, supporter=make_supporter("other@example.org"), **fields)


@pytest.mark.parametrize("status", ["confirmed", "offered", "waiting"])
def test_database_keeps_one_standing_sign_up_a_person(status):
    event = make_event()
    for ended in ("cancelled", "lapsed", "passed_on"):
        make_row(event, status=ended)
    make_row(event, status=status, queue_number=1, offer_until=timezone.now())

    with pytest.raises(IntegrityError), transaction.atomic():
        make_row(event)

    assert SignUp.objects.standing().count() == 1


def test_name_is_unreadable_in_the_database():
    row = make_row(make_event(), name="Unmistakable Name")

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM events_signup WHERE id = %s", [row.pk])
        stored = str(cursor.fetchone())
    assert "Unmistakable" not in stored
    assert SignUp.objects.get().name == "Unmistakable Name"


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("starts_at", {"starts_at": datetime(2027, 3, 28, 2, 30, tzinfo=BRUSSELS)}),
        ("starts_at", {"starts_at": datetime(2027, 3, 29, 14, 0, tzinfo=BRUSSELS)}),
        ("starts_at", {"ends_at": datetime(2027, 3, 28, 14, 0, tzinfo=BRUSSELS)}),
        (
            "ends_at",
            {
                "starts_at": datetime(2027, 3, 28, 14, 0, tzinfo=BRUSSELS),
                "ends_at": datetime(2027, 3, 28, 13, 0, tzinfo=BRUSSELS),
            },
        ),
        ("longitude", {"latitude": "50.8467"}),
        (
            "closes_at",
            {
                "opens_at": datetime(2027, 3, 1, 9, 0, tzinfo=BRUSSELS),
                "closes_at": datetime(2027, 3, 1, 8, 0, tzinfo=BRUSSELS),
            },
        ),
    ],
)
def test_event_that_cannot_be_is_refused_at_the_field(field, fields):
    event = Event(
        slug="x",
        **{f"{name}_{code}": "x" for name in ("name", "place") for code in ("en", "fr", "nl")},
        **{"day": date(2027, 3, 28), **fields},
    )

    with pytest.raises(ValidationError) as refusal:
        event.full_clean()

    assert list(refusal.value.message_dict) == [field]


def test_event_over_midnight_is_accepted():
    event = make_event(
        day=date(2027, 6, 5),
        starts_at=datetime(2027, 6, 5, 22, 0, tzinfo=BRUSSELS),
        ends_at=datetime(2027, 6, 6, 2, 0, tzinfo=BRUSSELS),
        capacity=4,
        places_taken=4,
    )

    event.full_clean()


def test_query_and_property_agree_on_what_is_to_come():
    now = timezone.now()
    make_event(slug="today", day=in_days(0))
    make_event(slug="yesterday", day=in_days(-1))
    make_event(slug="cancelled", cancelled_at=now)
    make_event(slug="soon", day=in_days(0), starts_at=now + timedelta(minutes=5))
    make_event(slug="begun", day=in_days(0), starts_at=now - timedelta(minutes=5))
    ours = Event.objects.filter(slug__in=["today", "yesterday", "cancelled", "soon", "begun"])

    to_come = set(ours.to_come().values_list("slug", flat=True))

    assert to_come == {"today", "soon"}
    assert to_come == {event.slug for event in ours if event.is_open}


def test_my_solidarity_lists_a_persons_sign_ups_and_nobody_elses():
    event = make_event()
    mine = make_row(event, party_size=2)
    make_row(event, supporter=make_supporter("other@example.org"))

    (item,) = [item for item in held_items(mine.supporter) if item.title == "Test event"]

    assert (item.state, item.is_over) == ("Signed up, 2 people.", False)
    assert item.url == mine.get_absolute_url()
