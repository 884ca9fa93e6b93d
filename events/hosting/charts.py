"""Sign-ups over time against the capacity: where the line stands in a picture of a fixed size."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils.formats import date_format

from campaign_site.languages import site_language
from campaign_site.templatetags.campaign import whole

# The picture, in its own units. The numbers of people stand on the left, the days below.
WIDTH, HEIGHT = 900, 240
_LEFT, _TOP, _BOTTOM, _RIGHT = 64, 14, 206, 890
_LABELS = 6


@dataclass(frozen=True)
class Label:
    at: float
    text: str


@dataclass(frozen=True)
class SignUpChart:
    """Lines of steps, one a day: the people with a place, and all who asked for one by then."""

    signed_up: str
    asked: str
    capacity_at: float | None
    people: list[Label] = field(default_factory=list)
    days: list[Label] = field(default_factory=list)

    width, height = WIDTH, HEIGHT
    left, right, bottom, below = _LEFT, _RIGHT, _BOTTOM, HEIGHT - 8


def sign_up_chart(by_day: list[dict], capacity: int | None) -> SignUpChart | None:
    """Draw the days of ``services.totals.figures``, each ``day`` a date; None without any."""
    if not by_day:
        return None
    since, until = by_day[0]["day"], by_day[-1]["day"]
    top = _round_up(max(by_day[-1]["asked"], capacity or 0))
    unit = (_BOTTOM - _TOP) / top
    step = (_RIGHT - _LEFT) / ((until - since).days + 1)
    return SignUpChart(
        signed_up=_steps(by_day, "signed_up", step, unit),
        asked=_steps(by_day, "asked", step, unit),
        capacity_at=None if capacity is None else round(_BOTTOM - capacity * unit, 1),
        people=[
            Label(round(_BOTTOM - number * unit, 1), whole(number)) for number in (0, top // 2, top)
        ],
        days=_days(since, until, step),
    )


def _steps(by_day: list[dict], name: str, step: float, unit: float) -> str:
    """The corners of a line: a day begins at the height of the one before and goes to its own."""
    since = by_day[0]["day"]
    height = float(_BOTTOM)
    corners = [(float(_LEFT), height)]
    for one in by_day:
        x = _LEFT + (one["day"] - since).days * step
        corners.append((x, height))
        height = _BOTTOM - one[name] * unit
        corners.append((x, height))
    corners.append((float(_RIGHT), height))
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)


def _days(since: date, until: date, step: float) -> list[Label]:
    """A few days, evenly apart, for the line below; every day once when there are few."""
    length = (until - since).days
    number = min(_LABELS, length + 1)
    passed = [length * place // max(number - 1, 1) for place in range(number)]
    return [
        Label(round(_LEFT + days * step, 1), _short_day(since + timedelta(days=days)))
        for days in passed
    ]


def _short_day(on: date) -> str:
    """Return a day without its year; only English begins months with a capital."""
    return date_format(on, "j M" if site_language() == "en" else "j b")


def _round_up(number: int) -> int:
    """Return the next of 10, 20, 50, 100, 200, 500 … that is not smaller."""
    size = 10
    while size < number:
        for factor in (2, 5):
            if size * factor >= number:
                return size * factor
        size *= 10
    return size
