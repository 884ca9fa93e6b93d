"""Take everything out of a photo but the fact that there was one."""

from datetime import timedelta
from functools import partial

from django.db import transaction
from django.utils import timezone

from campaign_site.hours import this_hour
from solidarity.models import HeldPhoto, Photo
from solidarity.photo_files import delete_photo

# How long a rejection can be undone. With the day between two erasures: a week at most.
REJECTED_LIFETIME = timedelta(days=6)


@transaction.atomic
def erase(photo: Photo) -> None:
    """Remove message, name, description and files; the row and the ledger stay.

    The files go when the transaction is through; if that is interrupted, the purge of orphaned
    files finishes it. Erasing again changes nothing.
    """
    photo.message = photo.display_name = photo.alt_text = ""
    photo.erased_hour = photo.erased_hour or this_hour()
    photo.save(update_fields=["message", "display_name", "alt_text", "erased_hour"])
    HeldPhoto.objects.filter(file_name=photo.file_name).delete()
    transaction.on_commit(partial(delete_photo, photo.file_name))


def erase_rejected_photos() -> int:
    """Erase photos that were rejected longer ago than can be undone; return how many."""
    oldest = timezone.now() - REJECTED_LIFETIME
    rejected = Photo.objects.with_files().filter(
        status=Photo.Status.REJECTED, decided_at__lt=oldest
    )
    numbers = list(rejected.values_list("pk", flat=True))
    return sum(_erase_if_rejected(number) for number in numbers)


def _erase_if_rejected(number: int) -> bool:
    with transaction.atomic():
        photo = (
            Photo.objects.with_files()
            .select_for_update(skip_locked=True)
            .filter(pk=number, status=Photo.Status.REJECTED)
            .first()
        )
        if photo is None:
            return False
        erase(photo)
    return True
