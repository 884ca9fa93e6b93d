"""Where the clean pictures of a photo lie: files under one random name, in a private store.

``<name>-<variant>.<extension>``, the name being 32 hexadecimal digits, with the variants of
``variants.py``: original, large, wall2 and wall, delivery where it differs from the original, and
later the wall's pictures as AVIF. A row that names the files is written after them, so a file
that no row names is what an interrupted request left behind.
"""

import contextlib
import secrets
from collections.abc import Iterable, Iterator
from itertools import groupby

from solidarity.images import CleanedPhoto, CleanPicture
from solidarity.models import photo_storage
from solidarity.variants import AVIF_DERIVATIVES, DELIVERY, DERIVATIVES, ORIGINAL

MEDIA_TYPES = {one.extension: one.media_type for one in (*DERIVATIVES, *AVIF_DERIVATIVES)}
EXTENSIONS = {derivative.name: derivative.extension for derivative in DERIVATIVES}
# The original comes first: were it the last to go, it would for a moment stand for a delivery
# picture with covers.
_ENDINGS = tuple(f"{one.name}.{one.extension}" for one in (*DERIVATIVES, *AVIF_DERIVATIVES))
_FOR_PRINT = (ORIGINAL.name, DELIVERY.name)


def write_photo(cleaned: CleanedPhoto) -> str:
    """Store the pictures of one photo and return their random name.

    Each file appears whole or not at all, and is stored for good when this returns. Raises
    ``OSError`` (a full disk) after removing what was written. Every call makes new files.
    """
    file_name = secrets.token_hex(16)
    try:
        # The original last: nothing reads it in place of a delivery picture still to come.
        add_pictures(file_name, reversed(cleaned.pictures))
    except OSError:
        with contextlib.suppress(OSError):
            delete_photo(file_name)
        raise
    return file_name


def add_pictures(file_name: str, pictures: Iterable[CleanPicture]) -> None:
    """Write pictures under the name of a photo, replacing those that are there.

    Each file appears whole or not at all, and is stored for good when this returns. Raises
    ``OSError``; what was written then stays. Doing it again changes nothing.
    """
    photo_storage().put_all(
        (f"{file_name}-{picture.name}.{picture.extension}", picture.data) for picture in pictures
    )


def read_picture(file_name: str, variant: str, extension: str | None = None) -> bytes:
    """Return the bytes of one picture, in the variant's usual format unless another is named.

    A delivery picture that does not differ from the original is not stored: the original is read.
    Raises ``FileNotFoundError`` when the picture is gone, or was never made.
    """
    try:
        return photo_storage().get(f"{file_name}-{variant}.{extension or EXTENSIONS[variant]}")
    except FileNotFoundError:
        if variant != DELIVERY.name:
            raise
        return photo_storage().get(f"{file_name}-{ORIGINAL.name}.{ORIGINAL.extension}")


def has_picture(file_name: str, variant: str) -> bool:
    """Whether the file of one picture is there, in the variant's usual format."""
    return photo_storage().exists(f"{file_name}-{variant}.{EXTENSIONS[variant]}")


def delete_photo(file_name: str) -> None:
    """Remove the files of one photo, finished and unfinished; deleting again changes nothing."""
    for ending in _ENDINGS:
        photo_storage().delete(f"{file_name}-{ending}")


def delete_originals(file_name: str) -> None:
    """Remove the pictures for print and for changes, and leave those of the wall."""
    for variant in _FOR_PRINT:
        photo_storage().delete(f"{file_name}-{variant}.{EXTENSIONS[variant]}")


def names_older_than(moment: float) -> Iterator[tuple[str, bool]]:
    """Yield the names that files last written before ``moment`` (seconds since 1970) carry.

    With each: whether a picture for print and for changes is among its files.
    """
    files = photo_storage().written_before(moment)
    for name, group in groupby(files, key=lambda file: file.partition("-")[0]):
        variants = {file.partition("-")[2].partition(".")[0] for file in group}
        yield name, not variants.isdisjoint(_FOR_PRINT)
