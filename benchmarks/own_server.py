"""A PostgreSQL for one benchmark, with a copy of the tests' database, gone when it ends."""

import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import quote


def run(measure: Callable[[], int], name: str, options: Mapping[str, str] | None = None) -> int:
    """Call ``measure`` with Django set up and the database ``name``; return its exit status.

    The server writes every commit to the disk unless ``options`` (PostgreSQL's settings) say
    otherwise. ``TEST_DATABASE_URL`` names another server.
    """
    from campaign_site import postgres

    if "TEST_DATABASE_URL" in os.environ:
        return _in_a_copy(measure, name)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        data = Path(folder) / "postgres"
        host = postgres.start(data, options=options)
        os.environ["TEST_DATABASE_URL"] = f"postgres://site@{quote(str(host), safe='')}/postgres"
        try:
            return _in_a_copy(measure, name)
        finally:
            postgres.stop(data)


def _in_a_copy(measure: Callable[[], int], name: str) -> int:
    import django

    django.setup()

    from tests import database

    database.fresh_copy(database.ensure_template(), name)
    try:
        return measure()
    finally:
        database.drop(name)
