"""Sign up for an event, and what comes right after; download its calendar file."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_safe

from campaign_site.caching import publicly_cached
from campaign_site.errors import form_key_reused
from campaign_site.idempotency import KeyReused
from events import services
from events.add_to_calendar import calendar_links
from events.calendar import MEDIA_TYPE
from events.calendar_file import calendar_file, live_page, page_path
from events.crowd import crowd_of
from events.forms import PassOnForm, SignUpForm
from events.models import Event, SignUp
from events.services.needs import NeedsGiven
from supporters import sources
from supporters.door import guarded


def event_screen(request: HttpRequest, name: str, event: Event, **context: object) -> HttpResponse:
    """Draw a screen about ``event`` that no search engine lists."""
    values = {"event": event, "event_url": page_path(event), "robots": "noindex", **context}
    return render(request, f"events/{name}.html", values)


def said_in(form: PassOnForm) -> dict[str, object]:
    """Return what a valid form says, as services take it."""
    words = form.needs_words
    return {
        "name": form.cleaned_data["name"],
        "email": form.cleaned_data["email"],
        "language": get_language(),
        "form_key": form.key,
        "form_digest": form.content_digest,
        "newsletter": form.newsletter_words,
        "needs": NeedsGiven(form.needs_kinds, form.needs_line_given) if words else None,
        "needs_words": words,
        "shared_with": form.shared_with,
        "sharing_words": form.sharing_words,
    }


@guarded("signup")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the form and take it in; an event that takes no sign-ups says so instead."""
    event = get_object_or_404(Event.objects.announced(), slug=slug)
    data = request.POST if request.method == "POST" else None
    form = SignUpForm(
        data,
        event=event,
        language=get_language(),
        door=request.door,
        came_by=request.GET.get(sources.PARAMETER, ""),
    )
    if form.is_valid():
        try:
            row = services.sign_up(
                event=event,
                party_size=form.cleaned_data["party_size"],
                source=form.cleaned_data["source"],
                **said_in(form),
            )
            is_waiting = row.status == SignUp.Status.WAITING
            return redirect("events:waiting" if is_waiting else "events:signed-up", slug)
        except KeyReused:
            return form_key_reused(request)
        except services.SignUpError as error:
            form.add_error(error.field, str(error))
            event.refresh_from_db()
    offered = event.is_open and (event.has_waiting_list or not event.is_full)
    return event_screen(request, "sign_up" if offered else "no_sign_up", event, form=form)


@require_safe
def signed_up(request: HttpRequest, slug: str) -> HttpResponse:
    """Say what happens next; the same words for everybody, so that nobody is given away."""
    event = get_object_or_404(Event.objects.announced(), slug=slug)
    ways = calendar_links(event, live_page(event))
    return event_screen(request, "signed_up", event, calendar_links=ways)


@require_safe
def waiting(request: HttpRequest, slug: str) -> HttpResponse:
    """Say how the waiting list works; the same words for everybody, as above."""
    event = get_object_or_404(Event.objects.announced(), slug=slug)
    return event_screen(request, "waiting", event, crowd=crowd_of(event))


@require_safe
@publicly_cached()
def calendar(request: HttpRequest, slug: str) -> HttpResponse:
    """Offer the event's calendar file; it holds nothing about anybody."""
    event = get_object_or_404(Event.objects.announced(), slug=slug)
    return HttpResponse(
        calendar_file(event),
        content_type=f"{MEDIA_TYPE}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{event.slug}.ics"'},
    )
