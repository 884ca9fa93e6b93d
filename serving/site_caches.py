"""Django's caches of the site: what each process remembers of shown facts is checked like a page.

Wagtail keeps the roots of its sites and the renditions of pictures in Django's caches, and clears
them where it notices a change: in one process, and before the change is committed. Here a value is
good for as long as nothing was written into the tables it was read from, whoever wrote.
"""

import threading
from functools import cached_property

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.locmem import LocMemCache
from django.db import connection

from serving import recording
from serving.feed import feed
from staff.login.shared_cache import DoorCache

_MOST_LEASES = 200
# Shorter than changes are noted for (changes.KEPT): a process that nobody asks anything for an hour
# would never hear of them.
_LONGEST_SECONDS = 300


class WatchedCache(LocMemCache):
    """Values read from the tables of ``OPTIONS["TABLES"]``, none older than the last change.

    A value is stored with the snapshot of the look-up that did not find it: that was before it was
    read. Nothing is stored in a transaction, which may see what nobody else does.
    """

    def __init__(self, name: str, params: dict) -> None:
        super().__init__(name, params)
        self._tables = frozenset(params["OPTIONS"]["TABLES"])
        self._leases = threading.local()

    def get(self, key, default=None, version=None):
        if not feed.ask():
            return default
        record = recording.current()
        if record is not None:
            record.tables |= self._tables
        snapshot, value = super().get(key, (None, None), version=version)
        if snapshot is not None and feed.shows_all(self._tables, snapshot):
            return value
        leases = self._leases.__dict__
        if len(leases) >= _MOST_LEASES:
            leases.clear()
        leases[key] = feed.snapshot
        return default

    def set(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        if timeout is None or (timeout is not DEFAULT_TIMEOUT and timeout > _LONGEST_SECONDS):
            timeout = _LONGEST_SECONDS
        snapshot = self._leases.__dict__.pop(key, None)
        if snapshot is not None and not connection.in_atomic_block:
            super().set(key, (snapshot, value), timeout, version)

    def add(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        self.set(key, value, timeout, version)
        return True


class SiteCache(DoorCache):
    """The site's cache, whose roots of Wagtail's sites are watched.

    What else the site puts here is named by its own content or is for the staff, for minutes.
    """

    # wagtail.models.sites.SITE_ROOT_PATHS_CACHE_KEY: not imported, the cache is made before models.
    _ROOTS = "wagtail_site_root_paths"
    _ROOT_TABLES = ("wagtailcore_site", "wagtailcore_page", "wagtailcore_locale")

    @cached_property
    def _watched(self) -> WatchedCache:
        return WatchedCache("site-roots", {"OPTIONS": {"TABLES": self._ROOT_TABLES}})

    def get(self, key, *args, **kwargs):
        return (self._watched if key == self._ROOTS else super()).get(key, *args, **kwargs)

    def set(self, key, *args, **kwargs):
        return (self._watched if key == self._ROOTS else super()).set(key, *args, **kwargs)

    def delete(self, key, *args, **kwargs):
        return (self._watched if key == self._ROOTS else super()).delete(key, *args, **kwargs)
