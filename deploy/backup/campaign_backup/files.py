"""The site's files, in an encrypted repository of restic: each folder a series of snapshots.

A row that names a file is written after it. So files are saved after the base backup, every few
minutes, and are taken from the first snapshot after the moment that the database goes back to.
"""

import json
from datetime import datetime, timedelta
from pathlib import Path

from campaign_backup.commands import give, run
from campaign_backup.configuration import BackupError, Configuration

# Snapshots of one folder belong together whatever the machine is called.
_HOST = "campaign"


def restic(configuration: Configuration, *arguments: str, cwd: Path | None = None) -> str:
    """Run restic on the repository. Raises ``BackupError``."""
    files = configuration.files
    if not files.password_file.is_file():
        raise BackupError(f"{files.password_file}, the password of the files' backup, is missing.")
    environment = {
        **_variables(files.environment_file),
        "RESTIC_REPOSITORY": files.repository,
        "RESTIC_PASSWORD_FILE": str(files.password_file),
        "RESTIC_CACHE_DIR": str(configuration.state_dir / "restic"),
    }
    try:
        return run(["restic", *arguments], environment=environment, cwd=cwd)
    except BackupError as error:
        if "wrong password" in str(error):
            raise BackupError(
                f"The password in {files.password_file} is not that of the files' backup."
            ) from error
        raise


def _variables(path: Path | None) -> dict[str, str]:
    """Read ``NAME=value`` lines, as systemd does for EnvironmentFile. Raises ``BackupError``."""
    if path is None:
        return {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise BackupError(f"{path} cannot be read: {error.strerror}.") from error
    pairs = [line.partition("=") for line in lines if "=" in line and not line.startswith("#")]
    return {name.strip(): value.strip().strip('"') for name, _, value in pairs}


def prepare(configuration: Configuration) -> None:
    """Make the repository, unless there is one. Raises ``BackupError`` for another's password."""
    try:
        restic(configuration, "cat", "config")
    except BackupError as error:
        if "Is there a repository at the following location" not in str(error):
            raise
        restic(configuration, "init")


def snapshot(configuration: Configuration) -> None:
    """Save what is new in each folder. Unfinished files (``.part``) are left out.

    A file that goes away meanwhile is no error; a folder that cannot be read is (restic's status
    3): half a backup is not noted as one.
    """
    for name, folder in configuration.files.folders.items():
        if name in configuration.files.buckets:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            run(["rclone", "sync", configuration.files.buckets[name], folder])
        if not folder.is_dir():
            raise BackupError(f"{folder}, which should be saved, is not there.")
        restic(
            configuration,
            *("backup", "--quiet", f"--host={_HOST}", f"--tag={name}", "--exclude=*.part", "."),
            cwd=folder,
        )


def tidy(configuration: Configuration) -> None:
    """Forget snapshots and remove what only they held: all of two days, then one a day."""
    days = configuration.days
    restic(
        configuration,
        *("forget", "--quiet", "--group-by=host,tags", f"--keep-within-daily={days}d"),
        *(f"--keep-within={min(days, 2)}d", "--prune"),
    )


def verify(configuration: Configuration) -> None:
    """Read the whole repository and compare it with its checksums. Raises ``BackupError``."""
    restic(configuration, "check", "--read-data", "--quiet")


def snapshots(configuration: Configuration, name: str) -> list[tuple[datetime, str]]:
    """When each snapshot of a folder was begun, and its number; oldest first."""
    found = json.loads(restic(configuration, "snapshots", "--json", f"--tag={name}") or "[]") or []
    return sorted((_moment(one["time"]), one["id"]) for one in found)


def _moment(text: str) -> datetime:
    """restic writes nine digits after the second, ``datetime`` reads six."""
    whole, _, rest = text.partition(".")
    digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
    zone = rest[len(digits) :] if rest else ""
    return datetime.fromisoformat(f"{whole}.{digits[:6]:0<6}{zone.replace('Z', '+00:00')}")


def restore(configuration: Configuration, folder: Path, moment: datetime | None = None) -> None:
    """Bring every folder back below ``folder``, each byte compared with what was saved.

    As of the last snapshot, or of the first after ``moment`` together with the last before it:
    what was removed between the two is there as well, and the site's own sweep takes away what no
    row names. Raises ``BackupError``, also for a folder that holds something.
    """
    for name in configuration.files.folders:
        target = folder / name
        if target.exists() and any(target.iterdir()):
            raise BackupError(
                f"{target} is not empty. Move what lies there away; nothing is overwritten."
            )
    for name in configuration.files.folders:
        found = snapshots(configuration, name)
        if not found:
            raise BackupError(f"There is no snapshot of {name}.")
        for number in _chosen(found, moment):
            (folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)
            target = f"--target={folder / name}"
            restic(configuration, "restore", "--quiet", "--verify", target, number)
        give(folder / name, configuration.site_user)


def _chosen(found: list[tuple[datetime, str]], moment: datetime | None) -> list[str]:
    if moment is None:
        return [found[-1][1]]
    # A snapshot is of the time it begins; the row of a file that it just missed is younger.
    before = [number for begun, number in found if begun <= moment]
    after = [number for begun, number in found if begun > moment + timedelta(seconds=1)]
    return [*before[-1:], *after[:1]]
