"""The site's cache: in this process's memory, but for what the door counts.

django-allauth keeps its counts of attempts, and the codes already used, in Django's default cache.
In a process's own memory each worker would count for itself, so those keys, and no others, go to a
table of the database. Public pages never touch it.
"""

from django.core.cache.backends.db import DatabaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.db import connection
from django.utils import timezone
from django.utils.crypto import salted_hmac

TABLE = "staff_login_attempts"
_PREFIX = "allauth"
# Nobody is to wash a count away with many others: what expired goes long before this is reached.
_MOST_ROWS = 200_000


class DoorCache(LocMemCache):
    """``LocMemCache`` whose keys that begin with "allauth" lie in the table ``TABLE``."""

    def __init__(self, name, params):
        super().__init__(name, params)
        options = {"MAX_ENTRIES": _MOST_ROWS}
        self._shared = DatabaseCache(TABLE, {**params, "OPTIONS": options})

    def _place(self, key: str):
        """Return the cache that ``key`` lies in, and its name there.

        Names and networks are in allauth's keys; the table shows neither.
        """
        if not key.startswith(_PREFIX):
            return None, key
        return self._shared, salted_hmac("staff.login", key, algorithm="sha256").hexdigest()

    def add(self, key, *args, **kwargs):
        shared, name = self._place(key)
        return (shared.add if shared else super().add)(name, *args, **kwargs)

    def get(self, key, *args, **kwargs):
        shared, name = self._place(key)
        return (shared.get if shared else super().get)(name, *args, **kwargs)

    def set(self, key, *args, **kwargs):
        shared, name = self._place(key)
        return (shared.set if shared else super().set)(name, *args, **kwargs)

    def delete(self, key, *args, **kwargs):
        shared, name = self._place(key)
        return (shared.delete if shared else super().delete)(name, *args, **kwargs)


def forget_expired() -> None:
    """Remove the counts and used codes that have run out."""
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {TABLE} WHERE expires < %s", [timezone.now()])  # noqa: S608
