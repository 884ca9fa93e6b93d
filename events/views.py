"""Sign up; see, change and cancel a sign-up; download the calendar file."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_safe

from campaign_site.caching import publicly_cached
from campaign_site.errors import form_key_reused, link_unusable
from campaign_site.idempotency import KeyReused
from campaign_site.links import BadLink, find_by_token
from campaign_site.same_origin import public_form
from events import services
from events.calendar import MEDIA_TYPE
from events.calendar_file import calendar_file, page_path
from events.forms import ChangeForm, SignUpForm
from events.models import Event, SignUp
from supporters.door import guarded


def _screen(request: HttpRequest, name: str, event: Event, **context: object) -> HttpResponse:
    values = {"event": event, "event_url": page_path(event), "robots": "noindex", **context}
    return render(request, f"events/{name}.html", values)


@guarded("signup")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the form and take it in; an event that is full or closed says so instead."""
    event = get_object_or_404(Event.objects.announced(), slug=slug)
    data = request.POST if request.method == "POST" else None
    form = SignUpForm(data, subject=slug, language=get_language(), door=request.door)
    if form.is_valid():
        try:
            services.sign_up(
                event=event,
                name=form.cleaned_data["name"],
                email=form.cleaned_data["email"],
                party_size=form.cleaned_data["party_size"],
                language=get_language(),
                form_key=form.key,
                form_digest=form.content_digest,
                newsletter=form.newsletter_words,
            )
            return redirect("events:signed-up", slug)
        except KeyReused:
            return form_key_reused(request)
        except services.SignUpError as error:
            form.add_error(error.field, str(error))
            event.refresh_from_db()
    offered = event.is_open and not event.is_full
    return _screen(request, "sign_up" if offered else "no_sign_up", event, form=form)


@require_safe
def signed_up(request: HttpRequest, slug: str) -> HttpResponse:
    """Say what happens next; the same words for everybody, so that nobody is given away."""
    return _screen(request, "signed_up", get_object_or_404(Event.objects.announced(), slug=slug))


@public_form
@require_http_methods(["GET", "HEAD", "POST"])
def standing_link(request: HttpRequest, token: str) -> HttpResponse:
    """Show a sign-up to whoever has its link.

    A POST with a number of people changes that number; any other POST cancels.
    """
    try:
        found = find_by_token(SignUp.objects.select_related("event"), SignUp.LINK_PURPOSE, token)
    except BadLink:
        return link_unusable(request)
    if request.method != "POST":
        is_changed = request.GET.get("changed") == "1"
        return _standing_screen(request, found, is_changed=is_changed)
    if "party_size" in request.POST:
        return _change(request, found)
    return _cancel(request, found)


def _standing_screen(request: HttpRequest, found: SignUp, **context: object) -> HttpResponse:
    form = ChangeForm(initial={"party_size": found.party_size})
    values = {"sign_up": found, "form": form, **context}
    return _screen(request, "standing_link", found.event, **values)


def _change(request: HttpRequest, found: SignUp) -> HttpResponse:
    """Change the number of people, or show again what was typed and why it cannot be."""
    form = ChangeForm(request.POST)
    refusal = ""
    if form.is_valid():
        try:
            services.change_party_size(sign_up=found, **form.cleaned_data)
            return redirect(f"{request.path}?changed=1")
        except services.SignUpError as error:
            if error.field:
                form.add_error(error.field, str(error))
            else:
                refusal = str(error)
            found.refresh_from_db(fields=["status", "party_size"])
    return _standing_screen(request, found, form=form, refusal=refusal)


def _cancel(request: HttpRequest, found: SignUp) -> HttpResponse:
    refusal = ""
    try:
        if services.cancel_sign_up(sign_up=found):
            return redirect(request.path)
        found.refresh_from_db(fields=["status"])
    except services.SignUpError as error:
        refusal = str(error)
    return _standing_screen(request, found, refusal=refusal, repeated=not refusal)


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
