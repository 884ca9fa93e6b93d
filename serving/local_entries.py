"""What one process keeps in its own memory."""

import threading
from collections import OrderedDict

from serving.entries import Entry

MOST_ENTRIES, MOST_BYTES = 1_000, 64 * 1024 * 1024


class LocalEntries:
    """This process's own entries, bounded in number and bytes; the oldest go first."""

    def __init__(self, most: int = MOST_ENTRIES, most_bytes: int = MOST_BYTES) -> None:
        self._lock = threading.Lock()
        self._entries: OrderedDict[tuple, Entry] = OrderedDict()
        self._most, self._most_bytes, self.bytes = most, most_bytes, 0
        # A look-up needs no lock: one operation of the interpreter.
        self.get = self._entries.get

    def __len__(self) -> int:
        return len(self._entries)

    def put(self, key: tuple, entry: Entry) -> None:
        with self._lock:
            self._drop(key)
            self._entries[key] = entry
            self.bytes += entry.size
            while len(self._entries) > self._most or self.bytes > self._most_bytes:
                self._drop(next(iter(self._entries)))

    def drop(self, key: tuple) -> None:
        with self._lock:
            self._drop(key)

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()
            self.bytes = 0

    def _drop(self, key: tuple) -> None:
        old = self._entries.pop(key, None)
        if old is not None:
            self.bytes -= old.size
