"""How long anybody waits for the database; a backend of Django's (``ENGINE``) that keeps to it.

A database that is gone is easy: connecting fails. One that hangs (stopped, paged out, behind a
network that swallows everything) accepts connections and says nothing, and neither Django, nor
psycopg's pool, nor PostgreSQL's own ``statement_timeout`` ends the wait, since a server that hangs
measures no time. So the client looks at the clock itself:

- ``connection.py``: a connection that, while it waits, asks whether the server still answers;
- ``breaker.py``: once it does not, nobody waits any more until it does again;
- ``base.py``: Django's PostgreSQL backend with both.

Who waits for whom differs: a visitor for seconds, a task or a migration for up to an hour. The
web process says so in the environment (``campaign_site/wsgi.py``).
"""

from campaign_site.database_deadlines.connection import (
    VisitorConnection,
    WatchedConnection,
    check_connection,
)

ENGINE = "campaign_site.database_deadlines"

# A whole pool is tried for so long before a request is told that there is no connection.
POOL_SECONDS = 1.2
# So long a pool goes on by itself with making a connection anew, waiting longer each time; after
# that the next request begins it again at once. It bounds how late a pool notices that the
# database is back.
RECONNECT_SECONDS = 4

# Limits that the server keeps, in milliseconds (PostgreSQL manual, 20.11.1).
_VISITORS = {
    "statement_timeout": 15_000,
    "lock_timeout": 3_000,
    "idle_in_transaction_session_timeout": 60_000,
}
_VISITORS_CONNECT_SECONDS, _OTHERS_CONNECT_SECONDS = 2, 10
# Tasks, commands and migrations: an import of fifty thousand transfers may take its time.
_OTHERS = {
    "statement_timeout": 3_600_000,
    "lock_timeout": 5_000,
    "idle_in_transaction_session_timeout": 3_600_000,
}
# A peer that vanished without a word is noticed after some twenty seconds (libpq, 32.1.2).
_NETWORK = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": 20_000,
}


def connection_options(*, for_visitors: bool) -> dict[str, object]:
    """Return what goes into a database's OPTIONS beside its pool."""
    limits = _VISITORS if for_visitors else _OTHERS
    seconds = _VISITORS_CONNECT_SECONDS if for_visitors else _OTHERS_CONNECT_SECONDS
    return {
        **_NETWORK,
        "connect_timeout": seconds,
        "options": " ".join(f"-c {name}={value}" for name, value in limits.items()),
    }


def pool_options(*, size: int, for_visitors: bool) -> dict[str, object]:
    """Return the options of psycopg's pool: at most ``size`` connections a process."""
    return {
        "connection_class": VisitorConnection if for_visitors else WatchedConnection,
        "check": check_connection,
        "min_size": 1,
        "max_size": size,
        "timeout": POOL_SECONDS,
        "reconnect_timeout": RECONNECT_SECONDS,
    }
