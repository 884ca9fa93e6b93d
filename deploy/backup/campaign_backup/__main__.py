"""The commands of ``campaign-backup``; ``--help`` lists them."""

import argparse
import os
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from campaign_backup import configuration as configured
from campaign_backup import database, drill, files, ledger, limits, status
from campaign_backup.configuration import BackupError, Configuration

DEFAULT = Path("/etc/campaign/backup.toml")


def prepare(configuration: Configuration, chosen: argparse.Namespace) -> str:
    """Make both repositories, once. Safe to repeat."""
    database.prepare(configuration)
    files.prepare(configuration)
    return "Both repositories are ready."


def back_up(configuration: Configuration, chosen: argparse.Namespace) -> str:
    """Make a full backup of the database, save the files, and remove what is too old."""
    moment = _watched(configuration, "database", lambda: database.back_up(configuration))
    status.note(configuration, base_backup=moment)
    save_files(configuration, chosen)
    tidy(configuration, chosen)
    return f"The database was saved at {moment.isoformat()}, the files after it."


def save_files(configuration: Configuration, chosen: argparse.Namespace) -> str:
    """Save what is new among photos and media."""
    moment = status.now()
    _watched(configuration, "files", lambda: files.snapshot(configuration))
    status.note(configuration, files_snapshot=moment)
    return "Photos and media are saved."


def copy_ledger(configuration: Configuration, chosen: argparse.Namespace) -> str:
    """Copy the list of erasures to its other places."""
    moment = status.now()
    number = _watched(configuration, "ledger", lambda: ledger.copy(configuration))
    status.note(configuration, ledger_copied=moment)
    return f"The list of erasures has {number} lines everywhere."


def note(configuration: Configuration, chosen: argparse.Namespace) -> str:
    """Note how far the journal has come; every minute."""
    moment, problem = _watched(configuration, "wal", lambda: database.last_archived(configuration))
    status.note(configuration, wal_archived=moment, noted=status.now())
    status.note_problem(configuration, "wal", problem)
    return problem or "The journal arrives."


def tidy(configuration: Configuration, chosen: argparse.Namespace) -> str:
    """Remove every backup that is older than ``days``."""
    limit = status.now() - timedelta(days=configuration.days)
    _watched(configuration, "tidy", lambda: _tidy(configuration, limit))
    return f"Nothing is older than {configuration.days} days."


def _tidy(configuration: Configuration, limit) -> None:
    try:
        files.tidy(configuration)
    finally:
        database.remove_older_than(configuration, limit)


def verify(configuration: Configuration, chosen: argparse.Namespace) -> str:
    """Read everything that was saved and compare it with its checksums; once a week."""
    moment = status.now()
    _watched(configuration, "verify", lambda: _verify(configuration))
    status.note(configuration, verified=moment)
    return "Everything that was saved can be read."


def _verify(configuration: Configuration) -> None:
    database.verify(configuration)
    files.verify(configuration)


def rehearse(configuration: Configuration, chosen: argparse.Namespace) -> str:
    """Restore everything into scratch_dir, look at it and remove it; once a month."""
    moment = status.now()
    said = _watched(configuration, "drill", lambda: drill.rehearse(configuration))
    status.note(configuration, restore_drill=moment)
    return said


def check(configuration: Configuration, chosen: argparse.Namespace) -> str:
    """Say whether the backups are as fresh as they should be; status 1 when they are not."""
    found = limits.complaints(status.read(configuration), status.now())
    if found:
        raise BackupError("\n".join(found))
    return "The backups are fresh, and a restore was rehearsed."


def restore(configuration: Configuration, chosen: argparse.Namespace) -> str:
    """Bring database and files back as late as possible."""
    return _restore(configuration, chosen, None)


def restore_to(configuration: Configuration, chosen: argparse.Namespace) -> str:
    """Bring database and files back as they were at a moment."""
    return _restore(configuration, chosen, drill.moment_of(chosen.moment))


def _restore(configuration: Configuration, chosen: argparse.Namespace, moment) -> str:
    data = chosen.data or configuration.database.data
    folder = chosen.files or configuration.local_dir
    database.restore(configuration, data, moment=moment)
    files.restore(configuration, folder, moment)
    lines = ledger.restore(configuration, folder)
    return (
        f"The database lies in {data}, the files in {folder}, and {lines} erasures and withdrawals"
        " with them.\n"
        "Before the site is opened: start PostgreSQL, then `deploy/release.py manage migrate`,"
        " `campaign-manage replay_erasures`, `campaign-manage replay_withdrawals`,"
        " `campaign-manage apply_retention`, `campaign-manage remake_pictures`,"
        " and `campaign-backup backup`."
    )


def _watched(configuration: Configuration, part: str, work: Callable):
    """Do a part of the work; what goes wrong is also noted for whoever watches the site."""
    try:
        result = work()
    except BackupError as error:
        status.note_problem(configuration, part, str(error))
        raise
    status.note_problem(configuration, part, None)
    return result


COMMANDS: dict[str, Callable[[Configuration, argparse.Namespace], str]] = {
    "prepare": prepare,
    "backup": back_up,
    "files": save_files,
    "ledger": copy_ledger,
    "note": note,
    "tidy": tidy,
    "verify": verify,
    "drill": rehearse,
    "check": check,
    "restore": restore,
    "restore-to": restore_to,
}


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return 0, or 1 after saying on standard error what is wrong."""
    parser = argparse.ArgumentParser(prog="campaign-backup", description=__doc__)
    parser.add_argument("--configuration", type=Path, default=DEFAULT)
    verbs = parser.add_subparsers(dest="verb", required=True)
    for name, work in COMMANDS.items():
        verb = verbs.add_parser(name, help=work.__doc__, description=work.__doc__)
        if name == "restore-to":
            verb.add_argument("moment", help="2026-12-31 14:05:00, or with +01:00 behind it")
        if name.startswith("restore"):
            verb.add_argument("--data", type=Path, help="an empty folder; by default PostgreSQL's")
            verb.add_argument("--files", type=Path, help="where; by default LOCAL_DIR")
    chosen = parser.parse_args(arguments)
    os.umask(0o077)
    try:
        said = COMMANDS[chosen.verb](configured.read(chosen.configuration), chosen)
    except BackupError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{said}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
