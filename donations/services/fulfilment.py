"""Rewards on their way: what the donor chose, sent, come back, arrived, not wanted any more."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from donations import reward_tasks
from donations.addresses import PostalAddress
from donations.models import Pledge, RewardDelivery, RewardOption
from donations.services import rewarding
from donations.services.errors import DonationError

State = RewardDelivery.State
Way = RewardDelivery.Way

# The donor may still change everything.
OPEN_STATES = (State.ASKED, State.ARRANGED)
# How long after the question somebody who has not answered is written to again, and how often.
CHASE_AFTER = (timedelta(days=10), timedelta(days=25))
# Between two such mails, also when no worker ran for weeks.
CHASE_PAUSE = timedelta(days=10)


class DeliveryError(DonationError):
    """The delivery cannot be changed like this; ``field`` is what to choose anew, if anything."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


def _lock(delivery: RewardDelivery) -> RewardDelivery:
    """Return the delivery as it stands now, its pledge locked before it as everywhere."""
    Pledge.objects.select_for_update(no_key=True).get(pk=delivery.pledge_id)
    deliveries = RewardDelivery.objects.select_for_update(of=("self",))
    return deliveries.select_related("pledge__reward").get(pk=delivery.pk)


def _note(delivery: RewardDelivery, action: str, by: AbstractBaseUser | None) -> None:
    """Log what staff did; what donors do themselves stands in the delivery."""
    if by is not None:
        log(instance=delivery, action=f"donations.{action}", user=by)


def ways_of(delivery: RewardDelivery) -> list[str]:
    """Return how the reward may get to its donor."""
    reward = delivery.pledge.reward
    offered = {Way.POST: reward.needs_address, Way.PICK_UP: reward.can_be_picked_up}
    return [way for way, is_offered in offered.items() if is_offered]


@transaction.atomic
def choose_delivery(
    *,
    delivery: RewardDelivery,
    option: RewardOption | None,
    way: str,
    recipient: str = "",
    address: PostalAddress | None = None,
    by: AbstractBaseUser | None = None,
) -> RewardDelivery:
    """Keep what the donor chose: the size, and post with name and address, or pick-up.

    ``by`` is who enters it for a donor who phones. May be changed until the reward is sent; a
    size that is left is free again. Choosing the same again changes nothing. Raises
    ``DeliveryError`` when it was sent already, is not paid for, or the size is gone.
    """
    found = _lock(delivery)
    if found.state not in OPEN_STATES:
        raise DeliveryError(_("This cannot be changed any more. Nothing was recorded."))
    reward = found.pledge.reward
    if not reward.is_earned_by(found.pledge.received_eur):
        raise DeliveryError(
            _("The gift is not on our account at the moment. Nothing was recorded.")
        )
    if way not in ways_of(found):
        raise DeliveryError(_("Choose how you want to get it."), "way")
    if way == Way.POST and (not recipient or address is None):
        raise DeliveryError(_("Type the name and the address for the parcel."), "recipient")
    if (option is None) == reward.options.exists() or (option and option.reward_id != reward.pk):
        raise DeliveryError(_("Choose one of these."), "option")
    _change_option(found, option)
    found.way = way
    by_post = way == Way.POST
    found.recipient = recipient if by_post else ""
    found.address = address.to_text() if by_post else ""
    found.state, found.arranged_at = State.ARRANGED, timezone.now()
    # After a parcel that came back: the clock of the new address begins with the new parcel.
    found.sent_on = None
    fields = ["way", "recipient", "address", "state", "arranged_at", "sent_on"]
    found.save(update_fields=fields)
    _note(found, "arrange_reward", by)
    return found


def _change_option(delivery: RewardDelivery, option: RewardOption | None) -> None:
    """Give the earlier size back and take the new one; raises ``DeliveryError`` when it is gone."""
    earlier, new = delivery.option_id, option.pk if option else None
    if earlier == new:
        return
    ids = sorted(key for key in (earlier, new) if key)
    # In one order for everybody: two donors who swap sizes would wait for each other.
    list(RewardOption.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"))
    if new and not _take_option(new):
        raise DeliveryError(
            _("Meanwhile, none of these is left. Choose another; the rest is kept."), "option"
        )
    if earlier:
        RewardOption.objects.filter(pk=earlier).update(taken=F("taken") - 1)
    delivery.option = option
    delivery.save(update_fields=["option"])


def _take_option(option_id: int) -> bool:
    left = RewardOption.objects.filter(Q(stock=None) | Q(taken__lt=F("stock")), pk=option_id)
    return bool(left.update(taken=F("taken") + 1))


@transaction.atomic
def decline_reward(*, delivery: RewardDelivery, by: AbstractBaseUser | None = None) -> bool:
    """The donor does not want it any more: the piece is free for others, once.

    Return whether it was still wanted. Raises ``DeliveryError`` when it is on its way.
    """
    found = _lock(delivery)
    if found.state == State.DECLINED:
        return False
    if found.state not in (*OPEN_STATES, State.RETURNED):
        raise DeliveryError(_("It has been sent already. Nothing was changed."))
    if found.state == State.RETURNED:
        # It is back on our shelf.
        RewardDelivery.objects.filter(pk=found.pk).update(state=State.ASKED)
    holder = rewarding.lock_holder(found.pledge_id)
    if holder is None or not rewarding.give_back(holder):
        raise DeliveryError(_("It has been sent already. Nothing was changed."))
    _note(found, "decline_reward", by)
    return True


@transaction.atomic
def mark_sent(*, delivery_ids: Iterable[int], by: AbstractBaseUser | None, where: str = "") -> int:
    """Note that arranged rewards left, or are ready to be picked up, and tell their donors.

    ``where`` says where and when to pick up. Return how many; those that left before, were changed
    or are not paid for any more stay as they are. Raises ``DeliveryError`` when something is to be
    picked up and nobody says where.
    """
    ready = rewarding.earned_deliveries().filter(pk__in=list(delivery_ids), state=State.ARRANGED)
    ready = list(ready.select_for_update(of=("self",)).order_by("pk"))
    if not where and any(delivery.way == Way.PICK_UP for delivery in ready):
        raise DeliveryError(_("Say where and when people can pick up. Nothing was changed."))
    today = timezone.localdate()
    RewardDelivery.objects.filter(pk__in=[delivery.pk for delivery in ready]).update(
        state=State.SENT, sent_on=today
    )
    for delivery in ready:
        if delivery.way == Way.PICK_UP:
            # What the mail and the donor's own page say; erased like the address of a parcel.
            RewardDelivery.objects.filter(pk=delivery.pk).update(address=where)
        reward_tasks.send_reward_sent.defer(delivery_id=delivery.pk)
        _note(delivery, "send_reward", by)
    return len(ready)


@transaction.atomic
def mark_returned(*, delivery: RewardDelivery, by: AbstractBaseUser | None) -> bool:
    """A parcel came back, or nobody came for it; return whether it was on its way."""
    found = _lock(delivery)
    if found.state != State.SENT:
        return False
    found.state = State.RETURNED
    found.save(update_fields=["state"])
    _note(found, "return_reward", by)
    return True


@transaction.atomic
def ask_again(*, delivery: RewardDelivery, by: AbstractBaseUser | None) -> bool:
    """Ask the donor anew after a parcel came back; the address that failed is erased."""
    found = _lock(delivery)
    if found.state != State.RETURNED:
        return False
    found.state, found.asked_at, found.chase_count, found.chased_at = State.ASKED, None, 0, None
    found.recipient = found.address = ""
    fields = ["state", "asked_at", "chase_count", "chased_at", "recipient", "address"]
    found.save(update_fields=fields)
    reward_tasks.send_reward_question.defer(delivery_id=found.pk, is_first=True)
    _note(found, "ask_about_reward", by)
    return True


@transaction.atomic
def mark_arrived(*, delivery: RewardDelivery, by: AbstractBaseUser | None) -> bool:
    """It arrived or was picked up: its address is erased at once. Repeating changes nothing."""
    found = _lock(delivery)
    if found.state not in (State.SENT, State.RETURNED):
        return False
    found.state, found.ended_on = State.ARRIVED, timezone.localdate()
    found.recipient = found.address = ""
    found.save(update_fields=["state", "ended_on", "recipient", "address"])
    _note(found, "reward_arrived", by)
    return True


def chase_due(now: datetime | None = None) -> int:
    """Write once more to those who have not chosen yet, twice at most; return to how many.

    Claimed one by one, so that two runs at once write to nobody twice.
    """
    now = now or timezone.now()
    # Since when a question must be open, after none or one of these mails.
    open_since = {number: now - after for number, after in enumerate(CHASE_AFTER)}
    rows = rewarding.earned_deliveries().filter(state=State.ASKED)
    waiting = Q(pk=None)
    for number, moment in open_since.items():
        waiting |= Q(chase_count=number, asked_at__lte=moment)
    unhurried = Q(chased_at=None) | Q(chased_at__lte=now - CHASE_PAUSE)
    due = list(rows.filter(waiting, unhurried).values_list("pk", "chase_count"))
    return sum(_chase(pk, number, now) for pk, number in due)


@transaction.atomic
def _chase(delivery_id: int, number: int, now: datetime) -> bool:
    unclaimed = RewardDelivery.objects.filter(pk=delivery_id, state=State.ASKED, chase_count=number)
    if not unclaimed.update(chase_count=number + 1, chased_at=now):
        return False
    reward_tasks.send_reward_chase.defer(delivery_id=delivery_id)
    return True


@transaction.atomic
def forget_donor(pledge: Pledge) -> None:
    """For a person who is erased: no address, no link; what was not sent is free for others."""
    deliveries = RewardDelivery.objects.filter(pledge=pledge)
    holder = rewarding.lock_holder(pledge.pk)
    if holder is not None:
        # A parcel that came back is on our shelf.
        deliveries.filter(state=State.RETURNED).update(state=State.ASKED)
        rewarding.give_back(holder)
    deliveries.update(recipient="", address="", link_version=F("link_version") + 1)
