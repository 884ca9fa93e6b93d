"""Honest counters: what people have done so far, for all actions of a page in one query."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Case, CharField, DecimalField, F, Sum, Value, When
from django.db.models.functions import Cast

from donations.models import Allocation, OutsideAmount, Pledge
from events.crowd import LEAST_COUNTED
from events.models import Event, SignUp
from pages.links import Link
from solidarity.models import WallCount

_NUMBER = DecimalField(max_digits=14, decimal_places=2)


@dataclass(frozen=True)
class Counter:
    """``number`` of ``kind``: photos on the wall, people coming, euros received.

    Of an appeal, ``promised`` are the euros that are still to come: told apart, never added.
    """

    kind: str
    number: Decimal
    link: Link
    promised: Decimal = Decimal(0)
    # Whether more than ``number`` came in: a source elsewhere gave a lower bound only.
    is_at_least: bool = False

    @property
    def whole(self) -> int:
        """The number of photos or people, as words are counted by."""
        return int(self.number)

    @property
    def sum(self) -> Decimal:
        """The euros to show large: what was received, else what was promised."""
        return self.number or self.promised

    @property
    def is_promise(self) -> bool:
        """Whether promises are all there is yet."""
        return bool(self.promised and not self.number)


def count_actions(links: Iterable[Link]) -> list[Counter]:
    """Return a counter for each action in ``links`` that has anything to count, in their order.

    Photos are those on the wall, people those who have a place at an event still to come, euros
    those that arrived, here or elsewhere, beside those promised. One query; none when there is
    nothing to ask.
    """
    links = [link for link in links if link.fact is not None]
    totals = _totals(links)
    counters = [_counter(link, totals) for link in links]
    return [counter for counter in counters if counter.number or counter.promised]


def _counter(link: Link, totals: dict[tuple[str, int], Decimal]) -> Counter:
    def total(kind: str) -> Decimal:
        return totals.get((kind, link.fact.pk), Decimal(0))

    if link.kind == "event":
        return Counter("event", _coming(link.fact, total("offered")), link)
    if link.kind != "appeal":
        return Counter(link.kind, total(link.kind), link)
    received = max(total("received"), Decimal(0))
    return Counter(
        "appeal",
        received + total("outside") + total("at_least"),
        link,
        promised=total("promised") if link.fact.shows_promised else Decimal(0),
        is_at_least=bool(total("at_least")),
    )


def _coming(event: Event, offered: Decimal) -> Decimal:
    """People with a place at an event still to come; a small crowd is not counted aloud.

    Places that are offered are taken, but nobody has said yet that they come.
    """
    coming = event.places_taken - offered
    is_over = event.is_past or event.is_cancelled
    return Decimal(0) if is_over or coming < LEAST_COUNTED else coming


def _totals(links: list[Link]) -> dict[tuple[str, int], Decimal]:
    """Numbers of photos and sums of euros by (kind, id of the fact)."""
    calls = [link.fact.pk for link in links if link.kind == "photo_call"]
    appeals = [link.fact.pk for link in links if link.kind == "appeal"]
    limited = [x.fact.pk for x in links if x.kind == "event" and x.fact.capacity is not None]
    if not calls and not appeals and not limited:
        return {}
    photos = (
        WallCount.objects.filter(call__in=calls)
        .order_by()
        .values(counted=_kind("photo_call"), fact=Cast("call_id", _NUMBER))
        .annotate(number=Cast(Sum("number"), _NUMBER))
    )
    sums = [
        rows.order_by()
        .values(counted=kind, fact=Cast("appeal_id", _NUMBER))
        .annotate(number=Cast(Sum(amount), _NUMBER))
        for kind, rows, amount in _euros(appeals)
    ]
    offered = (
        SignUp.objects.filter(event__in=limited, status=SignUp.Status.OFFERED)
        .order_by()
        .values(counted=_kind("offered"), fact=Cast("event_id", _NUMBER))
        .annotate(number=Cast(Sum("party_size"), _NUMBER))
    )
    rows = photos.union(*sums, offered, all=True)
    return {(row["counted"], int(row["fact"])): row["number"] for row in rows}


def _euros(appeals: list[int]) -> list[tuple]:
    """What is summed for each appeal, as ``donations.totals`` does: kind, rows and amount."""
    moved = [Allocation.Kind.GIFT, Allocation.Kind.RETURN]
    lines = Allocation.objects.filter(undone_at=None, kind__in=moved, appeal__in=appeals)
    awaited = Pledge.objects.filter(
        appeal__in=appeals,
        status__in=Pledge.AWAITED,
        frequency=Pledge.Frequency.ONCE,
        ended="",
    )
    bound = Case(When(is_at_least=True, then=_kind("at_least")), default=_kind("outside"))
    return [
        (_kind("received"), lines, "amount"),
        (bound, OutsideAmount.objects.filter(appeal__in=appeals), "amount_eur"),
        # Nothing negative: what is awaited has received less than it promised.
        (_kind("promised"), awaited, F("amount_eur") - F("received_eur")),
    ]


def _kind(name: str) -> Value:
    return Value(name, output_field=CharField())
