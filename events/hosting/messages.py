"""Staff screens: what was and is sent to those who signed up, and a message to them."""

import smtplib

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from wagtail.admin import messages as notes
from wagtail.admin.auth import permission_required
from wagtail.log_actions import log

from campaign_site.query_numbers import read_number
from events.hosting.access import WRITE
from events.hosting.message_forms import MessageForm
from events.mail_hours import timed_mails
from events.models import Event, Mailing
from events.services import mailings, messages
from events.services.errors import SignUpError


@require_safe
@permission_required(WRITE)
def index(request: HttpRequest, event_id: int) -> HttpResponse:
    """Show what left, what is being sent, what came too late, and what the clock still sends."""
    event = get_object_or_404(Event, pk=event_id)
    made = list(event.mailings.select_related("made_by").order_by("-due_at", "-pk"))
    far = mailings.progress(made)
    known = {(mailing.kind, mailing.day) for mailing in made}
    planned = [
        (Mailing.Kind(due.kind).label, due.due_at)
        for due in timed_mails(event)
        if (due.kind, event.day) not in known and due.due_at > timezone.now()
    ]
    context = {
        "event": event,
        "made": [(one, far[one.pk], one.kind in Mailing.TIMED) for one in made],
        "planned": [] if event.is_cancelled else planned,
    }
    return render(request, "events/hosting/messages.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(WRITE)
def write(request: HttpRequest, event_id: int) -> HttpResponse:
    """Write to attendees: see who gets it and what it looks like, try it out, send it."""
    event = get_object_or_404(Event, pk=event_id)
    if request.method != "POST":
        chosen = {name: request.GET.get(name, "") for name in ("segment", "language")}
        return _form_screen(request, event, MessageForm(initial=chosen, user=request.user))
    form = MessageForm(request.POST, user=request.user)
    if not form.is_valid():
        return _form_screen(request, event, form)
    chosen = messages.recipients(event, form.cleaned_data["segment"], form.cleaned_data["language"])
    counts = messages.count_by_language(chosen)
    try:
        messages.check_words(event, form.words)
        messages.require_languages(counts, form.words)
        if request.POST.get("do") == "send":
            return _send(request, event, form, sum(counts.values()))
    except SignUpError as error:
        form.add_error(error.field, str(error))
        return _form_screen(request, event, form)
    if request.POST.get("do") == "test":
        _try_out(request, event, form)
    return _form_screen(request, event, form, counts)


def _form_screen(
    request: HttpRequest, event: Event, form: MessageForm, counts: dict[str, int] | None = None
) -> HttpResponse:
    """Show the form; with ``counts``, also who gets it and how it reads."""
    context = {"event": event, "form": form, "sample": None}
    if counts is not None:
        context["sample"] = [
            (name, code, counts.get(code, 0), *_preview(event, code, form))
            for code, name in settings.LANGUAGES
            if code in form.words and counts.get(code)
        ]
        context["total"] = sum(counts.values())
    return render(request, "events/hosting/message_form.html", context)


def _preview(event: Event, code: str, form: MessageForm) -> tuple[str, str]:
    return messages.render_preview(event, code, form.words[code])


def _send(request: HttpRequest, event: Event, form: MessageForm, total: int) -> HttpResponse:
    """Send what was seen; when more or fewer people would get it by now, show that first."""
    if read_number(request.POST.get("seen", "")) != total:
        raise SignUpError(
            _("The number of people has changed since you looked. Look again, then send."),
            field="segment",
        )
    mailing = messages.send_message(
        event=event,
        segment=form.cleaned_data["segment"],
        language=form.cleaned_data["language"],
        words=form.words,
        user=request.user,
        public_id=form.cleaned_data["public_id"],
    )
    sentence = ngettext(
        "The message leaves to %(number)d sign-up.",
        "The message leaves to %(number)d sign-ups.",
        mailing.recipients,
    )
    notes.success(request, sentence % {"number": mailing.recipients})
    return redirect("events_hosting:message", event.pk, mailing.public_id)


def _try_out(request: HttpRequest, event: Event, form: MessageForm) -> None:
    if not request.user.email:
        notes.error(request, _("Your account has no email address to send a test to."))
        return
    try:
        messages.send_test(to=request.user.email, event=event, words=form.words)
    except (OSError, smtplib.SMTPException):
        notes.error(request, _("The mail server did not take the test. Try again in a minute."))
    else:
        address = {"address": request.user.email}
        notes.success(request, _("The test is on its way to %(address)s.") % address)


def _mailing(event_id: int, public_id) -> Mailing:
    rows = Mailing.objects.select_related("event", "made_by")
    return get_object_or_404(rows, event=event_id, public_id=public_id)


def _context(mailing: Mailing) -> dict[str, object]:
    return {
        "event": mailing.event,
        "mailing": mailing,
        "far": mailings.progress([mailing])[mailing.pk],
        "is_at_work": mailing.state == Mailing.State.SENDING,
        "is_timed": mailing.kind in Mailing.TIMED,
    }


@require_safe
@permission_required(WRITE)
def message(request: HttpRequest, event_id: int, public_id) -> HttpResponse:
    """Show one mailing: how far it is, to whom, in which words."""
    mailing = _mailing(event_id, public_id)
    written = [
        (name, code, mailing.words[code])
        for code, name in settings.LANGUAGES
        if code in mailing.words
    ]
    segment = messages.SEGMENTS.get(mailing.segment, "")
    context = {**_context(mailing), "written": written, "segment": segment}
    return render(request, "events/hosting/message.html", context)


@require_safe
@permission_required(WRITE)
def message_progress(request: HttpRequest, event_id: int, public_id) -> HttpResponse:
    """The part of the screen that changes while copies leave."""
    context = _context(_mailing(event_id, public_id))
    return render(request, "events/hosting/message_progress.html", context)


@require_POST
@permission_required(WRITE)
@transaction.atomic
def stop_message(request: HttpRequest, event_id: int, public_id) -> HttpResponse:
    """Let no further copy of a mailing leave."""
    mailing = _mailing(event_id, public_id)
    if mailings.stop(mailing):
        log(instance=mailing.event, action="events.stop_message", user=request.user)
        notes.success(request, _("Stopped. What had left before cannot be taken back."))
    else:
        notes.warning(request, _("It was no longer being sent."))
    return redirect("events_hosting:message", event_id, public_id)
