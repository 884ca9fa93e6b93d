"""Ask the database one question with a deadline, also when it accepts a connection and then hangs.

The pool is left alone: a question that hangs would hold one of its connections, and an exhausted
pool would look like a database that is gone. The question runs in a thread of its own, which is
left behind when it is late; while one hangs, nobody starts another.
"""

import contextlib
import threading
from collections.abc import Sequence

import psycopg
from django.db import connection

DEADLINE_SECONDS = 0.8
# For the system: notice a host that is gone after seconds, not after hours (tcp(7)).
_SOCKET = {"keepalives_idle": 2, "keepalives_interval": 1, "keepalives_count": 3}


class NoAnswer(Exception):
    """The database refuses, does not know the question, or takes too long."""


class _Question:
    """A question that is being asked: whoever comes meanwhile with the same waits for it too."""

    def __init__(self, query: str, parameters: dict) -> None:
        self.query = query
        self.parameters = parameters
        self.row: Sequence | None = None
        self.is_answered = threading.Event()

    def run(self) -> None:
        # What went wrong stays here: its text may hold what was asked. No row says enough.
        with contextlib.suppress(psycopg.Error, OSError):
            self.row = self._fetch()
        self.is_answered.set()

    def _fetch(self) -> Sequence | None:
        with psycopg.connect(**self.parameters, autocommit=True) as probe:
            milliseconds = int(DEADLINE_SECONDS * 1000)
            probe.execute(f"SET statement_timeout = {milliseconds}")
            return probe.execute(self.query).fetchone()


_lock = threading.Lock()
_asked: dict[str, _Question] = {}


def ask(query: str, *, deadline: float = DEADLINE_SECONDS) -> Sequence:
    """Return the one row that ``query`` selects. Raises NoAnswer after ``deadline`` seconds."""
    with _lock:
        question = _asked.get(query)
        if question is None or question.is_answered.is_set():
            question = _asked[query] = _Question(query, _parameters())
            threading.Thread(target=question.run, name="database-probe", daemon=True).start()
    question.is_answered.wait(deadline)
    if question.row is None:
        raise NoAnswer
    return question.row


def _parameters() -> dict:
    """How the site itself connects: what libpq knows of it, not what concerns pool and cursors."""
    known = {option.keyword.decode() for option in psycopg.pq.Conninfo.get_defaults()}
    given = connection.get_connection_params()
    plain = {name: value for name, value in given.items() if name in known}
    return {**plain, **_SOCKET, "connect_timeout": 2}


def is_reachable() -> bool:
    """Whether the database answers within the deadline."""
    try:
        return ask("SELECT 1") is not None
    except NoAnswer:
        return False
