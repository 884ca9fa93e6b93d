"""A PostgreSQL server that a test may stop, freeze and kill: nobody else uses it."""

import contextlib
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connections

from campaign_site import outages, postgres
from campaign_site.database_deadlines import ENGINE, connection_options, pool_options
from campaign_site.database_deadlines import breaker as breakers

_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class OwnServer:
    """A database server with its processes in hand."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.start()

    def start(self) -> None:
        self.sockets = postgres.start(self.folder, options={**_FAST, "max_connections": "20"})

    def stop(self) -> None:
        postgres.stop(self.folder)

    def processes(self) -> list[int]:
        postmaster = int((self.folder / "postmaster.pid").read_text().split("\n", 1)[0])
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
        return [postmaster, *map(int, children)]

    def send(self, number: signal.Signals) -> None:
        for process in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, number)

    def kill(self) -> None:
        self.send(signal.SIGKILL)

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Stop every process of it: the kernel still takes connections, and nothing answers."""
        self.send(signal.SIGSTOP)
        try:
            yield
        finally:
            self.send(signal.SIGCONT)


@pytest.fixture(scope="package")
def own_server(tmp_path_factory) -> Iterator[OwnServer]:
    server = OwnServer(tmp_path_factory.mktemp("postgres") / "data")
    yield server
    server.stop()


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    breakers._breakers.clear()
    outages._last_logged.clear()


@pytest.fixture
def connect_to(django_db_blocker) -> Iterator[Callable[..., str]]:
    """Return a function that makes a server known to Django under an alias, as to a web process.

    ``connections[alias]`` is then a connection of the thread that asks, from a pool of them all.
    """
    aliases = []

    def connect(host, *, port: int | str = "", user="site", size: int = 4) -> str:
        alias = f"failing-{len(aliases)}"
        pool = pool_options(size=size, for_visitors=True)
        connections.settings[alias] = {
            **connections.settings["default"],
            "ENGINE": ENGINE,
            "CONN_HEALTH_CHECKS": True,
            "NAME": "campaign",
            "USER": user,
            "HOST": str(host),
            "PORT": str(port),
            "OPTIONS": {**connection_options(for_visitors=True), "pool": pool},
        }
        aliases.append(alias)
        return alias

    with django_db_blocker.unblock():
        yield connect
        for alias in aliases:
            wrapper = connections[alias]
            with contextlib.suppress(Exception):
                wrapper.close()
            wrapper.close_pool()
            del connections[alias], connections.settings[alias]
