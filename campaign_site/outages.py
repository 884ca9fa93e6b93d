"""What of ours fails when a request fails: the database, the disk, or our own code.

A visitor is told to come back for the first two and that it is our mistake for the third. Each
outage is logged, by its kind alone, and announced to whoever counts them (``outage_noticed``).
"""

import errno
import logging
import threading
import time
from collections.abc import Iterator
from enum import StrEnum

import psycopg
from django.db import Error as DatabaseFailure
from django.db import InterfaceError, OperationalError
from django.dispatch import Signal
from psycopg import errors as kinds

logger = logging.getLogger(__name__)


class Outage(StrEnum):
    """What is out; the value goes into the log."""

    DATABASE = "database"
    # Somebody else held a row too long, or a statement took too long: the next try may succeed.
    BUSY = "busy"
    READ_ONLY = "read_only"
    STORAGE = "storage"


# A full or read-only disk, a quota, a folder of the wrong owner, a failing device or object store.
_STORAGE_ERRORS = {
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EROFS,
    errno.EACCES,
    errno.EPERM,
    errno.EIO,
    errno.ENOTCONN,
    errno.ESTALE,
}
_BUSY = (
    kinds.LockNotAvailable,
    kinds.QueryCanceled,
    kinds.DeadlockDetected,
    kinds.SerializationFailure,
    kinds.IdleInTransactionSessionTimeout,
)
_LONGEST_CHAIN = 20
# One line for each kind in so many seconds, with how often it happened.
_LOG_SECONDS = 10

# Sent for each answer that an outage spoiled, with ``outage``.
outage_noticed = Signal()

_lock = threading.Lock()
_last_logged: dict[Outage, float] = {}
_unlogged: dict[Outage, int] = {}


def outage_of(error: BaseException | None) -> Outage | None:
    """Return what ``error``, or what it came from, shows to be out; None for our own mistakes."""
    for found in _chain(error):
        if isinstance(found, kinds.ReadOnlySqlTransaction):
            return Outage.READ_ONLY
        if isinstance(found, _BUSY):
            return Outage.BUSY
        if isinstance(found, kinds.DiskFull):
            return Outage.STORAGE
        if isinstance(found, psycopg.OperationalError | psycopg.InterfaceError):
            return Outage.DATABASE
        if isinstance(found, OperationalError | InterfaceError) and found.__cause__ is None:
            return Outage.DATABASE
        if isinstance(found, OSError) and found.errno in _STORAGE_ERRORS:
            return Outage.STORAGE
    return None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what it was raised from or during: a rollback that fails hides the reason."""
    for _step in range(_LONGEST_CHAIN):
        if error is None:
            return
        yield error
        if error.__cause__ is not None:
            error = error.__cause__
        elif isinstance(error, DatabaseFailure | psycopg.Error):
            error = error.__context__
        else:
            return


def note(outage: Outage, error: BaseException | None) -> None:
    """Log an outage and announce it. Many in a row make one line in ten seconds."""
    outage_noticed.send_robust(sender=Outage, outage=outage)
    with _lock:
        now = time.monotonic()
        _unlogged[outage] = _unlogged.get(outage, 0) + 1
        if now < _last_logged.get(outage, -_LOG_SECONDS) + _LOG_SECONDS:
            return
        _last_logged[outage] = now
        times = _unlogged.pop(outage)
    state = next((f.sqlstate for f in _chain(error) if getattr(f, "sqlstate", None)), None)
    logger.error(
        "outage of kind %s: %s answers (%s, SQLSTATE %s)",
        outage,
        times,
        type(error).__name__,
        state or "none",
    )
