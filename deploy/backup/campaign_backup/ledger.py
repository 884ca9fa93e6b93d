"""Copies of the list of erasures, kept apart from every backup and never put back to older.

The site forgets a line of the list after a year or so. A line that is missing any earlier was
lost (a new disk, a list put back from somewhere), and anything younger than a backup may be still
needed: such lines stay in the copies, and come back from there with a restore.

Whoever took one agreement back without being erased is in a second list, read from the database:
the kind of thing, its random number, the purpose and the hour, for as long as a backup may be
older. Neither list names anybody.
"""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from tempfile import TemporaryDirectory

from campaign_backup import database
from campaign_backup.commands import give, run
from campaign_backup.configuration import BackupError, Configuration
from campaign_backup.status import now, write_whole

NAME = "erasures.txt"
WITHDRAWALS = "withdrawals.txt"
# No backup is older than 35 days, so nobody who was erased earlier comes back with one.
NEEDED = timedelta(days=36)
_LINES = {
    NAME: re.compile(r"[0-9a-f]{64} \S+"),
    WITHDRAWALS: re.compile(r"[a-z.]+ [0-9a-f-]{36} [a-z-]+ \S+"),
}
_WITHDRAWN = (
    "SELECT format('%s %s %s %s+00:00', subject_type, subject_id, purpose,"
    " to_char(withdrawn_hour AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS'))"
    " FROM supporters_consent WHERE withdrawn_hour > now() - interval '36 days'"
)
# How a site on several hosts names the empty object that an erasure is (supporters/erasure_ledger).
_OBJECT = re.compile(r"([0-9a-f]{64})-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z")


def copy(configuration: Configuration) -> int:
    """Bring every copy up to date; return how many lines they have. Raises ``BackupError``."""
    if not configuration.ledger.copies:
        raise BackupError("No place for a copy of the list of erasures is named in backup.toml.")
    own = merged(_source(source) for source in configuration.ledger.sources)
    number = max(_copy_to(place, NAME, own) for place in configuration.ledger.copies)
    withdrawn = database.ask(configuration, _WITHDRAWN).splitlines()
    for place in configuration.ledger.copies:
        _copy_to(place, WITHDRAWALS, withdrawn)
    return number


def _copy_to(place: str, name: str, own: list[str]) -> int:
    there = _fetch(place, name)
    lines = merged([own, [line for line in there if _is_needed(line)]])
    if lines != there:
        _send(place, name, lines)
    return len(lines)


def restore(configuration: Configuration, folder: Path) -> int:
    """Write both lists anew from all that is left of them; return how many lines they have.

    Lists that are already in the folder are among the sources: nothing of them is lost. Raises
    ``BackupError`` when a copy cannot be read.
    """
    own = {NAME: [_source(source) for source in configuration.ledger.sources], WITHDRAWALS: []}
    folder.mkdir(parents=True, exist_ok=True)
    number = 0
    for name, lists in own.items():
        path = folder / name
        copies = [_fetch(place, name) for place in configuration.ledger.copies]
        lines = merged([*copies, *lists, _read(path)])
        write_whole(path, _text(lines), mode=0o600)
        give(path, configuration.site_user)
        number += len(lines)
    return number


def merged(lists: Iterable[list[str]]) -> list[str]:
    """Every line of several lists once, in the order of their hours."""
    every = dict.fromkeys(line for lines in lists for line in lines)
    return sorted(every, key=lambda line: (_hour(line), line))


def _hour(line: str) -> datetime:
    try:
        return datetime.fromisoformat(line.rpartition(" ")[2]).astimezone(timezone.utc)  # noqa: UP017
    except ValueError:
        return datetime.min.replace(tzinfo=timezone.utc)  # noqa: UP017


def _pattern(name: str) -> re.Pattern:
    """A list of erasures may lie under another name (ERASURE_LEDGER)."""
    return _LINES.get(name, _LINES[NAME])


def _is_needed(line: str) -> bool:
    return _hour(line) > now() - NEEDED


def _read(path: Path) -> list[str]:
    """The whole lines of a list; none when there is no such file."""
    try:
        text = path.read_text("ascii", errors="replace")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise BackupError(f"{path} cannot be read: {error.strerror}.") from error
    return [line for line in text.splitlines() if _pattern(path.name).fullmatch(line)]


def _source(source: str) -> list[str]:
    """The lines of the site's own list: a file, or a folder of a bucket with a name for each."""
    if not _is_remote(source):
        return _read(Path(source))
    named = [_OBJECT.fullmatch(name) for name in run(["rclone", "lsf", source]).splitlines()]
    return [
        f"{one[1]} {one[2]}-{one[3]}-{one[4]}T{one[5]}:{one[6]}:{one[7]}+00:00"
        for one in named
        if one
    ]


def _text(lines: list[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode("ascii", "replace")


def _is_remote(place: str) -> bool:
    return not place.startswith("/")


def _fetch(place: str, name: str) -> list[str]:
    """The lines of a copy; none when the place is there and has no list yet."""
    if not _is_remote(place):
        if not Path(place).is_dir():
            raise BackupError(f"{place}, for the list of erasures, is not there: not mounted?")
        return _read(Path(place, name))
    listed = run(["rclone", "lsf", place]).splitlines()
    text = run(["rclone", "cat", f"{place}/{name}"]) if name in listed else ""
    return [line for line in text.splitlines() if _LINES[name].fullmatch(line)]


def _send(place: str, name: str, lines: list[str]) -> None:
    if not _is_remote(place):
        write_whole(Path(place, name), _text(lines), mode=0o600)
        return
    with TemporaryDirectory() as folder:
        Path(folder, name).write_bytes(_text(lines))
        run(["rclone", "copyto", Path(folder, name), f"{place}/{name}"])
