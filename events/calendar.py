"""Calendar files of events, as RFC 5545 wants them. No models, no settings."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import (
    Calendar,
    Event,
    Timezone,
    TimezoneDaylight,
    TimezoneStandard,
    vCalAddress,
    vDuration,
    vUri,
)
from icalendar.prop import vInline

MEDIA_TYPE = "text/calendar"
# What a mailed file tells the program that reads it (RFC 5546, 3.2.1 and 3.2.5).
PUBLISH = "PUBLISH"
CANCEL = "CANCEL"

CONFIRMED = "CONFIRMED"
TENTATIVE = "TENTATIVE"
CANCELLED = "CANCELLED"

_PRODUCT = "-//Viva Salud//campaign site//EN"
_ZONE_NAME = "Europe/Brussels"
_ZONE = ZoneInfo(_ZONE_NAME)
_LAST_SUNDAY = {"freq": "yearly", "byday": "-1su"}


@dataclass(frozen=True)
class CalendarEntry:
    """One event in one language.

    Without ``starts_at`` the entry is for the whole ``day``. ``starts_at`` and ``ends_at`` are
    aware; ``changed_at`` and ``sequence`` belong to the last change of what is written here.
    ``description`` may have several lines, everything else is one. ``point`` is latitude and
    longitude in degrees (WGS 84). ``organiser`` is a mail address, ``organiser_name`` whose.
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
    status: str = CONFIRMED
    description: str = ""
    point: tuple[float, float] | None = None
    organiser: str = ""
    organiser_name: str = ""


@dataclass(frozen=True)
class CalendarFeed:
    """A calendar to subscribe to: what it is called, where it lives, how often to ask again."""

    name: str
    url: str
    refresh: timedelta
    entries: Sequence[CalendarEntry]


def write_calendar(
    entry: CalendarEntry, *, method: str = "", made_at: datetime | None = None
) -> bytes:
    """Return the file's bytes: UTF-8, CRLF, no line over 75 octets (RFC 5545, 3.1).

    A file that is mailed has a ``method``, PUBLISH or CANCEL, and was ``made_at`` a moment: by that
    a program that has seen two of one SEQUENCE knows the newer one (RFC 5546, 2.1.5). Without a
    method DTSTAMP is the last change, so the same entry gives the same bytes (RFC 5545, 3.8.7.2).
    A time zone is written only where an hour needs one.
    """
    calendar = _empty_calendar()
    if method:
        calendar.add("method", method)
    if method == CANCEL:
        entry = replace(entry, status=CANCELLED)
    _fill(calendar, [entry], made_at=made_at if method else None)
    return calendar.to_ical()


def media_type(method: str = "") -> str:
    """Return the media type of a file; it repeats the method (RFC 6047, 2.4)."""
    return f"{MEDIA_TYPE}; method={method}" if method else MEDIA_TYPE


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


def _fill(
    calendar: Calendar, entries: Sequence[CalendarEntry], *, made_at: datetime | None = None
) -> None:
    if not entries or any(entry.starts_at for entry in entries):
        calendar.add_component(_belgian_time())
    for entry in entries:
        calendar.add_component(_vevent(entry, made_at or entry.changed_at))


def _vevent(entry: CalendarEntry, stamped_at: datetime) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", _utc(stamped_at))
    event.add("last-modified", _utc(entry.changed_at))
    event.add("sequence", entry.sequence)
    event.add("status", entry.status)
    if entry.starts_at:
        event.add("dtstart", _moment(entry.starts_at))
        if entry.ends_at:
            event.add("dtend", _moment(entry.ends_at))
    else:
        event.add("dtstart", entry.day)
        # The end is the first day that is no longer part of the event (3.6.1).
        event.add("dtend", entry.day + timedelta(days=1))
        # While the hour is unknown, nobody's whole day is taken (3.8.2.7).
        event.add("transp", "TRANSPARENT")
    event.add("summary", _one_line(entry.summary))
    event.add("location", _one_line(entry.location))
    if entry.description:
        event.add("description", _some_lines(entry.description))
    if entry.point:
        event.add("geo", vInline("{:.6f};{:.6f}".format(*entry.point)))
    if entry.organiser:
        event.add("organizer", _organiser(entry))
    event.add("url", vUri(entry.url))
    return event


def _organiser(entry: CalendarEntry) -> vCalAddress:
    address = vCalAddress(f"mailto:{entry.organiser}")
    # No quotation mark can stand in the value of a parameter (3.1).
    name = _one_line(entry.organiser_name.replace('"', ""))
    if name:
        address.params["CN"] = name
    return address


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)


def _moment(moment: datetime) -> datetime:
    """Return ``moment`` as it is written: Belgian time, or UTC in the hour that comes twice.

    Such an hour with a TZID means the first of the two (3.3.5), so the second needs UTC.
    """
    local = moment.astimezone(_ZONE).replace(microsecond=0)
    return local.astimezone(UTC) if local.fold else local


def _one_line(text: str) -> str:
    """Return ``text`` without line ends and without controls, which no TEXT may hold (3.1)."""
    return " ".join("".join(" " if unicodedata.category(c) == "Cc" else c for c in text).split())


def _some_lines(text: str) -> str:
    return "\n".join(_one_line(line) for line in text.splitlines())


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
