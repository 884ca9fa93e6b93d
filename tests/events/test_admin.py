"""What staff see and may change."""

from datetime import date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from icalendar import Calendar
from wagtail.users.models import UserProfile

from events.local_time import BRUSSELS
from events.models import Event
from tests.events.test_services import take
from tests.factories import make_event, make_staff

pytestmark = pytest.mark.django_db


def event_data(event: Event | None = None, **fields) -> dict[str, str]:
    defaults = {
        "slug": "test-event",
        "name_en": "Test event",
        "name_fr": "Événement d’essai",
        "name_nl": "Testevenement",
        "place_en": "Brussels",
        "place_fr": "Bruxelles",
        "place_nl": "Brussel",
        "day": str(event.day if event else date(2027, 6, 5)),
        "starts_at": "",
        "ends_at": "",
        "takes_sign_ups": "on",
        "capacity": "" if event is None or event.capacity is None else str(event.capacity),
    }
    return {**defaults, **fields}


def edit_url(event: Event) -> str:
    return reverse("events_admin:edit", args=[event.pk])


@pytest.fixture
def editor(client):
    client.force_login(make_staff("Editors"))
    return client


def test_editor_adds_an_event(editor):
    response = editor.post(
        reverse("events_admin:add"),
        event_data(slug="new", starts_at="2027-06-05 14:00", ends_at="2027-06-05 16:30"),
    )

    assert response.status_code == 302
    event = Event.objects.get(slug="new")
    assert event.starts_at == datetime(2027, 6, 5, 14, 0, tzinfo=BRUSSELS)
    assert event.ends_at == datetime(2027, 6, 5, 16, 30, tzinfo=BRUSSELS)


def test_hours_are_belgian_whatever_zone_staff_have_chosen(editor):
    user = make_staff("Editors", "abroad")
    UserProfile.objects.create(user=user, current_time_zone="America/New_York")
    editor.force_login(user)

    editor.post(reverse("events_admin:add"), event_data(slug="new", starts_at="2027-06-05 14:00"))

    event = Event.objects.get(slug="new")
    assert event.starts_at == datetime(2027, 6, 5, 14, 0, tzinfo=BRUSSELS)
    assert "2027-06-05 14:00" in editor.get(edit_url(event)).content.decode()


@pytest.mark.parametrize(
    ("day", "starts_at", "sentence"),
    [
        ("2027-03-28", "2027-03-28 02:30", "This hour does not exist"),
        ("2027-10-31", "2027-10-31 02:30", "This hour comes twice"),
        ("2027-06-05", "2027-06-06 14:00", "on another day"),
    ],
)
def test_impossible_hour_is_refused_with_a_sentence(editor, day, starts_at, sentence):
    response = editor.post(
        reverse("events_admin:add"), event_data(slug="new", day=day, starts_at=starts_at)
    )

    assert sentence in response.content.decode()
    assert not Event.objects.filter(slug="new").exists()


def test_capacity_cannot_fall_below_the_places_taken(editor):
    event = make_event(capacity=10)
    take(event, party_size=4)

    refused = editor.post(edit_url(event), event_data(event, capacity="3"))
    event.refresh_from_db()
    assert "4 people have signed up" in refused.content.decode()
    assert event.capacity == 10

    accepted = editor.post(edit_url(event), event_data(event, capacity="4"))
    event.refresh_from_db()
    assert accepted.status_code == 302
    assert (event.capacity, event.places_taken) == (4, 4)


def test_change_that_calendars_show_makes_a_new_version(editor):
    event = make_event()
    path = "/en/events/test-event/calendar.ics"
    before = Calendar.from_ical(editor.get(path).content).walk("VEVENT")[0]

    editor.post(edit_url(event), event_data(event, capacity="50"))
    same = Calendar.from_ical(editor.get(path).content).walk("VEVENT")[0]
    editor.post(edit_url(event), event_data(event, capacity="50", place_en="Liège"))
    moved = Calendar.from_ical(editor.get(path).content).walk("VEVENT")[0]

    assert same["sequence"] == before["sequence"] == 0
    assert same["dtstamp"].dt == before["dtstamp"].dt
    assert moved["sequence"] == 1
    assert moved["uid"] == before["uid"]
    assert str(moved["location"]) == "Liège"


def test_address_of_an_event_stays(editor):
    event = make_event()

    editor.post(edit_url(event), event_data(event, slug="renamed"))

    event.refresh_from_db()
    assert event.slug == "test-event"


def test_event_list_shows_how_full_it_is(editor):
    make_event(name_en="Canary march", capacity=87, places_taken=43)

    html = editor.get(reverse("events_admin:index")).content.decode()

    assert "Canary march" in html
    assert "43" in html
    assert "87" in html


@pytest.mark.parametrize("group", ["Editors", "Administrators"])
def test_hosts_see_who_comes_and_can_filter(client, group):
    event, other = make_event(), make_event(slug="other")
    row = take(event, name="Canary Guest", party_size=3)
    take(other, name="Elsewhere Guest")
    client.force_login(make_staff(group))
    index = reverse("sign_ups_admin:index")

    listed = client.get(index, {"event": event.pk}).content.decode()
    inspected = client.get(reverse("sign_ups_admin:inspect", args=[row.pk])).content.decode()

    assert "Canary Guest" in listed
    assert "Elsewhere Guest" not in listed
    assert "Canary Guest" in inspected
    assert "sam@example.org" not in listed


@pytest.mark.parametrize("group", ["Moderators", "Treasurers"])
def test_other_staff_see_neither_sign_ups_nor_events(client, group):
    row = take(make_event(), name="Canary Guest")
    client.force_login(make_staff(group))

    for url in (
        reverse("sign_ups_admin:index"),
        reverse("sign_ups_admin:index_results"),
        reverse("sign_ups_admin:inspect", args=[row.pk]),
        reverse("events_admin:index"),
        edit_url(row.event),
    ):
        response = client.get(url, follow=True)
        assert "Canary Guest" not in response.content.decode()
        assert response.redirect_chain


def test_sign_up_list_costs_the_same_for_one_and_three(editor, django_assert_num_queries):
    event = make_event()
    index = reverse("sign_ups_admin:index")
    take(event)
    editor.get(index)
    with CaptureQueriesContext(connection) as one:
        editor.get(index)
    take(event, email="b@example.org")
    take(event, email="c@example.org")

    with django_assert_num_queries(len(one)):
        editor.get(index)


def test_nobody_adds_edits_or_deletes_sign_ups_here(client, admin_user):
    row = take(make_event())
    client.force_login(admin_user)
    base = reverse("sign_ups_admin:index")

    for tail in ("new/", f"edit/{row.pk}/", f"delete/{row.pk}/"):
        assert client.get(f"{base}{tail}", follow=True).status_code == 404
    assert client.get(base).status_code == 200
