"""What this process knows of changes: asked for at most five times a second, by whoever comes by.

It knows for each table the transactions that wrote into it lately, and compares them with the
snapshot of an answer: the answer is as good as new while that snapshot sees them all.
"""

import logging
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import DatabaseError, InterfaceError, connection

from serving.snapshots import Snapshot, read_snapshot

logger = logging.getLogger(__name__)

ASK_SECONDS = 0.2
# After the database did not answer, it is left alone for so long.
PAUSE_SECONDS = 1.0
# More transactions of a table than this are not told apart.
MOST_TRANSACTIONS = 5_000

# In one statement, so that the changes found are exactly those which the snapshot sees.
_ASK = """
SELECT pg_current_snapshot()::text, table_name, changed_by::text
  FROM (SELECT) AS always
  LEFT JOIN serving_shownchange
    ON changed_by >= pg_snapshot_xmin(%(seen)s::pg_snapshot)
   AND NOT pg_visible_in_snapshot(changed_by, %(seen)s::pg_snapshot)
"""
# Sees nothing: everything that is still kept counts as new.
NOTHING_SEEN = "1:1:"


def changes_since(seen: str) -> tuple[str, list[tuple[str, int]]]:
    """Return the snapshot of this moment, and (table, transaction) of all that ``seen`` lacks."""
    with connection.cursor() as cursor:
        cursor.execute(_ASK, {"seen": seen})
        rows = cursor.fetchall()
    return rows[0][0], [(table, int(number)) for _, table, number in rows if table is not None]


@dataclass
class _Table:
    newest: int = 0
    transactions: set[int] = field(default_factory=set)
    # Transactions below this are not told apart any more.
    forgotten_below: int = 0

    def add(self, number: int) -> None:
        if len(self.transactions) >= MOST_TRANSACTIONS:
            self.forgotten_below = self.newest + 1
            self.transactions.clear()
        self.transactions.add(number)
        self.newest = max(self.newest, number)

    def is_seen_by(self, snapshot: Snapshot) -> bool:
        """Whether the snapshot sees every change; no, where that cannot be told any more."""
        if self.newest >= snapshot.xmax:
            return False
        return not any(
            number in self.transactions or number < self.forgotten_below
            for number in snapshot.under_way
        )


class Feed:
    """The changes known so far. Safe for threads; one of them asks, the others wait for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        """Begin anew, as in a process just started."""
        self._seen = NOTHING_SEEN
        self._tables: dict[str, _Table] = {}
        # Grows whenever something new was learned: who was valid at this number still is.
        self.number = 0
        self.snapshot: Snapshot | None = None
        # Until when what is known may be used without asking (time.monotonic).
        self.good_until = 0.0
        self.asked_at = 0.0
        self.down_until = 0.0

    @property
    def is_down(self) -> bool:
        return time.monotonic() < self.down_until

    def ask(self, *, not_before: float | None = None) -> bool:
        """Learn what has changed, unless that was done since ``not_before`` or a moment ago.

        Returns whether what is known now holds: False while the database does not answer.
        """
        came = time.monotonic()
        with self._lock:
            if time.monotonic() < self.down_until:
                return False
            if (came < self.good_until) if not_before is None else (self.asked_at >= not_before):
                return True
            return self._ask()

    def _ask(self) -> bool:
        asked_at, second = time.monotonic(), time.time()
        try:
            seen, changes = changes_since(self._seen)
        except (DatabaseError, InterfaceError) as error:
            self.down_until = time.monotonic() + PAUSE_SECONDS
            self.good_until = 0.0
            if not connection.in_atomic_block:
                connection.close()
            logger.warning("The database does not say what has changed (%s).", type(error).__name__)
            return False
        before, self.snapshot = self.snapshot, read_snapshot(seen)
        self._seen = seen
        if before is not None and self.snapshot.xmax < before.xmax:
            # Another life of the database, restored meanwhile: its numbers mean something else.
            self._seen, self._tables = NOTHING_SEEN, {}
            self.number += 1
        for table, number in changes:
            self._tables.setdefault(table, _Table()).add(number)
        if changes:
            self.number += 1
        self.asked_at = asked_at
        # Asked anew in each second of the clock: the web server's own copy lives until its end.
        self.good_until = asked_at + min(ASK_SECONDS, 1 - second % 1)
        return True

    def shows_all(self, tables: Iterable[str], snapshot: Snapshot) -> bool:
        """Whether an answer from these tables, made after ``snapshot``, is still right.

        One from the future is of another database, restored or moved meanwhile.
        """
        if self.snapshot is None or snapshot.xmax > self.snapshot.xmax:
            return False
        known = self._tables
        return all(name not in known or known[name].is_seen_by(snapshot) for name in tables)


feed = Feed()
