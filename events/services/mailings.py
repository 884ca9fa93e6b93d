"""Mails to everybody who comes: when each is due, to whom it goes, one copy a person, once.

A mailing takes its recipients in one statement when it begins. A task then makes a task for each
copy (``mailing_copies.py``): thousands of them take seconds, in which nobody could sign up.
What is due is asked every minute of the clock on the wall, in Belgium: a worker that was down
catches up, and says in the mail that it comes late; a clock that is set back finds the mailing
made. What would be pointless by now is not sent, and stands as too late where staff see it.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import OperationalError, connection, transaction
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from events.local_time import BRUSSELS
from events.mail_hours import Due, is_too_late, timed_mails
from events.models import Event, Mailing, MailingCopy, SignUp

Kind = Mailing.Kind
State = Mailing.State

logger = logging.getLogger(__name__)

# Whoever has had a mail with all the facts so short before a reminder gets none.
JUST_TOLD = timedelta(hours=12)
# How far back we look for what was missed; older events are nobody's concern any more.
_LOOK_BACK = timedelta(days=14)
# A mail is tried for a day; after two, what has not left does not leave by itself.
_GIVEN_UP = timedelta(days=2)


@dataclass(frozen=True)
class Progress:
    """How many copies have left, are still to leave, and were dropped: no longer wanted."""

    sent: int
    open: int
    dropped: int

    @property
    def percent(self) -> int:
        everything = self.sent + self.open + self.dropped
        return 100 if not everything else 100 * (everything - self.open) // everything


def due_mailings(now: datetime) -> list[Due]:
    """Return the timed mails that are due and not made, whose event still takes place."""
    today = now.astimezone(BRUSSELS).date()
    lately = Q(day__gte=today - _LOOK_BACK) | Q(ends_at__gte=now - _LOOK_BACK)
    events = Event.objects.filter(lately, day__lte=today + timedelta(days=1), cancelled_at=None)
    made = set(
        Mailing.objects.filter(event__in=events, kind__in=Mailing.TIMED).values_list(
            "event", "kind", "day"
        )
    )
    return [
        due
        for event in events
        for due in timed_mails(event)
        if due.due_at <= now and (event.pk, due.kind, event.day) not in made
    ]


def timed_recipients(due: Due) -> QuerySet[SignUp]:
    """Return the sign-ups that get a timed mail: who comes, and was not told just before.

    Told just before is who got a confirmation (for a new sign-up, an accepted offer, or once more)
    within 12 hours before the hour of the mail or after it; or everybody, by the mail that moved
    the event to this day after that hour. The thanks go to all who came or meant to.
    """
    coming = SignUp.objects.confirmed().filter(event=due.event).exclude(supporter=None)
    if due.kind == Kind.THANKS:
        return coming
    if _moved_since(due):
        return coming.none()
    # A confirmation that has not left yet counts from the sign-up or the offer.
    told = Coalesce("confirmation_sent_at", Greatest("created_hour", "offered_at"))
    return coming.annotate(told_at=told).filter(told_at__lte=due.due_at - JUST_TOLD)


def _moved_since(due: Due) -> bool:
    """Whether everybody was told of this day of the event after the mail was due."""
    changes = Mailing.objects.filter(
        event=due.event, kind=Kind.CHANGE, began_at__gte=due.due_at, before__has_key="day"
    )
    return changes.exclude(before__day=due.event.day.isoformat()).exists()


def begin_due(now: datetime) -> int:
    """Make the mailings that are due; return how many. Safe to run twice, also at once.

    One of an event that is busy is left for the next minute, and holds up no other.
    """
    made = 0
    for due in due_mailings(now):
        try:
            made += _begin_timed(due, now)
        except OperationalError:
            logger.warning("a mailing of event %s could not begin yet", due.event.pk)
    return made


@transaction.atomic
def _begin_timed(due: Due, now: datetime) -> bool:
    event = Event.objects.select_for_update(no_key=True).filter(pk=due.event.pk).first()
    # Somebody may have moved, cancelled or deleted it since.
    if event is None or event.is_cancelled or due not in timed_mails(event):
        return False
    recipients = timed_recipients(due)
    if not recipients.exists():
        return False
    late = now - due.due_at
    too_late = is_too_late(event, due.kind, due.due_at, now)
    mailing, is_new = Mailing.objects.get_or_create(
        event=event,
        kind=due.kind,
        day=event.day,
        defaults={
            "due_at": due.due_at,
            "began_at": None if too_late else now,
            "state": State.TOO_LATE if too_late else State.SENDING,
            "minutes_late": late // timedelta(minutes=1),
            "recipients": recipients.count() if too_late else 0,
        },
    )
    if is_new and not too_late:
        _make_copies(mailing, recipients)
    return is_new


@transaction.atomic
def begin(
    *, event: Event, kind: str, recipients: QuerySet[SignUp], now: datetime, **fields: object
) -> Mailing:
    """Make a mailing of staff and queue its copies. ``fields`` are those of ``Mailing``.

    Inside a transaction that holds the event's row, so that its facts and recipients belong
    together.
    """
    mailing = Mailing.objects.create(
        event=event, kind=kind, day=event.day, due_at=now, began_at=now, **fields
    )
    _make_copies(mailing, recipients.exclude(supporter=None))
    return mailing


def record_unmailed(*, event: Event, **fields: object) -> Mailing:
    """Keep what a move changed when nobody is written to; such a mailing never begins.

    ``fields`` are those of ``Mailing``.
    """
    return Mailing.objects.create(
        event=event,
        kind=Kind.CHANGE,
        day=event.day,
        due_at=timezone.now(),
        state=State.DONE,
        **fields,
    )


def _make_copies(mailing: Mailing, recipients: QuerySet[SignUp]) -> None:
    """Make a copy for each of ``recipients`` in one statement, and the task that queues them."""
    from events.mailing_tasks import queue_mailing_copies

    chosen, values = recipients.order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO events_mailingcopy (mailing_id, sign_up_id, public_id) "  # noqa: S608
            f"SELECT %s, chosen.id, gen_random_uuid() FROM ({chosen}) chosen (id) "
            "ORDER BY chosen.id ON CONFLICT (mailing_id, sign_up_id) DO NOTHING",
            [mailing.pk, *values],
        )
        mailing.recipients = cursor.rowcount
    if not mailing.recipients:
        mailing.state = State.DONE
    mailing.save(update_fields=["recipients", "state"])
    if mailing.recipients:
        queue_mailing_copies.defer(mailing_id=mailing.pk)


def finish(now: datetime) -> int:
    """Note as sent every mailing of which no copy is left to leave; return how many."""
    open_copies = Count("copies", filter=Q(copies__sent_at=None))
    sending = Mailing.objects.filter(state=State.SENDING).annotate(open=open_copies)
    done = sending.filter(Q(open=0) | Q(began_at__lt=now - _GIVEN_UP)).values_list("pk", flat=True)
    return Mailing.objects.filter(pk__in=list(done), state=State.SENDING).update(state=State.DONE)


def stop(mailing: Mailing) -> bool:
    """Let no further copy leave; return whether it was still being sent."""
    sending = Mailing.objects.filter(pk=mailing.pk, state=State.SENDING)
    return bool(sending.update(state=State.STOPPED))


def stop_others(event: Event, kinds: tuple[str, ...]) -> int:
    """Stop the mailings of ``kinds`` of an event that are still being sent."""
    running = Mailing.objects.filter(event=event, kind__in=kinds, state=State.SENDING)
    return running.update(state=State.STOPPED)


def progress(mailings: list[Mailing]) -> Mapping[int, Progress]:
    """Return for each mailing how far it is; one query."""
    counts = dict.fromkeys((mailing.pk for mailing in mailings), (0, 0))
    rows = MailingCopy.objects.filter(mailing__in=counts).order_by().values("mailing")
    sent = Count("pk", filter=Q(sent_at__isnull=False))
    for row in rows.annotate(everything=Count("pk"), sent=sent):
        counts[row["mailing"]] = (row["everything"], row["sent"])
    return {
        mailing.pk: Progress(
            sent=counts[mailing.pk][1],
            open=counts[mailing.pk][0] - counts[mailing.pk][1],
            dropped=max(mailing.recipients - counts[mailing.pk][0], 0)
            if mailing.state != State.TOO_LATE
            else 0,
        )
        for mailing in mailings
    }


def standing(event: Event) -> QuerySet[SignUp]:
    """Return the sign-ups that are told of changes: with places, an offer or a number."""
    return SignUp.objects.standing().filter(event=event)
