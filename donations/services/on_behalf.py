"""What staff do for a donor who asks: send the payment mail once more, take a promise back."""

from django.db import transaction
from wagtail.log_actions import log

from donations import tasks
from donations.models import Pledge
from donations.payment_details import details_of
from donations.services.pledging import cancel_pledge


def can_resend(pledge: Pledge) -> bool:
    """Whether the mail with the payment details would leave, and reach somebody."""
    return (
        pledge.status == Pledge.Status.PROMISED
        and pledge.instructions_sent_at is not None
        and pledge.supporter is not None
        and details_of(pledge) is not None
    )


@transaction.atomic
def resend_instructions(*, pledge: Pledge, by) -> bool:
    """Queue the mail with the payment details once more; return whether that is new.

    Not for a promise that money has come for, that was taken back or whose donor was erased, nor
    while the mail is on its way already: pressing twice sends one.
    """
    if not can_resend(pledge):
        return False
    sent = Pledge.objects.filter(pk=pledge.pk, status=Pledge.Status.PROMISED)
    if not sent.exclude(instructions_sent_at=None).update(instructions_sent_at=None):
        return False
    tasks.send_pledge_instructions.defer(pledge_id=pledge.pk)
    log(instance=pledge, action="donations.resend_instructions", user=by)
    return True


@transaction.atomic
def take_back(*, pledge: Pledge, by) -> bool:
    """Take a promise back because its donor asked; return whether it still stood."""
    if not cancel_pledge(pledge=pledge):
        return False
    log(instance=pledge, action="donations.take_back_pledge", user=by)
    return True
