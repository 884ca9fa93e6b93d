"""A small server below one folder: Debian's PostgreSQL, the site with production settings, backups.

The configuration is the shipped one: only folders, users and how long journal waits are different
here. As root, PostgreSQL and pgBackRest run as ``postgres`` and the site as root; as anybody else,
everything runs as them.
"""

import json
import os
import pwd
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

import psycopg
import pytest

from tests.conftest import free_port
from tests.saving.program import ROOT, SHIPPED

NEEDED = "apt-get install postgresql-15 pgbackrest restic"
DATABASE_USER = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
TEMPLATE = Path(os.environ["DRILL_TEMPLATE"]) if "DRILL_TEMPLATE" in os.environ else None
# How often journal leaves here, where nobody wants to wait four minutes.
ARCHIVE_TIMEOUT = int(os.environ.get("ARCHIVE_TIMEOUT", "10"))


def programs() -> Path:
    """The newest PostgreSQL of Debian. Fails, naming what to install, when something is missing."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda one: one.parts[4])
    missing = [name for name in ("pgbackrest", "restic") if shutil.which(name) is None]
    if not found or missing:
        pytest.fail(f"This drill needs Debian's packages: {NEEDED}")
    return found[-1].parent


@contextmanager
def drill_folder() -> Iterator[Path]:
    """A folder that PostgreSQL's user can reach, removed afterwards.

    Whoever ends the drill with SIGTERM leaves nothing behind either.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    folder = Path(mkdtemp(prefix="campaign-drill-", dir="/var/tmp"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def own(path: Path) -> Path:
    """Make a folder for PostgreSQL's user alone."""
    path.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        account = pwd.getpwnam(DATABASE_USER)
        os.chown(path, account.pw_uid, account.pw_gid)
    return path


def as_database_user() -> dict:
    if os.geteuid() != 0:
        return {}
    account = pwd.getpwnam(DATABASE_USER)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


class Cluster:
    """One cluster of Debian's PostgreSQL with the shipped settings, on a socket only."""

    def __init__(self, data: Path, *, environment: dict[str, str] | None = None) -> None:
        self.programs = programs()
        self.data = data
        self.sockets = own(data.parent / f"{data.name}-socket")
        self.environment = environment or {}
        self.log = own(data.parent / f"{data.name}-log") / "server.log"
        self.process: subprocess.Popen | None = None

    def make(self) -> None:
        """initdb, with checksums as Debian's postgresql-common can be told to."""
        own(self.data.parent)
        command = [self.programs / "initdb", "-D", self.data, "-U", "postgres", "-A", "trust"]
        command += ["--data-checksums", "--locale=C.UTF-8", "--encoding=UTF8", "--no-sync"]
        subprocess.run(command, check=True, capture_output=True, cwd="/", **as_database_user())

    def start(self, *, seconds: float = 120, archiving: bool = True) -> float:
        """Start and wait until it takes writes; return how many seconds that took."""
        begun = time.monotonic()
        shipped = [ROOT / "deploy/postgresql/campaign.conf", SHIPPED / "postgresql-archive.conf"]
        settings = self.data.parent / f"{self.data.name}.conf"
        replaced = {
            "listen_addresses": "''",
            "unix_socket_directories": f"'{self.sockets}'",
            "archive_timeout": ARCHIVE_TIMEOUT,
            "shared_buffers": "'64MB'",
            **({} if archiving else {"archive_mode": "off"}),
        }
        lines = [path.read_text() for path in shipped if path.exists()]
        lines += [f"{name} = {value}" for name, value in replaced.items()]
        settings.write_text("\n".join(lines))
        settings.chmod(0o644)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [self.programs / "postgres", "-D", self.data, "-c", f"config_file={settings}"]
                + ["-c", f"hba_file={self.data}/pg_hba.conf"]
                + ["-c", f"ident_file={self.data}/pg_ident.conf"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", **self.environment},
                start_new_session=True,
                **as_database_user(),
            )
        self.wait(seconds)
        return time.monotonic() - begun

    def wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise AssertionError(f"PostgreSQL ended: {self.log.read_text()[-2000:]}")
            try:
                with self.connect("postgres") as channel:
                    if not channel.execute("SELECT pg_is_in_recovery()").fetchone()[0]:
                        return
            except psycopg.OperationalError:
                pass
            time.sleep(0.1)
        raise AssertionError(f"PostgreSQL did not come up: {self.log.read_text()[-2000:]}")

    def connect(self, name: str = "campaign") -> psycopg.Connection:
        return psycopg.connect(
            host=str(self.sockets), dbname=name, user="postgres", autocommit=True, connect_timeout=5
        )

    def account(self) -> dict:
        return as_database_user()

    def kill(self) -> None:
        """kill -9, the postmaster alone: its children notice and go."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(60)

    @property
    def version(self) -> str:
        return self.programs.parent.name

    @property
    def url(self) -> str:
        return f"postgres://postgres@{str(self.sockets).replace('/', '%2F')}/campaign"


class Machine:
    """The site and its backups below ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.local = folder / "site"
        self.local.mkdir()
        self.etc = folder / "etc"
        self.toml = self.etc / "backup.toml"
        self._write_configuration()
        self.cluster = Cluster(
            folder / "pg" / "data", environment={"PGBACKREST_CONFIG_PATH": str(self.etc)}
        )
        self.secrets = {
            "SECRET_KEY": secrets.token_urlsafe(60),
            "SUPPORTER_ENCRYPTION_KEYS": urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            "SUPPORTER_LOOKUP_KEY": secrets.token_urlsafe(40),
        }

    def _write_configuration(self) -> None:
        """The shipped files, with folders below ours."""
        (self.etc / "conf.d").mkdir(parents=True)
        for name in ("repository", "lock", "log", "pg"):
            own(self.folder / name)
        replaced = {
            "/var/lib/pgbackrest": self.folder / "repository",
            "/var/lib/postgresql/pgbackrest-lock": self.folder / "lock",
            "/var/log/pgbackrest": self.folder / "log",
            "/var/lib/postgresql/15/main": self.folder / "pg/data",
            "/var/run/postgresql": self.folder / "pg/data-socket",
            "/var/lib/campaign-backup": self.folder / "state",
            "/var/tmp/campaign-drill": self.folder / "scratch",
            "/var/lib/campaign": self.local,
            "/var/backups/campaign/files": self.folder / "files-repository",
            "/var/backups/campaign/ledger": self.folder / "ledger-copy",
            "/etc/campaign/backup-files.key": self.etc / "files.key",
            "/etc/pgbackrest": self.etc,
            "/usr/lib/postgresql/15/bin": programs(),
            'site_user = "campaign"': f'site_user = "{pwd.getpwuid(os.geteuid()).pw_name}"',
            'user = "postgres"': f'user = "{DATABASE_USER}"',
        }
        for name in ("backup.toml", "pgbackrest.conf"):
            text = (SHIPPED / name).read_text()
            found = "|".join(map(re.escape, sorted(replaced, key=len, reverse=True)))
            (self.etc / name).write_text(re.sub(found, lambda one: str(replaced[one[0]]), text))
        (self.folder / "ledger-copy").mkdir()
        (self.etc / "files.key").write_text(secrets.token_urlsafe(48))
        self.write_cipher(secrets.token_urlsafe(48))

    def write_cipher(self, passphrase: str) -> str:
        """Write the passphrase as the shipped example says; return the one that was there."""
        path = self.etc / "conf.d" / "cipher.conf"
        before = path.read_text().strip().rpartition("=")[2] if path.exists() else ""
        example = (SHIPPED / "cipher.conf.example").read_text().rstrip()
        path.write_text(f"{example}{passphrase}\n")
        path.chmod(0o644)
        return before

    def environment(self, cluster: Cluster, local: Path) -> dict[str, str]:
        """What the site's units set: production settings, nothing of the tests'."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", "/"),
            "LC_ALL": "C.UTF-8",
            "DJANGO_SETTINGS_MODULE": "campaign_site.settings.production",
            "DATABASE_URL": cluster.url,
            "DATABASE_POOL_SIZE": "8",
            "LOCAL_DIR": str(local),
            "ALLOWED_HOSTS": "campaign.example",
            "SITE_URL": "https://campaign.example",
            "MAIL_HOST": "127.0.0.1",
            "MAIL_PORT": "1",
            "MAIL_USE_TLS": "0",
            "MAIL_FROM": "Viva Salud <noreply@campaign.example>",
            **self.secrets,
        }

    def install(self) -> dict[str, float]:
        """A database with the site's tables and first content; how many seconds each step took.

        With DRILL_TEMPLATE, a folder, it is made once and copied from then on: for whoever works
        on the drills themselves.
        """
        with self.cluster.connect("postgres") as channel:
            channel.execute("CREATE DATABASE campaign")
        took = {}
        if TEMPLATE and TEMPLATE.exists():
            self._copy_template()
            return took
        for command in ("migrate -v0", "collectstatic --noinput -v0", "seed_site"):
            begun = time.monotonic()
            self.manage(*command.split())
            took[command.partition(" ")[0]] = time.monotonic() - begun
        if TEMPLATE:
            self._make_template()
        return took

    def _make_template(self) -> None:
        shutil.copytree(self.local, TEMPLATE / "site")
        (TEMPLATE / "secrets.json").write_text(json.dumps(self.secrets))
        self._postgres("pg_dump", "--format=custom", "--file", str(TEMPLATE / "database"))

    def _copy_template(self) -> None:
        self.secrets.update(json.loads((TEMPLATE / "secrets.json").read_text()))
        shutil.copytree(TEMPLATE / "site", self.local, dirs_exist_ok=True)
        self._postgres("pg_restore", "--exit-on-error", str(TEMPLATE / "database"))

    def _postgres(self, program: str, *arguments: str) -> None:
        where = [f"--host={self.cluster.sockets}", "--username=postgres", "--dbname=campaign"]
        subprocess.run([self.cluster.programs / program, *where, *arguments], check=True)

    def manage(self, *arguments: str, cluster: Cluster | None = None, local: Path | None = None):
        """Run manage.py with production settings; return what it printed, fail when it fails."""
        return self.python(["manage.py", *arguments], cluster, local)

    def inside(self, *arguments: str, cluster: Cluster | None = None, local: Path | None = None):
        """Run a verb of tests/saving/inside.py with production settings."""
        return self.python(["-m", "tests.saving.inside", *arguments], cluster, local)

    def python(
        self, arguments: list[str], cluster: Cluster | None = None, local: Path | None = None
    ) -> str:
        return self._run(arguments, cluster, local).stdout

    def python_both(self, arguments: list[str]) -> str:
        """What it printed, and what it logged."""
        done = self._run(arguments, None, None)
        return done.stdout + done.stderr

    def _run(self, arguments, cluster, local) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment(cluster or self.cluster, local or self.local),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{arguments}: {done.stdout[-2000:]}{done.stderr[-3000:]}"
        return done

    def backup(self, *arguments: str, toml: Path | None = None) -> subprocess.CompletedProcess:
        """Run the shipped campaign-backup."""
        return subprocess.run(
            [SHIPPED / "campaign-backup", f"--configuration={toml or self.toml}", *arguments],
            env={"PATH": os.environ["PATH"], "HOME": str(self.folder)},
            capture_output=True,
            text=True,
            check=False,
        )

    def saved(self, *arguments: str) -> str:
        done = self.backup(*arguments)
        assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
        return done.stdout


@contextmanager
def serving(machine: Machine, cluster: Cluster, local: Path) -> Iterator[int]:
    """gunicorn with production settings on a port of this machine, until the block is left."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "campaign_site.wsgi", "--bind", f"127.0.0.1:{port}"]
        + ["--worker-class", "gthread", "--threads", "4", "--log-level", "critical"]
        + ["--no-control-socket"],
        cwd=ROOT,
        env=machine.environment(cluster, local),
        start_new_session=True,
    )
    try:
        yield port
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
