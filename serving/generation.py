"""What all kept answers share: this release of the code, these settings, this very database."""

import hashlib
from functools import cache

from django.conf import settings
from django.db import connection

_PATTERNS = ("templates/**/*.html", "locale/**/*.mo", "static/**/*", "requirements.txt")
_APPS = (
    "campaign_site",
    "donations",
    "events",
    "newsroom",
    "pages",
    "serving",
    "solidarity",
    "supporters",
)
_SETTINGS = ("SITE_URL", "PHOTO_BASE_URL", "STATIC_URL", "MEDIA_URL", "IS_DEVELOPMENT_SITE")


@cache
def release() -> str:
    """Return a digest of everything that pages are made with, the same on every host."""
    sha = hashlib.sha256()
    for name in _SETTINGS:
        sha.update(repr(getattr(settings, name)).encode())
    for pattern in (*_PATTERNS, *(f"{app}/**/*.py" for app in _APPS)):
        for path in sorted(settings.BASE_DIR.glob(pattern)):
            if path.is_file():
                sha.update(path.relative_to(settings.BASE_DIR).as_posix().encode())
                sha.update(hashlib.sha256(path.read_bytes()).digest())
    return sha.hexdigest()[:16]


def database() -> str:
    """Return what tells this database from any other, a restored one included.

    Numbers of transactions mean something within one life of one server only (PostgreSQL manual
    26.3.6, "Timelines").
    """
    with connection.cursor() as cursor:
        cursor.execute(
            # The first eight digits name the timeline (the last checkpoint may be of another).
            "SELECT system_identifier::text, left(pg_walfile_name(pg_current_wal_lsn()), 8), "
            "(SELECT oid::bigint FROM pg_database WHERE datname = current_database()) "
            "FROM pg_control_system()"
        )
        return "-".join(map(str, cursor.fetchone()))
