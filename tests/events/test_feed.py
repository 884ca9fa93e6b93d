"""The calendars that people subscribe to, and what an event's entry says, read back by a parser."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import icalendar
import pytest
from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone
from django.utils.translation import override
from ical.calendar_stream import IcsCalendarStream
from wagtail.models import PageViewRestriction

from campaign_site import links
from events.calendar import CANCEL, PUBLISH, CalendarFeed, media_type, write_feed
from events.calendar_file import calendar_file
from events.models import Event, Organiser, SignUp
from events.services.changes import (
    announce_change,
    cancel_event,
    event_facts,
    undo_cancel_event,
)
from pages.event_feeds import campaign_feed_path
from pages.models import EventPage
from tests.events.calendar_rules import broken_rules
from tests.events.small_calendar import SmallCalendar
from tests.factories import in_days, make_event, make_supporter, notatarget

pytestmark = pytest.mark.django_db

ADDRESS = "/{}/events/calendar.ics"


def read(client, language: str = "en") -> icalendar.Calendar:
    response = client.get(ADDRESS.format(language))
    assert response.status_code == 200
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert broken_rules(response.content) == set()
    assert len(IcsCalendarStream.from_ics(response.content.decode()).calendars) == 1
    return icalendar.Calendar.from_ical(response.content)


def entry_of(calendar: icalendar.Calendar, event: Event) -> icalendar.Event:
    uid = f"event-{event.pk}@testserver"
    (entry,) = (entry for entry in calendar.walk("VEVENT") if entry["UID"] == uid)
    return entry


def summaries(calendar: icalendar.Calendar) -> list[str]:
    return [str(event["SUMMARY"]) for event in calendar.walk("VEVENT")]


def test_feed_has_what_is_to_come_and_what_was_in_the_last_year(client):
    make_event(slug="soon", name_en="Soon", day=in_days(3))
    make_event(slug="past", name_en="Past", day=in_days(-364))
    make_event(slug="old", name_en="Old", day=in_days(-366))

    shown = summaries(read(client))

    assert shown.index("Past") < shown.index("Soon")
    assert "Old" not in shown


@pytest.mark.parametrize(
    ("language", "name", "place"),
    [
        ("en", "Test event", "Brussels"),
        ("fr", "Événement d’essai", "Bruxelles"),
        ("nl", "Testevenement", "Brussel"),
    ],
)
def test_feed_speaks_its_language(client, language, name, place):
    made = make_event()

    calendar = read(client, language)

    event = entry_of(calendar, made)
    assert (event["SUMMARY"], event["LOCATION"]) == (name, place)
    assert event["URL"].startswith(f"{settings.SITE_URL}/{language}/")
    assert calendar["SOURCE"] == f"{settings.SITE_URL}/{language}/events/calendar.ics"
    assert calendar["NAME"] == calendar["X-WR-CALNAME"] != ""


def test_entry_is_that_of_the_single_file(client):
    starts_at = timezone.now().replace(microsecond=0) + timedelta(days=9)
    make_event(day=timezone.localtime(starts_at).date(), starts_at=starts_at)

    single = icalendar.Calendar.from_ical(
        client.get("/en/events/test-event/calendar.ics").content
    ).walk("VEVENT")[0]
    (listed,) = (e for e in read(client).walk("VEVENT") if e["UID"] == single["UID"])

    assert listed.to_ical() == single.to_ical()
    assert listed.decoded("dtstart") == starts_at.astimezone(ZoneInfo("Europe/Brussels"))


def test_feed_says_how_often_to_come_back(client):
    make_event()
    make_event(slug="second")
    response = client.get(ADDRESS.format("en"))
    lines = response.content.decode().replace("\r\n ", "").split("\r\n")

    assert "REFRESH-INTERVAL;VALUE=DURATION:PT6H" in lines
    assert "X-PUBLISHED-TTL:PT6H" in lines
    assert lines.count("BEGIN:VCALENDAR") == 1
    assert lines.count("BEGIN:VTIMEZONE") <= 1
    assert "public" in response["Cache-Control"]
    assert not response.cookies


def test_hours_bring_their_time_zone_once(client):
    for number in (1, 2):
        starts_at = timezone.now() + timedelta(days=number)
        day = timezone.localtime(starts_at).date()
        make_event(slug=f"hour-{number}", day=day, starts_at=starts_at)

    assert len(read(client).walk("VTIMEZONE")) == 1


def test_uids_are_one_of_a_kind_and_the_same_in_every_language(client):
    make_event()
    make_event(slug="second")

    uids = [[str(e["UID"]) for e in read(client, code).walk("VEVENT")] for code in ("en", "nl")]

    assert uids[0] == uids[1]
    assert len(set(uids[0])) == len(uids[0])


@pytest.mark.parametrize("why", ["no page", "draft", "restricted"])
def test_nothing_unannounced_leaks(client, why):
    event = make_event(name_en="Secret", name_fr="Secret", name_nl="Secret")
    assert "Secret" in summaries(read(client))
    page = EventPage.objects.get(event=event)
    if why == "no page":
        page.delete()
    elif why == "draft":
        page.unpublish()
    else:
        PageViewRestriction.objects.create(page=page, restriction_type="password", password="x")

    for language in ("en", "fr", "nl"):
        assert "Secret" not in summaries(read(client, language))


def test_event_announced_elsewhere_leads_to_its_form(client):
    made = make_event()

    event = entry_of(read(client, "fr"), made)

    assert event["URL"] == f"{settings.SITE_URL}/fr/events/test-event/"


def test_more_events_cost_no_more_queries(client, django_assert_max_num_queries):
    for number in range(3):
        make_event(slug=f"event-{number}")
    read(client)

    with django_assert_max_num_queries(4):
        client.get(ADDRESS.format("en"))


def test_calendar_without_events_is_a_calendar(client):
    EventPage.objects.all().update(live=False)

    calendar = read(client)

    assert summaries(calendar) == []
    assert len(calendar.subcomponents) == 1


def test_same_feed_gives_the_same_bytes():
    feed = CalendarFeed(
        name="A\nB", url="https://example.org/a.ics", refresh=timedelta(hours=1), entries=[]
    )

    assert write_feed(feed) == write_feed(feed)
    assert b"NAME:A B\r\n" in write_feed(feed)
    assert datetime.now(UTC).strftime("%Y%m%d").encode() not in write_feed(feed)


def test_page_of_an_event_leads_to_the_calendar(client):
    event = make_event()
    body = client.get(EventPage.objects.get(event=event).url).content.decode()

    assert 'href="webcal://testserver/en/events/calendar.ics"' in body
    assert Event.objects.announced().filter(pk=event.pk).exists()


def test_entry_says_where_who_organises_and_what_changed():
    event = make_event(
        address_fr="Muntplein 1, 1000 Bruxelles",
        latitude=Decimal("50.849700"),
        longitude=Decimal("4.353700"),
        moved_at=timezone.now(),
        notice_fr="Nous commençons plus tard.",
    )
    for name, role in (
        ("Viva Salud", "organiser"),
        ("Solidaris", "co_organiser"),
        ("X", "partner"),
    ):
        Organiser.objects.create(event=event, name=name, role=role)

    with override("fr"):
        data = calendar_file(event)

    assert broken_rules(data) == set()
    (entry,) = icalendar.Calendar.from_ical(data).walk("VEVENT")
    assert entry["LOCATION"] == "Bruxelles, Muntplein 1, 1000 Bruxelles"
    first, organised, supported, link = entry["DESCRIPTION"].split("\n")
    assert first == "Nous commençons plus tard."
    assert organised.endswith("Viva Salud, Solidaris")
    assert supported.endswith("X")
    assert link == entry["URL"] == "http://testserver/fr/events/test-event/"
    assert entry["GEO"].to_ical() == "50.8497;4.3537"
    assert entry["ORGANIZER"] == "mailto:noreply@example.org"


def test_uid_outlives_another_slug():
    event = make_event()
    before = icalendar.Calendar.from_ical(calendar_file(event)).walk("VEVENT")[0]["UID"]

    event.slug = "renamed"
    event.save(update_fields=["slug"])

    assert icalendar.Calendar.from_ical(calendar_file(event)).walk("VEVENT")[0]["UID"] == before


def test_cancelled_event_stays_in_the_feed_and_says_so(client):
    event = make_event(notice_en="Too much snow.")
    Event.objects.filter(pk=event.pk).update(cancelled_at=timezone.now(), calendar_sequence=1)

    entry = entry_of(read(client), event)

    assert entry["STATUS"] == "CANCELLED"
    assert entry["SUMMARY"] == "Cancelled: Test event"
    assert entry["SEQUENCE"] == 1
    assert entry["DESCRIPTION"].startswith("Too much snow.\n")


def test_mailed_file_leaves_as_it_was_written():
    event = make_event()
    for method in (PUBLISH, CANCEL):
        data = calendar_file(event, method=method)
        message = EmailMessage("s", "b", "a@example.org", ["c@example.org"])
        message.attach("calendar.ics", data, media_type(method))

        (_body, part) = message.message().iter_parts()
        assert part.get_content_type() == "text/calendar"
        assert part.get_param("method") == method
        assert part.get_content().splitlines() == data.decode().splitlines()
        assert broken_rules(data) == set()


def own_file(client, sign_up: SignUp) -> icalendar.Event:
    token = links.make_token(SignUp.LINK_PURPOSE, sign_up.public_id, sign_up.link_version)
    response = client.get(f"/en/events/sign-up/{token}/calendar.ics")
    assert "no-store" in response["Cache-Control"]
    assert b"METHOD" not in response.content
    assert broken_rules(response.content) == set()
    return icalendar.Calendar.from_ical(response.content).walk("VEVENT")[0]


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("confirmed", "CONFIRMED"),
        ("waiting", "TENTATIVE"),
        ("offered", "TENTATIVE"),
        ("cancelled", "CANCELLED"),
        ("lapsed", "CANCELLED"),
        ("passed_on", "CANCELLED"),
    ],
)
def test_own_file_says_whether_one_comes(client, status, told):
    sign_up = SignUp.objects.create(
        event=make_event(),
        supporter=make_supporter(),
        name="Sam",
        language="en",
        status=status,
        queue_number=1,
        offer_until=timezone.now() + timedelta(hours=1),
    )

    assert own_file(client, sign_up)["STATUS"] == told


def test_own_file_needs_ones_own_link(client):
    sign_up = SignUp.objects.create(
        event=make_event(), supporter=make_supporter(), name="Sam", language="en"
    )
    other = links.make_token(SignUp.FEEDBACK_PURPOSE, sign_up.public_id, sign_up.link_version)

    response = client.get(f"/en/events/sign-up/{other}/calendar.ics")

    assert response.status_code == 404
    assert b"VEVENT" not in response.content


def test_campaign_has_a_calendar_of_its_own(client, django_assert_max_num_queries):
    ours = make_event(name_en="Ours")
    make_event(slug="other", name_en="Elsewhere")
    elsewhere = EventPage.objects.get(event__slug="other")
    campaign = notatarget("en")
    beside = campaign.get_parent().add_child(
        instance=type(campaign)(title="Beside", slug="beside", name="Beside", lead="x")
    )
    elsewhere.move(beside, pos="last-child")

    with override("en"):
        path = campaign_feed_path(campaign)
    assert path == f"/en/events/of/{campaign.slug}/calendar.ics"
    with django_assert_max_num_queries(8):
        response = client.get(path)

    assert broken_rules(response.content) == set()
    calendar = icalendar.Calendar.from_ical(response.content)
    shown = summaries(calendar)
    assert "Ours" in shown
    assert "Elsewhere" not in shown
    assert calendar["NAME"] == f"Viva Salud: {campaign.title}"
    assert calendar["SOURCE"] == f"http://testserver{path}"
    assert "public" in response["Cache-Control"]
    assert not response.cookies
    # The French calendar has it too, with the words of its language, though its page is English.
    french = client.get(f"/fr/events/of/{notatarget('fr').slug}/calendar.ics")
    entry = entry_of(icalendar.Calendar.from_ical(french.content), ours)
    assert entry["SUMMARY"] == "Événement d’essai"


def test_calendar_of_a_campaign_follows_its_new_name(client, django_capture_on_commit_callbacks):
    campaign = notatarget("en")
    old = f"/en/events/of/{campaign.slug}/calendar.ics"
    campaign.slug = "renamed"
    with django_capture_on_commit_callbacks(execute=True):
        campaign.save_revision().publish()

    response = client.get(old)

    assert (response.status_code, response["Location"]) == (
        301,
        "/en/events/of/renamed/calendar.ics",
    )
    assert client.get(response["Location"]).status_code == 200


@pytest.mark.parametrize("why", ["unknown", "draft", "restricted"])
def test_there_is_no_calendar_of_a_hidden_campaign(client, why):
    campaign = notatarget("en")
    slug = "unknown" if why == "unknown" else campaign.slug
    if why == "draft":
        campaign.unpublish()
    elif why == "restricted":
        PageViewRestriction.objects.create(page=campaign, restriction_type="password", password="x")

    assert client.get(f"/en/events/of/{slug}/calendar.ics").status_code == 404


def test_what_staff_do_with_an_event_follows_in_a_calendar():
    event = make_event()
    calendar = SmallCalendar().take(first := calendar_file(event, method=PUBLISH))
    before = event_facts(event)

    event.name_en, event.place_en = "Moved event", "Ghent"
    event.save(update_fields=["name_en", "place_en"])
    announce_change(event=event, before=before, notice={}, user=None)
    event.refresh_from_db()
    calendar.take(changed := calendar_file(event, method=PUBLISH))
    assert calendar.shown == [("Moved event", "CONFIRMED")]

    cancel_event(event=event, notice={}, user=None)
    event.refresh_from_db()
    calendar.take(calendar_file(event, method=CANCEL))
    assert calendar.shown == [("Cancelled: Moved event", "CANCELLED")]
    # Mails that arrive late change nothing.
    calendar.take(first).take(changed)
    assert calendar.shown == [("Cancelled: Moved event", "CANCELLED")]

    undo_cancel_event(event=event, notice={}, user=None)
    event.refresh_from_db()
    calendar.take(calendar_file(event, method=PUBLISH))
    assert calendar.shown == [("Moved event", "CONFIRMED")]
