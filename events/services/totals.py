"""The figures of an event: who signed up, waited, came; and how they outlive the people.

Figures are what the rows say together with what was noted of rows that are gone: whatever is
erased leaves its numbers in ``Event.totals`` in the same transaction (``note_gone``), so that no
erasure ever changes a figure. Every night the figures of events that are over are kept as they
stand (``freeze_totals``); once all rows of an event are gone, the kept ones are all there is.
"""

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Count, F, IntegerField, Model, Q, Sum, Value
from django.db.models.functions import Greatest, Least, TruncDate
from django.utils import timezone

from events.local_time import BRUSSELS
from events.models import Arrival, Event, Feedback, SignUp

# Fewer people than this are not told apart by language: somebody could know who they are.
SMALLEST_GROUP = 5
OTHER = "other"

# Figure → the status of the sign-ups that it counts.
_BY_STATUS = {
    "signed_up": SignUp.Status.CONFIRMED,
    "offered": SignUp.Status.OFFERED,
    "waiting": SignUp.Status.WAITING,
    "cancelled": SignUp.Status.CANCELLED,
    "lapsed": SignUp.Status.LAPSED,
    "passed_on": SignUp.Status.PASSED_ON,
}

# Name → number, or names below it: what is counted of rows, before it is put into words.
type Counts = dict[str, "int | Counts"]


def figures(event: Event) -> dict:
    """Return the figures of ``event`` as they are now, in five queries.

    ``signed_up`` are the confirmed, ``waited`` those who ever had a number on the waiting list and
    ``got_a_place`` the confirmed of them, each as parties and people; ``came`` and ``walk_ins``
    are people. ``by_day`` counts people cumulatively by the day on which they asked: all, and
    those confirmed by now.
    """
    counts = Event.objects.values_list("totals", flat=True).get(pk=event.pk).get("gone", {})
    for more in (_sign_ups(event.pk), _arrivals(event.pk), _feedback(event.pk)):
        counts = _sum(counts, more)
    return _in_words(counts)


def figures_of(event: Event) -> dict:
    """Return the figures of ``event``, from its rows while there are any; then those kept."""
    return event.totals["figures"] if event.totals.get("is_final") else figures(event)


@transaction.atomic
def freeze_totals(event: Event) -> dict:
    """Keep the figures of an event that is over, and return them.

    Nothing is kept while it goes on. Safe to repeat: what was noted of erased rows is counted
    once, and later taps and feedback are added. When no row is left, nor a pass with which a phone
    could still hand in taps, what was kept is final.
    """
    row = Event.objects.select_for_update(no_key=True).get(pk=event.pk)
    if row.totals.get("is_final") or not row.is_past:
        return figures_of(row)
    kept = {"figures": figures(row), "kept_on": timezone.localdate().isoformat()}
    has_sign_ups = row.sign_ups.exists()
    more = (row.arrivals, row.feedback, row.door_passes)
    if has_sign_ups or any(rows.exists() for rows in more):
        gone = row.totals.get("gone", {})
        if not has_sign_ups and "languages" in gone:
            gone = {**gone, "languages": by_language(gone["languages"])}
        kept["gone"] = gone
    else:
        kept["is_final"] = True
    Event.objects.filter(pk=row.pk).update(totals=kept)
    event.totals = kept
    return kept["figures"]


def freeze_all(now: datetime) -> int:
    """Keep the figures of every event that was over at ``now``; return of how many."""
    over = Q(ends_at__lt=now) | Q(ends_at=None, day__lt=now.astimezone(BRUSSELS).date())
    events = Event.objects.filter(over).exclude(totals__has_key="is_final").order_by("pk")
    return sum(bool(freeze_totals(event)) for event in events)


def note_gone(event_id: int, rows: Iterable[Model]) -> None:
    """Leave the numbers of ``rows`` in their event, to which they all belong.

    In the transaction that deletes them, which must hold the event's row.
    """
    counts = Event.objects.values_list("totals", flat=True).get(pk=event_id)
    gone = counts.get("gone", {})
    for row in rows:
        gone = _sum(gone, _counts_of(row))
    Event.objects.filter(pk=event_id).update(totals={**counts, "gone": gone})


def _counts_of(row: Model) -> Counts:
    if isinstance(row, SignUp):
        day = row.created_hour.astimezone(BRUSSELS).date().isoformat()
        waited = row.queue_number is not None
        return _of_sign_ups(row.status, row.language, day, waited, 1, row.party_size)
    if isinstance(row, Feedback):
        return {"grades": {str(row.grade): 1}}
    if row.is_walk_in:
        return {"walk_ins": row.people}
    if row.sign_up is None:
        return {"came": row.people}
    with_it = row.sign_up.arrivals.aggregate(people=Sum("people"))["people"]
    size = row.sign_up.party_size
    return {"came": _capped(with_it, size) - _capped(with_it - row.people, size)}


def _capped(people: int, party_size: int) -> int:
    """How many people came of a sign-up whose taps add up to ``people``."""
    return max(0, min(people, party_size))


def straighten_arrivals(sign_up: SignUp) -> None:
    """Add what makes the taps of a sign-up count the same once nobody knows whose they were.

    Without their sign-up, taps are simply added up; two phones that let the same people in would
    then count them twice.
    """
    taps = sign_up.arrivals.aggregate(people=Sum("people"))["people"]
    if taps is None:
        return
    lacking = _capped(taps, sign_up.party_size) - taps
    last = sign_up.arrivals.order_by("at").last()
    while lacking:
        people = max(-50, min(50, lacking))
        lacking -= people
        Arrival.objects.create(
            tap_id=uuid.uuid4(), event_id=sign_up.event_id, people=people, at=last.at
        )


def _sign_ups(event_id: int) -> Counts:
    rows = (
        SignUp.objects.filter(event_id=event_id)
        .annotate(
            asked_on=TruncDate("created_hour", tzinfo=BRUSSELS),
            waited=Q(queue_number__isnull=False),
        )
        .values_list("status", "language", "asked_on", "waited")
        .annotate(parties=Count("pk"), people=Sum("party_size"))
        .order_by()
    )
    counts: Counts = {}
    for status, language, asked_on, waited, parties, people in rows:
        more = _of_sign_ups(status, language, asked_on.isoformat(), waited, parties, people)
        counts = _sum(counts, more)
    return counts


def _of_sign_ups(
    status: str, language: str, day: str, waited: bool, parties: int, people: int
) -> Counts:
    """The counts of sign-ups that have all of this in common."""
    size = {"parties": parties, "people": people}
    confirmed = status == SignUp.Status.CONFIRMED
    counts: Counts = {
        "status": {str(status): size},
        "days": {day: {"asked": people, "signed_up": people if confirmed else 0}},
    }
    if waited:
        counts["waited"] = size
    if waited and confirmed:
        counts["got_a_place"] = size
    if confirmed:
        counts["languages"] = {language: people}
    return counts


def _arrivals(event_id: int) -> Counts:
    taps = Arrival.objects.filter(event_id=event_id)
    known = taps.filter(sign_up__isnull=False).values("sign_up_id")
    at_most = Least(Sum("people"), F("sign_up__party_size"), output_field=IntegerField())
    came = Greatest(Value(0), at_most)
    of_sign_ups = known.annotate(came=came).aggregate(people=Sum("came"))["people"] or 0
    others = taps.filter(sign_up=None).aggregate(
        erased=Sum("people", filter=Q(is_walk_in=False), default=0),
        walk_ins=Sum("people", filter=Q(is_walk_in=True), default=0),
    )
    return {"came": of_sign_ups + others["erased"], "walk_ins": others["walk_ins"]}


def _feedback(event_id: int) -> Counts:
    grades = Feedback.objects.filter(event_id=event_id).values_list("grade")
    return {"grades": {str(grade): n for grade, n in grades.annotate(n=Count("pk")).order_by()}}


def _sum(one: Counts, other: Mapping) -> Counts:
    """Add two counts, name by name."""
    added = dict(one)
    for name, value in other.items():
        if isinstance(value, Mapping):
            added[name] = _sum(added.get(name, {}), value)
        else:
            added[name] = added.get(name, 0) + value
    return added


def _in_words(counts: Counts) -> dict:
    statuses = counts.get("status", {})
    return {
        **{name: _size(statuses.get(str(status))) for name, status in _BY_STATUS.items()},
        "waited": _size(counts.get("waited")),
        "got_a_place": _size(counts.get("got_a_place")),
        "came": max(0, counts.get("came", 0)),
        "walk_ins": max(0, counts.get("walk_ins", 0)),
        "by_language": by_language(counts.get("languages", {})),
        "by_day": _cumulative(counts.get("days", {})),
        "feedback": _grades(counts.get("grades", {})),
    }


def _size(counted: Mapping[str, int] | None) -> dict[str, int]:
    return {"parties": 0, "people": 0, **(counted or {})}


def by_language(people: Mapping[str, int]) -> dict[str, int]:
    """Return language → people, groups of fewer than five together with the next larger one.

    One small group alone could be worked out from the sum, so ``other`` holds two at least; where
    that cannot be, nothing is told.
    """
    groups = sorted((item for item in people.items() if item[1]), key=lambda item: item[1])
    small = [item for item in groups if item[1] < SMALLEST_GROUP and item[0] != OTHER]
    if not small:
        return dict(sorted(groups))
    merged = groups[: max(2, len(small))]
    while sum(n for _language, n in merged) < SMALLEST_GROUP and len(merged) < len(groups):
        merged = groups[: len(merged) + 1]
    total = sum(n for _language, n in merged)
    if len(merged) < 2 or total < SMALLEST_GROUP:
        return {}
    return {**dict(sorted(groups[len(merged) :])), OTHER: total}


def _cumulative(days: Mapping[str, Mapping[str, int]]) -> list[dict]:
    series, asked, signed_up = [], 0, 0
    for day in sorted(days):
        asked += days[day]["asked"]
        signed_up += days[day]["signed_up"]
        series.append({"day": day, "asked": asked, "signed_up": signed_up})
    return series


def _grades(given: Mapping[str, int]) -> dict:
    grades = {str(grade): given.get(str(grade), 0) for grade in range(1, 6)}
    count = sum(grades.values())
    total = sum(int(grade) * number for grade, number in grades.items())
    return {"count": count, "mean": round(total / count, 2) if count else None, "grades": grades}
