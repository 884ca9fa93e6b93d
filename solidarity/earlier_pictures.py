"""Pictures of photos that were sent before originals and two densities were kept.

They have a picture for delivery, which was the clean photo itself, a large one and one for the
wall. From the first everything else is made, so that these photos can be edited, shown on dense
screens and handed over like any other.
"""

from collections.abc import Iterator

from django.db import transaction
from django.db.models import QuerySet

from solidarity import tasks
from solidarity.images import CleanedPhoto, ImageRefused, render_photo
from solidarity.models import Photo
from solidarity.photo_files import add_pictures, delete_photo, has_picture, read_picture
from solidarity.pixels import pixels_hash


def photos_without_original() -> Iterator[Photo]:
    """Yield the photos whose original should be there and is not, the oldest first."""
    kept = Photo.objects.with_files().filter(has_originals=True, frame="", edits={})
    for photo in kept.order_by("pk").iterator():
        if not has_picture(photo.file_name, "original"):
            yield photo


def remake_pictures(photo: Photo) -> bool:
    """Make the pictures that a photo lacks from its picture for delivery; return if it has them.

    The wall shows it all the while, under the same name. One that is changed or taken back
    meanwhile keeps nothing of it. Safe to run twice. Raises ``OSError`` (a full disk).
    """
    try:
        clean = read_picture(photo.file_name, "delivery")
        made = render_photo(clean)
    except (FileNotFoundError, ImageRefused):
        return False
    # The original last: until it is there, the next run finds the photo again.
    add_pictures(photo.file_name, reversed(made.pictures))
    with transaction.atomic():
        if _note(_still(photo), made):
            if photo.status == Photo.Status.APPROVED:
                tasks.make_avif_pictures.defer(photo_id=photo.pk)
            return True
    delete_photo(photo.file_name)
    return False


def _still(photo: Photo) -> QuerySet[Photo]:
    return Photo.objects.with_files().filter(pk=photo.pk, file_name=photo.file_name)


def _note(row: QuerySet[Photo], made: CleanedPhoto) -> int:
    return row.update(
        width=made.width,
        height=made.height,
        placeholder=made.placeholder,
        fingerprint=made.fingerprint,
        pixels_hash=pixels_hash(made.original.data),
    )
