"""Change, cancel and restore an event, and tell everybody who signed up."""

from collections.abc import Mapping

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from events.facts import event_facts, has_moved
from events.mailing_mails import RESTORED
from events.models import Event, Mailing, SignUp
from events.services import mailings
from events.services.errors import SignUpError
from events.services.waiting import end_offers_with_the_event, renew_offers, settle_places

__all__ = ["announce_change", "announce_notice", "cancel_event", "event_facts", "undo_cancel_event"]

MOST_NOTICE = 600
Notice = Mapping[str, str]


def _in_every_language(notice: Notice) -> dict[str, str]:
    """Return staff's note by language; empty where they wrote none: the facts speak there."""
    return {language: notice.get(language, "").strip() for language, _label in settings.LANGUAGES}


@transaction.atomic
def announce_change(
    *,
    event: Event,
    before: Mapping[str, str | None],
    notice: Notice,
    user: AbstractBaseUser | None,
    mails: bool = True,
) -> Mailing | None:
    """Make a change that was saved known: on pages, in calendars, and by mail.

    When the event moved, whoever had said again that they come is asked again by the reminder.
    ``before`` are the ``event_facts`` before it. Does nothing, and returns None, when no fact
    differs; a repeat therefore needs the new facts as ``before``. Without ``mails``, nobody is
    written to; neither are they of an event that is cancelled or over. What a move changed is kept
    all the same, for the pages.
    """
    words = _in_every_language(notice)
    current = _hold(event)
    after = event_facts(current)
    if after == dict(before):
        return None
    now = timezone.now()
    changes: dict[str, object] = _new_version(words, now)
    moved = has_moved(dict(before), after)
    if moved:
        changes["moved_at"] = now
    _write(event, changes)
    if moved:
        # What they said again was about the old day or place.
        SignUp.objects.filter(event=event, confirmed_coming=True).update(confirmed_coming=False)
        end_offers_with_the_event(event.pk)
    told = mails and not current.is_cancelled and not current.is_past
    mailing = _tell(event, Mailing.Kind.CHANGE, words, user, before=dict(before)) if told else None
    if moved and mailing is None:
        mailings.record_unmailed(event=event, before=dict(before), made_by=user)
    return mailing


@transaction.atomic
def announce_notice(
    *, event: Event, notice: Notice, user: AbstractBaseUser | None, mails: bool = True
) -> Mailing | None:
    """Tell everybody of something that is in no fact of the event, in staff's own words.

    Calling twice tells twice. Raises ``SignUpError`` without words in every language (there is
    nothing else in the mail), and for an event that is cancelled or over.
    """
    words = _in_every_language(notice)
    for language, text in words.items():
        if not text:
            raise SignUpError(
                _("Write what has changed in all three languages."), field=f"notice_{language}"
            )
    current = _hold(event)
    if current.is_cancelled or current.is_past:
        raise SignUpError(_("This event is cancelled or over: there is nothing left to change."))
    _write(event, _new_version(words, timezone.now()))
    log(instance=event, action="events.announce_change", user=user)
    return _tell(event, Mailing.Kind.CHANGE, words, user) if mails else None


@transaction.atomic
def cancel_event(*, event: Event, notice: Notice, user: AbstractBaseUser | None) -> bool:
    """Cancel an event and tell everybody who signed up; return False if it was cancelled before.

    Sign-ups stay as they are, so that the cancellation can be taken back. Reminders and changes
    that are being sent stop. Raises ``SignUpError`` when the event is over.
    """
    words = _in_every_language(notice)
    current = _hold(event)
    if current.is_cancelled:
        return False
    if current.is_past:
        raise SignUpError(_("This event is over."))
    now = timezone.now()
    _write(event, {**_new_version(words, now), "cancelled_at": now})
    mailings.stop_others(event, (*Mailing.TIMED, Mailing.Kind.CHANGE))
    _tell(event, Mailing.Kind.CANCELLATION, words, user)
    log(instance=event, action="events.cancel", user=user)
    return True


@transaction.atomic
def undo_cancel_event(*, event: Event, notice: Notice, user: AbstractBaseUser | None) -> bool:
    """Let a cancelled event take place after all and tell everybody; False if it was not cancelled.

    What was not sent of the cancellation is not sent any more. Whoever had an offer has anew the
    time to answer it, and free places are offered to the waiting list again. Raises
    ``SignUpError`` when the event is over.
    """
    words = _in_every_language(notice)
    current = _hold(event)
    if not current.is_cancelled:
        return False
    if current.is_past:
        raise SignUpError(_("This event is over."))
    _write(event, {**_new_version(words, timezone.now()), "cancelled_at": None})
    mailings.stop_others(event, (Mailing.Kind.CANCELLATION,))
    _tell(event, Mailing.Kind.CHANGE, words, user, before=RESTORED)
    renew_offers(event.pk)
    settle_places(event.pk)
    log(instance=event, action="events.restore", user=user)
    return True


def _hold(event: Event) -> Event:
    """Lock the row of the event and return it as it stands now."""
    return Event.objects.select_for_update(no_key=True).get(pk=event.pk)


def _new_version(words: Notice, now) -> dict[str, object]:
    """Return what every change sets: the note, and the next version for calendars (RFC 5545)."""
    return {
        **{f"notice_{language}": text for language, text in words.items()},
        "calendar_sequence": F("calendar_sequence") + 1,
        "calendar_changed_at": now,
    }


def _write(event: Event, changes: Mapping[str, object]) -> None:
    Event.objects.filter(pk=event.pk).update(**changes)
    event.refresh_from_db(fields=list(changes))


def _tell(
    event: Event,
    kind: str,
    words: Notice,
    user: AbstractBaseUser | None,
    before: Mapping[str, object] | None = None,
) -> Mailing | None:
    """Make the mailing to all sign-ups that stand; none when there are none."""
    recipients = mailings.standing(event)
    if not recipients.exists():
        return None
    return mailings.begin(
        event=event,
        kind=kind,
        recipients=recipients,
        now=timezone.now(),
        words={language: {"text": text} for language, text in words.items() if text},
        before=before or {},
        made_by=user,
    )
