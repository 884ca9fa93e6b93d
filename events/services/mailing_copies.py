"""The copies of a mailing: queued, each sent once, or dropped when it has lost its point."""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction

from events import mailing_mails
from events.mail_hours import is_late, is_too_late
from events.models import Mailing, MailingCopy, SignUp

Kind = Mailing.Kind
State = Mailing.State

# What a mail server takes from one sender without turning it away.
COPIES_A_MINUTE = 600
_TASKS_A_STATEMENT = 1000


@transaction.atomic
def queue_copies(mailing_id: int) -> int:
    """Queue the copies that have not left; return how many.

    So many a minute: mail servers refuse who comes with thousands at once. Other mails go first:
    somebody who signs up meanwhile does not wait for them. Queued twice, a copy leaves once.
    """
    from events.mailing_tasks import send_mailing_copy

    to_leave = MailingCopy.objects.filter(mailing=mailing_id, sent_at=None).order_by("pk")
    copies = list(to_leave.values_list("pk", flat=True))
    for minute, chunk in enumerate(_chunks(copies, COPIES_A_MINUTE)):
        wait = {"schedule_in": {"minutes": minute}} if minute else {}
        task = send_mailing_copy.configure(priority=-1, **wait)
        for batch in _chunks(chunk, _TASKS_A_STATEMENT):
            task.batch_defer(*({"copy_id": pk} for pk in batch))
    return len(copies)


def _chunks(rows: list[int], size: int) -> Iterator[list[int]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


@transaction.atomic
def send_copy(copy_id: int, now: datetime) -> bool:
    """Mail one copy; return whether it left.

    A copy that is being sent by another worker is left to that one. What has lost its point
    meanwhile is dropped: the sign-up was cancelled, the event was moved, the mailing stopped. The
    copy's row is locked while the mail leaves, so of two workers one sends; a worker killed
    between sending and noting makes one repeat at most.
    """
    copy = _take(copy_id, sent_at=None)
    if copy is None or copy.mailing.state == State.STOPPED:
        return False
    if not _is_wanted(copy.mailing, copy.sign_up, now):
        copy.delete()
        return False
    mailing_mails.send(copy, is_late=is_late(copy.mailing, now))
    MailingCopy.objects.filter(pk=copy.pk).update(sent_at=now)
    return True


@transaction.atomic
def send_again(copy_id: int, now: datetime) -> bool:
    """Mail a copy that has left before, if it still says something true; return whether it left."""
    copy = _take(copy_id)
    if copy is None or not _is_wanted(copy.mailing, copy.sign_up, now):
        return False
    mailing_mails.send(copy, is_late=is_late(copy.mailing, now))
    MailingCopy.objects.filter(pk=copy.pk).update(sent_at=now)
    return True


def _take(copy_id: int, **conditions: object) -> MailingCopy | None:
    """Lock a copy and return it with all it needs; None when another worker has it."""
    copy = (
        MailingCopy.objects.select_for_update(of=("self",), skip_locked=True, no_key=True)
        .select_related("mailing__event__sheet", "sign_up__supporter")
        .filter(pk=copy_id, **conditions)
        .first()
    )
    if copy is not None:
        copy.sign_up.event = copy.mailing.event
    return copy


def _is_wanted(mailing: Mailing, sign_up: SignUp, now: datetime) -> bool:
    """Whether this mail still says something true to this person."""
    event = mailing.event
    if sign_up.supporter is None:
        return False
    if mailing.kind == Kind.CANCELLATION:
        # Also to whoever gave up meanwhile: they may go there all the same.
        return event.is_cancelled
    if mailing.kind == Kind.MESSAGE:
        return sign_up.status in SignUp.STANDING
    if event.is_cancelled:
        return False
    if mailing.kind == Kind.CHANGE:
        return sign_up.status in SignUp.STANDING
    moved = mailing.day != event.day
    return (
        sign_up.status == SignUp.Status.CONFIRMED
        and not moved
        and not is_too_late(event, mailing.kind, mailing.due_at, now)
    )
