"""Staff screens: the words of the mails about events, in three languages side by side."""

import smtplib
from collections.abc import Mapping
from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin import messages as notes
from wagtail.admin.auth import permission_required

from campaign_site.query_numbers import read_number
from events import mail_words, mails
from events.facts import event_facts
from events.hosting.access import CHANGE_EVENTS
from events.hosting.message_forms import MailWordsForm
from events.mail_kinds import KINDS, VARIABLES, Kind
from events.mail_words import Words
from events.mailing_mails import differences
from events.models import Event

# Events to try words out with, the latest first.
_EVENTS_SHOWN = 20


@require_safe
@permission_required(CHANGE_EVENTS)
def index(request: HttpRequest) -> HttpResponse:
    """List every mail with the moment it leaves, and in which languages staff have changed it."""
    changed = mail_words.languages_with_own_words()
    rows = [
        (kind, [code for code, _name in settings.LANGUAGES if code in changed.get(kind.key, ())])
        for kind in KINDS.values()
    ]
    return render(request, "events/hosting/mail_words.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(CHANGE_EVENTS)
def words_of(request: HttpRequest, kind: str) -> HttpResponse:
    """Change the words of one mail; see them with an event's facts, try them out, go back."""
    if kind not in KINDS:
        raise Http404
    chosen = KINDS[kind]
    do = request.POST.get("do", "")
    if do.startswith("reset-"):
        mail_words.reset_words(chosen, do.removeprefix("reset-"), user=request.user)
        notes.success(request, _("The words of the house are in force again."))
        return redirect("events_hosting:mail_words_of", kind)
    form = MailWordsForm(request.POST or None, initial=_initial(chosen))
    if request.method != "POST" or not (form.is_valid() and _is_sound(form, chosen)):
        return _screen(request, chosen, form)
    if do == "save":
        for code, _name in settings.LANGUAGES:
            subject, text = form.written(code)
            mail_words.set_words(chosen, code, subject=subject, text=text, user=request.user)
        notes.success(request, _("Saved. The next emails leave with these words."))
        return redirect("events_hosting:mail_words_of", kind)
    event = _event(request)
    if event is None:
        notes.error(request, _("There is no event yet to try the words out with."))
        return _screen(request, chosen, form)
    if do == "test":
        _try_out(request, chosen, form, event)
    return _screen(request, chosen, form, event)


def _initial(kind: Kind) -> dict[str, str]:
    values = {}
    for code, _name in settings.LANGUAGES:
        words = mail_words.current_words(kind, code)
        values[f"subject_{code}"], values[f"text_{code}"] = words.subject, words.text
    return values


def _is_sound(form: MailWordsForm, kind: Kind) -> bool:
    """Put what is wrong with the words beside their fields; whether nothing is."""
    for code, _name in settings.LANGUAGES:
        subject, text = form.written(code)
        for error in mail_words.check_subject(kind, subject):
            form.add_error(f"subject_{code}", error)
        for error in mail_words.check_text(kind, text):
            form.add_error(f"text_{code}", error)
    return not form.errors


def _event(request: HttpRequest) -> Event | None:
    chosen = read_number(request.POST.get("event", "")) or 0
    return Event.objects.filter(pk=chosen).first() or Event.objects.order_by("-day").first()


def _sample(kind: Kind, event: Event, code: str, words: Words) -> Mapping[str, object]:
    """Return a mail with the facts of ``event`` for a made-up person."""
    until = timezone.now() + timedelta(hours=event.hold_hours)
    sample = mails.Sample(event, code, offer_until=until)
    with override(code):
        context = mails.write_with(words, sample)
        if kind.key == "change":
            before = {**event_facts(event), "day": timezone.localdate().isoformat()}
            context["differences"] = differences(before, event_facts(event))
    return {**context, "is_confirmed": True}


def _try_out(request: HttpRequest, kind: Kind, form: MailWordsForm, event: Event) -> None:
    if not request.user.email:
        notes.error(request, _("Your account has no email address to send a test to."))
        return
    try:
        for code, _name in settings.LANGUAGES:
            context = _sample(kind, event, code, Words(*form.written(code)))
            mails.send_sample(kind.template, context, to=request.user.email, language=code)
    except (OSError, smtplib.SMTPException):
        notes.error(request, _("The mail server did not take the test. Try again in a minute."))
    else:
        address = {"address": request.user.email}
        notes.success(request, _("The test is on its way to %(address)s.") % address)


def _screen(
    request: HttpRequest, kind: Kind, form: MailWordsForm, event: Event | None = None
) -> HttpResponse:
    """Show the words; with an ``event``, also how they read in a mail about it."""
    own = mail_words.languages_with_own_words().get(kind.key, set())
    sample = []
    if event is not None:
        for code, name in settings.LANGUAGES:
            context = _sample(kind, event, code, Words(*form.written(code)))
            sample.append((name, code, *mails.preview(kind.template, context, code)))
    context = {
        "kind": kind,
        "form": form,
        "variables": [(name, VARIABLES[name]) for name in kind.variables],
        "defaults": [
            (name, code, mail_words.default_words(kind, code), code in own)
            for code, name in settings.LANGUAGES
        ],
        "events": Event.objects.order_by("-day")[:_EVENTS_SHOWN],
        "chosen": event,
        "sample": sample,
    }
    return render(request, "events/hosting/mail_words_of.html", context)
