"""All announced events of a language as one calendar that people subscribe to."""

from datetime import timedelta

from django.db.models import Q, prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from campaign_site.caching import publicly_cached
from campaign_site.languages import site_language
from campaign_site.mail import absolute_url
from events.calendar import MEDIA_TYPE, CalendarFeed, write_feed
from events.calendar_file import FILE_NAME, calendar_entry
from events.models import Event

# What is over stays in the subscribed calendar for a year.
_PAST = timedelta(days=365)
_REFRESH = timedelta(hours=6)
QUARTER_SECONDS = 15 * 60


def announced_pages(within: Q | None = None) -> dict[Event, object]:
    """Return events, soonest first, each with its page in the active language or None.

    Only events with a live page, in any language, that anyone may read; of those pages only the
    ones that ``within`` describes, if given. Three queries.
    """
    # The pages' model belongs to an app above this one.
    pages = Event.pages.rel.related_model.objects.live().public()
    since = timezone.localdate() - _PAST
    found: dict[Event, object] = {}
    for page in (
        pages.filter(within or Q(), event__day__gte=since)
        .select_related("event", "locale")
        .order_by("event__day", "event_id", "pk")
    ):
        found.setdefault(page.event, None)
        if page.locale.language_code == site_language():
            found[page.event] = found[page.event] or page
    prefetch_related_objects(list(found), "organisers")
    return found


@require_safe
@publicly_cached(seconds=QUARTER_SECONDS)
def calendar_feed(request: HttpRequest) -> HttpResponse:
    """Answer with the calendar of the active language; it holds nothing about anybody."""
    return feed_response(request, _("Viva Salud: events"), announced_pages())


def feed_response(request: HttpRequest, name: str, pages: dict[Event, object]) -> HttpResponse:
    """Answer with the calendar ``name`` of events, each with its page or None.

    Cancelled events stay in it, as cancelled ones: a calendar only forgets what it is told of.
    """
    feed = CalendarFeed(
        name=name,
        url=absolute_url(request.path),
        refresh=_REFRESH,
        entries=[calendar_entry(event, page) for event, page in pages.items()],
    )
    return HttpResponse(
        write_feed(feed),
        content_type=f"{MEDIA_TYPE}; charset=utf-8",
        headers={"Content-Disposition": f'inline; filename="{FILE_NAME}"'},
    )
