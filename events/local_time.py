"""Hours that a Belgian clock never shows, or shows twice.

On the last Sunday of March the clock goes from 02:00 to 03:00, on the last Sunday of October
from 03:00 back to 02:00 (directive 2000/84/EC). Python takes both without a word: 02:30 in March
is stored as 03:30, and 02:30 in October means the first of the two. People who read the hour on a
page could not know which is meant, so no event gets such an hour, from a form or from code.
"""

from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import gettext as _

BRUSSELS = ZoneInfo("Europe/Brussels")


def is_skipped(wall: datetime) -> bool:
    """Whether no clock in Belgium ever shows ``wall`` (without zone)."""
    there_and_back = wall.replace(tzinfo=BRUSSELS).astimezone(UTC).astimezone(BRUSSELS)
    return there_and_back.replace(tzinfo=None) != wall


def is_doubled(wall: datetime) -> bool:
    """Whether clocks in Belgium show ``wall`` (without zone) twice."""
    local = wall.replace(tzinfo=BRUSSELS)
    two_offsets = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return two_offsets and not is_skipped(wall)


def check_local_time(moment: datetime | None) -> None:
    """Raise ``ValueError`` with a sentence for staff when ``moment`` is such an hour.

    A moment without zone is taken as Belgian time; None is never refused.
    """
    if moment is None:
        return
    local = moment.astimezone(BRUSSELS) if moment.tzinfo else moment
    wall = local.replace(tzinfo=None, fold=0)
    if is_skipped(wall):
        raise ValueError(
            _(
                "This hour does not exist: that night the clock goes from 2 to 3. Choose an hour "
                "before 2, or from 3 on."
            )
        )
    if is_doubled(wall):
        raise ValueError(
            _(
                "This hour comes twice: that night the clock goes back from 3 to 2. Choose an hour "
                "before 2, or from 3 on."
            )
        )


class ClockTimeField(models.DateTimeField):
    """A moment that people read on a Belgian clock: no hour that is skipped or comes twice.

    Forms say so in their own place; code that saves such an hour (``save``, ``update``,
    ``bulk_create``, a command, a fixture) gets a ``ValueError`` before anything is written.
    """

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if isinstance(value, datetime):
            check_local_time(value)
        return super().get_db_prep_save(value, connection)

    def deconstruct(self) -> tuple[str, str, list, dict]:
        """For the database, and so for migrations, it is a moment like any other."""
        name, _path, arguments, options = super().deconstruct()
        return name, "django.db.models.DateTimeField", arguments, options


def on_the_clock(day: date, hour: time) -> datetime:
    """Return the moment at which a Belgian clock shows ``hour`` on ``day``.

    In the night when an hour is skipped, one of that hour is an hour later; in the night when it
    comes twice, it is the first of the two.
    """
    return datetime.combine(day, hour, BRUSSELS).astimezone(UTC).astimezone(BRUSSELS)
