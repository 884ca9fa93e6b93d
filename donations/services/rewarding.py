"""Rewards: a piece set aside with a promise, given back when it ends, arranged when money came."""

from collections.abc import Iterable

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from donations import reward_tasks
from donations.models import Pledge, Reward, RewardDelivery, RewardOption
from donations.services.errors import PledgeError

_GONE = (RewardDelivery.State.SENT, RewardDelivery.State.ARRIVED)
# An import may pay for thousands of rewards at once.
_BATCH = 1000


class RewardRefused(PledgeError):
    """The promise cannot be taken with this reward; without one, or with another, it can."""

    field = "reward"


def take_reward(reward: Reward) -> bool:
    """Set one piece aside; False when none is left. One conditional statement, so never oversold.

    Not safe to repeat by itself: whoever calls it notes it in ``Pledge.holds_reward`` in the same
    transaction.
    """
    left = Reward.objects.filter(Q(stock=None) | Q(taken__lt=F("stock")), pk=reward.pk)
    return bool(left.update(taken=F("taken") + 1))


@transaction.atomic
def release_reward(pledge_id: int) -> bool:
    """Give the piece back that a pledge holds and has not earned; return whether it did.

    For a promise that was taken back or has expired, and for money that went back in full. What
    the money that came has earned stays set aside, and what was sent is gone. Of two calls at
    once, one gives back.
    """
    pledge = lock_holder(pledge_id)
    if pledge is None or pledge.reward.is_earned_by(pledge.received_eur):
        return False
    return give_back(pledge)


def lock_holder(pledge_id: int) -> Pledge | None:
    """Return a pledge that holds a reward, locked until the transaction ends; None otherwise."""
    holders = Pledge.objects.select_for_update(no_key=True, of=("self",)).filter(holds_reward=True)
    return holders.select_related("reward").filter(pk=pledge_id).first()


def give_back(pledge: Pledge) -> bool:
    """Put the piece of a locked holder back, with its size, and end its delivery."""
    delivery = RewardDelivery.objects.select_for_update().filter(pledge=pledge).first()
    if delivery and delivery.state in _GONE:
        return False
    Pledge.objects.filter(pk=pledge.pk).update(holds_reward=False)
    Reward.objects.filter(pk=pledge.reward_id).update(taken=F("taken") - 1)
    if delivery is None:
        return True
    if delivery.option_id:
        RewardOption.objects.filter(pk=delivery.option_id).update(taken=F("taken") - 1)
    delivery.state = RewardDelivery.State.DECLINED
    delivery.option = None
    delivery.way = delivery.recipient = delivery.address = ""
    delivery.ended_on = timezone.localdate()
    delivery.save(update_fields=["state", "option", "way", "recipient", "address", "ended_on"])
    return True


def earned() -> Q:
    """What says of deliveries that the money that is there pays for them."""
    received, amount = "pledge__received_eur", F("pledge__reward__amount_eur")
    return Q(**{f"{received}__gt": amount}) | Q(
        **{f"{received}__gte": amount, "pledge__reward__is_over": False}
    )


def earned_deliveries() -> QuerySet[RewardDelivery]:
    """Return what is paid for, and whose donor was not erased."""
    return RewardDelivery.objects.filter(earned()).exclude(pledge__supporter=None)


@transaction.atomic
def arrange_after_payment(pledge_ids: Iterable[int]) -> int:
    """Begin the delivery of each reward that these pledges have now earned; return how many.

    After ``settle``, in its transaction. The donor is asked by mail, later than a hasty match is
    undone. Money that comes for a promise that had ended takes a piece again if one is left. A
    delivery that nobody was asked about goes when its money was placed elsewhere. Doing it again
    changes nothing.
    """
    pledges = (
        Pledge.objects.select_for_update(no_key=True, of=("self",))
        .filter(pk__in=list(pledge_ids))
        .exclude(reward=None)
        .select_related("reward")
        .order_by("pk")
    )
    pledges = list(pledges)
    if not pledges:
        return 0
    deliveries = RewardDelivery.objects.filter(pledge__in=pledges)
    asked = RewardDelivery.State.ASKED
    deliveries.filter(~earned(), state=asked, asked_at=None).delete()
    arranged = set(deliveries.values_list("pledge", flat=True))
    due = [
        RewardDelivery(pledge=pledge)
        # Rewards in one order for everybody: two transactions would wait for each other.
        for pledge in sorted(pledges, key=lambda pledge: (pledge.reward_id, pledge.pk))
        if pledge.pk not in arranged
        and pledge.supporter_id
        and pledge.reward.is_earned_by(pledge.received_eur)
        and _holds(pledge)
    ]
    RewardDelivery.objects.bulk_create(due, batch_size=_BATCH)
    _ask_later([delivery.pk for delivery in due])
    return len(due)


def _holds(pledge: Pledge) -> bool:
    """Whether a piece is set aside for this locked pledge, or could be once more."""
    if not pledge.holds_reward and take_reward(pledge.reward):
        pledge.holds_reward = True
        pledge.save(update_fields=["holds_reward"])
    return pledge.holds_reward


def _ask_later(delivery_ids: list[int]) -> None:
    wait = {"seconds": settings.THANKS_DELAY_SECONDS}
    question = reward_tasks.send_reward_question.configure(schedule_in=wait)
    for start in range(0, len(delivery_ids), _BATCH):
        batch = delivery_ids[start : start + _BATCH]
        question.batch_defer(*({"delivery_id": pk, "is_first": True} for pk in batch))


def unmet_pledges() -> QuerySet[Pledge]:
    """Pledges that came late: paid enough for a reward of which nothing was left."""
    amount = F("reward__amount_eur")
    enough = Q(received_eur__gt=amount) | Q(received_eur__gte=amount, reward__is_over=False)
    waiting = Pledge.objects.filter(enough, holds_reward=False, delivery=None)
    return waiting.exclude(reward=None).exclude(supporter=None)
