"""The calendar file of an event in the reader's language, for downloads and mails."""

from urllib.parse import urlsplit

from django.conf import settings
from wagtail.models import Page

from campaign_site.languages import site_language
from campaign_site.mail import absolute_url
from events.calendar import CalendarEntry, write_calendar
from events.models import Event

FILE_NAME = "calendar.ics"


def page_path(event: Event) -> str:
    """Return the path of the page that invites to ``event`` in the active language.

    An event whose page is not live in that language has its form there instead.
    """
    return _path(event, _page(event))


def _page(event: Event) -> Page | None:
    return event.pages.live().filter(locale__language_code=site_language()).first()


def _path(event: Event, page: Page | None) -> str:
    parts = page.get_url_parts() if page else None
    return parts[2] if parts and parts[2] else event.get_absolute_url()


def calendar_file(event: Event) -> bytes:
    """Return the calendar file of ``event``: words and link in the active language."""
    return write_calendar(calendar_entry(event, _page(event)))


def calendar_entry(event: Event, page: Page | None) -> CalendarEntry:
    """Return the entry of ``event``, whose page in the active language is ``page``, if any.

    The UID stays the same in every language and after every change, so that a calendar replaces
    its entry instead of adding a second one (RFC 5545, 3.8.4.7).
    """
    host = urlsplit(settings.SITE_URL).hostname
    return CalendarEntry(
        uid=f"{event.slug}@{host}",
        summary=event.name,
        location=event.place,
        url=absolute_url(_path(event, page)),
        day=event.day,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        changed_at=event.calendar_changed_at,
        sequence=event.calendar_sequence,
    )
