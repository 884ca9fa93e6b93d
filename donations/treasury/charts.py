"""Charts of gifts: what they show, and where its bars stand in a picture of a fixed size."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Count, Q, Sum

from campaign_site.charts import LOWEST, Frame, Label, day_labels, round_up
from donations.models import Allocation, Appeal
from donations.services.matching import EURO
from donations.treasury.matching_words import money

_NOTHING = Decimal(0)
_GIVEN = Q(kind=Allocation.Kind.GIFT)
_SENT_BACK = Q(kind=Allocation.Kind.RETURN)
_SUMS = {
    "number": Count("pk", filter=_GIVEN),
    "given": Sum("amount", filter=_GIVEN, default=_NOTHING),
    "sent_back": -Sum("amount", filter=_SENT_BACK, default=_NOTHING),
}


@dataclass(frozen=True)
class Sums:
    """Gifts of a day or of an appeal, in euros; ``sent_back`` is not negative."""

    number: int = 0
    given: Decimal = _NOTHING
    sent_back: Decimal = _NOTHING

    @property
    def kept(self) -> Decimal:
        return self.given - self.sent_back

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(
            self.number + other.number,
            self.given + other.given,
            self.sent_back + other.sent_back,
        )


def _standing(since: date, until: date):
    lines = Allocation.objects.filter(undone_at=None, on__gte=since, on__lte=until)
    return lines.filter(_GIVEN | _SENT_BACK).order_by()


def sums_by_day(since: date, until: date, appeal: Appeal | None = None) -> dict[date, Sums]:
    """Return the sums of each day on which something came or went back; one query."""
    lines = _standing(since, until)
    if appeal is not None:
        lines = lines.filter(appeal=appeal)
    rows = lines.values("on").annotate(**_SUMS).order_by("on")
    return {row.pop("on"): Sums(**row) for row in rows}


def sums_by_appeal(since: date, until: date) -> list[tuple[Appeal, Sums]]:
    """Return the sums of each appeal that something came for, the largest first; two queries."""
    rows = _standing(since, until).values("appeal").annotate(**_SUMS)
    sums = {row.pop("appeal"): Sums(**row) for row in rows}
    appeals = Appeal.objects.in_bulk(sums)
    found = [(appeals[appeal_id], of_it) for appeal_id, of_it in sums.items()]
    return sorted(found, key=lambda one: (-one[1].kept, one[0].pk))


# The amounts stand on the left, the days below.
_FRAME = Frame(height=260, top=12, bottom=232)


@dataclass(frozen=True)
class Bar:
    """What was given on a day (above the line) or was sent back (below it)."""

    x: float
    y: float
    width: float
    height: float
    on: date
    sums: Sums
    is_sent_back: bool = False


@dataclass(frozen=True)
class DayChart:
    """Bars of each day between two, both counted."""

    zero: float
    bars: list[Bar] = field(default_factory=list)
    amounts: list[Label] = field(default_factory=list)
    days: list[Label] = field(default_factory=list)

    width, height = _FRAME.width, _FRAME.height
    left, right, below = _FRAME.left, _FRAME.right, _FRAME.height - 6


def day_chart(sums: dict[date, Sums], since: date, until: date) -> DayChart:
    """Draw the sums of the days from ``since`` to ``until``."""
    top = Decimal(round_up(max((one.given for one in sums.values()), default=_NOTHING)))
    low = max((one.sent_back for one in sums.values()), default=_NOTHING)
    low = Decimal(round_up(low)) if low else _NOTHING
    unit = (_FRAME.bottom - _FRAME.top) / float(top + low)
    zero = _FRAME.top + float(top) * unit
    step = (_FRAME.right - _FRAME.left) / ((until - since).days + 1)
    chart = DayChart(zero=round(zero, 1))
    chart.amounts.extend(
        Label(round(zero - float(amount) * unit, 1), money(amount, EURO))
        for amount in (top, top / 2, _NOTHING, *([-low] if low else []))
    )
    chart.bars.extend(_bars(sums, since, step, unit, zero))
    chart.days.extend(day_labels(_FRAME, since, until, step, inset=0.4))
    return chart


def _bars(
    sums: dict[date, Sums], since: date, step: float, unit: float, zero: float
) -> Iterator[Bar]:
    width = round(max(step * 0.8, 1), 2)
    for on, of_day in sums.items():
        x = round(_FRAME.left + (on - since).days * step, 2)
        if of_day.given:
            height = round(max(float(of_day.given) * unit, LOWEST), 1)
            yield Bar(x, round(zero - height, 1), width, height, on, of_day)
        if of_day.sent_back:
            height = round(max(float(of_day.sent_back) * unit, LOWEST), 1)
            yield Bar(x, round(zero, 1), width, height, on, of_day, is_sent_back=True)
