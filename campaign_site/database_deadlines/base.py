"""Django's PostgreSQL backend, which does not queue up for a database that is gone."""

from django.db.backends.postgresql import base
from django.utils.functional import cached_property
from psycopg import pq
from psycopg_pool import PoolTimeout

from campaign_site.database_deadlines.breaker import Breaker, breaker_of
from campaign_site.database_deadlines.connection import DatabaseSilent

_DEFAULT_HOST = "/var/run/postgresql"


class DatabaseWrapper(base.DatabaseWrapper):
    """Take connections from the pool; while there is no server behind it, fail at once.

    Once a second one request asks whether the server answers again; only then the pool is tried.
    Raises ``django.db.OperationalError``, as for any database that cannot be reached.
    """

    def get_new_connection(self, conn_params):
        if not self.pool:
            return super().get_new_connection(conn_params)
        breaker = breaker_of(*self._address)
        if breaker.was_silent and not breaker.still_answers(*self._address):
            raise DatabaseSilent("the database does not answer")
        if breaker.is_full and not self.pool.get_stats()["pool_available"]:
            raise PoolTimeout("the database gives no more connections")
        errors = self.pool.get_stats().get("connections_errors", 0)
        try:
            return super().get_new_connection(conn_params)
        except PoolTimeout:
            self._remember_why(breaker, errors)
            raise

    def _remember_why(self, breaker: Breaker, errors: int) -> None:
        """Note that the server is silent, or refuses connections; a pool in full use is neither.

        ``errors``: how many attempts to connect had failed before.
        """
        if not breaker.still_answers(*self._address):
            return
        if self.pool.get_stats().get("connections_errors", 0) > errors:
            breaker.note_full()

    @cached_property
    def _address(self) -> tuple[str, int]:
        """Where the server is: a host or the folder of its socket, and the port.

        Of several hosts, which libpq tries in turn, the first one speaks for all.
        """
        defaults = {
            option.keyword.decode(): option.val.decode()
            for option in pq.Conninfo.get_defaults()
            if option.val
        }
        asked = {**defaults, **self.get_connection_params()}
        host = str(asked.get("host") or _DEFAULT_HOST).split(",")[0]
        return host, int(str(asked.get("port") or 5432).split(",")[0])
