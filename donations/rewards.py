"""What the public sees of rewards: cards with a picture or a drawing, a threshold, what is left."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q, QuerySet, Value
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaign_site.editorial_pictures import REWARD, Picture, picture_of, stored_of
from campaign_site.languages import site_language
from campaign_site.templatetags.campaign import euros
from donations.models import Appeal, Reward

# From here on, people are told how many are left.
FEW = 10


@dataclass(frozen=True)
class RewardCard:
    """A reward in the active language; without a picture, a drawing of its ``kind``."""

    kind: str
    name: str
    description: str
    threshold: str
    stock: str
    is_gone: bool
    options: tuple[str, ...]
    picture: Picture | None


def offered_rewards(appeal: Appeal) -> QuerySet[Reward]:
    """What an appeal offers, pictures and sizes fetched; those of which none is left, too."""
    offered = Reward.objects.filter(appeal=appeal, is_offered=True)
    return offered.select_related("picture").prefetch_related("options", "picture__renditions")


def rewards_of(appeal: Appeal) -> list[RewardCard]:
    """Return a card for each reward that ``appeal`` offers, in their order.

    One query, and a second where there are pictures: pages have few to spend.
    """
    name = f"options__name_{site_language()}"
    order = ("options__sort_order", "options__pk")
    named = ArrayAgg(name, filter=Q(options__isnull=False), order_by=order, default=Value([]))
    offered = Reward.objects.filter(appeal=appeal, is_offered=True).select_related("picture")
    rewards = offered.prefetch_related("picture__renditions").annotate(option_names=named)
    return [card_of(reward, options=reward.option_names) for reward in rewards]


def card_of(reward: Reward, *, options: Iterable[str] | None = None) -> RewardCard:
    """Return the card of a reward; its options are fetched unless their names are given."""
    if options is None:
        options = (option.name for option in reward.options.all())
    return RewardCard(
        kind=reward.kind,
        name=reward.name,
        description=reward.description,
        threshold=threshold_of(reward),
        stock=_stock_of(reward),
        is_gone=reward.left == 0,
        options=tuple(options),
        picture=_picture_of(reward),
    )


def threshold_of(reward: Reward) -> str:
    """Say from which amount on the reward is given, in the active language."""
    sentence = _("For gifts over %(amount)s") if reward.is_over else _("For gifts from %(amount)s")
    return sentence % {"amount": euros(reward.amount_eur)}


def _stock_of(reward: Reward) -> str:
    if reward.left is None or reward.left > FEW:
        return ""
    if reward.left == 0:
        return _("None left")
    return ngettext("%(number)d left", "%(number)d left", reward.left) % {"number": reward.left}


def _picture_of(reward: Reward) -> Picture | None:
    if reward.picture is None:
        return None
    picture = reward.picture
    try:
        return picture_of(picture, REWARD, alt=picture.description, stored=stored_of(picture))
    except OSError:
        # The file is gone or cannot be read: the drawing takes its place.
        return None
