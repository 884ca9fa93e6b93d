"""What "My solidarity" shows of a person's sign-ups."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.models import SignUp
from supporters.holdings import HeldItem
from supporters.models import Supporter


def describe(supporter: Supporter) -> Iterator[HeldItem]:
    """Yield the sign-ups of ``supporter``, the latest event first, in the active language."""
    sign_ups = SignUp.objects.filter(supporter=supporter).select_related("event")
    for sign_up in sign_ups.order_by("-event__day", "-pk"):
        cancelled = sign_up.status == SignUp.Status.CANCELLED
        yield HeldItem(
            title=sign_up.event.name,
            state=_("Sign-up cancelled.") if cancelled else _coming(sign_up.party_size),
            url=sign_up.get_absolute_url(),
            is_over=cancelled or sign_up.event.is_past,
        )


def _coming(people: int) -> str:
    sentence = ngettext("Signed up, %(people)d person.", "Signed up, %(people)d people.", people)
    return sentence % {"people": people}
