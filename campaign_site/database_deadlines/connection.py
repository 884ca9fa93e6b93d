"""A connection that does not wait for a server which no longer answers."""

import time
from collections.abc import Generator

import psycopg
from psycopg.waiting import Ready
from psycopg_pool import ConnectionPool

from campaign_site.database_deadlines.breaker import breaker_of

# A new connection, and one that comes out of the pool, has to answer an empty statement so soon;
# then the server is asked by other means whether it lives, and then nobody waits any longer.
CHECK_PATIENCE_SECONDS = 0.4
CHECK_SECONDS = 0.9
# A statement may run as long as the server lets it, but the server has to answer others meanwhile.
PATIENCE_SECONDS = 1.0
# Visitors' statements end on the server after 15 s; a single process of it that does not even do
# that is left alone.
VISITORS_SECONDS = 20


class DatabaseSilent(psycopg.OperationalError):
    """The server takes connections and statements, or none at all, and does not answer."""


class WatchedConnection(psycopg.Connection):
    """A psycopg connection that gives up when its server has stopped answering anybody."""

    # True until it has been checked: nothing but short statements is sent before.
    is_unproven = True
    # For any statement; None: as long as the server answers.
    longest_seconds: float | None = None

    def wait(self, gen, interval=0.1, timeout=None):
        """Wait as psycopg does, with one eye on the clock. Raises ``DatabaseSilent``.

        The connection is closed then: nobody knows what becomes of the statement.
        """
        return super().wait(self._watched(gen), interval=interval, timeout=timeout)

    def _watched(self, gen: Generator) -> Generator:
        """Pass on what ``gen`` and the waiting function tell each other.

        Every ``interval`` in which nothing came, the waiting function says so (READY_NONE).
        """
        patience = CHECK_PATIENCE_SECONDS if self.is_unproven else PATIENCE_SECONDS
        longest = CHECK_SECONDS if self.is_unproven else self.longest_seconds
        begun = asked = time.monotonic()
        try:
            wish = next(gen)
            while True:
                ready = yield wish
                if ready == Ready.NONE:
                    now = time.monotonic()
                    if longest is not None and now - begun > longest:
                        self._give_up()
                    if now - asked > patience:
                        if not self._server_answers():
                            self._give_up()
                        asked = time.monotonic()
                wish = gen.send(ready)
        except StopIteration as end:
            return end.value

    def _server_answers(self) -> bool:
        host = self.pgconn.host.decode()
        port = int(self.pgconn.port)
        return breaker_of(host, port).still_answers(host, port)

    def _give_up(self) -> None:
        self.pgconn.finish()
        raise DatabaseSilent("the database does not answer")


class VisitorConnection(WatchedConnection):
    """A connection of a process that answers visitors."""

    longest_seconds = VISITORS_SECONDS


def check_connection(connection: WatchedConnection) -> None:
    """Let a connection show that it lives before it is lent out. Raises ``psycopg.Error``.

    The pool calls it (``check``); one that does not is replaced.
    """
    connection.is_unproven = True
    breaker = breaker_of(connection.pgconn.host.decode(), int(connection.pgconn.port))
    if breaker.is_open:
        # What the server did before it fell silent is not worth waiting for.
        connection.pgconn.finish()
        raise DatabaseSilent("the database does not answer")
    ConnectionPool.check_connection(connection)
    connection.is_unproven = False
