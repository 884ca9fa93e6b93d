"""How long sign-ups are kept. The event keeps how many came: ``places_taken`` stays."""

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from events.models import SignUp
from supporters.retention import BRUSSELS, Kind, register


def _of_past_events(cutoff: datetime) -> QuerySet:
    ended = Q(event__ends_at__lt=cutoff)
    ended |= Q(event__ends_at=None, event__day__lt=cutoff.astimezone(BRUSSELS).date())
    return SignUp.objects.filter(ended)


def _cancelled(cutoff: datetime) -> QuerySet:
    return SignUp.objects.filter(status=SignUp.Status.CANCELLED, cancelled_at__lt=cutoff)


def _delete(sign_up: SignUp) -> None:
    sign_up.delete()


_KINDS = (
    Kind(
        key="sign-ups",
        name=_("Sign-ups"),
        default_days=30,
        moment=_("after the event"),
        reason=_("For questions about the event. The number of people stays."),
        due=_of_past_events,
        erase=_delete,
    ),
    Kind(
        key="cancelled-sign-ups",
        name=_("Cancelled sign-ups"),
        default_days=30,
        moment=_("after they were cancelled"),
        reason=_("So that the person's link still shows that it is done."),
        due=_cancelled,
        erase=_delete,
    ),
)


def register_kinds() -> None:
    for kind in _KINDS:
        register(kind)
