"""A restore of the real backups into a folder of its own, and a look at what came back."""

import os
import shutil
import time
from datetime import datetime
from pathlib import Path

from campaign_backup import database, files
from campaign_backup.commands import give, make_reachable, run
from campaign_backup.configuration import BackupError, Configuration

START_SECONDS = 1800

_FILES = "SELECT file_name FROM solidarity_photo WHERE erased_hour IS NULL AND status = 'approved'"
_ROWS = (
    "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
)


def rehearse(configuration: Configuration) -> str:
    """Restore everything beside the running site, look at it, and remove it again.

    Returns a line about what came back and how long it took. Raises ``BackupError`` when anything
    cannot be read, a table is damaged, or an approved photo has no picture. The running site and
    the repositories are not touched; the room needed is that of the database and the files.
    """
    scratch = configuration.scratch_dir
    if scratch.exists():
        shutil.rmtree(scratch)  # of a drill that was cut short
    make_reachable(scratch)
    begun = time.monotonic()
    try:
        return _look(configuration, scratch, begun)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _look(configuration: Configuration, scratch: Path, begun: float) -> str:
    data = scratch / "database"
    database.restore(configuration, data, archiving=False)
    files.restore(configuration, scratch / "files")
    start(configuration, data, socket=data)
    try:
        _check_tables(configuration, data)
        tables = int(database.ask(configuration, _ROWS, socket=data))
        names = database.ask(configuration, _FILES, socket=data).split()
        lost = _without_picture(scratch / "files" / "photos", names)
    finally:
        stop(configuration, data)
    if lost:
        raise BackupError(f"{len(lost)} of {len(names)} approved photos came back without picture.")
    seconds = time.monotonic() - begun
    return f"{tables} tables and {len(names)} approved photos came back in {seconds:.0f} s."


def _without_picture(folder: Path, names: list[str]) -> list[str]:
    with os.scandir(folder) as entries:
        there = {entry.name.partition("-")[0] for entry in entries}
    return [name for name in names if name not in there]


def _check_tables(configuration: Configuration, data: Path) -> None:
    """Compare tables and indexes with each other (PostgreSQL manual, pg_amcheck)."""
    where = [f"--host={data}", f"--port={configuration.database.port}", "--username=postgres"]
    run(
        [
            configuration.database.programs / "pg_amcheck",
            *where,
            *("--install-missing", "--heapallindexed", configuration.database.name),
        ],
        user=configuration.database.user,
    )


def start(configuration: Configuration, data: Path, *, socket: Path) -> None:
    """Start a restored cluster on a socket in ``socket`` alone, and wait until it takes writes.

    It reads the journal meanwhile. Raises ``BackupError`` after START_SECONDS.
    """
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(socket),
        "port": str(configuration.database.port),
        "hba_file": str(_hba(configuration, data)),
        "log_error_verbosity": "terse",
        "log_min_error_statement": "panic",
        "shared_preload_libraries": "",
        # A standby that answers needs the settings of the machine it comes from.
        "hot_standby": "off",
        "config_file": str(_settings_file(configuration, data)),
        "ssl": "off",
        # The unit allows no memory that is written and then run.
        "jit": "off",
    }
    options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
    _pg_ctl(configuration, data, "start", f"--options={options}", f"--log={data / 'drill.log'}")
    until = time.monotonic() + START_SECONDS
    while not _takes_writes(configuration, socket):
        _pg_ctl(configuration, data, "status")
        if time.monotonic() > until:
            raise BackupError("The restored database did not finish reading its journal.")
        time.sleep(0.5)


def _takes_writes(configuration: Configuration, socket: Path) -> bool:
    """Whether the journal is read; while it is not, nobody is let in."""
    try:
        answer = database.ask(configuration, "SELECT pg_is_in_recovery()", socket=socket)
    except BackupError:
        return False
    return answer.strip() == "f"


def _hba(configuration: Configuration, data: Path) -> Path:
    """Let in whoever can reach the socket, which lies in the cluster's own private folder."""
    path = data.with_name("pg_hba.conf")
    path.write_text("local all all trust\n", encoding="ascii")
    give(path, configuration.database.user)
    return path


def _settings_file(configuration: Configuration, data: Path) -> Path:
    """Debian keeps postgresql.conf outside the data folder: then an empty one stands in for it."""
    path = data / "postgresql.conf"
    if not path.exists():
        path.write_text("", encoding="ascii")
        give(path, configuration.database.user)
    return path


def stop(configuration: Configuration, data: Path) -> None:
    """Stop a cluster that ``start`` started, ending its connections."""
    _pg_ctl(configuration, data, "stop", "--mode=fast")


def _pg_ctl(configuration: Configuration, data: Path, verb: str, *options: str) -> None:
    database_of = configuration.database
    run(
        [database_of.programs / "pg_ctl", verb, f"--pgdata={data}", "--wait", "--silent"]
        + [f"--timeout={START_SECONDS}", *options],
        user=database_of.user,
        environment={"PGBACKREST_CONFIG_PATH": str(database_of.configuration)},
    )


def moment_of(text: str) -> datetime:
    """Read a moment with its offset, or in the zone of this machine. Raises ``BackupError``."""
    try:
        return datetime.fromisoformat(text).astimezone()
    except ValueError as error:
        raise BackupError(
            f"{text} is no moment: write it as 2026-12-31 14:05:00 or with +01:00 behind it."
        ) from error
