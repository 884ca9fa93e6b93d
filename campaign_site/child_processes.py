"""Have a program of ours work on one input and write one answer, for a limited time."""

import os
import subprocess
import tempfile
import threading
from collections.abc import Mapping, Sequence
from typing import BinaryIO


def open_unnamed() -> BinaryIO:
    """Open a file without a name that vanishes when closed: in memory where the system can."""
    if hasattr(os, "memfd_create"):
        return open(os.memfd_create("unnamed"), "w+b")
    return tempfile.TemporaryFile()


def run_child(
    command: Sequence[str],
    given: BinaryIO,
    written: BinaryIO,
    *,
    environment: Mapping[str, str],
    seconds: float,
) -> int:
    """Run a command to its end, or kill it after ``seconds``; return its status as Popen has it.

    ``given`` and ``written`` are its standard input and output, from where they stand; of our own
    environment and folder it knows nothing.
    """
    with subprocess.Popen(  # noqa: S603 - our own programs, with arguments that we chose
        command,
        stdin=given,
        stdout=written,
        stderr=subprocess.DEVNULL,
        env=dict(environment),
        cwd="/",
    ) as child:
        watch = threading.Timer(seconds, child.kill)
        watch.start()
        try:
            return child.wait()
        finally:
            watch.cancel()
            child.kill()  # if this thread was interrupted; nothing happens to an ended child
