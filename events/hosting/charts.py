"""Sign-ups over time against the capacity: where the line stands in a picture of a fixed size."""

from dataclasses import dataclass, field

from campaign_site.charts import Frame, Label, day_labels, round_up, steps
from campaign_site.templatetags.campaign import whole

# The numbers of people stand on the left, the days below.
_FRAME = Frame(left=64)


@dataclass(frozen=True)
class SignUpChart:
    """Lines of steps, one a day: the people with a place, and all who asked for one by then."""

    signed_up: str
    asked: str
    capacity_at: float | None
    people: list[Label] = field(default_factory=list)
    days: list[Label] = field(default_factory=list)

    width, height = _FRAME.width, _FRAME.height
    left, right, bottom, below = _FRAME.left, _FRAME.right, _FRAME.bottom, _FRAME.below


def sign_up_chart(by_day: list[dict], capacity: int | None) -> SignUpChart | None:
    """Draw the days of ``services.totals.figures``, each ``day`` a date; None without any."""
    if not by_day:
        return None
    since, until = by_day[0]["day"], by_day[-1]["day"]
    top = round_up(max(by_day[-1]["asked"], capacity or 0))
    unit = (_FRAME.bottom - _FRAME.top) / top
    step = (_FRAME.right - _FRAME.left) / ((until - since).days + 1)
    return SignUpChart(
        signed_up=_steps(by_day, "signed_up", step, unit),
        asked=_steps(by_day, "asked", step, unit),
        capacity_at=None if capacity is None else round(_FRAME.bottom - capacity * unit, 1),
        people=[
            Label(round(_FRAME.bottom - number * unit, 1), whole(number))
            for number in (0, top // 2, top)
        ],
        days=day_labels(_FRAME, since, until, step),
    )


def _steps(by_day: list[dict], name: str, step: float, unit: float) -> str:
    since = by_day[0]["day"]
    line = [((one["day"] - since).days, one[name]) for one in by_day]
    return steps(_FRAME, line, step, unit, until=float(_FRAME.right))
