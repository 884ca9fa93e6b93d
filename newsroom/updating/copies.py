"""The copies of an update: each is mailed once, or dropped when nobody is to be written to."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from newsroom.models import CampaignUpdate, UpdateCopy
from newsroom.updating import mails
from supporters.models import NewsletterSubscription

State = CampaignUpdate.State


@transaction.atomic
def send_copy(copy_id: int, now: datetime) -> bool:
    """Mail one copy; return whether it left.

    A copy that is being sent by another worker is left to that one; one whose update was stopped
    waits until it goes on. Whoever has stopped the news meanwhile gets nothing, and their copy
    goes. The copy's row is locked while the mail leaves, so of two workers one sends; a worker
    killed between sending and noting makes one repeat at most, and loses none.
    """
    copy = _take(copy_id, sent_at=None)
    if copy is None:
        return False
    if copy.update.state not in (State.SENDING, State.SENT):
        UpdateCopy.objects.filter(pk=copy.pk).update(claimed_at=None)
        return False
    if not _is_wanted(copy):
        copy.delete()
        return False
    mails.send(copy)
    UpdateCopy.objects.filter(pk=copy.pk).update(sent_at=now)
    CampaignUpdate.objects.filter(pk=copy.update_id).update(sent=F("sent") + 1)
    return True


@transaction.atomic
def send_again(copy_id: int, now: datetime) -> bool:
    """Mail a copy that has left before and came back, if it is still wanted."""
    copy = _take(copy_id, sent_at__isnull=False)
    if copy is None or not _is_wanted(copy):
        return False
    mails.send(copy)
    UpdateCopy.objects.filter(pk=copy.pk).update(sent_at=now)
    return True


def _take(copy_id: int, **conditions: object) -> UpdateCopy | None:
    """Lock a copy and return it with all it needs; None when another worker has it."""
    return (
        UpdateCopy.objects.select_for_update(of=("self",), skip_locked=True, no_key=True)
        .select_related("update", "subscription__supporter")
        .filter(pk=copy_id, **conditions)
        .first()
    )


def _is_wanted(copy: UpdateCopy) -> bool:
    """Whether this person may still be written to, as of now."""
    subscribed = NewsletterSubscription.objects.consented().filter(pk=copy.subscription_id)
    return bool(copy.subscription.supporter.email) and subscribed.exists()
