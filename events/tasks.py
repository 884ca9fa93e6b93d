"""Tell people what became of their sign-up: places, a number in the queue, an offer, an end.

Each task looks again at the sign-up as it stands now and notes when the mail left, so that running
it twice sends one; a worker killed between sending and noting makes one repeat at most.
"""

import uuid

from procrastinate.contrib.django import app

from campaign_site.hours import this_hour
from campaign_site.tasks import MAIL_RETRY
from events import mails
from events.mail_kinds import KINDS
from events.mailing_mails import MESSAGE_TEMPLATE
from events.models import MailingCopy, SignUp
from supporters import failed_mails

_ANSWERS = {
    SignUp.Status.CONFIRMED: mails.send_confirmed,
    SignUp.Status.WAITING: mails.send_waiting,
}
_ENDS = {
    SignUp.Status.CANCELLED: mails.send_cancelled,
    SignUp.Status.LAPSED: mails.send_lapsed,
    SignUp.Status.PASSED_ON: mails.send_passed_on,
}


def _find(**conditions: object) -> SignUp | None:
    rows = SignUp.objects.select_related("event__sheet", "supporter").exclude(supporter=None)
    return rows.filter(**conditions).first()


@app.task(name="send_sign_up_answer", retry=MAIL_RETRY)
def send_sign_up_answer(public_id: str) -> None:
    """Mail what the sign-up with this ``public_id`` got: places, or a number on the waiting list.

    It may be deferred before the row is made, in the same transaction. Does nothing when the row
    is gone, has ended, or has had its answer since it was asked for; when it has an offer by now,
    of which its own mail tells; and when the event is cancelled: of that everybody is told.
    """
    sign_up = _find(
        public_id=uuid.UUID(public_id), confirmation_sent_at=None, event__cancelled_at=None
    )
    if sign_up is not None and sign_up.status in _ANSWERS:
        _ANSWERS[sign_up.status](sign_up)
        # What it has become while the mail left, this mail has not told.
        told = SignUp.objects.filter(pk=sign_up.pk, status=sign_up.status)
        told.update(confirmation_sent_at=this_hour())


@app.task(name="send_sign_up_answer_anew", retry=MAIL_RETRY)
def send_sign_up_answer_anew(row_id: int) -> None:
    """The same by the number of the row: staff asked for it because the mail came back."""
    public_id = SignUp.objects.filter(pk=row_id).values_list("public_id", flat=True).first()
    if public_id is not None:
        send_sign_up_answer(public_id=str(public_id))


@app.task(name="send_offer", retry=MAIL_RETRY)
def send_offer(row_id: int) -> None:
    """Mail that places are free for somebody who waits; not when they have answered meanwhile."""
    sign_up = _find(
        pk=row_id,
        status=SignUp.Status.OFFERED,
        offer_sent_at=None,
        event__cancelled_at=None,
    )
    if sign_up is not None:
        mails.send_offered(sign_up)
        # An offer that was renewed while this mail left has another end, which is told anew.
        told = SignUp.objects.filter(pk=row_id, offer_until=sign_up.offer_until)
        told.update(offer_sent_at=this_hour())


@app.task(name="send_sign_up_ended", retry=MAIL_RETRY)
def send_sign_up_ended(row_id: int) -> None:
    """Mail that a sign-up is cancelled, passed on, or that its offer was not answered in time."""
    sign_up = _find(pk=row_id, status__in=list(_ENDS), cancellation_sent_at=None)
    if sign_up is not None:
        _ENDS[sign_up.status](sign_up)
        SignUp.objects.filter(pk=row_id).update(cancellation_sent_at=this_hour())


def register_mails() -> None:
    """Let mails that come back be sent anew."""
    answer = failed_mails.MailKind(
        "send_sign_up_answer_anew", "row_id", SignUp, "confirmation_sent_at"
    )
    offer = failed_mails.MailKind("send_offer", "row_id", SignUp, "offer_sent_at")
    ended = failed_mails.MailKind("send_sign_up_ended", "row_id", SignUp, "cancellation_sent_at")
    copy = failed_mails.MailKind("send_mailing_copy_anew", "copy_id", MailingCopy)
    of_sign_ups = {
        "sign_up_confirmation": answer,
        "sign_up_waiting": answer,
        "sign_up_offer": offer,
        "sign_up_lapsed": ended,
        "sign_up_cancelled": ended,
        "sign_up_passed_on": ended,
    }
    for key in KINDS:
        failed_mails.register(key, of_sign_ups.get(key, copy))
    failed_mails.register(MESSAGE_TEMPLATE, copy)
