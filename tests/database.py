"""A migrated and seeded template database, copied for every run and after every committing test.

Migrating takes half a minute and a flush would remove Wagtail's root page; copying a template
takes a fraction of a second. The template's name is a hash of all it is made from, the day
included, since demonstration content is dated from the day of loading.
"""

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.utils import timezone

_SOURCES = (
    "*/migrations/*.py",
    "pages/**/*.py",
    "pages/content/*.toml",
    "staff/groups.py",
    "serving/apps.py",
    "serving/changes.py",
    "serving/tables.py",
    "requirements.txt",
)


def _fingerprint() -> str:
    sha = hashlib.sha256(str(timezone.localdate()).encode())
    for pattern in _SOURCES:
        for path in sorted(settings.BASE_DIR.glob(pattern)):
            sha.update(path.read_bytes())
    return sha.hexdigest()[:12]


@contextmanager
def _server() -> Iterator[psycopg.Connection]:
    """A connection outside every database that is copied or dropped."""
    own = connections["default"].settings_dict
    with psycopg.connect(
        host=own["HOST"],
        port=own["PORT"] or None,
        user=own["USER"],
        password=own["PASSWORD"] or None,
        dbname="postgres",
        autocommit=True,
    ) as connection:
        yield connection


def _use(name: str) -> None:
    connection = connections["default"]
    connection.close()
    connection.settings_dict["NAME"] = name


def _exists(server: psycopg.Connection, name: str) -> bool:
    return bool(server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone())


def ensure_template() -> str:
    """Return the name of the template, making it first; processes wait for one another."""
    name = f"template_{_fingerprint()}"
    lock_path = Path(settings.LOCAL_DIR) / "test-template.lock"
    lock_path.parent.mkdir(parents=True, exist_ok=True)
    with lock_path.open("w") as lock, _server() as server:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _exists(server, name):
            _drop_stale(server)
            server.execute(f'DROP DATABASE IF EXISTS "{name}_draft" WITH (FORCE)')
            server.execute(f'CREATE DATABASE "{name}_draft"')
            _use(f"{name}_draft")
            _fill()
            connections["default"].close()
            server.execute(f'ALTER DATABASE "{name}_draft" RENAME TO "{name}"')
    return name


def _drop_stale(server: psycopg.Connection) -> None:
    """Drop templates of other days and earlier sources, and what killed test runs left behind.

    One older generation may still be in use.
    """
    runs = server.execute(
        "SELECT datname FROM pg_database WHERE datname LIKE 'test\\_%'"
    ).fetchall()
    for (name,) in runs:
        if not Path(f"/proc/{name.removeprefix('test_')}").exists():
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    rows = server.execute(
        "SELECT datname FROM pg_database "
        "WHERE datname LIKE 'template\\_%' AND NOT datistemplate ORDER BY oid DESC"
    ).fetchall()
    for (name,) in rows[1:]:
        server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _fill() -> None:
    from pages import demonstration, seeding
    from staff.groups import ensure_groups

    call_command("migrate", verbosity=0)
    seeding.load_site()
    ensure_groups()
    demonstration.load_actions()
    demonstration.load_delivery()


def drop(name: str) -> None:
    connections["default"].close()
    with _server() as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def fresh_copy(template: str, name: str) -> None:
    """(Re)create database ``name`` from the template and let Django use it."""
    connections["default"].close()
    with _server() as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    _use(name)
