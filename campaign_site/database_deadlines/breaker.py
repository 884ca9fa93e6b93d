"""Whether the database answers at all, asked seldom and remembered for everybody in the process.

A circuit breaker: after the first request has found out that the database is gone, the others are
told at once instead of each waiting for itself. Otherwise all threads of a web server would soon
be waiting, and those who could be served from a cache would stand behind them.
"""

import socket
import struct
import threading
import time
from collections.abc import Callable

# SSLRequest (PostgreSQL manual, 54.7): a server that lives says S, N or E, before any log-in and
# without a line in its log.
_ARE_YOU_THERE = struct.pack("!ii", 8, 80877103)

PROBE_SECONDS = 0.5
# So long everybody is told the same; then one asks again.
REMEMBERED_SECONDS = 1.0


def server_answers(host: str, port: int, *, seconds: float = PROBE_SECONDS) -> bool:
    """Whether a PostgreSQL server says anything at ``host`` (a folder: its socket in there).

    Returns after ``seconds`` at most (and the time a name takes to be looked up).
    """
    deadline = time.monotonic() + seconds
    try:
        with _connect(host, port, seconds) as probe:
            probe.settimeout(max(deadline - time.monotonic(), 0.01))
            probe.sendall(_ARE_YOU_THERE)
            return bool(probe.recv(1))
    except OSError:
        return False


def _connect(host: str, port: int, seconds: float) -> socket.socket:
    if not host.startswith("/"):
        return socket.create_connection((host or "localhost", port), timeout=seconds)
    probe = socket.socket(socket.AF_UNIX)
    try:
        probe.settimeout(seconds)
        probe.connect(f"{host}/.s.PGSQL.{port}")
    except OSError:
        probe.close()
        raise
    return probe


class Breaker:
    """What this process knows about one server. All threads share it."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._silent_until: float | None = None
        self._answered_at: float | None = None
        self._full_until = 0.0

    @property
    def is_open(self) -> bool:
        """Whether nobody may wait for the database: it was silent less than a second ago."""
        until = self._silent_until
        return until is not None and self._clock() < until

    @property
    def was_silent(self) -> bool:
        """Whether the last that was heard of the server is that it does not answer."""
        return self._silent_until is not None

    @property
    def is_full(self) -> bool:
        """Whether the server lives but gave nobody a connection less than a second ago."""
        return self._clock() < self._full_until

    def note_full(self) -> None:
        self._full_until = self._clock() + REMEMBERED_SECONDS

    def still_answers(self, host: str, port: int) -> bool:
        """Whether the server answers now; asked at most once a second, by one thread at a time."""
        with self._lock:
            now = self._clock()
            if self._silent_until is not None and now < self._silent_until:
                return False
            if self._answered_at is not None and now < self._answered_at + REMEMBERED_SECONDS:
                return True
            answers = server_answers(host, port)
            now = self._clock()
            self._answered_at = now if answers else None
            self._silent_until = None if answers else now + REMEMBERED_SECONDS
            return answers


_breakers: dict[tuple[str, int], Breaker] = {}


def breaker_of(host: str, port: int) -> Breaker:
    """Return the breaker of the server at this address, the same one each time."""
    return _breakers.setdefault((host, port), Breaker())
