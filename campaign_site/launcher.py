"""Run the whole development site with one command: ``python -m campaign_site.launcher``.

In this order: the database (unless DATABASE_URL names one), migrations, message catalogues and the
example site, then the web server and the worker. On Ctrl-C or SIGTERM the worker, the web server
and the database end, in this order. A dead worker or database is started again; a dead web server
ends everything. If this process itself is killed, the system ends its children, and the next run
takes up the database that is left.

Settings: PORT (8000) and LOCAL_DIR (.local), the folder that holds everything the site keeps.
"""

import contextlib
import ctypes
import fcntl
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

from campaign_site import catalogues, postgres

ROOT = Path(__file__).resolve().parents[1]
ADDRESS = "127.0.0.1"
WEB_PROCESSES = 2
WEB_THREADS = 4

PREPARE = "prepare"
READY_TIMEOUT_SECONDS = 60
# A worker finishes its tasks, a web server its requests; whoever has not ended then is killed.
GRACE_SECONDS = 10
STOP_TIMEOUT_SECONDS = GRACE_SECONDS + 5
# Before a worker that has died is started again.
SHORTEST_PAUSE_SECONDS = 1
LONGEST_PAUSE_SECONDS = 30
LOOK_SECONDS = 0.25


class LauncherError(Exception):
    """The site cannot run; the message is a sentence for the person at the terminal."""


class Stopped(Exception):
    """Ctrl-C or SIGTERM came while something was being awaited."""


class Launcher:
    """One run of the site: what it has started, and whether it has been asked to stop."""

    def __init__(self, port: int, local: Path) -> None:
        self.port = port
        self.local = local
        self.is_stopping = False
        self.web: subprocess.Popen[bytes] | None = None
        self.worker: subprocess.Popen[bytes] | None = None
        self.worker_pause = 0
        self.worker_started_at = 0.0
        self.worker_due_at: float | None = None
        self.environment = {
            "DJANGO_SETTINGS_MODULE": "campaign_site.settings.development",
            **os.environ,
            "PORT": str(port),
            "LOCAL_DIR": str(local),
        }

    def run(self) -> int:
        """Run the site until it is asked to stop; return the exit code."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)
        try:
            _require_free_port(self.port)
            with _only_one(self.local):
                try:
                    self._prepare()
                    self._serve()
                finally:
                    self._stop()
        except Stopped:
            _say("The site has stopped.")
        except (LauncherError, postgres.PostgresError, catalogues.CatalogueError) as error:
            sys.stderr.write(f"\n{error}\n")
            return 1
        return 0

    def _ask_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        # Only a note: an exception here could come between starting a process and noting it.
        self.is_stopping = True

    # The steps

    def _prepare(self) -> None:
        """Bring database and catalogues up to date. Every step is safe to repeat."""
        self._start_database()
        catalogues.compile_all()
        self._run_to_end("-m", "campaign_site.launcher", PREPARE)

    def _serve(self) -> None:
        """Start web server and worker, tell where they are, and watch them until asked to stop."""
        self.web = self._start(*self._web_command())
        self._wait(self._is_healthy, READY_TIMEOUT_SECONDS, "The web server does not answer.")
        self._start_worker()
        self._tell()
        while True:
            self._wait(self._something_died)
            self._attend()
            time.sleep(LOOK_SECONDS)

    def _stop(self) -> None:
        """End what runs: the worker first, so that it can still finish its task."""
        for child in (self.worker, self.web):
            if child:
                _end(child)
        if self._owns_database():
            postgres.stop(self._data_directory())

    # The database

    def _owns_database(self) -> bool:
        return "DATABASE_URL" not in self.environment

    def _data_directory(self) -> Path:
        return self.local / "postgres"

    def _start_database(self) -> None:
        if self._owns_database():
            postgres.start(self._data_directory())

    # Processes

    def _start(self, *command: str) -> subprocess.Popen[bytes]:
        """Start a program of this virtual environment that ends when the launcher does.

        In a session of its own: Ctrl-C reaches only the launcher, which ends the others in order.
        """
        return subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_die_with_launcher(),
        )

    def _run_to_end(self, *command: str) -> None:
        """Run a program to its end. Raises LauncherError when it fails."""
        step = self._start(*command)
        try:
            self._wait(lambda: step.poll() is not None)
        finally:
            _end(step)
        if step.returncode != 0:
            raise LauncherError("The site could not be prepared; the reason is above.")

    def _web_command(self) -> list[str]:
        # No access log: it would hold the visitors' addresses.
        return [
            *("-m", "gunicorn", "campaign_site.wsgi", "--bind", f"{ADDRESS}:{self.port}"),
            *("--worker-class", "gthread", "--threads", str(WEB_THREADS)),
            *("--workers", os.environ.get("WEB_CONCURRENCY") or str(WEB_PROCESSES)),
            *("--graceful-timeout", str(GRACE_SECONDS), "--timeout", "60"),
            *("--log-level", "warning", "--no-control-socket"),
        ]

    def _start_worker(self) -> None:
        command = ["manage.py", "procrastinate", "worker"]
        self.worker = self._start(*command, "--shutdown-graceful-timeout", str(GRACE_SECONDS))
        self.worker_started_at = time.monotonic()
        self.worker_due_at = None

    def _something_died(self) -> bool:
        return any(child and child.poll() is not None for child in (self.web, self.worker)) or (
            self._owns_database() and not postgres.is_running(self._data_directory())
        )

    def _attend(self) -> None:
        """Start again what has died; give up when it is the web server."""
        if self.web and self.web.poll() is not None:
            raise LauncherError("The web server ended by itself, so the site stops; see above.")
        if self._owns_database() and not postgres.is_running(self._data_directory()):
            _say("The database ended by itself; starting it again.")
            self._start_database()
        if self.worker and self.worker.poll() is not None:
            self._restart_worker()

    def _restart_worker(self) -> None:
        """Start the worker again once it is time, later each time that it dies young."""
        now = time.monotonic()
        if self.worker_due_at is None:
            lived_long = now - self.worker_started_at > LONGEST_PAUSE_SECONDS
            pause = 0 if lived_long else self.worker_pause * 2
            self.worker_pause = min(max(pause, SHORTEST_PAUSE_SECONDS), LONGEST_PAUSE_SECONDS)
            self.worker_due_at = now + self.worker_pause
            _say(f"The worker ended by itself; starting it again in {self.worker_pause} s.")
        elif now >= self.worker_due_at:
            self._start_worker()

    def _wait(
        self, is_done: Callable[[], bool], seconds: float | None = None, complaint: str = ""
    ) -> None:
        """Wait until ``is_done``. Raises Stopped when asked to stop, LauncherError when late."""
        deadline = None if seconds is None else time.monotonic() + seconds
        while not self.is_stopping and not is_done():
            if deadline and time.monotonic() > deadline:
                raise LauncherError(complaint)
            time.sleep(LOOK_SECONDS)
        if self.is_stopping:
            raise Stopped

    # Talking

    def _is_healthy(self) -> bool:
        """Whether the site answers /healthz. Raises LauncherError when its server has ended."""
        if self.web and self.web.poll() is not None:
            raise LauncherError("The web server could not start; see above.")
        connection = http.client.HTTPConnection(ADDRESS, self.port, timeout=5)
        with contextlib.closing(connection):
            try:
                connection.request("GET", "/healthz")
                with connection.getresponse() as answer:
                    return answer.status == 200
            except (OSError, http.client.HTTPException):
                return False

    def _url(self, path: str = "") -> str:
        return f"http://localhost:{self.port}/{path}"

    def _tell(self) -> None:
        """Say where the site is and how to get in."""
        logins = self.local / "staff-logins.txt"
        lines = ["", f"The site runs at  {self._url()}", f"Staff log in at   {self._url('admin/')}"]
        if logins.exists():
            lines += ["", logins.read_text().rstrip(), ""]
        lines += [f"Its mails are at  {self._url('dev/mails/')}", "Stop it with Ctrl-C.", ""]
        _say("\n".join(lines))


def _require_free_port(port: int) -> None:
    """Raise LauncherError when the port is taken or may not be used."""
    with socket.socket() as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((ADDRESS, port))
            attempt.listen()
        except OSError as error:
            raise LauncherError(
                f"Port {port} cannot be used ({error.strerror}). Choose another: make run PORT=8001"
            ) from error


@contextlib.contextmanager
def _only_one(local: Path) -> Iterator[None]:
    """Hold the folder for one launcher. Raises LauncherError when another holds it."""
    try:
        local.mkdir(parents=True, exist_ok=True)
        lock = (local / ".launcher.lock").open("w")
    except OSError as error:
        raise LauncherError(f"{local} cannot be written: {error.strerror}.") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise LauncherError(f"A site already runs from {local}: stop it first.") from error
        yield


def _die_with_launcher() -> Callable[[], None] | None:
    """What a child does first, so that the system ends it with the launcher (prctl(2), Linux)."""
    if sys.platform != "linux":
        return None
    set_option = ctypes.CDLL(None).prctl
    parent_death_signal = 1

    def ask() -> None:
        set_option(parent_death_signal, signal.SIGTERM)

    return ask


def _end(child: subprocess.Popen[bytes]) -> None:
    """Ask a child to end, and kill it and whatever it started when it does not."""
    if child.poll() is None:
        child.terminate()
    try:
        child.wait(STOP_TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _read_port(text: str) -> int:
    """Turn PORT into a number from 1 to 65535. Raises LauncherError."""
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise LauncherError(f"PORT must be a number from 1 to 65535, not {text!r}.")
    return int(text)


def prepare() -> None:
    """Bring the database up to date and fill an empty one with the example site.

    In one process of its own, since loading Django takes longer than the work. Safe to repeat.
    """
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("seed_site")


def main() -> int:
    """Run the site with the settings of the environment; return the exit code."""
    if sys.argv[1:] == [PREPARE]:
        prepare()
        return 0
    local = Path(os.environ.get("LOCAL_DIR") or ROOT / ".local").resolve()
    try:
        port = _read_port(os.environ.get("PORT") or "8000")
    except LauncherError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return Launcher(port, local).run()


if __name__ == "__main__":
    sys.exit(main())
