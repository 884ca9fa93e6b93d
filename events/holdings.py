"""What "My solidarity" shows of a person's sign-ups, hands out and erases."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.models import SignUp
from events.services import give_places_back
from supporters.holdings import Erasure, Export, HeldItem, Holdings
from supporters.models import Supporter


def describe(supporter: Supporter) -> Iterator[HeldItem]:
    """Yield the sign-ups of ``supporter``, the latest event first, in the active language."""
    sign_ups = SignUp.objects.filter(supporter=supporter).select_related("event")
    for sign_up in sign_ups.order_by("-event__day", "-pk"):
        cancelled = sign_up.status == SignUp.Status.CANCELLED
        is_over = cancelled or sign_up.event.is_past
        yield HeldItem(
            title=sign_up.event.name,
            state=_("Sign-up cancelled.") if cancelled else _coming(sign_up.party_size),
            url=sign_up.get_absolute_url(),
            is_over=is_over,
            action=_("See it") if is_over else _("See, change or cancel the sign-up"),
        )


def _coming(people: int) -> str:
    sentence = ngettext("Signed up, %(people)d person.", "Signed up, %(people)d people.", people)
    return sentence % {"people": people}


def export(supporter: Supporter) -> Export:
    """Return the person's sign-ups as they stand."""
    sign_ups = SignUp.objects.filter(supporter=supporter).select_related("event").order_by("pk")
    return Export([_row(sign_up) for sign_up in sign_ups])


def _row(sign_up: SignUp) -> dict[str, object]:
    cancelled = sign_up.cancelled_at
    return {
        "id": str(sign_up.public_id),
        "event": sign_up.event.name,
        "day": sign_up.event.day.isoformat(),
        "place": sign_up.event.place,
        "status": sign_up.get_status_display(),
        "name": sign_up.name,
        "people": sign_up.party_size,
        "language": sign_up.language,
        "received": sign_up.created_hour.isoformat(),
        "cancelled": cancelled.isoformat() if cancelled else None,
    }


def erase(supporter: Supporter) -> Erasure:
    """Delete the person's sign-ups. Places of an event that has not begun are free at once.

    Of other events, the number of people who came stays.
    """
    sign_ups = SignUp.objects.filter(supporter=supporter).select_related("event")
    # In one order, so that two erasures never wait for each other's events.
    rows = list(sign_ups.order_by("event_id", "pk"))
    for sign_up in rows:
        if not sign_up.event.has_started:
            give_places_back(sign_up)
        sign_up.delete()
    if not rows:
        return Erasure()
    sentence = ngettext(
        "%(number)d sign-up for an event, with your name.",
        "%(number)d sign-ups for events, with your name.",
        len(rows),
    )
    return Erasure([sentence % {"number": len(rows)}])


HOLDINGS = Holdings(describe, export, erase)
