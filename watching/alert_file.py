"""What this machine remembers of alerts without the database, which may be what is wrong.

Kept in LOCAL_DIR and beside the counters as well, which usually lie in memory: when a disk is
full, both the database and the first of the two fail at once.
"""

import contextlib
import fcntl
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from watching import counters, status_files
from watching.models import Alert

logger = logging.getLogger(__name__)

_BESIDE_THE_COUNTERS = counters.FOLDER
_MOMENTS = ("begun_at", "ended_at", "mailed_at", "end_mailed_at")
_FIELDS = ("rule", "host", "value", *_MOMENTS)


@dataclass
class Memory:
    """``unsaved`` are alerts that the database has not been told of; ``known`` those it had open.

    ``broken`` and ``calm`` say since when a rule is broken, or no longer is, in seconds of Unix
    time by rule and host.
    """

    known: list[Alert] = field(default_factory=list)
    unsaved: list[Alert] = field(default_factory=list)
    broken: dict[str, float] = field(default_factory=dict)
    calm: dict[str, float] = field(default_factory=dict)


def load() -> Memory:
    """Return what was written last; nothing when nothing was, or nothing that can be read."""
    found = max((status_files.read(path) for path in _paths()), key=lambda one: one.get("at", 0))
    try:
        return Memory(
            known=[_alert(one) for one in found.get("known", [])],
            unsaved=[_alert(one) for one in found.get("unsaved", [])],
            broken=dict(found.get("broken", {})),
            calm=dict(found.get("calm", {})),
        )
    except (KeyError, TypeError, ValueError):
        logger.warning("the file about alerts cannot be read; beginning anew")
        return Memory()


def save(memory: Memory) -> bool:
    """Write it; return whether it could be written anywhere."""
    content = {
        "at": time.time(),
        "known": [_plain(one) for one in memory.known],
        "unsaved": [_plain(one) for one in memory.unsaved],
        "broken": memory.broken,
        "calm": memory.calm,
    }
    written = False
    for path in _paths():
        with contextlib.suppress(OSError):
            status_files.write(path, content)
            written = True
    return written


@contextlib.contextmanager
def alone() -> Iterator[bool]:
    """Whether no other process of this machine looks after alerts at this moment."""
    try:
        status_files.folder().mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (status_files.folder() / ".lock").open("w")
    except OSError:
        # Two mails are better than none.
        yield True
        return
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def _paths() -> tuple[Path, Path]:
    return status_files.folder() / "alerts.json", _BESIDE_THE_COUNTERS / "alerts.json"


def _plain(alert: Alert) -> dict:
    values = {name: getattr(alert, name) for name in _FIELDS}
    moments = {name: values[name] and values[name].isoformat() for name in _MOMENTS}
    return {**values, **moments}


def _alert(plain: dict) -> Alert:
    moments = {name: plain[name] and datetime.fromisoformat(plain[name]) for name in _MOMENTS}
    return Alert(**{**{name: plain[name] for name in _FIELDS}, **moments})
