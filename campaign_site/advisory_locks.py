"""PostgreSQL's advisory locks on things that have no row yet; held until the transaction ends."""

from django.db import connection


def hold(seed: bytes, *, shared: bool = False) -> None:
    """Wait for the lock that the first 8 bytes of ``seed`` (a hash, a random id) stand for.

    ``shared`` locks exclude those that are not, and not one another.
    """
    _ask("pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock", seed)


def try_hold(seed: bytes) -> bool:
    """Take the lock if nobody has it, shared or not; return whether it is ours."""
    return _ask("pg_try_advisory_xact_lock", seed)


def _ask(function: str, seed: bytes):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [int.from_bytes(seed[:8], signed=True)])
        return cursor.fetchone()[0]
