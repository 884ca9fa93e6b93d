"""Days of a campaign, some years on: the same day of the week, as near as can be."""

from collections.abc import Iterable
from datetime import date, timedelta

_MOST_YEARS = 20


def same_weekday(day: date, years: int) -> date:
    """Return the day of the same weekday that is nearest to ``day``, ``years`` later.

    A year on, that is 52 weeks later: Wednesday 9 December 2026 becomes Wednesday 8 December 2027.
    """
    try:
        on = day.replace(year=day.year + years)
    except ValueError:
        # 29 February, and the other year has none.
        on = day.replace(year=day.year + years, day=28)
    return on + timedelta(days=(day.weekday() - on.weekday() + 3) % 7 - 3)


def move_of(days: Iterable[date], years: int) -> timedelta:
    """Return by how much all days of a campaign move: whole weeks, so that none overtakes another.

    The last of them goes to the nearest same weekday; without any, a year is 52 weeks.
    """
    last = max(days, default=None)
    return same_weekday(last, years) - last if last else timedelta(weeks=52 * years)


def years_to_come(days: Iterable[date], today: date) -> int:
    """Return by how many years days must be moved for the last to lie ahead; 1 without any."""
    last = max(days, default=today)
    return next(
        (years for years in range(1, _MOST_YEARS) if same_weekday(last, years) > today),
        _MOST_YEARS,
    )
