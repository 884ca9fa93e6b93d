"""The copies of a mailing: what each kind says and carries."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import override

from campaign_site import mail
from campaign_site.languages import site_language
from campaign_site.templatetags.campaign import clock, long_day
from events import mails
from events.calendar import CANCEL
from events.facts import event_facts
from events.models import Mailing, MailingCopy, SignUp
from supporters.mail_words import Words

MESSAGE_TEMPLATE = "event_message"
# Of the mailing of an event that takes place after all, which is a change: stands in ``before``.
RESTORED = {"cancelled": True}

_WORDS = {
    Mailing.Kind.REMINDER: "event_reminder",
    Mailing.Kind.DAY: "event_day",
    Mailing.Kind.THANKS: "event_thanks",
    Mailing.Kind.CHANGE: "event_change",
    Mailing.Kind.CANCELLATION: "event_cancelled",
}
_WITH_ENTRY_CODE = (Mailing.Kind.REMINDER, Mailing.Kind.DAY)


@dataclass(frozen=True)
class Difference:
    """One thing that changed, as people read it."""

    label: str
    was: str
    now: str


def send(copy: MailingCopy, *, is_late: bool) -> None:
    """Mail a copy to its person, in their language. Raises like ``mail.send``."""
    mailing, sign_up = copy.mailing, copy.sign_up
    with override(sign_up.language):
        template, context = written(mailing, sign_up)
        attachments = _attachments(mailing, sign_up)
    mail.send(
        template,
        to=sign_up.supporter.email,
        context={**context, "is_late": is_late},
        language=sign_up.language,
        attachments=attachments,
        reference=copy.public_id.hex,
    )


def written(mailing: Mailing, sign_up: SignUp | mails.Sample) -> tuple[str, dict[str, object]]:
    """Return the template and what it shows, in the active language."""
    own = mailing.words.get(sign_up.language, {})
    if mailing.kind == Mailing.Kind.MESSAGE:
        words = Words(own.get("subject", ""), own.get("text", ""))
        return MESSAGE_TEMPLATE, mails.write_with(words, sign_up)
    kind = "event_restored" if mailing.before == RESTORED else _WORDS[mailing.kind]
    context = mails.write(kind, sign_up)
    context["notice"] = own.get("text", "")
    context["is_confirmed"] = _is_confirmed(sign_up)
    if mailing.before and mailing.before != RESTORED:
        context["differences"] = differences(mailing.before, event_facts(mailing.event))
    return kind, context


def _is_confirmed(sign_up: SignUp | mails.Sample) -> bool:
    return getattr(sign_up, "status", SignUp.Status.CONFIRMED) == SignUp.Status.CONFIRMED


def _attachments(mailing: Mailing, sign_up: SignUp) -> list[mail.Attachment]:
    """Return the calendar file where the entry changes, and the entry code near the day."""
    if mailing.kind == Mailing.Kind.CANCELLATION:
        return [mails.calendar_attachment(mailing.event, method=CANCEL)]
    if mailing.kind == Mailing.Kind.CHANGE and _is_confirmed(sign_up):
        return [mails.calendar_attachment(mailing.event)]
    if mailing.kind in _WITH_ENTRY_CODE:
        return [mails.entry_attachment(sign_up)]
    return []


def differences(before: Mapping[str, object], after: Mapping[str, object]) -> list[Difference]:
    """Return what differs between two ``event_facts``, in the active language."""
    language = site_language()
    pairs = [
        (_("Event"), _in(before, "name", language), _in(after, "name", language)),
        (_("When"), _when(before), _when(after)),
        (_("Where"), _where(before, language), _where(after, language)),
    ]
    return [Difference(label, was, now) for label, was, now in pairs if was != now]


def _in(facts: Mapping[str, object], name: str, language: str) -> str:
    return str(facts.get(f"{name}_{language}") or facts.get(f"{name}_en") or "")


def _where(facts: Mapping[str, object], language: str) -> str:
    parts = (_in(facts, "place", language), _in(facts, "address", language))
    return ", ".join(part for part in parts if part)


def _when(facts: Mapping[str, object]) -> str:
    day = long_day(date.fromisoformat(str(facts["day"])))
    hours = [
        clock(datetime.fromisoformat(str(facts[name])))
        for name in ("starts_at", "ends_at")
        if facts.get(name)
    ]
    return ", ".join([day, *(["–".join(hours)] if hours else [])])
