"""The figures of a campaign added up: by day or week, by language, by source, and in all."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from newsroom.reporting.counting import Row
from newsroom.reporting.small_numbers import groups, is_told

_NOTHING = Decimal("0.00")


@dataclass(frozen=True)
class Sums:
    """How many things, for how many people, and how many euros."""

    number: int = 0
    people: int = 0
    amount_eur: Decimal = _NOTHING

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(
            self.number + other.number,
            self.people + other.people,
            self.amount_eur + other.amount_eur,
        )


@dataclass
class Figures:
    """All figures of one kind. ``total`` is worth telling apart from a few people on."""

    by_day: dict[date, Sums] = field(default_factory=dict)
    by_language: dict[str, Sums] = field(default_factory=dict)
    by_source: dict[str, Sums] = field(default_factory=dict)
    by_subject: dict[int, Sums] = field(default_factory=dict)
    total: Sums = field(default_factory=Sums)

    @property
    def is_told(self) -> bool:
        return is_told(self.total.number)

    @property
    def first_day(self) -> date | None:
        return min(self.by_day, default=None)


def figures_by_kind(rows: Iterable[Row]) -> dict[str, Figures]:
    """Add up rows of any kinds; a kind without any has no figures."""
    found: dict[str, Figures] = {}
    for row in rows:
        figures = found.setdefault(row.kind, Figures())
        sums = Sums(row.number, row.people, row.amount_eur or _NOTHING)
        figures.total += sums
        for parts, name in (
            (figures.by_day, row.day),
            (figures.by_language, row.language),
            (figures.by_source, row.source),
            (figures.by_subject, row.subject_id),
        ):
            parts[name] = parts.get(name, Sums()) + sums
    return found


def by_week(by_day: Mapping[date, Sums]) -> dict[date, Sums]:
    """Add days up to weeks, each named by its Monday."""
    weeks: dict[date, Sums] = {}
    for day, sums in by_day.items():
        monday = day - timedelta(days=day.weekday())
        weeks[monday] = weeks.get(monday, Sums()) + sums
    return weeks


def cumulative(by_day: Mapping[date, Sums]) -> list[tuple[date, Sums]]:
    """What there was by the end of each day on which something came, in order."""
    series, so_far = [], Sums()
    for day in sorted(by_day):
        so_far += by_day[day]
        series.append((day, so_far))
    return series


def height_on(series: list[tuple[date, Sums]], first: date, days: int) -> Sums:
    """What there was at the end of the day ``days`` after ``first``."""
    so_far = Sums()
    for day, sums in series:
        if (day - first).days > days:
            break
        so_far = sums
    return so_far


def told_parts(parts: Mapping[str, Sums], counted: Callable[[Sums], int]) -> list[tuple[str, Sums]]:
    """Return the parts that may be told, the largest first; small ones stand together."""
    found = groups({name: counted(sums) for name, sums in parts.items()})
    return [
        (name, sum((parts[member] for member in members), Sums()))
        for name, members in found.items()
    ]
