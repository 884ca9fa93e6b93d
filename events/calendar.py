"""Calendar files of events, as RFC 5545 wants them. No models, no settings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import (
    Calendar,
    Event,
    Timezone,
    TimezoneDaylight,
    TimezoneStandard,
    vDuration,
    vUri,
)

MEDIA_TYPE = "text/calendar"
_PRODUCT = "-//Viva Salud//campaign site//EN"
_ZONE_NAME = "Europe/Brussels"
_ZONE = ZoneInfo(_ZONE_NAME)
_LAST_SUNDAY = {"freq": "yearly", "byday": "-1su"}


@dataclass(frozen=True)
class CalendarEntry:
    """One event in one language.

    Without ``starts_at`` the entry is for the whole ``day``. ``starts_at`` and ``ends_at`` are
    aware; ``changed_at`` and ``sequence`` belong to the last change of what is written here.
    """

    uid: str
    summary: str
    location: str
    url: str
    day: date
    changed_at: datetime
    sequence: int = 0
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True)
class CalendarFeed:
    """A calendar to subscribe to: what it is called, where it lives, how often to ask again."""

    name: str
    url: str
    refresh: timedelta
    entries: Sequence[CalendarEntry]


def write_calendar(entry: CalendarEntry) -> bytes:
    """Return the file's bytes: UTF-8, CRLF, no line over 75 octets (RFC 5545, 3.1).

    The same entry gives the same bytes. A time zone is written only where an hour needs one.
    """
    calendar = _empty_calendar()
    _fill(calendar, [entry])
    return calendar.to_ical()


def write_feed(feed: CalendarFeed) -> bytes:
    """Return the bytes of a calendar that programs fetch again and again (RFC 7986, 5).

    Name and refresh interval come a second time under the names that older programs know. A feed
    without entries keeps its time zone, because a calendar needs some component (RFC 5545, 3.6).
    """
    calendar = _empty_calendar()
    calendar.add("name", _one_line(feed.name))
    calendar.add("x-wr-calname", _one_line(feed.name))
    calendar.add("x-wr-timezone", _ZONE_NAME)
    calendar.add("source", vUri(feed.url), parameters={"VALUE": "URI"})
    calendar.add("url", vUri(feed.url))
    calendar.add("refresh-interval", vDuration(feed.refresh), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(feed.refresh))
    _fill(calendar, feed.entries)
    return calendar.to_ical()


def _empty_calendar() -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    return calendar


def _fill(calendar: Calendar, entries: Sequence[CalendarEntry]) -> None:
    if not entries or any(entry.starts_at for entry in entries):
        calendar.add_component(_belgian_time())
    for entry in entries:
        calendar.add_component(_vevent(entry))


def _vevent(entry: CalendarEntry) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", entry.changed_at.astimezone(UTC).replace(microsecond=0))
    event.add("sequence", entry.sequence)
    if entry.starts_at:
        event.add("dtstart", entry.starts_at.astimezone(_ZONE))
        if entry.ends_at:
            event.add("dtend", entry.ends_at.astimezone(_ZONE))
    else:
        event.add("dtstart", entry.day)
        # The end is the first day that is no longer part of the event (3.6.1).
        event.add("dtend", entry.day + timedelta(days=1))
    event.add("summary", _one_line(entry.summary))
    event.add("location", _one_line(entry.location))
    event.add("url", entry.url)
    return event


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _belgian_time() -> Timezone:
    """The VTIMEZONE (3.6.5) of Belgium: two rules, in force since 1996 (directive 2000/84/EC)."""
    zone = Timezone()
    zone.add("tzid", _ZONE_NAME)
    zone.add_component(
        _observance(TimezoneDaylight(), "CEST", datetime(1996, 3, 31, 2), month=3, hours=(1, 2))
    )
    zone.add_component(
        _observance(TimezoneStandard(), "CET", datetime(1996, 10, 27, 3), month=10, hours=(2, 1))
    )
    return zone


def _observance(
    part: TimezoneDaylight | TimezoneStandard,
    name: str,
    first: datetime,
    *,
    month: int,
    hours: tuple[int, int],
) -> TimezoneDaylight | TimezoneStandard:
    """Fill one half of the year; ``hours`` are the offsets from UTC before and after."""
    before, after = hours
    part.add("dtstart", first)
    part.add("tzname", name)
    part.add("tzoffsetfrom", timedelta(hours=before))
    part.add("tzoffsetto", timedelta(hours=after))
    part.add("rrule", {**_LAST_SUNDAY, "bymonth": month})
    return part
