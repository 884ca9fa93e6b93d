"""What this app tells "My solidarity" about a person."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from campaign_site.templatetags.campaign import euros
from donations.models import Pledge
from supporters.holdings import HeldItem
from supporters.models import Supporter


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
        )
