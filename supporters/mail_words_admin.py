"""Staff screens: the words of every mail to people, in three languages side by side."""

import smtplib
from collections.abc import Collection, Iterable
from itertools import groupby

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin import messages as notes
from wagtail.admin.auth import user_passes_test
from wagtail.models import ModelLogEntry

from campaign_site.query_numbers import read_number
from supporters import mail_words
from supporters.mail_samples import render_sample, send_sample
from supporters.mail_words import Kind
from supporters.mail_words_forms import MailWordsForm
from supporters.models import MailWords

CHANGE = "supporters.change_mailwords"
# Of who changed the words of one mail, the latest first.
_CHANGES_SHOWN = 20


def may_change(user: AbstractBaseUser, kind: Kind) -> bool:
    """Whether somebody may change the words of a mail: of all, or of those of their own work."""
    return user.has_perm(CHANGE) or bool(kind.permission and user.has_perm(kind.permission))


def may_change_any(user: AbstractBaseUser) -> bool:
    return any(may_change(user, kind) for kind in mail_words.kinds().values())


@require_safe
@user_passes_test(may_change_any)
def index(request: HttpRequest) -> HttpResponse:
    """List every mail with the moment it leaves, and in which languages staff have changed it."""
    changed = mail_words.languages_with_own_words()
    mine = [kind for kind in mail_words.kinds().values() if may_change(request.user, kind)]
    sections = [
        (section, [(kind, _in_order(changed.get(kind.key, ()))) for kind in kinds])
        for section, kinds in groupby(sorted(mine, key=_place), key=lambda kind: kind.section)
    ]
    return render(request, "supporters/admin/mail_words.html", {"sections": sections})


def _in_order(codes: Collection[str]) -> list[str]:
    return [code for code, _name in settings.LANGUAGES if code in codes]


def _place(kind: Kind) -> int:
    """Return where the first mail of the same section stands, so that sections stay together."""
    sections = [str(other.section) for other in mail_words.kinds().values()]
    return sections.index(str(kind.section))


@require_http_methods(["GET", "HEAD", "POST"])
@user_passes_test(may_change_any)
def words(request: HttpRequest, key: str) -> HttpResponse:
    """Change the words of one mail; see the whole mail with them, try it out, go back."""
    kind = mail_words.kinds().get(key)
    if kind is None:
        raise Http404
    if not may_change(request.user, kind):
        raise PermissionDenied
    do = request.POST.get("do", "")
    if request.method == "POST" and do.startswith("reset-"):
        return _reset(request, kind, do.removeprefix("reset-"))
    form = MailWordsForm(request.POST if request.method == "POST" else None, kind=kind)
    if request.method != "POST" or not form.is_valid():
        return _screen(request, form)
    if do == "save":
        return _screen(request, form) if form.refuse_if_outdated() else _save(request, form)
    chosen = read_number(request.POST.get("example", ""))
    if do == "test":
        _try_out(request, form, chosen)
    return _screen(request, form, chosen=chosen, sample=_sample(form, chosen))


def _reset(request: HttpRequest, kind: Kind, language: str) -> HttpResponse:
    if language in dict(settings.LANGUAGES):
        mail_words.reset_words(kind, language, user=request.user)
        notes.success(request, _("The words of the house are in force again."))
    return redirect("mail_words_admin:words", kind.key)


def _save(request: HttpRequest, form: MailWordsForm) -> HttpResponse:
    with transaction.atomic():
        for code, one in form.written.items():
            mail_words.set_words(
                form.kind, code, subject=one.subject, text=one.text, user=request.user
            )
    notes.success(request, _("Saved. The next emails leave with these words."))
    return redirect("mail_words_admin:words", form.kind.key)


def _sample(form: MailWordsForm, chosen: int | None) -> list[tuple[str, str, object]]:
    """Return name, code and the whole mail of each language, with the words as they are typed."""
    return [
        (name, code, render_sample(form.kind, code, words=form.written[code], chosen=chosen))
        for code, name in settings.LANGUAGES
    ]


def _try_out(request: HttpRequest, form: MailWordsForm, chosen: int | None) -> None:
    address = request.user.email
    if not address:
        notes.error(request, _("Your account has no email address to send a test to."))
        return
    try:
        for code, one in form.written.items():
            send_sample(form.kind, code, to=address, words=one, chosen=chosen)
    except (OSError, smtplib.SMTPException):
        notes.error(request, _("The mail server did not take the test. Try again in a minute."))
    else:
        sentence = _("The test is on its way to %(address)s.")
        notes.success(request, sentence % {"address": address})


def _changes(kind: Kind) -> Iterable[ModelLogEntry]:
    """Return who changed the words of a mail and when, those that were set back included."""
    entries = ModelLogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(MailWords), data__kind=kind.key
    )
    return entries.select_related("user").order_by("-timestamp")[:_CHANGES_SHOWN]


def _screen(
    request: HttpRequest,
    form: MailWordsForm,
    *,
    chosen: int | None = None,
    sample: list[tuple[str, str, object]] | None = None,
) -> HttpResponse:
    kind = form.kind
    context = {
        "kind": kind,
        "form": form,
        "needed": kind.required,
        "not_in_subject": [name for name in kind.variables if name in kind.telling],
        "words_in_use": [
            (name, code, mail_words.default_words(kind, code), form.in_force[code])
            for code, name in settings.LANGUAGES
        ],
        "examples": list(kind.examples()),
        "chosen": chosen,
        "sample": sample,
        "about": kind.sample(settings.LANGUAGE_CODE, chosen).about if sample else "",
        "changes": _changes(kind),
    }
    return render(request, "supporters/admin/mail_words_of.html", context)
