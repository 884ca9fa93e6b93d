"""Processes that are started again when they end, as their systemd units say (Restart=always)."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


class Supervised:
    """Keeps one program running until ``end``; writes what it says to a log."""

    def __init__(self, command: list[str], *, log: Path, **options) -> None:
        self.command, self.log, self.options = command, log, options
        self.starts = 0
        self.process: subprocess.Popen | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._keep, daemon=True)
        self._thread.start()

    def _keep(self) -> None:
        while not self._over.is_set():
            with self.log.open("ab") as log:
                self.process = subprocess.Popen(
                    self.command,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                    **self.options,
                )
            self.starts += 1
            self.process.wait()
            # What is left of it goes too, as systemd does with a unit's control group.
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self._over.wait(0.2)

    def below(self) -> list[int]:
        """Every process below the first one."""
        found, waiting = [], [self.process.pid] if self.process else []
        while waiting:
            for children in Path(f"/proc/{waiting.pop()}/task").glob("*/children"):
                with suppress(OSError):
                    pids = [int(pid) for pid in children.read_text().split()]
                    found += pids
                    waiting += pids
        return found

    def kill(self) -> bool:
        """kill -9 of the first process alone, as the system's memory killer would."""
        return self.process is not None and kill(self.process.pid)

    def end(self) -> None:
        self._over.set()
        while self._thread.is_alive():
            if self.process is not None:
                with suppress(ProcessLookupError):
                    os.killpg(self.process.pid, signal.SIGKILL)
            self._thread.join(0.2)


def kill(pid: int) -> bool:
    try:
        os.kill(pid, signal.SIGKILL)
    except OSError:
        return False
    return True


def seconds_until(condition: Callable[[], bool], *, limit: float) -> float:
    """How long until a condition holds; ``limit`` when it did not hold in time."""
    begun = time.monotonic()
    while time.monotonic() - begun < limit:
        if condition():
            return time.monotonic() - begun
        time.sleep(0.05)
    return limit
