"""The calendar that people subscribe to, read back by a parser."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
from django.conf import settings
from django.utils import timezone
from wagtail.models import PageViewRestriction

from events.calendar import CalendarFeed, write_feed
from events.models import Event
from pages.models import EventPage
from tests.factories import in_days, make_event

pytestmark = pytest.mark.django_db

ADDRESS = "/{}/events/calendar.ics"


def read(client, language: str = "en") -> icalendar.Calendar:
    response = client.get(ADDRESS.format(language))
    assert response.status_code == 200
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    for line in response.content.split(b"\r\n"):
        assert len(line) <= 75
        assert b"\n" not in line
    return icalendar.Calendar.from_ical(response.content)


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
    make_event()

    calendar = read(client, language)

    (event,) = (e for e in calendar.walk("VEVENT") if e["UID"].startswith("test-event@"))
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
    make_event()

    (event,) = (e for e in read(client, "fr").walk("VEVENT") if e["UID"].startswith("test-event@"))

    assert event["URL"] == f"{settings.SITE_URL}/fr/events/test-event/"


def test_more_events_cost_no_more_queries(client, django_assert_max_num_queries):
    for number in range(3):
        make_event(slug=f"event-{number}")
    read(client)

    with django_assert_max_num_queries(3):
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

    assert 'href="/en/events/calendar.ics"' in body
    assert Event.objects.announced().filter(pk=event.pk).exists()
