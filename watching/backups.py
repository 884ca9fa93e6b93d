"""How old the last backups are, and the last drill that restored one (deploy/backup/)."""

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from watching import status_files
from watching.measures import Measure, Value

# By the name of the measure: the key under which the backup programs note their last success.
_KEYS = {
    "base": ("base_backup", "Since when there is no new base backup of the database."),
    "wal": ("wal_archived", "Since when nothing of the write-ahead log reached the repository."),
    "files": ("files_snapshot", "Since when photos and media have not been backed up."),
    "ledger": ("ledger_copied", "Since when the ledger of erasures has not been copied away."),
    "verified": ("verified", "Since when the backups have not been read through."),
    "drill": ("restore_drill", "Since when no backup has been restored as a drill."),
    "status": ("noted", "Since when the backup programs have noted nothing at all."),
}
_AGES = {
    kind: Measure(f"campaign_backup_{kind}_age_seconds", words, is_local=True)
    for kind, (_key, words) in _KEYS.items()
}
_PROBLEMS = Measure(
    "campaign_backup_problems", "Parts of the backups that say they fail.", ("part",), True
)
MEASURES = (*_AGES.values(), _PROBLEMS)


def read() -> dict[str, Value]:
    """Return the ages in seconds, None for what has never succeeded; and 1 for each bad part."""
    noted = status_files.read(Path(settings.LOCAL_DIR) / "backup-status.json")
    ages = {_AGES[kind].name: _age(noted.get(key)) for kind, (key, _words) in _KEYS.items()}
    problems = noted.get("problems")
    parts = problems if isinstance(problems, dict) else {}
    return {**ages, _PROBLEMS.name: {(str(part)[:40],): 1.0 for part in parts}}


def _age(moment: object) -> float | None:
    if not isinstance(moment, str):
        return None
    try:
        then = datetime.fromisoformat(moment)
    except ValueError:
        return None
    if timezone.is_naive(then):
        return None
    return max(0.0, (timezone.now() - then).total_seconds())
