"""The database: pgBackRest makes base backups and keeps the journal (WAL) between them."""

import json
import re
from datetime import datetime, timedelta, timezone
from pathlib import Path

from campaign_backup.commands import give, make_reachable, run
from campaign_backup.configuration import BackupError, Configuration

_WRONG = re.compile(r"status: (?!ok|valid)|(missing|invalid|other): [1-9]")
_UNREADABLE = (
    "The database's repository cannot be read: either the passphrase in conf.d/cipher.conf is not"
    " the one that it was made with, or its list of backups is damaged."
)


def pgbackrest(configuration: Configuration, command: str, *options: str) -> str:
    """Run one command of pgBackRest as PostgreSQL's user. Raises ``BackupError``.

    What a wrong passphrase makes it print is not for a terminal: that becomes a sentence.
    """
    database = configuration.database
    try:
        return run(
            ["pgbackrest", f"--stanza={database.stanza}", *options, command],
            user=database.user,
            environment={"PGBACKREST_CONFIG_PATH": str(database.configuration)},
        )
    except BackupError as error:
        said = str(error)
        if "no backup set found" in said or "unable to load info file" in said:
            _require_readable(configuration)
        raise BackupError("".join(sign for sign in said if sign.isprintable())) from error


def prepare(configuration: Configuration) -> None:
    """Make the repository ready for its first backup, and see that journal arrives in it."""
    pgbackrest(configuration, "stanza-create")
    pgbackrest(configuration, "check")


def back_up(configuration: Configuration) -> datetime:
    """Make a full backup, let old ones expire, and return when it was complete.

    Its files are compared with their checksums by ``verify``, page by page by PostgreSQL's own.
    """
    pgbackrest(configuration, "backup", "--type=full")
    return _stopped(backups(configuration)[-1])


def backups(configuration: Configuration) -> list[dict]:
    """What pgBackRest says of each backup, oldest first. Raises ``BackupError``."""
    return sorted(_stanza(configuration)["backup"], key=_stopped)


def _stanza(configuration: Configuration) -> dict:
    """What pgBackRest says of our stanza; it answers 0 for a repository that it cannot read."""
    try:
        (stanza,) = json.loads(pgbackrest(configuration, "info", "--output=json"))
    except ValueError as error:
        raise BackupError(_UNREADABLE) from error
    for repository in stanza.get("repo", [stanza]):
        code = repository["status"]["code"]
        # 1, 3: no stanza; 2: no backup yet (pgBackRest command reference, info).
        if code in (1, 3):
            raise BackupError("The database's repository is empty: run `campaign-backup prepare`.")
        if code not in (0, 2):
            raise BackupError(_UNREADABLE)
    return stanza


def _require_readable(configuration: Configuration) -> None:
    if not backups(configuration):
        raise BackupError("The database's repository holds no backup.")


def _stopped(backup: dict) -> datetime:
    return datetime.fromtimestamp(backup["timestamp"]["stop"], timezone.utc)  # noqa: UP017


def remove_older_than(configuration: Configuration, moment: datetime) -> list[str]:
    """Remove what is older, beyond pgBackRest's own rule; return the names.

    pgBackRest does not part with the newest. Raises ``BackupError`` when that is too old itself:
    then no backup has succeeded for weeks, and somebody has to decide.
    """
    found = backups(configuration)
    old = [backup["label"] for backup in found[:-1] if _stopped(backup) < moment]
    for label in old:
        pgbackrest(configuration, "expire", f"--set={label}")
    if found and _stopped(found[-1]) < moment:
        raise BackupError(
            f"The only backup of the database, {found[-1]['label']}, is older than people were"
            " told: make a new one, or remove it with `pgbackrest stop` and `stanza-delete`."
        )
    return old


def last_archived(configuration: Configuration) -> tuple[datetime | None, str | None]:
    """When journal last arrived in the repository, and what is wrong with it, or None.

    Raises ``BackupError`` when the database does not answer.
    """
    answer = ask(
        configuration,
        "SELECT coalesce(extract(epoch FROM last_archived_time)::bigint, 0),"
        " coalesce(last_failed_time > coalesce(last_archived_time, '-infinity'), false),"
        " current_setting('archive_mode') = 'on' AND current_setting('archive_command') <> ''"
        " AND current_setting('archive_timeout')::interval BETWEEN '1 s' AND '5 min'"
        " FROM pg_stat_archiver",
    )
    seconds, failing, configured = answer.strip().split("|")
    problem = None
    if configured != "t":
        problem = "PostgreSQL does not archive its journal every five minutes: archive.conf."
    elif failing == "t":
        problem = "PostgreSQL cannot hand its journal over: see its log and that of pgBackRest."
    moment = datetime.fromtimestamp(int(seconds), timezone.utc) if int(seconds) else None  # noqa: UP017
    return moment, problem


def ask(configuration: Configuration, query: str, *, socket: Path | None = None) -> str:
    """Ask the database as its administrator; return the rows as psql's plain text."""
    database = configuration.database
    return run(
        [
            *(database.programs / "psql", "--no-psqlrc", "--tuples-only", "--no-align"),
            *("--quiet", f"--host={socket or database.socket}", f"--port={database.port}"),
            *("--username=postgres", f"--dbname={database.name}", f"--command={query}"),
        ],
        user=database.user,
        environment={"PGCONNECT_TIMEOUT": "10"},
    )


def verify(configuration: Configuration) -> None:
    """Read everything in the repository again and compare checksums. Raises ``BackupError``.

    pgBackRest 2.45 says what it found in words only, and exits with 0 whatever that is.
    """
    backups(configuration)
    said = pgbackrest(configuration, "verify", "--output=text", "--verbose")
    lines = [line.strip() for line in said.splitlines()]
    if "status: ok" not in lines:
        wrong = [line for line in lines if _WRONG.search(line)]
        raise BackupError(f"The backups of the database are damaged: {'; '.join(wrong) or said}")


def restore(
    configuration: Configuration,
    data: Path,
    *,
    moment: datetime | None = None,
    archiving: bool = True,
) -> None:
    """Bring the cluster back into an empty folder, as of ``moment`` or as late as possible.

    PostgreSQL reads the journal when it is started there. ``archiving`` False is for a cluster
    that must never write into the repository it comes from. Raises ``BackupError``, before
    anything is written when the folder holds something or nothing can be read.
    """
    if data.exists() and any(data.iterdir()):
        raise BackupError(
            f"{data} is not empty. Move what lies there away; nothing is overwritten."
        )
    if not backups(configuration):
        raise BackupError("The database's repository holds no backup.")
    make_reachable(data.parent)
    data.mkdir(mode=0o700, exist_ok=True)
    give(data, configuration.database.user)
    options = [f"--pg1-path={data}", f"--archive-mode={'preserve' if archiving else 'off'}"]
    if moment:
        options += ["--type=time", f"--target={moment.isoformat(sep=' ')}"]
        options += ["--target-action=promote"]
        options += [f"--set={_before(configuration, moment)}"]
    pgbackrest(configuration, "restore", *options)


def _before(configuration: Configuration, moment: datetime) -> str:
    """The last backup that was complete before ``moment``: one made later cannot go back to it."""
    complete = [one["label"] for one in backups(configuration) if _stopped(one) < moment]
    if not complete:
        oldest = backups(configuration)[0]
        since = _stopped(oldest) + timedelta(seconds=1)
        raise BackupError(f"The oldest moment to go back to is {since.isoformat()}.")
    return complete[-1]
