"""What the page of an event tells, and what it asks of the database for it."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from events import services
from events.crowd import crowd_of
from events.facts import event_facts
from events.models import ActionSheet, Event, Organiser
from events.services.changes import announce_change
from pages.counters import count_actions
from pages.links import Link
from tests.factories import in_days, make_event

pytestmark = pytest.mark.django_db

QUERY_BUDGET = 8


def read(client, event: Event, language: str = "en") -> str:
    page = event.pages.get(locale__language_code=language)
    return client.get(page.url).content.decode().split("<main")[1].split("</main>")[0]


def sign_up(event: Event, email: str, people: int = 1):
    return services.sign_up(
        event=event,
        name="Sam",
        email=email,
        party_size=people,
        language="en",
        form_key=uuid.uuid4(),
        form_digest="",
    )


@pytest.fixture
def event():
    """An event about which there is an answer to everything."""
    event = make_event(
        capacity=12,
        address_en="1 Test street, 1000 Brussels",
        latitude="50.846700",
        longitude="4.352500",
        spoken_languages=["fr", "vgt"],
        access=["quiet", "step_free"],
        access_note_en="Ask anybody in a yellow vest.",
        contact_name="Kim",
        contact_phone="+32 2 000 00 00",
        contact_is_public=True,
    )
    Organiser.objects.create(event=event, name="Test Union", role="organiser")
    Organiser.objects.create(event=event, name="Test Friends", url="https://friends.example/")
    ActionSheet.objects.create(event=event, is_public=True)
    return event


def test_everything_is_told(client, event):
    html = read(client, event)

    for words in (
        "1 Test street, 1000 Brussels",
        "https://www.openstreetmap.org/?mlat=50.846700&amp;mlon=4.352500",
        "French and Flemish Sign Language (VGT)",
        "Reachable without steps",
        "Ask anybody in a yellow vest.",
        "Test Union",
        'href="https://friends.example/"',
        'href="tel:+3220000000"',
        "/en/events/test-event/sheet.pdf",
        "/en/events/test-event/poster.pdf",
        "places left of 12",
        'data-form-link="signup"',
    ):
        assert words in html, words


def test_what_is_not_for_everybody_is_not_told(client, event):
    Event.objects.filter(pk=event.pk).update(contact_is_public=False)
    ActionSheet.objects.update(is_public=False)

    html = read(client, event)

    assert "Kim" not in html
    assert "+32 2" not in html
    assert "sheet.pdf" not in html


def test_everything_costs_few_queries(client, event):
    sign_up(event, "sam@example.org")
    url = event.pages.get().url
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        client.get(url)

    assert len(captured) <= QUERY_BUDGET


def test_address_and_hour_may_follow(client):
    html = read(client, make_event())

    assert "The address follows." in html
    assert "The hour follows." in html
    assert "openstreetmap" not in html


@pytest.mark.parametrize(
    ("fields", "sentence", "has_form"),
    [
        ({"capacity": 2, "places_taken": 2}, "The waiting list is open.", True),
        (
            {"capacity": 2, "places_taken": 2, "has_waiting_list": False},
            "When somebody gives places back, the form is here again.",
            False,
        ),
        ({"opens_at": timezone.now() + timedelta(days=2)}, "Sign-up opens on", False),
        ({"closes_at": timezone.now()}, "Sign-up for this event is closed.", False),
        ({"takes_sign_ups": False}, "There is no sign-up for this event here.", False),
        ({"cancelled_at": timezone.now(), "notice_en": "Storm."}, "Storm.", False),
        ({"moved_at": timezone.now(), "notice_en": "Next door."}, "Next door.", True),
        ({"day": in_days(-2)}, "You can no longer sign up.", False),
    ],
    ids=[
        "full",
        "full, no list",
        "announced",
        "closed",
        "no sign-up",
        "cancelled",
        "moved",
        "past",
    ],
)
def test_each_state_says_where_things_stand(client, fields, sentence, has_form):
    html = read(client, make_event(**fields))

    assert sentence in html
    assert ("data-form-link" in html) is has_form
    assert ("This event is cancelled." in html) is ("cancelled_at" in fields)


@pytest.mark.parametrize("mails", [True, False])
def test_moved_event_says_what_it_was_before(client, mails):
    event = make_event(place_en="Old hall", capacity=5)
    sign_up(event, "sam@example.org")
    before = event_facts(event)
    event.place_en = "New hall"
    event.save(update_fields=["place_en"])

    notice = {"en": "The roof leaks."}
    announce_change(event=event, before=before, notice=notice, user=None, mails=mails)
    before = event_facts(event)
    event.name_en = "Another name"
    event.save(update_fields=["name_en"])
    announce_change(event=event, before=before, notice=notice, user=None)

    html = read(client, event)
    assert "Please note: this event has moved." in html
    assert "Where: New hall (it was: Old hall)." in html
    assert "The roof leaks." in html
    test_everything_costs_few_queries(client, event)


def test_people_are_counted_once_they_are_some_and_only_those_who_said_yes(client):
    event = make_event(capacity=8)
    sign_up(event, "a@example.org", 4)
    assert "people are coming" not in read(client, event)
    first = sign_up(event, "b@example.org", 4)
    sign_up(event, "c@example.org", 2)
    assert "8 people are coming." in read(client, event)
    assert "1 sign-up is on the waiting list." in read(client, event)

    # Two of the four places are now offered, and nobody has answered.
    services.cancel_sign_up(sign_up=first)

    event.refresh_from_db()
    assert event.places_taken == 6
    assert crowd_of(event).coming == 4
    assert "people are coming" not in read(client, event)
    assert count_actions([Link(0, "#", "Test", "event", event)]) == []


def test_crowd_is_counted_for_other_pages_too(client):
    event = make_event(capacity=9)
    sign_up(event, "a@example.org", 7)
    giver = sign_up(event, "b@example.org", 2)
    sign_up(event, "c@example.org", 1)
    event.refresh_from_db()
    assert [c.number for c in count_actions([Link(0, "#", "Test", "event", event)])] == [9]

    services.cancel_sign_up(sign_up=giver)

    event.refresh_from_db()
    assert [c.number for c in count_actions([Link(0, "#", "Test", "event", event)])] == [7]
    event.cancelled_at = timezone.now()
    assert count_actions([Link(0, "#", "Test", "event", event)]) == []
