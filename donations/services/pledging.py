"""What can be done with a pledge: make it, and take it back."""

import uuid
from decimal import Decimal

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from campaign_site.idempotency import first_result
from donations import tasks
from donations.models import (
    MAX_AMOUNT_EUR,
    MIN_AMOUNT_EUR,
    PLEDGE_LIFETIME,
    Appeal,
    Earmark,
    Pledge,
    Reward,
)
from donations.services import rewarding
from donations.services.errors import PledgeError
from supporters.newsletter import wish_for_news
from supporters.services import remember_supporter
from supporters.sources import known_source
from supporters.wordings import Words


@transaction.atomic
def create_pledge(
    *,
    appeal: Appeal,
    name: str,
    email: str,
    amount_eur: Decimal,
    language: str,
    form_key: uuid.UUID,
    form_digest: str,
    newsletter: Words | None = None,
    reward: Reward | None = None,
    earmark: Earmark | None = None,
    frequency: str = Pledge.Frequency.ONCE,
    source: str = "",
) -> Pledge:
    """Record a promise to give, set its reward aside and mail the transfer instructions.

    ``amount_eur`` is in euros, two decimals, 1.00 to 10 000.00; ``language`` is "en", "fr" or
    "nl"; ``newsletter`` is the words beside the box for news, if it was ticked; ``frequency`` is
    "once" or "monthly"; ``source`` is the tag of the link they came by, kept if staff declared
    it. The mail's job is queued in the same transaction. Calling again with one
    form key returns the first pledge, also after the appeal has closed or the last reward is
    gone. Raises ``KeyReused`` when the key comes with other content, ``RewardRefused`` when the
    reward is gone or not earned, ``PledgeError`` when the appeal is not open or the amount is out
    of range.
    """
    earlier = first_result(Pledge.objects, form_key, form_digest)
    if earlier is not None:
        return earlier
    if not appeal.is_open:
        raise PledgeError(_("This appeal does not take gifts now. Nothing was recorded."))
    if not MIN_AMOUNT_EUR <= amount_eur <= MAX_AMOUNT_EUR:
        raise PledgeError(_("This amount is out of range. Nothing was recorded."))
    if earmark and (earmark.appeal_id != appeal.pk or not earmark.is_offered):
        raise PledgeError(_("This appeal does not offer that purpose. Nothing was recorded."))
    supporter = remember_supporter(email=email, language=language)
    if reward:
        # Last of all that can be refused, so that others wait for its row as briefly as can be.
        _set_aside(reward, appeal=appeal, amount_eur=amount_eur)
    is_once = frequency == Pledge.Frequency.ONCE
    pledge = Pledge.objects.create(
        appeal=appeal,
        account=appeal.account,
        shown_iban=appeal.account.iban,
        shown_payee_name=appeal.account.payee_name,
        supporter=supporter,
        name=name,
        amount_eur=amount_eur,
        frequency=frequency,
        earmark=earmark,
        reward=reward,
        holds_reward=reward is not None,
        expires_on=timezone.localdate() + PLEDGE_LIFETIME if is_once else None,
        language=language,
        reference_number=_next_reference_number(),
        form_key=form_key,
        form_digest=form_digest,
        source=known_source(source),
    )
    if newsletter:
        wish_for_news(supporter=pledge.supporter, words=newsletter)
    tasks.send_pledge_instructions.defer(pledge_id=pledge.pk)
    return pledge


def _set_aside(reward: Reward, *, appeal: Appeal, amount_eur: Decimal) -> None:
    """Set a piece aside; raises ``RewardRefused``, and then nothing of the pledge is recorded."""
    if reward.appeal_id != appeal.pk or not reward.is_offered:
        raise rewarding.RewardRefused(
            _("This reward is not offered any more. Choose another, or no reward.")
        )
    if not reward.is_earned_by(amount_eur):
        raise rewarding.RewardRefused(
            _("The amount does not reach this reward. Choose another, or no reward.")
        )
    if not rewarding.take_reward(reward):
        raise rewarding.RewardRefused(
            _(
                "The last one went a moment ago. Choose another reward, or none, and send the "
                "form again: everything else is kept."
            )
        )


def _next_reference_number() -> int:
    """Take the next number; one that is lost with its transaction is never given again."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('donations_reference_number')")
        return cursor.fetchone()[0]


@transaction.atomic
def cancel_pledge(*, pledge: Pledge) -> bool:
    """Take a promise back; return whether it still stood. Cancelling again changes nothing.

    Money that has arrived stays where it is; a reward that was set aside and that this money does
    not earn is free again.
    """
    standing = Pledge.objects.filter(pk=pledge.pk, ended="", status__in=Pledge.AWAITED)
    taken_back = standing.update(ended=Pledge.Status.CANCELLED, status=Pledge.Status.CANCELLED)
    if taken_back:
        rewarding.release_reward(pledge.pk)
    return bool(taken_back)
