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

from campaign_site.storage.deleting import delete_after_commit
from solidarity.frames import Drawing
from solidarity.images import CleanedPhoto, render_photo
from solidarity.models import HeldPhoto, Photo
from solidarity.photo_files import (
    delete_originals,
    delete_photo,
    names_older_than,
    read_picture,
    write_photo,
)
from solidarity.pixels import pixels_hash

# Together with the ten minutes between two purges: an hour at most.
HOLD_LIFETIME = timedelta(minutes=50)
ORPHAN_SECONDS = 3600
_NAMES_PER_QUERY = 1000


def _token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def hold_photo(*, cleaned: CleanedPhoto, source_digest: str, frame: str = "") -> str:
    """Keep a cleaned photo for a while and return the token it is found by.

    ``source_digest`` is the SHA-256 of the upload, in hexadecimal; ``frame`` the design that its
    pictures have around them. Raises ``OSError`` when the files cannot be written. Every call
    holds another copy.
    """
    token = secrets.token_urlsafe(32)
    HeldPhoto.objects.create(
        token_hash=_token_hash(token),
        file_name=write_photo(cleaned),
        width=cleaned.width,
        height=cleaned.height,
        placeholder=cleaned.placeholder,
        fingerprint=cleaned.fingerprint,
        pixels_hash=pixels_hash(cleaned.original.data),
        source_digest=source_digest,
        frame=frame,
    )
    return token


def find_held_photo(token: str) -> HeldPhoto | None:
    """Return what ``token`` holds; None when it is unknown or its time is up."""
    if not token:
        return None
    oldest = timezone.now() - HOLD_LIFETIME
    return HeldPhoto.objects.filter(token_hash=_token_hash(token), created_at__gt=oldest).first()


@transaction.atomic
def reframe(held: HeldPhoto, *, frame: str, drawing: Drawing | None) -> HeldPhoto:
    """Make the held pictures anew, with another frame or none, and return the row as it is now.

    Nothing happens when they have that frame already, or when a sent photo has taken them over.
    Raises ``ImageRefused`` when the pictures cannot be made, ``OSError`` when they are gone or
    cannot be written; the photo is then held as it was.
    """
    row = HeldPhoto.objects.select_for_update().filter(pk=held.pk).first()
    if row is None or row.frame == frame:
        return row or held
    old_name = row.file_name
    if Photo.objects.filter(file_name=old_name).exists():
        return row
    made = render_photo(read_picture(old_name, "original"), frame=drawing)
    row.file_name, row.frame = write_photo(made), frame
    try:
        row.save(update_fields=["file_name", "frame"])
    except BaseException:
        delete_photo(row.file_name)
        raise
    delete_after_commit(delete_photo, old_name)
    return row


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

    They are what a killed request or an interrupted withdrawal left. Pictures for print of a photo
    whose row says that they are gone are deleted as well. Safe to run twice.
    """
    count = 0
    for found in batched(names_older_than(time.time() - ORPHAN_SECONDS), _NAMES_PER_QUERY):
        names = [name for name, _for_print in found]
        photos = Photo.objects.with_files().filter(file_name__in=names)
        kept = dict(photos.values_list("file_name", "has_originals"))
        held = HeldPhoto.objects.filter(file_name__in=names).exclude(file_name__in=kept)
        kept |= dict.fromkeys(held.values_list("file_name", flat=True), True)
        for name, has_print in found:
            if name not in kept:
                delete_photo(name)
                count += 1
            elif has_print and not kept[name]:
                delete_originals(name)
    return count
