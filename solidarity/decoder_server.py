"""Run a program on one picture after another, each time in a new process.

``python -I decoder_server.py serve PROGRAM`` loads a Python file (``decoder.py``), calls its
``prepare`` and then, for each picture, its ``main`` in a process forked for it, which costs
milliseconds where a fresh interpreter costs tenths of a second. ``python -I decoder_server.py once
PROGRAM`` does it for one picture, on its own standard input and output.

This process is started by executing it, never by forking a web worker: its environment is empty
and its memory holds no setting, no secret and no picture. It passes descriptors on and reads none
of them. A picture's process has three descriptors, its picture, its answer and nothing
(/dev/null), and can reach no other picture.

Standard input is a socket (AF_UNIX, SOCK_SEQPACKET). A message on it carries three descriptors
(SCM_RIGHTS): the picture, the answer and the asker's own socket. On that one the outcome is
written once, as OUTCOME packs it: the process's exit status, negative for a signal, and the most
memory it had, in KiB. When the asker hangs up its process is killed; when standard input ends,
because the web worker did, all are, and this process ends.
"""

import contextlib
import ctypes
import gc
import importlib.util
import os
import select
import signal
import socket
import struct
import sys
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

OUTCOME = struct.Struct("=iQ")
READY = b"ready"
_HIGHEST_DESCRIPTOR = 1 << 20


class Work(NamedTuple):
    """A picture being worked on: its process, the descriptor that tells its end, and who asked."""

    process: int
    ending: int
    asker: socket.socket


def load_program(path: Path) -> ModuleType:
    """Load a Python file that may import ``solidarity``'s pure modules, and have it prepare."""
    project = str(Path(__file__).resolve().parent.parent)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    program = importlib.util.module_from_spec(spec)
    sys.path.append(project)
    try:
        spec.loader.exec_module(program)
        program.prepare()
    finally:
        sys.path.remove(project)
    return program


def serve(program: ModuleType) -> None:
    """Answer until standard input ends; see this module's docstring."""
    control = socket.socket(fileno=os.dup(0))
    os.close(os.pidfd_open(os.getpid()))  # fails here rather than at the first picture
    nothing = os.open(os.devnull, os.O_RDWR)
    poll = select.poll()
    poll.register(control, select.POLLIN)
    # What the program has loaded is the same for all: spare the pages from being counted through.
    gc.collect()
    gc.freeze()
    works: dict[int, Work] = {}  # by the descriptor that may have news
    control.send(READY)
    while True:
        # One at a time: the number of a descriptor closed meanwhile may have been taken again.
        descriptor, _ = poll.poll()[0]
        if descriptor != control.fileno():
            follow(works, descriptor, poll)
        elif not accept(control, nothing, program, works, poll):
            for work in works.values():
                os.kill(work.process, signal.SIGKILL)
            return


def accept(
    control: socket.socket,
    nothing: int,
    program: ModuleType,
    works: dict[int, Work],
    poll: select.poll,
) -> bool:
    """Start the process that a message asks for; return False when there will be no more."""
    message, descriptors, _, _ = socket.recv_fds(control, 16, 3)
    if not message:
        return False
    given, written, asker = descriptors
    server = os.getpid()
    process = os.fork()
    if process == 0:
        work_and_exit(program, (given, written, nothing), server)
    os.close(given)
    os.close(written)
    work = Work(process, os.pidfd_open(process), socket.socket(fileno=asker))
    works[work.ending] = works[asker] = work
    poll.register(work.ending, select.POLLIN)
    poll.register(asker, select.POLLIN | select.POLLRDHUP)
    return True


def follow(works: dict[int, Work], descriptor: int, poll: select.poll) -> None:
    """Report a process that has ended, or end one whose asker has hung up."""
    work = works.pop(descriptor, None)
    if work is None:
        return
    poll.unregister(descriptor)
    if descriptor != work.ending:
        os.kill(work.process, signal.SIGKILL)  # not yet waited for, so the number is still its own
        return
    _, status, usage = os.wait4(work.process, 0)
    if works.pop(work.asker.fileno(), None):
        poll.unregister(work.asker)
    with contextlib.suppress(OSError):  # when nobody waits for it any more
        work.asker.send(OUTCOME.pack(os.waitstatus_to_exitcode(status), usage.ru_maxrss))
    work.asker.close()
    os.close(work.ending)


def work_and_exit(program: ModuleType, descriptors: tuple[int, int, int], server: int) -> None:
    """In the new process: keep three descriptors, run the program, and end with its status."""
    status = 1
    try:
        die_with(server)
        for place, descriptor in enumerate(descriptors):
            os.dup2(descriptor, place)
        os.closerange(3, _HIGHEST_DESCRIPTOR)
        program.main()
        status = 0
    finally:
        os._exit(status)


def die_with(parent: int) -> None:
    """Have the kernel kill this process when its parent has ended (prctl(2), Linux)."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def main(way: str, path: str) -> None:
    """Serve, or run the program once here."""
    os.chdir("/")
    program = load_program(Path(path))
    if way == "serve":
        serve(program)
    else:
        program.main()


if __name__ == "__main__":
    main(*sys.argv[1:])
