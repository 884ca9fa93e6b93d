"""Honest counters: what people have done so far, for all actions of a page in one query."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import CharField, DecimalField, Sum, Value
from django.db.models.functions import Cast

from donations.models import Pledge
from pages.links import Link
from solidarity.models import WallCount

_NUMBER = DecimalField(max_digits=14, decimal_places=2)


@dataclass(frozen=True)
class Counter:
    """``number`` of ``kind``: photos on the wall, people coming, euros promised."""

    kind: str
    number: Decimal
    link: Link

    @property
    def whole(self) -> int:
        """The number of photos or people, as words are counted by."""
        return int(self.number)


def count_actions(links: Iterable[Link]) -> list[Counter]:
    """Return a counter for each action in ``links`` that has anything to count, in their order.

    Photos are those on the wall, people those who signed up for an event still to come, euros
    those promised. One query; none when no link is a photo call or an appeal.
    """
    links = [link for link in links if link.fact is not None]
    totals = _totals(links)
    counters = []
    for link in links:
        if link.kind == "event":
            number = Decimal(0 if link.fact.is_past else link.fact.places_taken)
        else:
            number = totals.get((link.kind, link.fact.pk), Decimal(0))
        if number:
            counters.append(Counter(link.kind, number, link))
    return counters


def _totals(links: list[Link]) -> dict[tuple[str, int], Decimal]:
    """Numbers of photos and promised euros by (kind, id of the fact)."""
    calls = [link.fact.pk for link in links if link.kind == "photo_call"]
    appeals = [link.fact.pk for link in links if link.kind == "appeal"]
    if not calls and not appeals:
        return {}
    photos = (
        WallCount.objects.filter(call__in=calls)
        .order_by()
        .values(kind=Value("photo_call", output_field=CharField()), fact=Cast("call_id", _NUMBER))
        .annotate(number=Cast(Sum("number"), _NUMBER))
    )
    pledges = (
        Pledge.objects.filter(appeal__in=appeals, status=Pledge.Status.PROMISED)
        .order_by()
        .values(kind=Value("appeal", output_field=CharField()), fact=Cast("appeal_id", _NUMBER))
        .annotate(number=Cast(Sum("amount_eur"), _NUMBER))
    )
    rows = photos.union(pledges, all=True)
    return {(row["kind"], int(row["fact"])): row["number"] for row in rows}
