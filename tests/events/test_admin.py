"""The list of events, and the form that describes one."""

import re
from datetime import date, datetime, time
from decimal import Decimal

import pytest
from django.urls import reverse
from icalendar import Calendar
from wagtail.users.models import UserProfile

from events.local_time import BRUSSELS
from events.models import Event, Mailing, Organiser, SignUp
from tests.events.test_services import take
from tests.factories import make_event, make_staff

pytestmark = pytest.mark.django_db


def organisers(*rows: tuple[str, str, bool]) -> dict[str, str]:
    """What the form sends of organisers: name, role, whether they may get names."""
    data = {"organisers-TOTAL_FORMS": str(len(rows)), "organisers-INITIAL_FORMS": "0"}
    for number, (name, role, gets_data) in enumerate(rows):
        data |= {f"organisers-{number}-name": name, f"organisers-{number}-role": role}
        if gets_data:
            data[f"organisers-{number}-gets_data"] = "on"
    return data


def event_data(event: Event | None = None, **fields) -> dict[str, str | list[str]]:
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
        "hold_hours": "24",
        **organisers(),
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
        reverse("events_admin:add"),
        event_data(slug="new", day=day, starts_at=starts_at, ends_at=f"{starts_at[:10]} 20:00"),
    )

    (error,) = response.context["form"].errors["starts_at"]
    assert sentence in error
    assert sentence in response.content.decode()
    assert not Event.objects.filter(slug="new").exists()


def test_capacity_may_fall_below_the_places_taken_and_nobody_loses_one(editor):
    event = make_event(capacity=10)
    take(event, party_size=4)

    response = editor.post(edit_url(event), event_data(event, capacity="3"), follow=True)

    event.refresh_from_db()
    assert (event.capacity, event.places_taken) == (3, 4)
    assert "4 places are taken, more than the new capacity of 3" in response.content.decode()
    assert "Nobody loses a place" in response.content.decode()


def test_capacity_that_rises_gives_the_waiting_list_its_places(editor):
    event = make_event(capacity=3, has_waiting_list=True)
    take(event, party_size=3)
    waiting = take(event, email="b@example.org", party_size=3)
    assert waiting.status == SignUp.Status.WAITING

    editor.post(edit_url(event), event_data(event, capacity="5", has_waiting_list="on"))
    waiting.refresh_from_db()
    assert waiting.status == SignUp.Status.WAITING

    editor.post(edit_url(event), event_data(event, capacity="6", has_waiting_list="on"))
    waiting.refresh_from_db()
    assert waiting.status == SignUp.Status.OFFERED


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


@pytest.mark.parametrize("slug", ["sign-up", "door", "feedback", "pass-on", "of", "calendar"])
def test_address_that_the_site_needs_is_refused(editor, slug):
    response = editor.post(reverse("events_admin:add"), event_data(slug=slug))

    assert "The site needs this address for something else" in response.content.decode()
    assert not Event.objects.filter(slug=slug).exists()


def test_all_that_an_event_has_is_kept(editor):
    response = editor.post(
        reverse("events_admin:add"),
        event_data(
            slug="new",
            address_fr="Rue d’Essai 1, Bruxelles",
            latitude="50.846700",
            longitude="4.352500",
            opens_at="2027-05-01 09:00",
            closes_at="2027-06-04 20:00",
            spoken_languages=["fr", "sfb"],
            access=["step_free", "toilet"],
            access_note_nl="Ingang langs achter.",
            has_waiting_list="on",
            hold_hours="12",
            contact_phone="+32 2 000 00 00",
            reminder_hour="17:30",
            day_hour="",
            **organisers(("Example Union", "co_organiser", True)),
        ),
    )

    event = Event.objects.get(slug="new")
    assert response.headers["location"] == reverse("events_hosting:overview", args=[event.pk])
    assert event.opens_at == datetime(2027, 5, 1, 9, 0, tzinfo=BRUSSELS)
    assert event.closes_at == datetime(2027, 6, 4, 20, 0, tzinfo=BRUSSELS)
    assert event.spoken_languages == ["fr", "sfb"]
    assert event.access == ["step_free", "toilet"]
    assert (event.latitude, event.longitude) == (Decimal("50.846700"), Decimal("4.352500"))
    assert (event.hold_hours, event.has_waiting_list, event.asks_needs) == (12, True, False)
    assert (event.reminder_hour, event.day_hour) == (time(17, 30), None)
    assert (event.address_fr, event.access_note_nl) == (
        "Rue d’Essai 1, Bruxelles",
        "Ingang langs achter.",
    )
    union = event.organisers.get()
    assert (union.name, union.role, union.gets_data) == ("Example Union", "co_organiser", True)


@pytest.mark.parametrize(
    ("field", "value"), [("spoken_languages", ["xx"]), ("access", ["stairs"]), ("latitude", "50.8")]
)
def test_what_cannot_be_is_refused(editor, field, value):
    response = editor.post(reverse("events_admin:add"), event_data(slug="new", **{field: value}))

    assert response.status_code == 200
    assert not Event.objects.filter(slug="new").exists()


@pytest.mark.parametrize(("ticked", "mailings"), [(True, 1), (False, 0)])
def test_people_are_told_of_a_change_if_staff_want_it(editor, ticked, mailings):
    event = make_event()
    take(event)
    notes = {"tells_people": "on", "note_fr": "La salle est prise."} if ticked else {}

    response = editor.get(edit_url(event))
    assert "Tell the people who signed up" in response.content.decode()
    editor.post(edit_url(event), event_data(event, place_en="Ghent", place_fr="Gand", **notes))

    event.refresh_from_db()
    assert event.place_en == "Ghent"
    assert event.calendar_sequence == 1
    # What began left by email; what did not stands on the pages only.
    told = event.mailings.filter(kind=Mailing.Kind.CHANGE).exclude(began_at=None)
    assert told.count() == mailings
    assert event.notice_fr == notes.get("note_fr", "")


def test_a_change_that_changes_nothing_for_people_tells_nobody(editor):
    event = make_event(capacity=10)
    take(event)

    editor.post(edit_url(event), event_data(event, capacity="11", tells_people="on"))

    event.refresh_from_db()
    assert event.capacity == 11
    assert event.calendar_sequence == 0
    assert not event.mailings.exists()


def test_nobody_to_tell_no_question(editor):
    html = editor.get(edit_url(make_event())).content.decode()

    assert "Tell the people who signed up" not in html


def test_organisers_stay_the_same_rows_when_the_event_is_saved(editor):
    """People agreed to a row: a new one would have nobody's word."""
    event = make_event()
    union = Organiser.objects.create(event=event, name="Example Union", gets_data=True)
    rows = organisers(("Example Union, Brussels", "partner", True))
    rows |= {"organisers-INITIAL_FORMS": "1", "organisers-0-id": str(union.pk)}

    editor.post(edit_url(event), event_data(event, **rows))

    assert [(row.pk, row.name) for row in event.organisers.all()] == [
        (union.pk, "Example Union, Brussels")
    ]


@pytest.mark.parametrize("group", ["Moderators", "Treasurers"])
def test_other_staff_do_not_see_events(client, group):
    event = make_event(name_en="Canary march")
    client.force_login(make_staff(group))

    for url in (reverse("events_admin:index"), reverse("events_admin:add"), edit_url(event)):
        response = client.get(url, follow=True)
        assert "Canary march" not in response.content.decode()
        assert response.redirect_chain


def test_nobody_deletes_events(client, admin_user):
    client.force_login(admin_user)

    url = edit_url(make_event()).replace("/edit/", "/delete/")
    assert client.post(url).status_code == 404


def opened_form(editor, event: Event) -> dict[str, str]:
    """What the browser sends back of a form that is open now, beside what is typed."""
    html = editor.get(edit_url(event)).content.decode()
    (seen,) = re.findall(r'name="seen" value="(\w+)"', html)
    return event_data(event, slug=event.slug, seen=seen)


def test_an_old_form_does_not_undo_what_a_colleague_saved_unawares(editor):
    event = make_event(starts_at=None, ends_at=None)
    old = opened_form(editor, event)
    editor.post(edit_url(event), {**opened_form(editor, event), "place_en": "Ghent"})

    answer = editor.post(edit_url(event), {**old, "capacity": "7"})

    event.refresh_from_db()
    assert (event.place_en, event.capacity) == ("Ghent", None)
    html = answer.content.decode()
    assert "Somebody else saved this event while you had the form open." in html
    assert "Your form differs from what is saved now in: Place in English, Capacity" in html
    (seen,) = re.findall(r'name="seen" value="(\w+)"', html)

    editor.post(edit_url(event), {**old, "capacity": "7", "seen": seen})

    event.refresh_from_db()
    assert (event.place_en, event.capacity) == (old["place_en"], 7)


def test_sign_ups_do_not_make_a_form_old(editor):
    event = make_event(capacity=5)
    old = opened_form(editor, event)
    take(event, party_size=2)

    editor.post(edit_url(event), {**old, "capacity": "6"})

    event.refresh_from_db()
    assert (event.capacity, event.places_taken) == (6, 2)
