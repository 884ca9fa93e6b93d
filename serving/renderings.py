"""One request at a time makes an address; those that came meanwhile wait for it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from serving.entries import Entry

# Whoever waits for another's rendering makes the page himself after so long.
_PATIENCE_SECONDS = 5


class Rendering:
    """One address being made: the others wait, and take the answer that began after they came."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.waiting = 0
        self.entry: Entry | None = None
        self.began_at = 0.0


class Renderings:
    """Those under way in this process; nothing is left of one when nobody waits any more."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way: dict[tuple, Rendering] = {}

    def __len__(self) -> int:
        return len(self._under_way)

    @contextmanager
    def one_at_a_time(self, key: tuple) -> Iterator[Rendering | None]:
        """Hold the place of whoever makes this page; yields None when it cannot be had in time."""
        with self._lock:
            rendering = self._under_way.setdefault(key, Rendering())
            rendering.waiting += 1
        held = False
        try:
            held = rendering.lock.acquire(timeout=_PATIENCE_SECONDS)
            yield rendering if held else None
        finally:
            if held:
                rendering.lock.release()
            with self._lock:
                rendering.waiting -= 1
                if not rendering.waiting:
                    self._under_way.pop(key, None)
