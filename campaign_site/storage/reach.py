"""Whether a service on the network answers at all, so that nobody waits for one that is gone.

Each request that waits for a silent store holds a thread of the web server: without this, a wall
of pictures would soon hold all of them. After a failure, everybody is refused at once for
``PAUSE_SECONDS``; then one asks for all ("circuit breaker", M. Nygard, Release It!, 2007).
"""

import threading
import time
from functools import lru_cache

PAUSE_SECONDS = 3.0


class Reach:
    """What is known of one service, for all threads of a process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_gone, self._ask_at = False, 0.0

    def may_ask(self) -> bool:
        """Whether to try now; of those who come after a pause, one may."""
        with self._lock:
            if not self._is_gone:
                return True
            now = time.monotonic()
            if now < self._ask_at:
                return False
            self._ask_at = now + PAUSE_SECONDS
            return True

    def failed(self) -> None:
        with self._lock:
            self._is_gone, self._ask_at = True, time.monotonic() + PAUSE_SECONDS

    def answered(self) -> None:
        self._is_gone = False


@lru_cache(maxsize=8)
def reach_of(endpoint: str) -> Reach:
    """The one of this process for an address."""
    return Reach()
