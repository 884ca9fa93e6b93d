"""``/etc/campaign/backup.toml``: what is saved, and where."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

# What people were told, less the day that a nightly job may take.
LONGEST_DAYS = 34


class BackupError(Exception):
    """Something could not be saved or brought back; the message is a sentence for the operator."""


@dataclass(frozen=True)
class Database:
    """One PostgreSQL cluster, and the pgBackRest that saves it."""

    stanza: str
    name: str
    user: str
    data: Path
    programs: Path
    socket: Path
    port: int
    configuration: Path


@dataclass(frozen=True)
class Files:
    """Folders by name, and the restic repository they are saved in."""

    repository: str
    password_file: Path
    environment_file: Path | None
    folders: dict[str, Path]
    buckets: dict[str, str]


@dataclass(frozen=True)
class Ledger:
    """The lists of erasures of this site, and the places that get a copy."""

    sources: tuple[str, ...]
    copies: tuple[str, ...]


@dataclass(frozen=True)
class Configuration:
    local_dir: Path
    site_user: str
    state_dir: Path
    scratch_dir: Path
    days: int
    database: Database
    files: Files
    ledger: Ledger


def read(path: Path) -> Configuration:
    """Return what the file says. Raises ``BackupError`` for one that is missing or incomplete."""
    try:
        return _configuration(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise BackupError(f"{path} cannot be read: {error.strerror}.") from error
    except tomllib.TOMLDecodeError as error:
        raise BackupError(f"{path} is not valid TOML: {error}.") from error
    except KeyError as error:
        raise BackupError(f"{path} lacks {error}.") from error


def _configuration(found: dict) -> Configuration:
    days = found["days"]
    if not isinstance(days, int) or not 0 <= days <= LONGEST_DAYS:
        raise BackupError(
            f"days must lie between 0 and {LONGEST_DAYS}: people were told that no backup is kept"
            " for more than 35 days."
        )
    database, files, ledger = found["database"], found["files"], found["ledger"]
    return Configuration(
        local_dir=Path(found["local_dir"]),
        site_user=found["site_user"],
        state_dir=Path(found["state_dir"]),
        scratch_dir=Path(found["scratch_dir"]),
        days=days,
        database=Database(
            stanza=database["stanza"],
            name=database["name"],
            user=database["user"],
            data=Path(database["data"]),
            programs=Path(database["programs"]),
            socket=Path(database["socket"]),
            port=int(database["port"]),
            configuration=Path(database["configuration"]),
        ),
        files=Files(
            repository=files["repository"],
            password_file=Path(files["password_file"]),
            environment_file=Path(files["environment_file"])
            if files.get("environment_file")
            else None,
            folders={name: Path(path) for name, path in files["folders"].items()},
            buckets=dict(files.get("buckets", {})),
        ),
        ledger=Ledger(sources=tuple(ledger["sources"]), copies=tuple(ledger["copies"])),
    )
