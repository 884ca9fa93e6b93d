"""Which public addresses show what: for caches far away, which are told address by address.

Learned from the answers themselves, and only where there is such a cache. Canonical addresses
without a query alone, a bounded number of them.
"""

import threading
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from serving.entries import Entry
from serving.models import ShownAddress

MOST_ADDRESSES = 20_000
_KEPT = timedelta(days=30)

_lock = threading.Lock()
_noted: dict[str, tuple] = {}


def note(key: tuple, entry: Entry) -> None:
    """Write down what the address shows, once a day in each process or when that changes."""
    scheme, host, path, query = key
    if not settings.WAGTAILFRONTENDCACHE or query or f"{scheme}://{host}" != settings.SITE_URL:
        return
    told = (entry.tables, timezone.localdate())
    with _lock:
        if _noted.get(path) == told or len(_noted) >= MOST_ADDRESSES:
            return
        _noted[path] = told
    try:
        ShownAddress.objects.update_or_create(
            path=path, defaults={"tables": " ".join(entry.tables), "seen_on": told[1]}
        )
    except DatabaseError:
        _noted.pop(path, None)


def showing(tables: set[str]) -> list[str]:
    """Return the paths of the answers that were made from any of these tables."""
    found = ShownAddress.objects.values_list("path", "tables")
    return sorted(path for path, named in found if tables & set(named.split()))


def forget_old() -> None:
    """Remove addresses that nobody has asked for in a month, and those beyond the bound."""
    old = timezone.localdate() - _KEPT
    ShownAddress.objects.filter(seen_on__lt=old).delete()
    beyond = ShownAddress.objects.order_by("-seen_on", "path").values("pk")[MOST_ADDRESSES:]
    ShownAddress.objects.filter(pk__in=list(beyond.values_list("pk", flat=True))).delete()


def every() -> list[str]:
    """Return every path known."""
    return list(ShownAddress.objects.order_by("path").values_list("path", flat=True))


def forget_noted() -> None:
    """Note every address again, as a process just started would."""
    with _lock:
        _noted.clear()
