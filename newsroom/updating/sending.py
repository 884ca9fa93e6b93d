"""An update on its way: planned, begun, stopped, gone on with, done.

Its copies are made in one statement when it begins, for those who are subscribed then. Every
minute as many of them are handed to the queue as the pace allows (``copies.py`` mails them), so a
worker that was down goes on where it was and never makes up for lost minutes at once.
"""

import logging
from datetime import datetime, timedelta

from django.contrib.auth.models import AbstractBaseUser
from django.db import OperationalError, connection, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from events.services.mailings import Progress
from newsroom.models import CampaignUpdate, UpdateCopy
from newsroom.updating.campaigns import find_campaign
from newsroom.updating.errors import UpdateError
from newsroom.updating.recipients import recipients
from newsroom.updating.words import check, fallback, is_tested, written

State = CampaignUpdate.State

logger = logging.getLogger(__name__)

# A little less than the minute between two rounds, which may come a few seconds early.
_ROUND = timedelta(seconds=50)
# A mail is tried for a day; after two, what has not left does not leave by itself.
_GIVEN_UP = timedelta(days=2)
_TASKS_A_STATEMENT = 1000


def progress(update: CampaignUpdate) -> Progress:
    """Count the copies; those are dropped whose readers stopped the news or were erased since."""
    unsent = UpdateCopy.objects.filter(update=update, sent_at=None).count()
    dropped = max(update.recipients - update.sent - unsent, 0)
    return Progress(sent=update.sent, open=unsent, dropped=dropped)


def _hold(update: CampaignUpdate) -> CampaignUpdate:
    """Lock the update and return it as it stands now; inside a transaction."""
    return CampaignUpdate.objects.select_for_update(no_key=True).get(pk=update.pk)


@transaction.atomic
def start(
    update: CampaignUpdate, *, user: AbstractBaseUser | None, begins_at: datetime | None = None
) -> CampaignUpdate:
    """Send an update from now on, or from ``begins_at``; return it as it stands then.

    Raises ``UpdateError`` when its words cannot stand, when nobody tried them out since they were
    last changed, when nobody would get it, and when it is no draft any more: sent once only.
    """
    update = _hold(update)
    now = timezone.now()
    if update.state != State.DRAFT:
        raise UpdateError(_("This update was started before. It is sent once only."))
    campaign = find_campaign(update.campaign_key)
    if not campaign.is_public:
        raise UpdateError(_("No page of this campaign is published. Publish one first."))
    check(written(update), campaign, others=bool(fallback(update)))
    if not is_tested(update):
        raise UpdateError(
            _("Send a test to yourself first, and read it: the words have changed since the last.")
        )
    if begins_at is not None and begins_at <= now:
        raise UpdateError(_("This moment has passed. Choose a later one."), field="begins_at")
    if not recipients(update).exists():
        raise UpdateError(_("Nobody would get this update."))
    update.state, update.begins_at = State.SENDING, begins_at or now
    update.save(update_fields=["state", "begins_at"])
    log(instance=update, action="newsroom.send_update", user=user)
    if begins_at is None:
        _begin(update, now)
        _hand_out(update, now)
    return update


def begin_due(now: datetime) -> int:
    """Begin the updates whose moment has come; return how many. Safe to run twice and at once.

    One whose campaign no reader can see any more is a draft again.
    """
    begun = 0
    due = CampaignUpdate.objects.filter(state=State.SENDING, began_at=None, begins_at__lte=now)
    for update in due:
        try:
            begun += _begin_if_due(update, now)
        except OperationalError:
            logger.warning("update %s could not begin yet", update.pk)
    return begun


@transaction.atomic
def _begin_if_due(update: CampaignUpdate, now: datetime) -> bool:
    update = _hold(update)
    is_due = update.state == State.SENDING and update.began_at is None
    if not is_due or update.begins_at > now:
        return False
    if not find_campaign(update.campaign_key).is_public:
        # Taken down since it was planned. The moment stays, by which staff are told of it.
        update.state = State.DRAFT
        update.save(update_fields=["state"])
        log(instance=update, action="newsroom.stop_update", user=None)
        return False
    _begin(update, now)
    return True


def _begin(update: CampaignUpdate, now: datetime) -> None:
    """Make a copy for everybody who gets the update, in one statement."""
    chosen, values = recipients(update).order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO newsroom_updatecopy (update_id, subscription_id, public_id) "  # noqa: S608
            f"SELECT %s, chosen.id, gen_random_uuid() FROM ({chosen}) chosen (id) "
            "ORDER BY chosen.id ON CONFLICT (update_id, subscription_id) DO NOTHING",
            [update.pk, *values],
        )
        update.recipients = cursor.rowcount
    update.began_at = now
    if not update.recipients:
        update.state, update.ended_at = State.SENT, now
    update.save(update_fields=["recipients", "began_at", "state", "ended_at"])


def hand_out_due(now: datetime) -> int:
    """Hand this minute's copies of each update to the queue; return how many.

    Safe to run twice and at once: whoever comes second finds this minute's copies taken.
    """
    handed = 0
    for update in CampaignUpdate.objects.filter(state=State.SENDING, began_at__isnull=False):
        try:
            with transaction.atomic():
                handed += _hand_out(_hold(update), now)
        except OperationalError:
            logger.warning("copies of update %s wait for the next minute", update.pk)
    return handed


def _hand_out(update: CampaignUpdate, now: datetime) -> int:
    """Claim copies as far as the pace allows, and queue a task for each, in one transaction.

    Other mails go first: somebody who signs up meanwhile does not wait for them.
    """
    from newsroom.updating.tasks import send_update_copy

    if update.state != State.SENDING:
        return 0
    copies = UpdateCopy.objects.filter(update=update)
    allowed = update.pace - copies.filter(claimed_at__gt=now - _ROUND).count()
    if allowed <= 0:
        return 0
    unclaimed = copies.filter(sent_at=None, claimed_at=None).order_by("pk")
    chosen = list(
        unclaimed.select_for_update(skip_locked=True, no_key=True)[:allowed].values_list(
            "pk", flat=True
        )
    )
    UpdateCopy.objects.filter(pk__in=chosen).update(claimed_at=now)
    task = send_update_copy.configure(priority=-1)
    for start_at in range(0, len(chosen), _TASKS_A_STATEMENT):
        batch = chosen[start_at : start_at + _TASKS_A_STATEMENT]
        task.batch_defer(*({"copy_id": pk} for pk in batch))
    return len(chosen)


def finish_done(now: datetime) -> int:
    """Note as sent every update of which no copy is left to leave; return how many."""
    unsent = UpdateCopy.objects.filter(update=OuterRef("pk"), sent_at=None)
    still_tried = unsent.filter(Q(claimed_at=None) | Q(claimed_at__gte=now - _GIVEN_UP))
    sending = CampaignUpdate.objects.filter(state=State.SENDING, began_at__isnull=False)
    return sending.filter(~Exists(still_tried)).update(state=State.SENT, ended_at=now)


@transaction.atomic
def stop(update: CampaignUpdate, *, user: AbstractBaseUser | None) -> bool:
    """Let no further copy leave; return whether it was on its way.

    One that has not begun is called off: it is a draft again.
    """
    update = _hold(update)
    if update.state != State.SENDING:
        return False
    if update.began_at is None:
        update.state, update.begins_at = State.DRAFT, None
    else:
        update.state = State.STOPPED
    update.save(update_fields=["state", "begins_at"])
    log(instance=update, action="newsroom.stop_update", user=user)
    return True


@transaction.atomic
def go_on(update: CampaignUpdate, *, user: AbstractBaseUser | None) -> bool:
    """Send the copies that had not left when an update was stopped; return whether it was.

    A task of before that is still queued does no harm: whichever comes first sends the copy.
    """
    # Copies before the update, in the order in which a copy that leaves takes its locks.
    UpdateCopy.objects.filter(update=update, update__state=State.STOPPED, sent_at=None).update(
        claimed_at=None
    )
    update = _hold(update)
    if update.state != State.STOPPED:
        return False
    update.state = State.SENDING
    update.save(update_fields=["state"])
    log(instance=update, action="newsroom.go_on_with_update", user=user)
    return True
