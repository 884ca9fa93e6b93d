"""Hours that a Belgian clock never shows, or shows twice.

On the last Sunday of March the clock goes from 02:00 to 03:00, on the last Sunday of October
from 03:00 back to 02:00 (directive 2000/84/EC). Python takes both without a word: 02:30 in March
is stored as 03:30, and 02:30 in October means the first of the two.
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

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
            _("This hour does not exist: that night the clock goes from 2 to 3. Choose another.")
        )
    if is_doubled(wall):
        raise ValueError(
            _("This hour comes twice: that night the clock goes back from 3 to 2. Choose another.")
        )
