"""Who came in: what phones at the door counted, and the sums of it.

Phones may be without a network for hours, so what they count is sent later, perhaps twice, and
every tap counts once (``Arrival.tap_id``).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Sum
from django.utils import timezone

from events.models import Arrival, DoorPass, Event, SignUp

# How far a phone's clock may be ahead of ours.
CLOCK_AHEAD = timedelta(minutes=5)
# How long after its end a pass still hands in what was counted before, without getting anything.
HANDING_IN = timedelta(days=7)


@dataclass(frozen=True)
class Tap:
    """What a phone counted: ``people`` of a sign-up (its public id), or who walked in without."""

    tap_id: UUID
    sign_up: UUID | None
    people: int
    at: datetime


@dataclass(frozen=True)
class ArrivedCounts:
    """How many people came in, with a sign-up and without."""

    signed_up: int
    walk_ins: int

    @property
    def people(self) -> int:
        return self.signed_up + self.walk_ins


def record_taps(*, door_pass: DoorPass, taps: Iterable[Tap]) -> None:
    """Record what a phone counted, each tap once however often it is sent.

    An ended pass still hands in what was counted before its end; later taps are dropped. Sign-ups
    that were erased meanwhile are counted without their name. The event's row is locked, so that
    the numbers of arrivals, which phones use as a cursor, appear in their order.
    """
    now = timezone.now()
    end = min(door_pass.ended_at or door_pass.valid_until, door_pass.valid_until)
    if now >= end + HANDING_IN:
        return
    begin, latest = door_pass.valid_from, min(end, now + CLOCK_AHEAD)
    counted = [tap for tap in taps if tap.at < end or now < end]
    if not counted:
        return
    with transaction.atomic():
        Event.objects.select_for_update(no_key=True).get(pk=door_pass.event_id)
        sign_ups = dict(
            SignUp.objects.filter(
                event_id=door_pass.event_id, public_id__in={tap.sign_up for tap in counted}
            ).values_list("public_id", "pk")
        )
        Arrival.objects.bulk_create(
            (
                Arrival(
                    tap_id=tap.tap_id,
                    event_id=door_pass.event_id,
                    sign_up_id=sign_ups.get(tap.sign_up),
                    is_walk_in=tap.sign_up is None,
                    people=tap.people,
                    at=to_the_minute(min(max(tap.at, begin), latest)),
                    door_pass=door_pass,
                )
                for tap in counted
            ),
            ignore_conflicts=True,
        )


def to_the_minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def sums_of(event_id: int) -> list[dict]:
    """Return one row a sign-up that anybody came with, one of walk-ins, one of erased sign-ups."""
    return list(
        Arrival.objects.filter(event_id=event_id)
        .values("sign_up_id", "sign_up__public_id", "sign_up__party_size", "is_walk_in")
        .annotate(people=Sum("people"), last=Max("pk"))
        .order_by("sign_up_id", "is_walk_in")
    )


def capped(row: dict) -> int:
    """Return how many people of a sign-up came: not more than it has, whoever let them in."""
    if row["is_walk_in"]:
        return 0
    size = row["sign_up__party_size"]
    return max(0, row["people"] if size is None else min(row["people"], size))


def walk_ins_of(sums: list[dict]) -> int:
    return max(0, sum(row["people"] for row in sums if row["is_walk_in"]))


def arrived_by_sign_up(event_id: int) -> dict[int, int]:
    """Return how many people came with each sign-up, in one query; those without are left out."""
    return {row["sign_up_id"]: capped(row) for row in sums_of(event_id) if row["sign_up_id"]}


def arrived(event: Event) -> ArrivedCounts:
    """Return how many people came in so far, in one query."""
    sums = sums_of(event.pk)
    return ArrivedCounts(sum(map(capped, sums)), walk_ins_of(sums))
