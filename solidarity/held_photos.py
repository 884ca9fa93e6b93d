"""Hold the photo of a form that has to be corrected, so that nobody has to choose it twice.

Held is the cleaned picture, never the upload; the form carries a random token of which only a hash
is stored. A photo that is sent takes the held files over, and the row stays until its time is up:
the same form sent again must still find it.
"""

import hashlib
import secrets
import time
from datetime import timedelta
from itertools import batched

from django.db import transaction
from django.utils import timezone

from solidarity.images import CleanedPhoto
from solidarity.models import HeldPhoto, Photo
from solidarity.photo_files import delete_photo, names_older_than, write_photo

# Together with the ten minutes between two purges: an hour at most.
HOLD_LIFETIME = timedelta(minutes=50)
ORPHAN_SECONDS = 3600
_NAMES_PER_QUERY = 1000


def _token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def hold_photo(*, cleaned: CleanedPhoto, source_digest: str) -> str:
    """Keep a cleaned photo for a while and return the token it is found by.

    ``source_digest`` is the SHA-256 of the upload, in hexadecimal. Raises ``OSError`` when the
    files cannot be written. Every call holds another copy.
    """
    token = secrets.token_urlsafe(32)
    HeldPhoto.objects.create(
        token_hash=_token_hash(token),
        file_name=write_photo(cleaned),
        width=cleaned.width,
        height=cleaned.height,
        colour=cleaned.placeholder,
        source_digest=source_digest,
    )
    return token


def find_held_photo(token: str) -> HeldPhoto | None:
    """Return what ``token`` holds; None when it is unknown or its time is up."""
    if not token:
        return None
    oldest = timezone.now() - HOLD_LIFETIME
    return HeldPhoto.objects.filter(token_hash=_token_hash(token), created_at__gt=oldest).first()


def purge_held_photos() -> int:
    """Forget held photos whose time is up, with their files unless a sent photo took them over.

    Returns how many. Safe to run twice and at once: each row is taken by one.
    """
    oldest = timezone.now() - HOLD_LIFETIME
    old = HeldPhoto.objects.filter(created_at__lte=oldest).values_list("pk", flat=True)
    return sum(_forget(number) for number in list(old))


def _forget(number: int) -> bool:
    with transaction.atomic():
        held = HeldPhoto.objects.select_for_update(skip_locked=True).filter(pk=number).first()
        if held is None:
            return False
        if not Photo.objects.filter(file_name=held.file_name).exists():
            delete_photo(held.file_name)
        held.delete()
    return True


def purge_orphaned_files() -> int:
    """Delete files older than an hour that no row names; return of how many photos.

    They are what a killed request or an interrupted withdrawal left. Safe to run twice.
    """
    count = 0
    for names in batched(names_older_than(time.time() - ORPHAN_SECONDS), _NAMES_PER_QUERY):
        named = {
            name
            for rows in (Photo.objects.with_files(), HeldPhoto.objects.all())
            for name in rows.filter(file_name__in=names).values_list("file_name", flat=True)
        }
        for name in set(names) - named:
            delete_photo(name)
            count += 1
    return count
