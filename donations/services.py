"""What can be done with a pledge: make it, and take it back."""

import uuid
from decimal import Decimal

from django.db import connection, transaction
from django.utils.translation import gettext as _

from campaign_site.idempotency import first_result
from donations import tasks
from donations.models import MAX_AMOUNT_EUR, MIN_AMOUNT_EUR, Appeal, Pledge
from supporters.newsletter import wish_for_news
from supporters.services import remember_supporter
from supporters.wordings import Words


class PledgeError(Exception):
    """The pledge cannot be taken; the message tells the visitor why."""


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
) -> Pledge:
    """Record a promise to give and mail the transfer instructions.

    ``amount_eur`` is in euros, two decimals, 1.00 to 10 000.00; ``language`` is "en", "fr" or
    "nl"; ``newsletter`` is the words beside the box for news, if it was ticked. The mail's job is
    queued in the same transaction. Calling again with one form key
    returns the first pledge, also after the appeal has closed. Raises ``KeyReused`` when the key
    comes with other content, ``PledgeError`` when the appeal is not open or the amount is out of
    range.
    """
    earlier = first_result(Pledge.objects, form_key, form_digest)
    if earlier is not None:
        return earlier
    if not appeal.is_open:
        raise PledgeError(_("This appeal does not take gifts now. Nothing was recorded."))
    if not MIN_AMOUNT_EUR <= amount_eur <= MAX_AMOUNT_EUR:
        raise PledgeError(_("This amount is out of range. Nothing was recorded."))
    pledge = Pledge.objects.create(
        appeal=appeal,
        supporter=remember_supporter(email=email, language=language),
        name=name,
        amount_eur=amount_eur,
        language=language,
        reference_number=_next_reference_number(),
        form_key=form_key,
        form_digest=form_digest,
    )
    if newsletter:
        wish_for_news(supporter=pledge.supporter, words=newsletter)
    tasks.send_pledge_instructions.defer(pledge_id=pledge.pk)
    return pledge


def _next_reference_number() -> int:
    """Take the next number; one that is lost with its transaction is never given again."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('donations_reference_number')")
        return cursor.fetchone()[0]


def cancel_pledge(*, pledge: Pledge) -> bool:
    """Take a promise back; return whether it still stood. Cancelling again changes nothing."""
    promised = Pledge.objects.filter(pk=pledge.pk, status=Pledge.Status.PROMISED)
    return bool(promised.update(status=Pledge.Status.CANCELLED))
