"""Where the files of dossiers lie: in a private store, under random names.

A row that names a file is written after it, so a file that no row names is what an interrupted
task left behind.
"""

import hashlib
import os
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from django.db.models import Q, QuerySet

from campaign_site.storage.deleting import delete_after_commit
from campaign_site.storage.streams import StoredStream
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

    It appears whole or not at all and is stored for good when this returns. What ``fill``
    raises passes through, and so does ``OSError`` (a full disk); nothing is left then.
    """
    name = f"{secrets.token_hex(16)}.{extension}"
    size, digest = 0, ""

    def fill_and_measure(file: BinaryIO) -> None:
        nonlocal size, digest
        fill(file)
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256").hexdigest()

    dossier_storage().fill(name, fill_and_measure)
    return StoredFile(name, size, digest)


def read_file(name: str) -> bytes:
    """Return a whole file; raises ``FileNotFoundError``."""
    return dossier_storage().get(name)


def open_file(name: str) -> StoredStream:
    """Open a file to hand it out; raises ``FileNotFoundError``."""
    return dossier_storage().stream(name)


def delete_file(name: str) -> None:
    """Remove a file; removing it again changes nothing."""
    dossier_storage().delete(name)


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
        delete_after_commit(delete_file, file.file_name)
        file.file_name = ""
        if not is_delivered:
            file.digest, file.state = "", DossierFile.State.STALE
        file.save(update_fields=["file_name", "digest", "state"])


def delete_files(files: QuerySet[DossierFile]) -> None:
    """Delete rows, and their files when the transaction is through."""
    for name in files.exclude(file_name="").values_list("file_name", flat=True):
        delete_after_commit(delete_file, name)
    files.delete()


def purge_orphans() -> int:
    """Delete what interrupted tasks left; return how many files. Safe to run twice."""
    named = set(DossierFile.objects.exclude(file_name="").values_list("file_name", flat=True))
    old = time.time() - ORPHAN_SECONDS
    orphans = [name for name in dossier_storage().written_before(old) if name not in named]
    for name in orphans:
        delete_file(name)
    return len(orphans)
