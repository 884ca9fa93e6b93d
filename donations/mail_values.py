"""What may stand in the words of mails about gifts and rewards, in the active language."""

import re

from django.utils.translation import gettext as _

from campaign_site.templatetags.campaign import day, euros
from donations.models import Pledge, RewardDelivery

_LONGEST_NAME = 60
# What names of people do not have, but the texts of those who misuse a form do.
_NOT_IN_NAMES = re.compile(r"[\n\r\t<>@/\\|]|www\.|\.(com|net|org|be|eu|ru|cn|info|xyz)\b", re.I)


def greeted(name: str) -> str:
    """Return the name to greet somebody by, in one line; empty for what is no name.

    Anybody may type anything with anybody's address: a mail of ours repeats no address and no
    message of theirs.
    """
    text = " ".join(name.split(" ")).strip()
    return "" if len(text) > _LONGEST_NAME or _NOT_IN_NAMES.search(text) else text


def greeting(name: str) -> str:
    known = greeted(name)
    return _("Hello %(name)s,") % {"name": known} if known else _("Hello,")


def values_of_pledge(pledge: Pledge) -> dict[str, object]:
    """Return the values of a promise. The donor's name is not among them: see ``greeted``."""
    return {
        "appeal": pledge.appeal.name,
        "amount": euros(pledge.amount_eur),
        "day": day(pledge.created_hour),
    }


def values_of_thanks(name: str) -> dict[str, object]:
    """Return the value of the thanks for a payment, which may be of several appeals."""
    return {"greeting": greeting(name)}


def values_of_delivery(delivery: RewardDelivery) -> dict[str, object]:
    pledge = delivery.pledge
    values = {
        "greeting": greeting(pledge.name),
        "appeal": pledge.appeal.name,
        "reward": pledge.reward.name,
    }
    return {**values, "day": day(delivery.sent_on)} if delivery.sent_on else values
