"""How long a promise to give is kept with the person who made it."""

from datetime import datetime

from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from donations.models import Pledge
from supporters.retention import Kind, register


def _unpaid(cutoff: datetime) -> QuerySet:
    unpaid = [Pledge.Status.PROMISED, Pledge.Status.CANCELLED]
    with_person = Pledge.objects.exclude(supporter=None, name="")
    return with_person.filter(status__in=unpaid, created_hour__lt=cutoff)


def anonymise(pledge: Pledge) -> None:
    """Leave appeal, amount and communication, and nobody's name. Doing it again changes nothing.

    The link to the payment page ends.
    """
    Pledge.objects.filter(pk=pledge.pk).update(
        supporter=None, name="", form_digest="", link_version=F("link_version") + 1
    )


_KINDS = (
    Kind(
        key="unpaid-pledges",
        name=_("Names behind promises to give"),
        default_days=90,
        moment=_("after the promise was made"),
        reason=_("So that a transfer that arrives late finds its donor. Amounts stay."),
        due=_unpaid,
        erase=anonymise,
    ),
)


def register_kinds() -> None:
    for kind in _KINDS:
        register(kind)
