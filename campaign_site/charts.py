"""Charts as pictures of a fixed size: where bars and lines stand. Pure: no database, no words.

The templates draw them as SVG with a title, and put a table with the same figures below: nobody
needs the picture to know what it says.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from django.utils.formats import date_format

from campaign_site.languages import site_language

type Amount = int | Decimal

_MOST_LABELS = 6
# No bar is lower: what is there at all is seen.
LOWEST = 2.0


@dataclass(frozen=True)
class Frame:
    """The picture in its own units: amounts stand left of ``left``, days below ``bottom``."""

    width: int = 900
    height: int = 240
    left: int = 84
    right: int = 890
    top: int = 14
    bottom: int = 206

    @property
    def below(self) -> int:
        """Where the words below the line stand."""
        return self.height - 8


@dataclass(frozen=True)
class Label:
    at: float
    text: str


@dataclass(frozen=True)
class Bar:
    """One bar; ``text`` says what it stands for. ``is_below`` is less than nothing."""

    x: float
    y: float
    width: float
    height: float
    text: str
    is_below: bool = False


@dataclass(frozen=True)
class BarChart:
    """Bars of days or weeks on a line at ``zero``."""

    frame: Frame
    zero: float
    bars: list[Bar] = field(default_factory=list)
    amounts: list[Label] = field(default_factory=list)
    days: list[Label] = field(default_factory=list)


@dataclass(frozen=True)
class LineChart:
    """Lines of steps, as points of SVG, in the order in which they were given."""

    frame: Frame
    lines: list[str] = field(default_factory=list)
    amounts: list[Label] = field(default_factory=list)
    days: list[Label] = field(default_factory=list)


def bar_chart(
    amounts: Mapping[date, Amount],
    since: date,
    until: date,
    *,
    written: Callable[[Amount], str],
    named: Callable[[date], str],
    days_each: int = 1,
    frame: Frame | None = None,
) -> BarChart:
    """Draw what came on the days (or in the weeks that begin on them) from since to until.

    ``written`` puts an amount into words, ``named`` the day or the week of a bar. What is negative
    stands below the line.
    """
    frame = frame or Frame()
    top = round_up(max(amounts.values(), default=0))
    low = max((-amount for amount in amounts.values()), default=0)
    low = round_up(low) if low > 0 else 0
    unit = (frame.bottom - frame.top) / float(top + low)
    zero = frame.top + float(top) * unit
    step = (frame.right - frame.left) / ((until - since).days + days_each)
    width = round(max(step * days_each * 0.8, 1), 2)
    chart = BarChart(frame=frame, zero=round(zero, 1))
    for value in (top, top // 2, 0, *([-low] if low else [])):
        chart.amounts.append(Label(round(zero - value * unit, 1), written(value)))
    for on, amount in sorted(amounts.items()):
        if not amount:
            continue
        height = round(max(abs(float(amount)) * unit, LOWEST), 1)
        y = zero if amount < 0 else zero - height
        x = round(frame.left + (on - since).days * step, 2)
        said = f"{named(on)}: {written(amount)}"
        chart.bars.append(Bar(x, round(y, 1), width, height, said, is_below=amount < 0))
    chart.days.extend(day_labels(frame, since, until, step, inset=0.4))
    return chart


def line_chart(
    lines: Sequence[Sequence[tuple[int, Amount]]],
    length: int,
    *,
    written: Callable[[Amount], str],
    named: Callable[[int], str],
    frame: Frame | None = None,
) -> LineChart:
    """Draw lines of (day, height by then), days counted from 0 to ``length - 1``.

    Each line ends at its last day: one that is not over yet does not go on into the future.
    """
    frame = frame or Frame()
    top = round_up(max((height for line in lines for _day, height in line), default=0))
    unit = (frame.bottom - frame.top) / float(top)
    step = (frame.right - frame.left) / max(length, 1)
    number = min(_MOST_LABELS, length)
    days = [(length - 1) * place // max(number - 1, 1) for place in range(number)]
    return LineChart(
        frame=frame,
        lines=[steps(frame, line, step, unit) for line in lines],
        amounts=[
            Label(round(frame.bottom - value * unit, 1), written(value))
            for value in (top, top // 2, 0)
        ],
        days=[Label(round(frame.left + day * step, 1), named(day)) for day in days],
    )


def steps(
    frame: Frame,
    line: Sequence[tuple[int, Amount]],
    step: float,
    unit: float,
    *,
    until: float | None = None,
) -> str:
    """The corners of a line: a day begins at the height of the one before and goes to its own.

    ``until`` is where the line ends, by default at the end of its last day.
    """
    height = float(frame.bottom)
    corners = [(float(frame.left), height)]
    x = float(frame.left)
    for day, amount in line:
        x = frame.left + day * step
        corners.append((x, height))
        height = frame.bottom - float(amount) * unit
        corners.append((x, height))
    corners.append((x + step if until is None else until, height))
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)


def day_labels(
    frame: Frame, since: date, until: date, step: float, *, inset: float = 0
) -> list[Label]:
    """A few days, evenly apart, for the line below; every day once when there are few.

    ``inset`` moves them into the day, in parts of one: to the middle of its bar.
    """
    length = (until - since).days
    number = min(_MOST_LABELS, length + 1)
    passed = [length * place // max(number - 1, 1) for place in range(number)]
    return [
        Label(round(frame.left + (days + inset) * step, 1), short_day(since + timedelta(days=days)))
        for days in passed
    ]


def short_day(on: date) -> str:
    """Return a day without its year; only English begins months with a capital."""
    return date_format(on, "j M" if site_language() == "en" else "j b")


def round_up(amount: Amount) -> int:
    """Return the next of 10, 20, 50, 100, 200, 500 … that is not smaller."""
    size = 10
    while size < amount:
        for factor in (2, 5):
            if size * factor >= amount:
                return size * factor
        size *= 10
    return size
