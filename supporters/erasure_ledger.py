"""The list of erasures outside the database, for the day on which a backup is put back.

A backup that is older than an erasure does not know of it. So each erasure is also a line of the
file ``ERASURE_LEDGER``: the keyed hash of the address, and the hour. The file is kept apart from
the database's backups and is never put back to an older state.
"""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

_LINE = re.compile(r"([0-9a-f]{64}) (\S+)")


def append(address_hash: str, hour: datetime) -> None:
    """Add a line; it is on the disk for good when this returns. Raises ``OSError``.

    A line that a lost machine left half written is ended first, so that it spoils no other.
    """
    line = _line(address_hash, hour).encode()
    with _open() as file:
        end = file.seek(0, os.SEEK_END)
        if end:
            file.seek(end - 1)
            line = line if file.read(1) == b"\n" else b"\n" + line
        file.write(line)
        file.flush()
        os.fsync(file.fileno())


def entries(path: Path | None = None) -> list[tuple[str, datetime]]:
    """Return address hash and hour of each whole line, in the order they were written.

    ``path`` names another file than ``ERASURE_LEDGER``; no file is no erasures.
    """
    path = path or Path(settings.ERASURE_LEDGER)
    if not path.exists():
        return []
    return [entry for line in path.read_text("ascii").splitlines() if (entry := _read(line))]


def forget(address_hash: str, hour: datetime) -> None:
    """Take one erasure out of the file. Doing it again changes nothing."""
    unwanted = _line(address_hash, hour).encode()
    with _open() as file:
        lines = file.readlines()
        kept = b"".join(line for line in lines if line != unwanted)
        file.seek(0)
        file.write(kept)
        file.truncate()
        file.flush()
        os.fsync(file.fileno())


def _line(address_hash: str, hour: datetime) -> str:
    return f"{address_hash} {hour.isoformat()}\n"


def _read(line: str) -> tuple[str, datetime] | None:
    found = _LINE.fullmatch(line)
    try:
        return (found[1], datetime.fromisoformat(found[2])) if found else None
    except ValueError:
        return None


@contextmanager
def _open() -> Iterator[BinaryIO]:
    """Open the file for its owner alone, one process at a time."""
    path = Path(settings.ERASURE_LEDGER)
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file
