"""What this app tells "My solidarity" about a person's gifts, hands out and erases."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from campaign_site.templatetags.campaign import day, euros
from donations.models import Allocation, Pledge, RewardDelivery
from donations.particulars import Particulars
from donations.services import cancel_pledge
from donations.services.forgetting import anonymise, anonymise_gifts_without_promise
from supporters.holdings import Erasure, Export, HeldItem, Holdings, Kept
from supporters.models import Supporter

_BOOK_YEARS = 7
_CENT = Decimal("0.01")


def books_kept_until(given: date) -> date:
    """Return until when the books must keep a gift of ``given``.

    Seven years from 1 January after the year it is booked in (Code of economic law, art. III.86
    and III.88), the financial year being the calendar year.
    """
    return date(given.year + _BOOK_YEARS, 12, 31)


def _gifts(supporter: Supporter) -> QuerySet:
    live = Allocation.objects.filter(supporter=supporter, undone_at=None)
    return live.select_related("appeal", "entry", "pledge").order_by("-on", "-pk")


def describe(supporter: Supporter) -> Iterator[HeldItem]:
    """Yield the person's pledges and other gifts, newest first, in the active language."""
    pledges = supporter.pledges.select_related("appeal", "reward", "delivery")
    for pledge in pledges.order_by("-reference_number"):
        yield HeldItem(
            title=pledge.appeal.name,
            state=_state(pledge),
            url=pledge.get_absolute_url(),
            is_over=not pledge.is_awaited,
            action=_("See how to pay, or take the promise back")
            if pledge.is_awaited
            else _("See it"),
            notes=(_in_the_books(pledge.received_eur > 0),),
        )
        delivery = getattr(pledge, "delivery", None)
        if delivery is not None and delivery.ended_on is None and pledge.reward is not None:
            yield HeldItem(
                title=pledge.reward.name,
                state=str(_DELIVERIES[delivery.state]),
                url=reverse("donations:reward", args=[delivery.token]),
                action=_("See your reward"),
            )
    for gift in _gifts(supporter).filter(pledge=None):
        sentence = _("You gave %(amount)s on %(date)s.")
        yield HeldItem(
            title=gift.appeal.name if gift.appeal else "",
            state=sentence % {"amount": euros(gift.amount), "date": day(gift.on)},
            url=gift.appeal.get_absolute_url() if gift.appeal else "",
            is_over=True,
            action=_("See the appeal"),
            notes=(_in_the_books(True),),
        )


def _state(pledge: Pledge) -> str:
    values = {"amount": euros(pledge.amount_eur), "received": euros(pledge.received_eur)}
    if pledge.received_eur > 0:
        return _("You promised %(amount)s, and %(received)s has arrived.") % values
    if pledge.status == Pledge.Status.RETURNED:
        return _("You promised %(amount)s. What arrived was sent back.") % values
    if pledge.status == Pledge.Status.CANCELLED:
        return _("You took back your promise of %(amount)s.") % values
    if pledge.status == Pledge.Status.EXPIRED:
        return _("You promised %(amount)s. We no longer wait for it.") % values
    if pledge.frequency == Pledge.Frequency.MONTHLY:
        return _("You promised %(amount)s every month.") % values
    return _("You promised %(amount)s.") % values


# Where the reward of a gift is; those that are over are not told.
_DELIVERIES = {
    RewardDelivery.State.ASKED: gettext_lazy("Your reward waits for you to say where it goes."),
    RewardDelivery.State.ARRANGED: gettext_lazy("Your reward will be sent to you."),
    RewardDelivery.State.SENT: gettext_lazy("Your reward is on its way."),
    RewardDelivery.State.RETURNED: gettext_lazy("Your reward came back to us."),
    RewardDelivery.State.ARRIVED: gettext_lazy("Your reward has reached you."),
    RewardDelivery.State.DECLINED: gettext_lazy("You did not want the reward."),
}


def _in_the_books(has_arrived: bool) -> str:
    until = books_kept_until(timezone.localdate())
    if has_arrived:
        sentence = _(
            "Here we keep what the bank says of your payment for two years. The gift is also in "
            "our books, which are not on this site; the law makes us keep them, for a gift of this "
            "year until %(date)s."
        )
        return sentence % {"date": day(until)}
    sentence = _(
        "Did you make the transfer? Then the gift is also in our books, which are not on this "
        "site. The law makes us keep them, for a gift of this year until %(date)s."
    )
    return sentence % {"date": day(until)}


def export(supporter: Supporter) -> Export:
    """Return the person's pledges and gifts as they stand; amounts in euros, two decimals."""
    pledges = supporter.pledges.select_related("appeal", "earmark", "reward", "delivery")
    rows = [_pledge_row(pledge) for pledge in pledges.order_by("reference_number")]
    return Export(rows + [_gift_row(gift) for gift in _gifts(supporter)])


def _pledge_row(pledge: Pledge) -> dict[str, object]:
    row = {
        "id": str(pledge.public_id),
        "appeal": pledge.appeal.name,
        "status": pledge.get_status_display(),
        "name": pledge.name,
        "amount_eur": str(pledge.amount_eur),
        "received_eur": str(pledge.received_eur),
        "how_often": pledge.get_frequency_display(),
        "meant_for": pledge.earmark.name if pledge.earmark else "",
        "reward": pledge.reward.name if pledge.reward else "",
        "communication": pledge.communication,
        "language": pledge.language,
        "received": pledge.created_hour.isoformat(),
    }
    delivery = getattr(pledge, "delivery", None)
    if delivery is not None:
        row["delivery"] = {
            "state": delivery.get_state_display(),
            "name": delivery.recipient,
            "address": delivery.address,
        }
    return row


def _gift_row(gift: Allocation) -> dict[str, object]:
    payer = Particulars.from_text(gift.entry.particulars)
    return {
        "gift_of": gift.on.isoformat(),
        "appeal": gift.appeal.name if gift.appeal else "",
        "amount_eur": str(gift.amount.quantize(_CENT)),
        "communication": gift.pledge.communication if gift.pledge else "",
        "payer": payer.name,
        "payer_account": payer.account,
        "payer_message": payer.text,
    }


@transaction.atomic
def erase(supporter: Supporter) -> Erasure:
    """Take every promise back and the person out of promises, payments and parcels.

    Amounts, days and communications stay. A transfer that still arrives is then booked, and
    nobody's name comes back.
    """
    pledges = list(supporter.pledges.order_by("pk"))
    for pledge in pledges:
        cancel_pledge(pledge=pledge)
        anonymise(pledge)
    gift_count = anonymise_gifts_without_promise(supporter)
    if not pledges and not gift_count:
        return Erasure()
    erased = []
    if pledges:
        sentence = ngettext(
            "Your name in %(number)d promise to give. If it was not paid, it is taken back.",
            "Your name in %(number)d promises to give. Those not paid are taken back.",
            len(pledges),
        )
        erased.append(sentence % {"number": len(pledges)})
    if gift_count:
        sentence = ngettext(
            "Your name and account beside %(number)d gift.",
            "Your name and account beside %(number)d gifts.",
            gift_count,
        )
        erased.append(sentence % {"number": gift_count})
    kept = Kept(
        what=_("The entry in our books of a gift that has arrived."),
        reason=_("The law makes us keep our books; they are not on this site."),
        until=books_kept_until(timezone.localdate()),
    )
    return Erasure(erased, [kept])


HOLDINGS = Holdings(describe, export, erase)
