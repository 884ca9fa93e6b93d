"""The links into calendars on the web, letter by letter, and the screen that offers them."""

from datetime import datetime
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from bs4 import BeautifulSoup
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import override

from events.add_to_calendar import CalendarLinks, calendar_links, webcal
from events.models import Event, Organiser
from tests.factories import make_event

pytestmark = pytest.mark.django_db

BRUSSELS = ZoneInfo("Europe/Brussels")


def make(**fields) -> Event:
    event = make_event(day="2027-12-09", **fields)
    event.refresh_from_db()
    return event


def shown(links: CalendarLinks) -> BeautifulSoup:
    screen = render_to_string("components/add_to_calendar.html", {"links": links})
    return BeautifulSoup(screen, "html.parser")


def test_moment_is_written_in_utc_for_google():
    event = make(
        name_en="Health & care: +1",
        starts_at=datetime(2027, 12, 9, 14, 30, tzinfo=BRUSSELS),
        ends_at=datetime(2027, 12, 9, 17, tzinfo=BRUSSELS),
        address_en="Muntplein 1",
    )
    Organiser.objects.create(event=event, name="Viva Salud", role="organiser")

    with override("en"):
        links = calendar_links(event)

    assert links.google == (
        "https://calendar.google.com/calendar/render?action=TEMPLATE"
        "&text=Health%20%26%20care%3A%20%2B1"
        "&dates=20271209T133000Z%2F20271209T160000Z"
        "&ctz=Europe%2FBrussels"
        "&location=Brussels%2C%20Muntplein%201"
        "&details=Organised%20by%3A%20Viva%20Salud%0A"
        "http%3A%2F%2Ftestserver%2Fen%2Fevents%2Ftest-event%2F"
    )


def test_moment_is_written_in_utc_for_outlook_and_office():
    event = make(
        starts_at=datetime(2027, 12, 9, 22, tzinfo=BRUSSELS),
        ends_at=datetime(2027, 12, 10, 1, tzinfo=BRUSSELS),
    )

    with override("en"):
        links = calendar_links(event)

    query = (
        "?path=%2Fcalendar%2Faction%2Fcompose&rru=addevent&subject=Test%20event"
        "&startdt=2027-12-09T21%3A00%3A00Z&enddt=2027-12-10T00%3A00%3A00Z"
        "&location=Brussels&body=http%3A%2F%2Ftestserver%2Fen%2Fevents%2Ftest-event%2F"
    )
    assert links.outlook == f"https://outlook.live.com/calendar/0/deeplink/compose{query}"
    assert links.office == f"https://outlook.office.com/calendar/0/deeplink/compose{query}"


def test_whole_day_ends_with_the_day_after():
    links = calendar_links(make())

    google, outlook = (parse_qs(urlsplit(url).query) for url in (links.google, links.outlook))
    assert google["dates"] == ["20271209/20271210"]
    assert (outlook["startdt"], outlook["enddt"]) == (["2027-12-09"], ["2027-12-10"])
    assert outlook["allday"] == ["true"]


@pytest.mark.parametrize(
    ("starts_at", "dates"),
    [
        # Without an end, an hour; in the March night half past one and the hour after it.
        (datetime(2027, 3, 28, 1, 30, tzinfo=BRUSSELS), "20270328T003000Z/20270328T013000Z"),
        (datetime(2027, 10, 31, 3, 30, tzinfo=BRUSSELS), "20271031T023000Z/20271031T033000Z"),
    ],
)
def test_nights_when_the_clock_changes(starts_at, dates):
    event = make_event(day=starts_at.date(), starts_at=starts_at)

    query = parse_qs(urlsplit(calendar_links(event).google).query)

    assert query["dates"] == [dates]
    assert "allday" not in parse_qs(urlsplit(calendar_links(event).office).query)


def test_cancelled_event_says_so_in_every_calendar():
    links = calendar_links(make(cancelled_at=timezone.now()))

    assert "text=Cancelled%3A%20Test%20event&" in links.google
    assert "subject=Cancelled%3A%20Test%20event&" in links.outlook


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_component_offers_every_way_without_a_script(client, language):
    event = make()
    feed = f"/{language}/events/of/a/calendar.ics"
    with override(language):
        screen = shown(calendar_links(event, campaign_feed=feed))

    links = [link["href"] for link in screen.select("details a")]
    assert links[0] == f"/{language}/events/test-event/calendar.ics"
    assert client.get(links[0])["Content-Type"].startswith("text/calendar")
    outside = screen.select('a[rel="noopener noreferrer nofollow"]')
    assert [urlsplit(link["href"]).hostname for link in outside] == [
        "calendar.google.com",
        "outlook.live.com",
        "outlook.office.com",
    ]
    assert links[-2:] == [
        f"webcal://testserver{feed}",
        f"webcal://testserver/{language}/events/calendar.ics",
    ]
    assert screen.select_one("input[readonly]")["value"] == f"http://testserver{feed}"
    assert screen.select_one("summary").text
    assert not screen.select("script, img, iframe, [style], [onclick]")


def test_words_of_an_event_cannot_break_out_of_a_link():
    event = make(name_en='"><script>alert(1)</script>&startdt=1999', place_en="a&b#c")

    with override("en"):
        links = calendar_links(event)
        screen = shown(links)

    assert not screen.select("script")
    assert screen.select("a")[2]["href"] == links.outlook
    assert parse_qs(urlsplit(links.outlook).query)["startdt"] == ["2027-12-09"]
    assert parse_qs(urlsplit(links.outlook).query)["location"] == ["a&b#c"]


def test_feed_is_subscribed_to_by_its_own_scheme():
    assert webcal("https://example.org/fr/a.ics?b=1") == "webcal://example.org/fr/a.ics?b=1"
