"""What an answer was made from: the tables that the SQL of its making names."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from django.db import connection

from serving.snapshots import Snapshot
from serving.tables import CONSTANT, all_tables, watched_tables

_WORD = re.compile(r"\w+")
_current = threading.local()


class Recording:
    """The tables read since it began, and a snapshot taken no later than that."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.tables: set[str] = set()

    def __call__(self, execute, sql, params, many, context):
        self.tables |= tables_in(str(sql))
        return execute(sql, params, many, context)

    @property
    def is_complete(self) -> bool:
        """Whether a change of anything that was read would be noted."""
        return self.tables <= watched_tables()


@lru_cache(maxsize=4096)
def tables_in(sql: str) -> frozenset[str]:
    """Return the tables that a statement names, in whatever way it does; one too many harms not."""
    return (frozenset(_WORD.findall(sql)) & all_tables()) - CONSTANT.keys()


def current() -> Recording | None:
    """Return the recording of this thread, if an answer that may be kept is being made."""
    return getattr(_current, "recording", None)


@contextmanager
def recording(snapshot: Snapshot) -> Iterator[Recording]:
    """Record what this thread reads; ``snapshot`` must have been taken before."""
    made = Recording(snapshot)
    _current.recording = made
    try:
        with connection.execute_wrapper(made):
            yield made
    finally:
        _current.recording = None
