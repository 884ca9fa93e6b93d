"""The calendar file of an event in the reader's language, for downloads and mails."""

from email.utils import parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Page

from campaign_site.languages import site_language
from campaign_site.mail import absolute_url
from events.calendar import CANCELLED, CONFIRMED, CalendarEntry, write_calendar
from events.models import Event, Organiser

FILE_NAME = "calendar.ics"


def page_path(event: Event) -> str:
    """Return the path of the page that invites to ``event`` in the active language.

    An event whose page is not live in that language has its form there instead.
    """
    return _path(event, live_page(event))


def live_page(event: Event) -> Page | None:
    """Return the page that invites to ``event`` in the active language, if it is live."""
    return event.pages.live().filter(locale__language_code=site_language()).first()


def _path(event: Event, page: Page | None) -> str:
    parts = page.get_url_parts() if page else None
    return parts[2] if parts and parts[2] else event.get_absolute_url()


def calendar_file(event: Event, *, method: str = "", status: str = "") -> bytes:
    """Return the calendar file of ``event``: words and link in the active language.

    A file for download has no ``method``; one in a mail has ``calendar.PUBLISH``, or
    ``calendar.CANCEL`` when the event, or the sign-up of the reader, is cancelled. ``status``
    stands instead of that of the event.
    """
    entry = calendar_entry(event, live_page(event), status=status)
    return write_calendar(entry, method=method, made_at=timezone.now())


def calendar_entry(event: Event, page: Page | None, *, status: str = "") -> CalendarEntry:
    """Return the entry of ``event``, whose page in the active language is ``page``, if any.

    The UID stays the same in every language and after every change, that of the slug included, so
    that a calendar replaces its entry instead of adding a second one (RFC 5545, 3.8.4.7). Programs
    that do not know STATUS see in the title that an event is cancelled.
    """
    host = urlsplit(settings.SITE_URL).hostname
    sender_name, sender = parseaddr(settings.DEFAULT_FROM_EMAIL)
    url = absolute_url(_path(event, page))
    has_point = event.latitude is not None and event.longitude is not None
    return CalendarEntry(
        uid=f"event-{event.pk}@{host}",
        summary=_("Cancelled: %(name)s") % {"name": event.name}
        if event.is_cancelled
        else event.name,
        location=whereabouts(event),
        url=url,
        day=event.day,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        changed_at=event.calendar_changed_at,
        sequence=event.calendar_sequence,
        status=status or (CANCELLED if event.is_cancelled else CONFIRMED),
        description=description(event, url),
        point=(event.latitude, event.longitude) if has_point else None,
        organiser=sender,
        organiser_name=sender_name,
    )


def whereabouts(event: Event) -> str:
    """Return place and address on one line, in the active language."""
    return ", ".join(part for part in (event.place, event.address) if part)


def description(event: Event, url: str) -> str:
    """Return a few lines: what staff said of a change, who organises, where to read more."""
    lines = [event.notice]
    organising, supporting = organisers_of(event)
    if organising:
        lines.append(_("Organised by: %(names)s") % {"names": ", ".join(organising)})
    if supporting:
        lines.append(_("With the support of: %(names)s") % {"names": ", ".join(supporting)})
    return "\n".join(line for line in [*lines, url] if line)


def organisers_of(event: Event) -> tuple[list[str], list[str]]:
    """Return the names of those who organise ``event``, and of those who support it."""
    organising, supporting = [], []
    for organiser in event.organisers.all():
        is_partner = organiser.role == Organiser.Role.PARTNER
        (supporting if is_partner else organising).append(organiser.name)
    return organising, supporting
