"""Taking a person out of what they gave: sums, days and communications stay, names do not."""

from django.db import transaction
from django.db.models import F

from donations.models import Allocation, BankEntry, Pledge
from donations.services.fulfilment import forget_donor
from supporters.models import Supporter


@transaction.atomic
def anonymise(pledge: Pledge) -> None:
    """Leave appeal, amount and communication, and nobody's name. Doing it again changes nothing.

    The links to the payment page and to the delivery of its reward end; what the payer's bank
    said of the payments for it is forgotten too. A payment that is being placed on it at this
    moment is waited for, or finds nobody.
    """
    gifts = Allocation.objects.filter(pledge=pledge)
    # Entry before pledge, as whoever places a payment locks them.
    entries = BankEntry.objects.filter(pk__in=gifts.values("entry")).order_by("pk")
    list(entries.select_for_update(no_key=True).values("pk"))
    list(Pledge.objects.filter(pk=pledge.pk).select_for_update(no_key=True).values("pk"))
    BankEntry.objects.filter(pk__in=gifts.values("entry")).forget_payer()
    gifts.exclude(supporter=None).update(supporter=None)
    forget_donor(pledge)
    Pledge.objects.filter(pk=pledge.pk).update(
        supporter=None, name="", form_digest="", link_version=F("link_version") + 1
    )


def anonymise_gifts_without_promise(supporter: Supporter) -> int:
    """Take the person out of gifts that no promise announced; return how many there were."""
    gifts = Allocation.objects.filter(supporter=supporter)
    BankEntry.objects.filter(pk__in=gifts.values("entry")).forget_payer()
    return gifts.update(supporter=None)
