"""Have untrusted pictures decoded in confined processes, whatever becomes of those.

Each process of the site (a web worker, a background worker) has a decoder server of its own,
started when the first picture comes, by executing ``decoder_server.py``; it forks a process for
each picture. Where that is not possible, a fresh interpreter works on each picture instead.
"""

import atexit
import errno
import json
import logging
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from campaign_site.child_processes import open_unnamed, run_child
from solidarity.decoder_server import OUTCOME, READY

logger = logging.getLogger(__name__)

MAX_PICTURE_BYTES = 8 * 1024 * 1024  # of each clean picture
MAX_HEADER_BYTES = 4096
MAX_ANSWER_BYTES = MAX_HEADER_BYTES + 3 * MAX_PICTURE_BYTES
DECODER_SECONDS = 20  # by the clock; the decoder also has 10 s of processor time
SERVER = Path(__file__).resolve().with_name("decoder_server.py")
DECODER = SERVER.with_name("decoder.py")
START_SECONDS = 20
KILL_SECONDS = 2
# All that the decoder knows of the world. One heap for all its threads: each further one would
# reserve 64 MiB of its address space.
ENVIRONMENT = {"LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "1"}
CAN_SERVE = hasattr(os, "pidfd_open") and hasattr(socket, "send_fds")  # Linux

# A decoder may use 768 MiB. Two at once per process: further uploads wait for their turn, but not
# for ever, or a burst of photos would occupy every thread that could serve a page.
TURNS = 2
TURN_SECONDS = 10
_turns = threading.BoundedSemaphore(TURNS)


class Refusal(StrEnum):
    """Why an upload is refused; callers find the sentence."""

    TOO_LARGE = "too_large"
    UNSUPPORTED = "unsupported"
    TOO_MANY_PIXELS = "too_many_pixels"
    UNREADABLE = "unreadable"
    BUSY = "busy"


class ImageRefused(Exception):
    """The upload is not taken; ``reason`` is a Refusal."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


class ServerLost(Exception):
    """The decoder server ended before it told what became of a picture."""


class DecoderServer:
    """The process that forks one confined process per picture, seen from the worker it serves.

    Started when first needed and again when it has ended. Safe with threads, and after a fork: the
    child gets a server of its own. It ends when this process does, however that ends.
    """

    def __init__(self, program: Path = DECODER) -> None:
        self.program = program
        self._forget()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._leave_to_parent)
        atexit.register(self.stop)

    def run(self, given: BinaryIO, written: BinaryIO) -> int:
        """Work on one picture and return its process's exit status, negative for a signal.

        It is killed after DECODER_SECONDS. Raises OSError when no server can be had, and
        ServerLost when it ended meanwhile.
        """
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with ours:
            with theirs:
                used = self._hand_over([given.fileno(), written.fileno(), theirs.fileno()])
            outcome = _receive(ours, DECODER_SECONDS)
            if outcome is None:
                ours.shutdown(socket.SHUT_WR)  # hang up, and learn that the process was killed
                outcome = _receive(ours, KILL_SECONDS)
        if not outcome:
            self._leave(used)
            raise ServerLost
        status, memory = OUTCOME.unpack(outcome)
        logger.debug("a picture took %d KiB of memory", memory)
        return status

    def stop(self) -> None:
        """End the server, and what it is working on."""
        with self._lock:
            self._stop()

    def _leave(self, control: socket.socket) -> None:
        """Part with a server that was lost, unless another thread has replaced it already.

        A process that dies closes one descriptor after another: a picture handed over meanwhile
        would be lost as well.
        """
        with self._lock:
            if self._control is control:
                self._stop()

    def _hand_over(self, descriptors: list[int]) -> socket.socket:
        """Pass descriptors to the server and return its socket.

        It is started again, once, if it is not there any more.
        """
        with self._lock:
            for last_try in (False, True):
                if self._control is None:
                    self._start()
                try:
                    socket.send_fds(self._control, [b"picture"], descriptors)
                    return self._control
                except OSError as error:
                    if last_try or error.errno not in (errno.EPIPE, errno.ECONNRESET):
                        raise
                    logger.warning("The decoder server had ended; starting another")
                    self._stop()

    def _start(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            # Not in our group of processes: Ctrl-C in a terminal is for us to handle.
            self._process = subprocess.Popen(  # noqa: S603 - our own files, chosen by us
                _command("serve", self.program),
                stdin=theirs,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=ENVIRONMENT,
                cwd="/",
                start_new_session=True,
            )
        self._control = ours
        if _receive(ours, START_SECONDS) != READY:
            self._stop()
            raise OSError(errno.ENOSYS, "the decoder server does not start")
        ours.settimeout(START_SECONDS)

    def _stop(self) -> None:
        if self._control is None:
            return
        self._control.close()
        try:
            self._process.wait(KILL_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._control = self._process = None

    def _forget(self) -> None:
        self._lock = threading.Lock()
        self._control: socket.socket | None = None
        self._process: subprocess.Popen | None = None

    def _leave_to_parent(self) -> None:
        """After a fork, in the child: the server is the parent's and must see the parent end."""
        if self._control is not None:
            self._control.close()
            self._process.returncode = 0  # not ours to wait for
        self._forget()


def _renew_turns() -> None:
    """After a fork, in the child: whoever was at work is in the parent."""
    global _turns
    _turns = threading.BoundedSemaphore(TURNS)


_server = DecoderServer()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_turns)


def run_limited(
    job: dict[str, Any], *, upload: BinaryIO | bytes, server: DecoderServer = _server
) -> bytes:
    """Have a picture worked on in a confined process of its own and return what that wrote.

    ``upload`` is read from where it stands. Raises ImageRefused: busy after TURN_SECONDS without
    a turn; unreadable when the process fails, is killed, takes longer than DECODER_SECONDS or
    writes too much.
    """
    with _turn(), open_unnamed() as given, open_unnamed() as written:
        given.write(json.dumps(job).encode() + b"\n")
        shutil.copyfileobj(BytesIO(upload) if isinstance(upload, bytes) else upload, given)
        given.flush()
        status = _run(server, given, written)
        if status < 0:
            logger.warning("The image decoder was ended by signal %s", -status)
        if status != 0 or os.fstat(written.fileno()).st_size > MAX_ANSWER_BYTES:
            raise ImageRefused(Refusal.UNREADABLE)
        written.seek(0)
        return written.read(MAX_ANSWER_BYTES)


def _run(server: DecoderServer, given: BinaryIO, written: BinaryIO) -> int:
    """Return the exit status of the process that worked; a lost server is replaced once."""
    for attempt in range(2):
        given.seek(0)
        written.seek(0)
        written.truncate()
        if not CAN_SERVE:
            break
        try:
            return server.run(given, written)
        except ServerLost:
            logger.warning("The decoder server ended over a picture")
            if attempt:
                raise ImageRefused(Refusal.UNREADABLE) from None
        except OSError:
            logger.exception("No decoder server; a new interpreter decodes instead")
            break
    return _run_once(server.program, given, written)


def _run_once(program: Path, given: BinaryIO, written: BinaryIO) -> int:
    """Run the program in a new interpreter, for DECODER_SECONDS at most."""
    command = _command("once", program)
    return run_child(command, given, written, environment=ENVIRONMENT, seconds=DECODER_SECONDS)


def _command(way: str, program: Path) -> list[str]:
    return [sys.executable, "-I", str(SERVER), way, str(program)]


def _receive(source: socket.socket, seconds: float) -> bytes | None:
    """Return one message, b"" if the other side has ended, or None after so many seconds."""
    source.settimeout(seconds)
    try:
        return source.recv(OUTCOME.size)
    except TimeoutError:
        return None
    except ConnectionResetError:
        return b""


@contextmanager
def _turn() -> Iterator[None]:
    """Wait for one of the places; raises ImageRefused (busy) after TURN_SECONDS."""
    turns = _turns
    if not turns.acquire(timeout=TURN_SECONDS):
        raise ImageRefused(Refusal.BUSY)
    try:
        yield
    finally:
        turns.release()
