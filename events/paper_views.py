"""Paper to download: the poster, the sheet for the day; and one's own calendar file."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from campaign_site.caching import publicly_cached
from campaign_site.errors import error_page, link_unusable
from campaign_site.links import BadLink, find_by_token
from campaign_site.pdf import PdfError
from events import calendar, paper
from events.calendar_file import calendar_file
from events.models import Event, SignUp
from events.paper import Paper
from supporters import sources

_HOUR_SECONDS = 3600


@require_safe
@publicly_cached(seconds=_HOUR_SECONDS)
def poster(request: HttpRequest, slug: str) -> HttpResponse:
    """Answer with the poster in the language of the address; ``size`` is a4 (if none) or a3.

    The code on it carries the tag of ``from``, if staff declared it.
    """
    event = get_object_or_404(Event.objects.announced(), slug=slug)
    size = request.GET.get("size", "a4")
    if size not in paper.SIZES:
        raise Http404
    source = sources.known_source(request.GET.get(sources.PARAMETER, ""))
    return _kept(request, paper.poster(event, size=size, source=source))


@require_safe
@publicly_cached()
def sheet(request: HttpRequest, slug: str) -> HttpResponse:
    """Answer with the sheet for the day, if staff let anyone have it."""
    events = Event.objects.announced().filter(sheet__is_public=True)
    event = get_object_or_404(events, slug=slug)
    return _kept(request, paper.sheet(event, for_attendees=False))


@require_safe
def own_sheet(request: HttpRequest, token: str) -> HttpResponse:
    """Answer with the sheet for the day, for somebody who has places.

    It is the same for all of them, so it is made once; no cache outside may keep it.
    """
    try:
        found = _own(token)
    except BadLink:
        return link_unusable(request)
    if found.status != SignUp.Status.CONFIRMED:
        return link_unusable(request)
    made = paper.sheet(found.event, for_attendees=True)
    try:
        return pdf_response(made.kept_pdf(), made.name)
    except PdfError:
        return come_back(request)


@require_safe
def own_calendar(request: HttpRequest, token: str) -> HttpResponse:
    """Answer with the calendar file of a sign-up: coming, perhaps coming, or no longer."""
    try:
        found = _own(token)
    except BadLink:
        return link_unusable(request)
    status = ""
    if not found.event.is_cancelled:
        status = _CALENDAR_STATUS.get(found.status, calendar.CANCELLED)
    return HttpResponse(
        calendar_file(found.event, status=status),
        content_type=f"{calendar.MEDIA_TYPE}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{found.event.slug}.ics"'},
    )


_CALENDAR_STATUS = {
    SignUp.Status.CONFIRMED: calendar.CONFIRMED,
    SignUp.Status.OFFERED: calendar.TENTATIVE,
    SignUp.Status.WAITING: calendar.TENTATIVE,
}


def _own(token: str) -> SignUp:
    return find_by_token(SignUp.objects.select_related("event"), SignUp.LINK_PURPOSE, token)


def _kept(request: HttpRequest, made: Paper) -> HttpResponse:
    """Answer with a paper that anyone may read, or say that theirs is still good."""
    response = get_conditional_response(request, etag=made.etag)
    if response is None:
        try:
            response = pdf_response(made.kept_pdf(), made.name)
        except PdfError:
            return come_back(request)
    response.headers["ETag"] = made.etag
    return response


def pdf_response(pdf: bytes, name: str) -> HttpResponse:
    """Return a PDF to save; browsers that show it on the page would need more than our policy."""
    response = HttpResponse(pdf, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def come_back(request: HttpRequest) -> HttpResponse:
    """Say that the paper cannot be made at this moment, and when to ask again."""
    response = error_page(request, "503", 503)
    response.headers["Retry-After"] = "30"
    return response
