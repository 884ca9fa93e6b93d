"""Take everything out of a photo but the fact that there was one."""

from django.db import transaction

from campaign_site.hours import this_hour
from campaign_site.storage.deleting import delete_after_commit
from solidarity.models import HeldPhoto, Photo
from solidarity.models.photos import NO_COLOURS
from solidarity.photo_files import delete_photo

# What people said about the photo, and what it looked like.
_CONTENT = ("message", "display_name", "alt_text", "country", "people", "pixels_hash")


@transaction.atomic
def erase(photo: Photo) -> None:
    """Remove message, name, place, description and files; the row and the ledger stay.

    The files go when the transaction is through; if that is interrupted, the purge of orphaned
    files finishes it. Erasing again changes nothing.
    """
    for name in _CONTENT:
        setattr(photo, name, "")
    photo.partner, photo.edits, photo.on_wall = None, {}, False
    # What the picture looked like, in nine colours and in 64 bits.
    photo.placeholder, photo.fingerprint = NO_COLOURS, None
    photo.erased_hour = photo.erased_hour or this_hour()
    changed = ["partner", "edits", "on_wall", "placeholder", "fingerprint", "erased_hour"]
    photo.save(update_fields=[*_CONTENT, *changed])
    photo.reports.update(words="", email="")
    HeldPhoto.objects.filter(file_name=photo.file_name).delete()
    delete_after_commit(delete_photo, photo.file_name)
