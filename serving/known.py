"""Known answers, for the hour in which the database is gone: up to a day old, and not all.

Nothing that shows pictures of people is shown past its minute. And after editors took a page back
(unpublished or removed it, or made it private), nothing that was kept before is shown any more.
"""

import time

from serving import generation
from serving.entries import Entry, unpack
from serving.lifetimes import LATE_SECONDS
from serving.stores import Store

# An answer that has not changed is noted again after so long.
_AGAIN_SECONDS = 600
_TAKEN_BACK = "taken-back"
_MOST_REMEMBERED = 5_000


class KnownAnswers:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._noted: dict[str, tuple[str, float]] = {}

    def note(self, key: str, entry: Entry, packed: bytes) -> None:
        """Keep the answer for a day; a picture's page for its minute at most."""
        if entry.shows_photos:
            self.forget(key)
            return
        digest, noted_at = self._noted.get(key, ("", 0.0))
        if digest == entry.digest and entry.made_at - noted_at < _AGAIN_SECONDS:
            return
        if len(self._noted) >= _MOST_REMEMBERED:
            self._noted.clear()
        self._noted[key] = (entry.digest, entry.made_at)
        self._store.set(_name(key), packed, LATE_SECONDS)

    def forget(self, key: str) -> None:
        """The address answers something else now that is not kept."""
        self._noted.pop(key, None)
        self._store.delete(_name(key))

    def get(self, key: str) -> Entry | None:
        data = self._store.get(_name(key))
        entry = unpack(data) if data else None
        if entry is None or time.time() - entry.made_at > LATE_SECONDS:
            return None
        return entry if self.may_be_shown(entry) else None

    def may_be_shown(self, entry: Entry) -> bool:
        """Whether the answer was made after editors last took something back."""
        noted = self._store.get(_TAKEN_BACK)
        try:
            return entry.made_at > float(noted or 0)
        except ValueError:
            return False


def _name(key: str) -> str:
    # Not of this very database, which could not be asked.
    return f"known:{generation.release()}:{key}"


def take_back_all(store: Store) -> None:
    """From now on show nothing that was kept before."""
    # A little later than now: an answer under way may still have the page.
    store.set(_TAKEN_BACK, str(time.time() + 5).encode(), LATE_SECONDS + 60)
