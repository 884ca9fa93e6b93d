"""What somebody does with their own sign-up, by the link that only they have."""

from collections.abc import Callable
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from campaign_site import links
from campaign_site.errors import form_key_reused, link_unusable
from campaign_site.idempotency import KeyReused
from campaign_site.mail import absolute_url
from campaign_site.same_origin import public_form
from events import services
from events.add_to_calendar import calendar_links
from events.calendar_file import live_page
from events.entry_code import entry_svg, short_code
from events.forms import ChangeForm, FeedbackForm, OwnNeedsForm, PassOnForm
from events.mails import feedback_url
from events.models import Organiser, SignUp
from events.moves import last_changes
from events.services.changing_needs import keep_needs
from events.services.feedback import give_feedback
from events.services.forgetting import forget_needs, stop_sharing
from events.services.needs import NeedsGiven
from events.services.waiting import position
from events.views import event_screen, said_in
from supporters.door import guarded

# So long before it begins, people are asked whether they still come.
_ASKS_COMING = timedelta(days=3)
# What a screen says was just done (``?done=``); anything else in its place says nothing.
DONE = ("changed", "coming", "accepted", "needs", "needs-erased", "not-shared")


def _found(purpose: str, token: str) -> SignUp:
    """Return the sign-up that ``token`` leads to, with its event; raises ``BadLink``."""
    rows = SignUp.objects.select_related("event", "event__sheet", "needs")
    return links.find_by_token(rows, purpose, token)


@public_form
@require_http_methods(["GET", "HEAD", "POST"])
def standing_link(request: HttpRequest, token: str) -> HttpResponse:
    """Show a sign-up to whoever has its link; a POST does what its ``action`` says.

    What was done before, or came too late, is told and done no second time.
    """
    try:
        found = _found(SignUp.LINK_PURPOSE, token)
    except links.BadLink:
        return link_unusable(request)
    action = _ACTIONS.get(request.POST.get("action", ""))
    if request.method != "POST" or action is None:
        done = request.GET.get("done", "")
        return _standing_screen(request, found, done=done if done in DONE else "")
    try:
        return action(request, found)
    except services.SignUpError as error:
        return _standing_screen(request, _found(SignUp.LINK_PURPOSE, token), refusal=str(error))


def _standing_screen(request: HttpRequest, found: SignUp, **context: object) -> HttpResponse:
    event, status = found.event, found.status
    stands = status in SignUp.STANDING and not event.is_cancelled and not event.has_started
    values = {
        "sign_up": found,
        "stands": stands,
        "changes": last_changes(event) if stands else [],
        "form": ChangeForm(initial={"party_size": found.party_size}),
        **context,
    }
    if not _still_true(found, str(values.get("done", "")), stands=stands):
        values["done"] = ""
    if stands and found.shared_with:
        rows = Organiser.objects.filter(event=event, pk__in=found.shared_with)
        values["shared_with"] = get_text_list([row.name for row in rows], _("and"))
    if stands and status == SignUp.Status.WAITING:
        values["position"] = position(found)
    if status == SignUp.Status.CONFIRMED and not event.is_cancelled and not event.is_past:
        values |= {"entry_svg": entry_svg(found), "short_code": short_code(found.public_id)}
    if stands and status == SignUp.Status.CONFIRMED:
        values["calendar_links"] = calendar_links(event, live_page(event))
        values["pass_on_url"] = absolute_url(pass_on_path(found))
        values["asks_coming"] = event.begins - timezone.now() < _ASKS_COMING
    if status == SignUp.Status.CONFIRMED and event.is_past and not found.gave_feedback:
        values["feedback_url"] = feedback_url(found)
    return event_screen(request, "standing_link", event, **values)


def _still_true(found: SignUp, done: str, *, stands: bool) -> bool:
    """Whether what was done holds at this moment: the page may be opened again much later."""
    confirmed = found.status == SignUp.Status.CONFIRMED
    of_places = {"accepted": confirmed, "coming": confirmed and found.confirmed_coming}
    return stands and of_places.get(done, True)


def pass_on_path(sign_up: SignUp) -> str:
    """Return the path by which somebody else takes over these places."""
    token = links.make_token(SignUp.PASS_ON_PURPOSE, sign_up.public_id, sign_up.link_version)
    return reverse("events:pass-on", args=[token])


def _done(request: HttpRequest, what: str) -> HttpResponse:
    return redirect(f"{request.path}?done={what}" if what else request.path)


def _change(request: HttpRequest, found: SignUp) -> HttpResponse:
    """Change the number of people, or show again what was typed and why it cannot be."""
    form = ChangeForm(request.POST)
    if form.is_valid():
        try:
            services.change_party_size(sign_up=found, **form.cleaned_data)
            return _done(request, "changed")
        except services.SignUpError as error:
            if not error.field:
                raise
            form.add_error(error.field, str(error))
            found.refresh_from_db(fields=["status", "party_size"])
    return _standing_screen(request, found, form=form)


def _cancel(request: HttpRequest, found: SignUp) -> HttpResponse:
    if services.cancel_sign_up(sign_up=found):
        return _done(request, "")
    found.refresh_from_db()
    return _standing_screen(request, found, repeated=True)


def _accept(request: HttpRequest, found: SignUp) -> HttpResponse:
    if services.accept_offer(sign_up=found):
        return _done(request, "accepted")
    return _done(request, "")


def _refuse(request: HttpRequest, found: SignUp) -> HttpResponse:
    """Leave offered places to others; who has said yes before, in another window, is told so."""
    if services.refuse_offer(sign_up=found):
        return _done(request, "")
    found.refresh_from_db()
    if found.status != SignUp.Status.CONFIRMED:
        return _done(request, "")
    refusal = _("You had already said yes. If you cannot come after all, cancel below.")
    return _standing_screen(request, found, refusal=refusal)


def _coming(request: HttpRequest, found: SignUp) -> HttpResponse:
    """Note that they really come; said twice, it stays said."""
    coming = SignUp.objects.confirmed().filter(pk=found.pk)
    is_noted = not found.event.is_cancelled and coming.update(confirmed_coming=True)
    return _done(request, "coming" if is_noted else "")


def _stop_sharing(request: HttpRequest, found: SignUp) -> HttpResponse:
    stop_sharing(found)
    return _done(request, "not-shared")


_ACTIONS: dict[str, Callable[[HttpRequest, SignUp], HttpResponse]] = {
    "change": _change,
    "cancel": _cancel,
    "accept": _accept,
    "refuse": _refuse,
    "coming": _coming,
    "stop-sharing": _stop_sharing,
}


@guarded("signup")
@require_http_methods(["GET", "HEAD", "POST"])
def needs(request: HttpRequest, token: str) -> HttpResponse:
    """Show somebody what they said they need, to be changed or erased.

    On a screen of its own: the one with the entry code is held under the eyes of others.
    """
    try:
        found = _found(SignUp.LINK_PURPOSE, token)
    except links.BadLink:
        return link_unusable(request)
    event, own = found.event, found.get_absolute_url()
    if found.status not in SignUp.STANDING or event.is_past or event.is_cancelled:
        return redirect(own)
    if request.POST.get("action") == "forget":
        forget_needs(found)
        return redirect(f"{own}?done=needs-erased")
    data = request.POST if request.method == "POST" else None
    form = OwnNeedsForm(data, sign_up=found, language=get_language(), door=request.door)
    if form.is_valid():
        words = form.needs_words
        if words is None:
            forget_needs(found)
            return redirect(f"{own}?done=needs-erased")
        given = NeedsGiven(form.needs_kinds, form.needs_line_given)
        keep_needs(sign_up=found, needs=given, words=words)
        return redirect(f"{own}?done=needs")
    return event_screen(request, "own_needs", event, form=form, sign_up=found, own_url=own)


@guarded("signup")
@require_http_methods(["GET", "HEAD", "POST"])
def pass_on(request: HttpRequest, token: str) -> HttpResponse:
    """Let somebody else take over the places of whoever gave them this link.

    Ends like any sign-up, so that the link tells nobody whether an address has signed up.
    """
    try:
        found = _found(SignUp.PASS_ON_PURPOSE, token)
    except links.BadLink:
        return link_unusable(request)
    event = found.event
    stands = found.status == SignUp.Status.CONFIRMED
    can_pass = stands and not event.has_started and not event.is_cancelled
    data = request.POST if request.method == "POST" else None
    form = PassOnForm(
        data,
        event=event,
        language=get_language(),
        door=request.door,
        subject=f"pass-on-{found.public_id.hex}",
    )
    if form.is_valid():
        try:
            services.pass_on(sign_up=found, **said_in(form))
            return redirect("events:signed-up", event.slug)
        except KeyReused:
            return form_key_reused(request)
        except services.SignUpError as error:
            form.add_error(error.field, str(error))
            found.refresh_from_db()
            can_pass = can_pass and found.status == SignUp.Status.CONFIRMED
    name = "pass_on" if can_pass else "pass_on_over"
    return event_screen(request, name, event, form=form, sign_up=found)


@public_form
@require_http_methods(["GET", "HEAD", "POST"])
def feedback(request: HttpRequest, token: str) -> HttpResponse:
    """Ask once how it was; whoever has answered is thanked."""
    try:
        found = _found(SignUp.FEEDBACK_PURPOSE, token)
    except links.BadLink:
        return link_unusable(request)
    form = FeedbackForm(request.POST if request.method == "POST" else None)
    refusal = ""
    if form.is_valid():
        try:
            give_feedback(sign_up=found, language=get_language(), **form.cleaned_data)
            return redirect(request.path)
        except services.SignUpError as error:
            refusal = str(error)
    values = {"form": form, "sign_up": found, "refusal": refusal}
    name = "feedback_given" if found.gave_feedback else "feedback"
    return event_screen(request, name, found.event, **values)
