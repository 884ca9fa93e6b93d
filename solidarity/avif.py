"""The smaller AVIF pictures of the wall, made when nobody waits for them."""

from solidarity.images import ImageRefused, Refusal, make_avif
from solidarity.models import Photo
from solidarity.photo_files import add_pictures, delete_photo, read_picture


def add_avif(photo: Photo) -> bool:
    """Make the wall's AVIF pictures of an approved photo; return whether they are there now.

    Safe to run twice. A photo that was changed or taken back meanwhile keeps nothing of it. Raises
    ``ImageRefused`` when too many pictures are being made at this moment.
    """
    try:
        original = read_picture(photo.file_name, "original")
    except FileNotFoundError:
        return False
    try:
        pictures = make_avif(original, edits=photo.current_edits, frame=photo.drawing)
    except ImageRefused as refused:
        if refused.reason == Refusal.BUSY:
            raise
        return False  # asking again would not help, and the wall has its WebP
    add_pictures(photo.file_name, pictures)
    same = Photo.objects.with_files().filter(pk=photo.pk, file_name=photo.file_name)
    if same.filter(status=Photo.Status.APPROVED).update(has_avif=True):
        return True
    if not same.exists():
        delete_photo(photo.file_name)
    return False
