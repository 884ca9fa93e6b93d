"""The list of erasures outside the database, for the day on which a backup is put back.

A backup that is older than an erasure does not know of it. So each erasure is also a line of the
file ``ERASURE_LEDGER``: the keyed hash of the address, and the hour. The file is kept apart from
the database's backups and is never put back to an older state.

A site on several hosts has one list for all of them instead: the store "erasures", in which each
erasure is the name of an empty object. What lies in the file is read then as well: a restore
brings the list back as a file (docs/backups.md).
"""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.core.files.storage import storages

_LINE = re.compile(r"([0-9a-f]{64}) (\S+)")
_NAME = re.compile(r"([0-9a-f]{64})-(\d{8}T\d{6}Z)")
_NAMED_HOUR = "%Y%m%dT%H%M%S%z"


def append(address_hash: str, hour: datetime) -> None:
    """Add an erasure; it is stored for good when this returns. Raises ``OSError``.

    A line that a lost machine left half written is ended first, so that it spoils no other.
    """
    if shared := _shared():
        shared.put(_name(address_hash, hour), b"")
        return
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
    """Return address hash and hour of each erasure: those of the file in the order they were
    written, then those that only the store of several hosts has.

    ``path`` names another file than ``ERASURE_LEDGER``, which is read alone; no file is no
    erasures. Raises ``OSError``.
    """
    found = _lines(path or Path(settings.ERASURE_LEDGER))
    if path is None and (shared := _shared()):
        named = [entry for name in sorted(shared.names()) if (entry := _read_name(name))]
        return list(dict.fromkeys([*found, *named]))
    return found


def _lines(path: Path) -> list[tuple[str, datetime]]:
    if not path.exists():
        return []
    text = path.read_text("ascii", errors="replace")
    return [entry for line in text.splitlines() if (entry := _read(line))]


def forget(address_hash: str, hour: datetime) -> None:
    """Take one erasure out of the list. Doing it again changes nothing. Raises ``OSError``."""
    if shared := _shared():
        shared.delete(_name(address_hash, hour))
    if not Path(settings.ERASURE_LEDGER).exists():
        return
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


def _shared() -> Any:
    """The store of a site on several hosts; None on one machine."""
    return storages["erasures"] if "erasures" in settings.STORAGES else None


def _name(address_hash: str, hour: datetime) -> str:
    return f"{address_hash}-{hour.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _read_name(name: str) -> tuple[str, datetime] | None:
    found = _NAME.fullmatch(name)
    return (found[1], datetime.strptime(found[2], _NAMED_HOUR)) if found else None


@contextmanager
def _open() -> Iterator[BinaryIO]:
    """Open the file for its owner alone, one process at a time."""
    path = Path(settings.ERASURE_LEDGER)
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file
