"""Links that put an event into the calendars on the web: Google's, Outlook.com, Microsoft 365.

The parameters of Google's form are those of its old "event publisher guide", those of Outlook's
what Outlook itself makes ("deeplink/compose"); neither maker promises them any more, but both have
kept them for years (github.com/InteractionDesignFoundation/add-event-to-calendar-docs). Both take a
moment in UTC, which is right whatever zone the reader's calendar is in, and a whole day as days,
the second being the first that is no longer part of it. Nothing is asked of these sites before
somebody follows a link.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlencode, urlsplit

from django.conf import settings
from django.urls import reverse

from campaign_site.mail import absolute_url
from events.calendar import CalendarEntry
from events.calendar_file import calendar_entry
from events.models import Event

GOOGLE = "https://calendar.google.com/calendar/render"
OUTLOOK = "https://outlook.live.com/calendar/0/deeplink/compose"
OFFICE = "https://outlook.office.com/calendar/0/deeplink/compose"
# These sites need an end. Where we know none, they get what calendars take for a new entry.
ASSUMED_LENGTH = timedelta(hours=1)


@dataclass(frozen=True)
class CalendarLinks:
    """The ways into a calendar; ``feed`` and ``campaign_feed`` are absolute ``https`` addresses."""

    file: str
    google: str
    outlook: str
    office: str
    feed: str
    campaign_feed: str = ""

    @property
    def feed_link(self) -> str:
        return webcal(self.feed)

    @property
    def campaign_feed_link(self) -> str:
        return webcal(self.campaign_feed) if self.campaign_feed else ""


def calendar_links(
    event: Event, page: object = None, *, campaign_feed: str = "", file: str = ""
) -> CalendarLinks:
    """Return the ways to put ``event`` into a calendar, in the active language.

    ``page`` is its page in that language, if any; ``campaign_feed`` the path of the calendar of its
    campaign; ``file`` that of somebody's own calendar file. One query, for the organisers, unless
    they were fetched along.
    """
    entry = calendar_entry(event, page)
    return CalendarLinks(
        file=file or reverse("events:calendar", args=[event.slug]),
        google=google_link(entry),
        outlook=outlook_link(entry, OUTLOOK),
        office=outlook_link(entry, OFFICE),
        feed=absolute_url(reverse("events:calendar-feed")),
        campaign_feed=absolute_url(campaign_feed) if campaign_feed else "",
    )


def google_link(entry: CalendarEntry) -> str:
    """Return the address of Google Calendar's form, filled in with ``entry``."""
    first, last = _bounds(entry, "%Y%m%dT%H%M%SZ", "%Y%m%d")
    return _address(
        GOOGLE,
        {
            "action": "TEMPLATE",
            "text": entry.summary,
            "dates": f"{first}/{last}",
            "ctz": settings.TIME_ZONE,
            "location": entry.location,
            "details": entry.description,
        },
    )


def outlook_link(entry: CalendarEntry, form: str) -> str:
    """Return the address of Outlook's ``form``, filled in with ``entry``."""
    first, last = _bounds(entry, "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d")
    values = {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "subject": entry.summary,
        "startdt": first,
        "enddt": last,
        "location": entry.location,
        "body": entry.description,
    }
    if entry.starts_at is None:
        values["allday"] = "true"
    return _address(form, values)


def webcal(address: str) -> str:
    """Return ``address`` with the scheme that opens a calendar program and subscribes there."""
    return urlsplit(address)._replace(scheme="webcal").geturl()


def _bounds(entry: CalendarEntry, moment: str, day: str) -> tuple[str, str]:
    if entry.starts_at is None:
        return f"{entry.day:{day}}", f"{entry.day + timedelta(days=1):{day}}"
    ends_at = entry.ends_at or entry.starts_at + ASSUMED_LENGTH
    return _utc(entry.starts_at, moment), _utc(ends_at, moment)


def _utc(moment: datetime, pattern: str) -> str:
    return moment.astimezone(UTC).strftime(pattern)


def _address(form: str, values: Mapping[str, str]) -> str:
    # Outlook shows a plus sign as a plus sign: spaces are %20.
    return f"{form}?{urlencode(values, quote_via=quote, safe='')}"
