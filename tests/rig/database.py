"""The rig's PostgreSQL: the embedded one or Debian's, with the shipped configuration."""

import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

from campaign_site import postgres
from tests.rig import programs
from tests.rig.configuration import render
from tests.rig.processes import ROOT, RigError, Service

SUPERUSER = postgres.USER
OWNER, SITE = "campaign_owner", "campaign"
DATABASE = "campaign"


class DatabaseServer:
    """A cluster in ``data`` and the process that serves it on a socket there."""

    def __init__(self, data: Path, kind: str, log: Path) -> None:
        self.data, self.kind = data, kind
        self.account = postgres._account(data)
        if kind == "debian":
            self.programs = programs.debian_postgres()
        elif kind == "embedded":
            self.programs = postgres._binary("postgres").parent
        else:
            raise RigError(f'postgres must be "embedded" or "debian", not {kind!r}.')
        self._make_cluster()
        self.sockets = postgres._make_socket_folder(data, self.account)
        configuration = data.parent / f"{data.name}.conf"
        configuration.write_text(render(ROOT / "deploy/postgresql/campaign.conf", {}))
        self.service = Service(
            "postgres",
            [
                *(*self.account.prefix, self.programs / "postgres", "-D", data, "-k", self.sockets),
                *("-c", "listen_addresses=", "-c", f"data_directory={data}"),
                *("-c", f"hba_file={data}/pg_hba.conf", "-c", f"ident_file={data}/pg_ident.conf"),
                *("-c", f"config_file={configuration}", "-c", "unix_socket_permissions=0700"),
            ],
            log=log,
            environment={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"},
            is_ready=self._answers,
            stop_signal=signal.SIGINT,
        )

    def url(self, user: str = SUPERUSER, database: str = DATABASE) -> str:
        return f"postgresql://{user}@{quote(str(self.sockets), safe='')}/{database}"

    def execute(self, *statements: str, database: str = "postgres") -> None:
        """Run statements as the superuser, each in a transaction of its own."""
        with psycopg.connect(self.url(database=database), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def make_database(self) -> None:
        """Make the shipped roles and the database; safe to repeat."""
        roles = ROOT / "deploy/postgresql/roles.sql"
        where = ["--dbname", self.url(database="postgres"), "--no-psqlrc", "--quiet"]
        self._run("psql", *where, "--set", "ON_ERROR_STOP=1", "--file", str(roles))

    def _make_cluster(self) -> None:
        if (self.data / "PG_VERSION").exists():
            return
        self.data.mkdir(mode=0o700, parents=True)
        self.account.give(self.data)
        self._run(
            *("initdb", "--pgdata", str(self.data), "--username", SUPERUSER, "--auth", "trust"),
            *("--encoding", "UTF8", "--locale", "C.UTF-8", "--data-checksums"),
        )

    def _run(self, name: str, *arguments: str) -> None:
        made = subprocess.run(
            [*self.account.prefix, str(self.programs / name), *arguments],
            capture_output=True,
            text=True,
            check=False,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"},
            **self._identity(),
        )
        if made.returncode:
            raise RigError(f"{name} failed: {made.stdout}{made.stderr}")

    def _identity(self) -> Mapping[str, Any]:
        return self.account.identity

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url(database="postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


def copy_cluster(source: Path, target: Path) -> None:
    """Copy a stopped cluster, whoever it belongs to."""
    if target.exists():
        shutil.rmtree(target)
    subprocess.run(["cp", "-a", "--reflink=auto", str(source), str(target)], check=True)
