"""What the donor of a reward is told: the question, one more, and that it has left."""

import logging

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from procrastinate.contrib.django import app

from campaign_site import mail
from campaign_site.tasks import MAIL_RETRY
from donations.mail_values import values_of_delivery
from donations.models import RewardDelivery
from supporters import failed_mails
from supporters.mail_words import opening

logger = logging.getLogger(__name__)


def _find(delivery_id: int, state: str) -> RewardDelivery | None:
    """Return a delivery in this state that is paid for and whose donor can be written to."""
    deliveries = RewardDelivery.objects.select_related("pledge__supporter", "pledge__reward")
    delivery = deliveries.filter(pk=delivery_id, state=state).first()
    if delivery is None:
        return None
    pledge = delivery.pledge
    can_be_told = pledge.supporter is not None and bool(pledge.supporter.email)
    return delivery if can_be_told and pledge.reward.is_earned_by(pledge.received_eur) else None


def _send(template: str, delivery: RewardDelivery, *, kind: str = "", **context: object) -> None:
    """Send a mail whose words are those of ``kind``, which is called like its template if empty."""
    pledge = delivery.pledge
    with override(pledge.language):
        link = mail.absolute_url(reverse("donations:reward", args=[delivery.token]))
        words = opening(kind or template, pledge.language, values_of_delivery(delivery))
    mail.send(
        template,
        to=pledge.supporter.email,
        context={
            **words,
            "delivery": delivery,
            "pledge": pledge,
            "reward": pledge.reward,
            "link": link,
            **context,
        },
        language=pledge.language,
        reference=delivery.public_id.hex,
    )


@app.task(name="send_reward_question", retry=MAIL_RETRY)
def send_reward_question(delivery_id: int, is_first: bool = False) -> None:
    """Ask the donor which one, and how it gets to them.

    ``is_first`` sends only what was not sent before; staff who try a mail again that came back
    send it anew. Does nothing when the donor has chosen, or the money was placed elsewhere. A
    worker that is killed between sending and noting it sends the mail once more.
    """
    delivery = _find(delivery_id, RewardDelivery.State.ASKED)
    if delivery is None or (is_first and delivery.asked_at is not None):
        return
    came_back = delivery.sent_on is not None
    _send("reward_question", delivery, kind="reward_came_back" if came_back else "")
    RewardDelivery.objects.filter(pk=delivery.pk).update(asked_at=timezone.now())


@app.task(name="send_reward_chase", retry=MAIL_RETRY)
def send_reward_chase(delivery_id: int) -> None:
    """Ask once more, unless the donor has chosen since."""
    delivery = _find(delivery_id, RewardDelivery.State.ASKED)
    if delivery is not None:
        _send("reward_chase", delivery)


@app.task(name="send_reward_sent", retry=MAIL_RETRY)
def send_reward_sent(delivery_id: int) -> None:
    """Tell that the parcel has left, or where and when to pick the reward up."""
    delivery = _find(delivery_id, RewardDelivery.State.SENT)
    if delivery is None:
        return
    if delivery.way == RewardDelivery.Way.POST:
        _send("reward_sent", delivery)
    elif delivery.address:
        _send("reward_sent", delivery, kind="reward_ready", where=delivery.address)


@app.periodic(cron="23 8 * * *")
@app.task(name="chase_rewards", queueing_lock="chase_rewards")
def chase_rewards(timestamp: int) -> None:
    """Every morning, write to those who have not chosen yet. Safe to run twice and at once."""
    from donations.services.fulfilment import chase_due

    logger.info("asked %s donors again about their reward", chase_due())


def register_mails() -> None:
    """Let mails that come back be sent anew; ``is_first`` is not among what is given again."""
    for name in ("reward_question", "reward_chase", "reward_sent"):
        kind = failed_mails.MailKind(f"send_{name}", "delivery_id", RewardDelivery)
        failed_mails.register(name, kind)
