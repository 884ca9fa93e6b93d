"""Count what arrives at the door, for all workers together and without keeping from whom.

Windows are fixed: a window of 600 seconds begins at every full ten minutes (UTC). What looks at a
count also sees the window before, so that a flood does not begin afresh with each of them.
"""

import hashlib
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection
from django.utils import timezone

from campaign_site.encryption import keyed_hash
from supporters.models import DailySalt, DoorCount, SpentToken


@dataclass(frozen=True)
class Tally:
    """Something to count: under which key, in windows of how many seconds, and how much."""

    key: str
    seconds: int
    amount: int = 1


@dataclass(frozen=True)
class Count:
    """What a key has seen in the window of now, and in the one before it."""

    now: int
    before: int

    @property
    def most(self) -> int:
        return max(self.now, self.before)


def todays_salt() -> str:
    """Return the salt of this day (UTC), 256 random bits; whoever comes first makes it.

    All workers read the same one. Making it deletes yesterday's, and with that the counts made
    with it mean nothing any more.
    """
    today = datetime.now(UTC).date()
    row, made = DailySalt.objects.get_or_create(day=today, defaults={"salt": secrets.token_hex(32)})
    if made:
        DailySalt.objects.filter(day__lt=today).delete()
    return row.salt


def network_key(salt: str, limit: str, network: str) -> str:
    """Return the key under which ``limit`` counts a network today.

    It takes the salt and a key outside the database to find out which network it is, and two
    limits have two keys for one network.
    """
    return keyed_hash(f"{salt}:{limit}:{network}", purpose="door-network")


def window_ends_in(seconds: int) -> int:
    """Return in how many seconds, 1 at least, the present window of ``seconds`` is over."""
    return max(1, seconds - int(time.time()) % seconds)


@dataclass(frozen=True)
class _Windows:
    """When a tally's window of now begins, when the one before it began, when both are over."""

    now: datetime
    before: datetime
    over: datetime


def _windows(tallies: Sequence[Tally]) -> list[_Windows]:
    moment = int(time.time())
    found = []
    for tally in tallies:
        now = datetime.fromtimestamp(moment // tally.seconds * tally.seconds, UTC)
        length = timedelta(seconds=tally.seconds)
        found.append(_Windows(now=now, before=now - length, over=now + 2 * length))
    return found


# Rows are taken in the order of the tallies, the same for every request, so that none deadlock.
_ADD = """
    WITH added AS (
        INSERT INTO supporters_doorcount (key, starts_at, expires_at, amount)
        SELECT * FROM unnest(%s::text[], %s::timestamptz[], %s::timestamptz[], %s::bigint[])
        ON CONFLICT (key, starts_at)
        DO UPDATE SET amount = supporters_doorcount.amount + EXCLUDED.amount
        RETURNING key, starts_at, amount
    )
    SELECT key, starts_at, amount FROM added
    UNION ALL
    SELECT key, starts_at, amount FROM supporters_doorcount
    JOIN unnest(%s::text[], %s::timestamptz[]) AS earlier (key, starts_at) USING (key, starts_at)
"""
_READ = """
    SELECT key, starts_at, amount FROM supporters_doorcount
    JOIN unnest(%s::text[], %s::timestamptz[]) AS wanted (key, starts_at) USING (key, starts_at)
"""


def add(tallies: Sequence[Tally]) -> list[Count]:
    """Add every tally in one atomic statement and return the counts that result, in order.

    Exact whatever else adds at the same moment. Raises ``django.db.Error`` when it cannot count.
    """
    keys, windows = [tally.key for tally in tallies], _windows(tallies)
    starts, before = [w.now for w in windows], [w.before for w in windows]
    expiries, amounts = [w.over for w in windows], [tally.amount for tally in tallies]
    return _counts(keys, windows, _ADD, [keys, starts, expiries, amounts, keys, before])


def read(tallies: Sequence[Tally]) -> list[Count]:
    """Return the counts of the tallies' keys in their windows, adding nothing."""
    keys, windows = [tally.key for tally in tallies], _windows(tallies)
    starts = [w.now for w in windows] + [w.before for w in windows]
    return _counts(keys, windows, _READ, [keys * 2, starts])


def _counts(
    keys: list[str], windows: list[_Windows], sql: str, parameters: list[list]
) -> list[Count]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        found = {(key, start): amount for key, start, amount in cursor.fetchall()}
    return [
        Count(now=found.get((key, w.now), 0), before=found.get((key, w.before), 0))
        for key, w in zip(keys, windows, strict=True)
    ]


def spend(token: str, *, expires_at: datetime) -> bool:
    """Use ``token`` up; return whether this was the first time. Of twenty at once, one gets True.

    ``expires_at`` is when the token would be refused for its age anyway; the full hour after it is
    stored, so that the row does not tell when somebody came.
    """
    forgotten_at = (expires_at + timedelta(hours=1)).replace(minute=0, second=0, microsecond=0)
    digest = hashlib.sha256(token.encode()).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO supporters_spenttoken (digest, expires_at) VALUES (%s, %s)"
            " ON CONFLICT DO NOTHING",
            [digest, forgotten_at],
        )
        return cursor.rowcount == 1


def purge() -> int:
    """Delete counts, used tokens and salts whose time is over; return how many rows.

    Safe to run twice and at once.
    """
    now = timezone.now()
    gone = [
        DoorCount.objects.filter(expires_at__lte=now).delete(),
        SpentToken.objects.filter(expires_at__lte=now).delete(),
        DailySalt.objects.filter(day__lt=now.astimezone(UTC).date()).delete(),
    ]
    return sum(count for count, _ in gone)
