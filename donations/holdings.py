"""What this app tells "My solidarity" about a person's pledges, hands out and erases."""

from collections.abc import Iterator
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaign_site.templatetags.campaign import day, euros
from donations.models import Pledge
from donations.retention import anonymise
from donations.services import cancel_pledge
from supporters.holdings import Erasure, Export, HeldItem, Holdings, Kept
from supporters.models import Supporter

_BOOK_YEARS = 7


def books_kept_until(given: date) -> date:
    """Return until when the books must keep a gift of ``given``.

    Seven years from 1 January after the year it is booked in (Code of economic law, art. III.86
    and III.88), the financial year being the calendar year.
    """
    return date(given.year + _BOOK_YEARS, 12, 31)


def describe(supporter: Supporter) -> Iterator[HeldItem]:
    """Yield the person's pledges, newest first, in the active language."""
    for pledge in supporter.pledges.select_related("appeal").order_by("-reference_number"):
        is_over = pledge.status == Pledge.Status.CANCELLED
        state = (
            _("You took back your promise of %(amount)s.")
            if is_over
            else _("You promised %(amount)s.")
        )
        yield HeldItem(
            title=pledge.appeal.name,
            state=state % {"amount": euros(pledge.amount_eur)},
            url=pledge.get_absolute_url(),
            is_over=is_over,
            action=_("See it") if is_over else _("See how to pay, or take the promise back"),
            notes=(_in_the_books(),),
        )


def _in_the_books() -> str:
    until = books_kept_until(timezone.localdate())
    sentence = _(
        "Did you make the transfer? Then the gift is in our books, which are not on this site. "
        "The law makes us keep them, for a gift of this year until %(date)s."
    )
    return sentence % {"date": day(until)}


def export(supporter: Supporter) -> Export:
    """Return the person's pledges as they stand; amounts in euros with two decimals."""
    pledges = supporter.pledges.select_related("appeal").order_by("reference_number")
    return Export(
        [
            {
                "id": str(pledge.public_id),
                "appeal": pledge.appeal.name,
                "status": pledge.get_status_display(),
                "name": pledge.name,
                "amount_eur": str(pledge.amount_eur),
                "communication": pledge.communication,
                "language": pledge.language,
                "received": pledge.created_hour.isoformat(),
            }
            for pledge in pledges
        ]
    )


def erase(supporter: Supporter) -> Erasure:
    """Take every promise back and take the person out of it; amount and communication stay.

    A transfer that still arrives is then booked, and nobody's name comes back.
    """
    pledges = list(supporter.pledges.order_by("pk"))
    for pledge in pledges:
        cancel_pledge(pledge=pledge)
        anonymise(pledge)
    if not pledges:
        return Erasure()
    sentence = ngettext(
        "Your name in %(number)d promise to give. The promise is taken back.",
        "Your name in %(number)d promises to give. The promises are taken back.",
        len(pledges),
    )
    kept = Kept(
        what=_("The entry in our books of a gift that has arrived."),
        reason=_("The law makes us keep our books; they are not on this site."),
        until=books_kept_until(timezone.localdate()),
    )
    return Erasure([sentence % {"number": len(pledges)}], [kept])


HOLDINGS = Holdings(describe, export, erase)
