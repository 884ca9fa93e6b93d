"""What a member of staff holds among events: passes for the door, and messages being sent."""

from collections.abc import Iterator

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models import DoorPass
from events.services.door import end_pass
from staff.hand_over import Holding, Piece, register


def _passes(user: AbstractBaseUser) -> QuerySet[DoorPass]:
    return (
        DoorPass.objects.filter(made_by=user, ended_at=None, valid_until__gt=timezone.now())
        .select_related("event")
        .order_by("valid_from", "pk")
    )


def _pieces(user: AbstractBaseUser) -> Iterator[Piece]:
    for one in _passes(user):
        yield Piece(
            f"{one.event.name}: {one.label}",
            reverse("events_hosting:door", args=[one.event_id]),
        )


def _end(user: AbstractBaseUser) -> int:
    return sum(end_pass(door_pass=one) for one in _passes(user))


# Whoever made a pass saw its link and its code.
register(
    Holding(
        "door-passes",
        _("door passes"),
        _("They end: a telephone that has one erases its list. Make new ones for the event."),
        _pieces,
        end=_end,
    )
)
