"""The mails about gifts and rewards whose words staff may change, with those of the house."""

from django.utils.translation import gettext_lazy as _

from donations import mail_samples
from donations.models import Pledge
from supporters import mail_words
from supporters.mail_words import Kind

_GIFTS = _("Gifts")
_REWARDS = _("Rewards")
_VARIABLES = {
    "greeting": _("“Hello Sam,” with the name that they typed, or only “Hello,”"),
    "appeal": _("the name of the appeal"),
    "reward": _("the name of the reward"),
    "amount": _("the amount that they promised"),
    "day": _("the day of the promise"),
}
_SENT = {**_VARIABLES, "day": _("the day on which the parcel left")}


def _only(variables: dict[str, str], *names: str) -> dict[str, str]:
    return {name: variables[name] for name in names}


_PROMISE = {
    "section": _GIFTS,
    "variables": _only(_VARIABLES, "appeal", "amount", "day"),
    "required": ("appeal",),
    "telling": ("appeal", "amount"),
    "examples": mail_samples.appeals,
}
_REWARD = {
    "section": _REWARDS,
    "variables": _only(_VARIABLES, "greeting", "appeal", "reward"),
    "required": ("reward",),
    "telling": ("appeal", "reward"),
    "examples": mail_samples.rewards,
}

_KINDS = (
    Kind(
        key="pledge_instructions",
        template="pledge_instructions",
        name=_("Transfer details"),
        when=_("At once, to whoever promises a gift."),
        subject=_("Your transfer details"),
        text=_(
            "Hello,\n\nYou promised a gift: {appeal}. With these details you make the transfer:"
        ),
        sample=mail_samples.instructions(Pledge.Frequency.ONCE),
        **_PROMISE,
    ),
    Kind(
        key="pledge_instructions_monthly",
        template="pledge_instructions",
        name=_("Transfer details of a monthly gift"),
        when=_("At once, to whoever promises a gift every month."),
        subject=_("Your transfer details"),
        text=_(
            "Hello,\n\nYou promised a gift every month: {appeal}. With these details you make the "
            "first transfer, then a standing order:"
        ),
        sample=mail_samples.instructions(Pledge.Frequency.MONTHLY),
        **_PROMISE,
    ),
    Kind(
        key="pledge_reminder",
        template="pledge_reminder",
        name=_("Reminder of a promise"),
        when=_("Two and five weeks after a promise, if the bank says that nothing came."),
        subject=_("Your transfer details, once more"),
        text=_(
            "Hello,\n\nOn {day} you promised {amount}: {appeal}. We have not seen a transfer with "
            "your communication on our account yet."
        ),
        sample=mail_samples.reminder,
        **_PROMISE,
    ),
    Kind(
        key="gift_thanks",
        template="gift_thanks",
        section=_GIFTS,
        name=_("Thanks for a gift"),
        when=_("When a transfer has arrived and is matched; of monthly gifts, once a year."),
        variables=_only(_VARIABLES, "greeting"),
        subject=_("Your transfer has arrived"),
        text=_("{greeting}\n\nThank you. Your transfer has arrived."),
        sample=mail_samples.thanks,
        examples=mail_samples.appeals,
    ),
    Kind(
        key="reward_question",
        template="reward_question",
        name=_("Question about a reward"),
        when=_("When a gift with a reward has arrived."),
        subject=_("Your choice, please"),
        text=_(
            "{greeting}\n\nYour gift has arrived: {appeal}. Thank you!\n\nWith it comes: {reward}."
        ),
        sample=mail_samples.reward(),
        **_REWARD,
    ),
    Kind(
        key="reward_came_back",
        template="reward_question",
        name=_("Parcel came back"),
        when=_("When staff note that a parcel came back."),
        subject=_("Your parcel came back"),
        text=_(
            "{greeting}\n\nWhat we sent you came back to us: {reward}. Perhaps the address was not "
            "complete."
        ),
        sample=mail_samples.reward(),
        **_REWARD,
    ),
    Kind(
        key="reward_chase",
        template="reward_chase",
        name=_("Question about a reward, once more"),
        when=_("When somebody has not answered the question about their reward."),
        subject=_("We still need your choice"),
        text=_(
            "{greeting}\n\nSomething is set aside for you, and we do not know yet how to get it to "
            "you: {reward}."
        ),
        sample=mail_samples.reward(),
        **_REWARD,
    ),
    Kind(
        key="reward_sent",
        template="reward_sent",
        name=_("Reward sent"),
        when=_("When staff note that a parcel has left."),
        subject=_("On its way to you"),
        text=_("{greeting}\n\nYour reward left on {day}: {reward}."),
        sample=mail_samples.reward(),
        **{**_REWARD, "variables": _only(_SENT, "greeting", "appeal", "reward", "day")},
    ),
    Kind(
        key="reward_ready",
        template="reward_sent",
        name=_("Reward ready to pick up"),
        when=_("When staff note that a reward can be picked up."),
        subject=_("Ready for you"),
        text=_("{greeting}\n\nYou can pick up your reward: {reward}."),
        sample=mail_samples.reward(is_picked_up=True),
        **_REWARD,
    ),
)


def register_words() -> None:
    for kind in _KINDS:
        mail_words.register(kind)
