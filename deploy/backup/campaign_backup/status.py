"""What is known of the backups: the state of this machine, and the copy that the site shows.

``state_dir/status.json`` belongs to root. Every change is also written to
``LOCAL_DIR/backup-status.json``, which the site reads and could damage.
"""

import fcntl
import json
import os
import secrets
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from campaign_backup.configuration import Configuration

PUBLISHED = "backup-status.json"


def now() -> datetime:
    return datetime.now(timezone.utc).replace(microsecond=0)  # noqa: UP017  the term of 3.11 too


def read(configuration: Configuration) -> dict[str, Any]:
    """Return everything noted so far; nothing when nothing was, or when the file is damaged."""
    try:
        found = json.loads((configuration.state_dir / "status.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def note(configuration: Configuration, **moments: datetime | None) -> None:
    """Note when something was last done; None leaves what was known. One process at a time."""
    values = {name: moment.isoformat() for name, moment in moments.items() if moment}
    _change(configuration, values, {})


def note_problem(configuration: Configuration, part: str, sentence: str | None) -> None:
    """Note what is wrong with a part of the backups, or with None that nothing is any more."""
    _change(configuration, {}, {part: sentence})


def _change(configuration: Configuration, values: dict, problems: dict[str, str | None]) -> None:
    configuration.state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (configuration.state_dir / "status.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        found = {**read(configuration), **values}
        merged = {**found.get("problems", {}), **problems}
        found["problems"] = {part: said for part, said in merged.items() if said}
        text = json.dumps(found, indent=1, sort_keys=True) + "\n"
        write_whole(configuration.state_dir / "status.json", text.encode(), mode=0o600)
        if configuration.local_dir.is_dir():
            write_whole(configuration.local_dir / PUBLISHED, text.encode(), mode=0o644)


def write_whole(path: Path, data: bytes, *, mode: int) -> None:
    """Replace a file; it is there whole, and for good, when this returns. Raises ``OSError``.

    The folder may belong to somebody else: nothing that lies there is opened or followed.
    """
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise
