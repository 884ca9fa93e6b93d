"""How many people come to an event and how many wait, as its pages tell it: numbers, no names."""

from dataclasses import dataclass

from django.db.models import Count, Q, Sum

from events.models import Event, SignUp

# A smaller crowd is not counted aloud.
LEAST_COUNTED = 5


@dataclass(frozen=True)
class Crowd:
    """``coming`` are people with a place, ``waiting`` are sign-ups on the waiting list."""

    coming: int
    waiting: int = 0

    @property
    def is_worth_telling(self) -> bool:
        return self.coming >= LEAST_COUNTED


def crowd_of(event: Event) -> Crowd:
    """Return who comes and who waits now. One query at most.

    Places held by an offer are taken, but nobody has said yet that they come: they do not count.
    """
    if event.capacity is None:
        return Crowd(event.places_taken)
    found = SignUp.objects.filter(event=event.pk).aggregate(
        offered=Sum("party_size", filter=Q(status=SignUp.Status.OFFERED)),
        waiting=Count("pk", filter=Q(status=SignUp.Status.WAITING)),
    )
    return Crowd(max(event.places_taken - (found["offered"] or 0), 0), found["waiting"])
