"""How long each kind of data is kept, and what becomes of it then.

The apps register a kind when they start: which rows are due, and how one of them is erased.
Administrators set the periods (``RetentionPeriod``), within what the law and what people have
been told allow. Every night the rows whose time is up are erased, one a transaction.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from cryptography.fernet import InvalidToken
from django.contrib.auth.models import AbstractBaseUser
from django.db import Error, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.log_actions import log

from supporters.models import RetentionPeriod, RetentionRun

logger = logging.getLogger(__name__)

BRUSSELS = ZoneInfo("Europe/Brussels")
NIGHTLY_AT = time(3)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Kind:
    """One kind of data and its clock.

    ``due`` returns the rows whose time was up at a moment; ``erase`` takes one of them, locked,
    and leaves it so that it is no longer due. ``moment`` says from when the days count and
    ``reason`` why it may be kept that long. ``least_days`` is what the law asks for, ``most_days``
    what people have been told; 0 means no such bound.
    """

    key: str
    name: str
    default_days: int
    moment: str
    reason: str
    due: Callable[[datetime], models.QuerySet]
    erase: Callable[[models.Model], None]
    least_days: int = 1
    most_days: int = 0


class NotNow(Exception):
    """Raised by a kind's ``erase`` when the row is in use; the next night looks again."""


class PeriodRefused(Exception):
    """A sentence that says which bound the period breaks."""


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Let the nights erase ``kind``; registering a key again replaces."""
    _kinds[kind.key] = kind


def kinds() -> list[Kind]:
    """Every kind, by key, so that people go after what refers to them."""
    return [_kinds[key] for key in sorted(_kinds, key=lambda key: (key == "supporters", key))]


def find_kind(key: str) -> Kind | None:
    return _kinds.get(key)


def periods() -> dict[str, int]:
    """Return kind → days as they are in force today."""
    days = {kind.key: kind.default_days for kind in kinds()}
    in_force = dict(RetentionPeriod.objects.in_force().values_list("kind", "days"))
    return {key: in_force.get(key, default) for key, default in days.items()}


@transaction.atomic
def set_period(
    *, kind: Kind, days: int, valid_from: date, user: AbstractBaseUser | None
) -> RetentionPeriod:
    """From ``valid_from`` on, keep ``kind`` for ``days`` days; what held before stays on record.

    Raises ``PeriodRefused`` when the law asks for more, people were told less, or the day is past.
    """
    if days < kind.least_days:
        sentence = ngettext(
            "This must be kept for at least %(days)d day.",
            "This must be kept for at least %(days)d days.",
            kind.least_days,
        )
        raise PeriodRefused(sentence % {"days": kind.least_days})
    if kind.most_days and days > kind.most_days:
        sentence = ngettext(
            "People were told that this is kept for %(days)d day at most.",
            "People were told that this is kept for %(days)d days at most.",
            kind.most_days,
        )
        raise PeriodRefused(sentence % {"days": kind.most_days})
    if valid_from < timezone.localdate():
        raise PeriodRefused(_("A period cannot begin in the past."))
    period = RetentionPeriod.objects.create(
        kind=kind.key, days=days, valid_from=valid_from, set_by=user
    )
    log(instance=period, action="supporters.set_period", user=user)
    return period


def due_rows(kind: Kind, days: int) -> models.QuerySet:
    """The rows of ``kind`` that tonight is the last night for.

    A night erases what would be older than ``days`` days by the next one, so that the period is
    the longest that anything is kept.
    """
    return kind.due(timezone.now() - timedelta(days=days) + _DAY)


def due_counts() -> dict[str, int]:
    """Return kind → how many rows would be erased now; erases nothing."""
    days = periods()
    return {kind.key: due_rows(kind, days[kind.key]).count() for kind in kinds()}


def apply_retention() -> RetentionRun:
    """Erase everything whose time is up, and keep the numbers. Safe to run twice and at once.

    A kind that fails does not keep the others from being erased: its error is logged and the
    run's ``failures`` names it.
    """
    run = RetentionRun.objects.create()
    days = periods()
    for kind in kinds():
        try:
            run.counts[kind.key] = _erase_due(kind, days[kind.key])
        except (Error, OSError, InvalidToken) as error:
            logger.exception("retention of %s failed", kind.key)
            run.failures[kind.key] = type(error).__name__
    run.save(update_fields=["counts", "failures"])
    return run


def _erase_due(kind: Kind, days: int) -> int:
    keys = list(due_rows(kind, days).values_list("pk", flat=True))
    return sum(_erase_if_due(kind, days, key) for key in keys)


def _erase_if_due(kind: Kind, days: int, key: object) -> bool:
    """Lock one row and look again, since it may have changed; another's lock is left alone."""
    try:
        with transaction.atomic():
            rows = due_rows(kind, days).filter(pk=key)
            row = rows.select_for_update(of=("self",), skip_locked=True).first()
            if row is None:
                return False
            kind.erase(row)
    except NotNow:
        return False
    return True


def was_due_since_last_run(now: datetime) -> bool:
    """Whether it has been three at night in Brussels since the last run began.

    A run that was killed left no numbers, and does not count.
    """
    local = now.astimezone(BRUSSELS)
    night = datetime.combine(local.date(), NIGHTLY_AT, BRUSSELS)
    if night > local:
        night = datetime.combine(local.date() - _DAY, NIGHTLY_AT, BRUSSELS)
    finished = RetentionRun.objects.exclude(counts={}, failures={})
    return not finished.filter(started_at__gte=night).exists()
