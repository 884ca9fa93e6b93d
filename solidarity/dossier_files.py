"""Where the files of dossiers lie: in a private store, under random names.

A row that names a file is written after it, so a file that no row names is what an interrupted
task left behind.
"""

import contextlib
import hashlib
import os
import secrets
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

from django.db import transaction
from django.db.models import Q, QuerySet

from campaign_site.durable_files import make_durable
from solidarity.models import DossierFile, Edition, EditionPhoto, dossier_storage

ORPHAN_SECONDS = 2 * 60 * 60


@dataclass(frozen=True)
class StoredFile:
    """A file in the store; ``digest`` is its SHA-256 as 64 hex digits."""

    name: str
    size_bytes: int
    digest: str


def store_file(fill: Callable[[BinaryIO], object], extension: str) -> StoredFile:
    """Let ``fill`` write a file, readable by its owner only, and return what it became.

    It appears whole or not at all and is on the disk for good when this returns. What ``fill``
    raises passes through, and so does ``OSError`` (a full disk); nothing is left then.
    """
    name = f"{secrets.token_hex(16)}.{extension}"
    path = file_path(name)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, unfinished = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(descriptor, "w+b") as file:
            fill(file)
            file.flush()
            os.fsync(file.fileno())
            size = file.seek(0, os.SEEK_END)
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        Path(unfinished).replace(path)
    except BaseException:
        Path(unfinished).unlink(missing_ok=True)
        raise
    make_durable(path.parent)
    return StoredFile(name, size, digest)


def file_path(name: str) -> Path:
    return Path(dossier_storage().path(name))


def delete_file(name: str) -> None:
    """Remove a file; removing it again changes nothing."""
    file_path(name).unlink(missing_ok=True)


def spoil_files(entry: EditionPhoto) -> None:
    """Mark the dossier's files that have this number in them as stale, and delete them.

    Of a dossier that was handed over, our copies go and their digests stay, as proof of what it
    held.
    """
    number = entry.number
    is_delivered = entry.edition.status == Edition.Status.DELIVERED
    holding = Q(first_number__lte=number, last_number__gte=number)
    files = DossierFile.objects.filter(edition=entry.edition_id).filter(
        holding | ~Q(kind=DossierFile.Kind.VOLUME)
    )
    for file in files.select_for_update().exclude(file_name=""):
        transaction.on_commit(partial(delete_file, file.file_name))
        file.file_name = ""
        if not is_delivered:
            file.digest, file.state = "", DossierFile.State.STALE
        file.save(update_fields=["file_name", "digest", "state"])


def delete_files(files: QuerySet[DossierFile]) -> None:
    """Delete rows, and their files when the transaction is through."""
    for name in files.exclude(file_name="").values_list("file_name", flat=True):
        transaction.on_commit(partial(delete_file, name))
    files.delete()


def purge_orphans() -> int:
    """Delete what interrupted tasks left; return how many files. Safe to run twice."""
    folder = file_path("x").parent
    if not folder.is_dir():
        return 0
    named = set(DossierFile.objects.exclude(file_name="").values_list("file_name", flat=True))
    old = time.time() - ORPHAN_SECONDS
    count = 0
    for path in folder.iterdir():
        with contextlib.suppress(FileNotFoundError):
            if path.name not in named and path.stat().st_mtime < old:
                path.unlink()
                count += 1
    return count
