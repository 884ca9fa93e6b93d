"""Take everything out of a photo but the fact that there was one."""

from functools import partial

from django.db import transaction

from campaign_site.hours import this_hour
from solidarity.models import HeldPhoto, Photo
from solidarity.photo_files import delete_photo


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
