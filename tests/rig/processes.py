"""One process of the rig: started with a log of its own, ended with all that it has started."""

import contextlib
import ctypes
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
START_SECONDS = 60
STOP_SECONDS = 45
_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of linux/prctl.h
_set_option = ctypes.CDLL(None).prctl


class RigError(Exception):
    """The rig cannot run; the message is a sentence for whoever started the drill."""


class Service:
    """A program that runs until it is told not to.

    ``is_ready`` is asked until it says yes; a program that ends before is started again while
    ``START_SECONDS`` last (a database that was killed waits for its orphans). ``sockets`` are held
    by the rig as systemd holds those of a ``.socket`` unit: whoever connects while the program
    restarts waits. They are closed when the program is stopped or killed for good.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        log: Path,
        environment: Mapping[str, str] | None = None,
        port: int | None = None,
        is_ready: Callable[[], bool] | None = None,
        stop_signal: int = signal.SIGTERM,
        address: tuple[str, int] | None = None,
        folder: Path = ROOT,
    ) -> None:
        self.name, self.command, self.log = name, [str(part) for part in command], log
        self.environment, self.port, self.folder = environment, port, folder
        self.stop_signal, self.address = stop_signal, address
        self._is_ready = is_ready or (lambda: port is None or answers(port))
        self._process: subprocess.Popen | None = None
        self._socket: socket.socket | None = None

    @property
    def pid(self) -> int:
        if self._process is None:
            raise RigError(f"{self.name} has not been started.")
        return self._process.pid

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def launch(self) -> None:
        """Start the program without waiting for it; nothing happens while it runs."""
        if self.is_running():
            return
        command = self.command
        handed: tuple[int, ...] = ()
        if self.address:
            handed = (self._listening().fileno(),)
            activation = str(Path(__file__).with_name("activation.py"))
            command = [sys.executable, "-I", activation, str(handed[0]), *command]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                cwd=self.folder,
                env=None if self.environment is None else dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=handed,
                preexec_fn=_die_with_parent,
            )

    def wait_until_ready(self, seconds: float = START_SECONDS) -> None:
        """Wait until the program answers. Raises RigError with the end of its log."""
        deadline = time.monotonic() + seconds
        while True:
            if self.is_running() and self._is_ready():
                return
            if time.monotonic() > deadline:
                raise RigError(f"{self.name} does not start. Its log ends:\n{self.log_end()}")
            if not self.is_running():
                time.sleep(0.3)
                self.launch()
            time.sleep(0.05)

    def start(self) -> None:
        """Start the program and wait until it answers; safe to repeat."""
        self.launch()
        self.wait_until_ready()

    def stop(self, seconds: float = STOP_SECONDS, *, keep_socket: bool = False) -> None:
        """Ask the program to end, and kill it and whatever it started when it does not."""
        if self._process is not None:
            if self.is_running():
                os.kill(self.pid, signal.SIGCONT)
                os.kill(self.pid, self.stop_signal)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(seconds)
            self._kill_group(signal.SIGKILL)
            self._process.wait()
        if not keep_socket:
            self._close_socket()

    def kill(self, number: int = signal.SIGKILL, *, keep_socket: bool = False) -> None:
        """Send a signal to the program and all it started; waits for the end when it is SIGKILL."""
        self._kill_group(number)
        if number == signal.SIGKILL:
            self._process.wait()
            if not keep_socket:
                self._close_socket()

    def restart(self) -> None:
        """End the program in order and start it again, as ``systemctl restart`` does."""
        self.stop(keep_socket=True)
        self.start()

    def log_end(self, characters: int = 3000) -> str:
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return text[-characters:]

    def _kill_group(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def _listening(self) -> socket.socket:
        """The socket, made anew after an end: what was killed may hold it for a moment."""
        deadline = time.monotonic() + START_SECONDS
        while self._socket is None:
            try:
                self._socket = socket.create_server(self.address, backlog=2048)
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
        return self._socket

    def _close_socket(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None


class Group:
    """Several services under one name: what is asked of it is asked of all."""

    def __init__(self, name: str, members: Sequence[Service]) -> None:
        self.name, self.members = name, list(members)

    def __getattr__(self, attribute: str) -> object:
        # `port`, `log`, `pid`: those of the first.
        return getattr(self.members[0], attribute)

    def is_running(self) -> bool:
        return all(member.is_running() for member in self.members)

    def start(self) -> None:
        for member in self.members:
            member.launch()
        for member in self.members:
            member.wait_until_ready()

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        for member in self.members:
            member.stop(seconds)

    def kill(self, number: int = signal.SIGKILL) -> None:
        for member in self.members:
            member.kill(number)

    def restart(self) -> None:
        """One after the other, as a release does."""
        for member in self.members:
            member.restart()


def free_port(host: str = "127.0.0.1") -> int:
    """A port that nobody has, outside those that the system gives to clients (ip(7))."""
    while True:
        port = random.randrange(20000, 32000)
        with contextlib.suppress(OSError), socket.create_server((host, port)):
            return port


def answers(port: int, host: str = "127.0.0.1") -> bool:
    """Whether somebody listens there."""
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False


def _die_with_parent() -> None:
    """Have the system end the child when the thread that started it ends (prctl(2))."""
    _set_option(_PARENT_DEATH_SIGNAL, signal.SIGKILL)
