"""How old each part of the backups may be before somebody is told."""

from datetime import datetime, timedelta
from typing import Any

LIMITS = {
    "base_backup": ("the last base backup of the database", timedelta(hours=26)),
    "wal_archived": ("the last journal of the database that was saved", timedelta(minutes=10)),
    "files_snapshot": ("the last snapshot of photos and media", timedelta(minutes=15)),
    "ledger_copied": ("the last copy of the list of erasures", timedelta(minutes=15)),
    "verified": ("the last time that everything saved was read again", timedelta(days=8)),
    "restore_drill": ("the last restore drill", timedelta(days=35)),
}


def complaints(status: dict[str, Any], moment: datetime) -> list[str]:
    """What is wrong, each a sentence: parts that never happened, are stale, or have failed."""
    found = []
    for name, (words, limit) in LIMITS.items():
        try:
            age = moment - datetime.fromisoformat(status[name])
        except (KeyError, TypeError, ValueError):
            found.append(f"missing: {words} is not on record.")
            continue
        if age > limit:
            found.append(f"stale: {words} is {_words(age)} old; at most {_words(limit)} is right.")
    found += [f"{part}: {said}" for part, said in sorted(status.get("problems", {}).items())]
    return found


def _words(time: timedelta) -> str:
    for unit, seconds in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if time.total_seconds() >= 2 * seconds:
            return f"{int(time.total_seconds() // seconds)} {unit}"
    return f"{int(time.total_seconds())} seconds"
