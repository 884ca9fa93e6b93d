"""Where the clean pictures of a photo lie: files under one random name, in a private store.

``<name>-<variant>.<extension>``, the name being 32 hexadecimal digits, with the variants of
``variants.py``: original, large, wall2 and wall, delivery where it differs from the original, and
later the wall's pictures as AVIF. A row that names the files is written after them, so a file
that no row names is what an interrupted request left behind.
"""

import contextlib
import os
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from campaign_site.durable_files import make_durable
from solidarity.images import CleanedPhoto, CleanPicture
from solidarity.models import photo_storage
from solidarity.variants import AVIF_DERIVATIVES, DELIVERY, DERIVATIVES, ORIGINAL

MEDIA_TYPES = {one.extension: one.media_type for one in (*DERIVATIVES, *AVIF_DERIVATIVES)}
EXTENSIONS = {derivative.name: derivative.extension for derivative in DERIVATIVES}
# The original comes first: were it the last to go, it would for a moment stand for a delivery
# picture with covers.
_ENDINGS = tuple(f"{one.name}.{one.extension}" for one in (*DERIVATIVES, *AVIF_DERIVATIVES))
_UNFINISHED = "part"


def write_photo(cleaned: CleanedPhoto) -> str:
    """Write the pictures of one photo to the disk and return their random name.

    Each file appears whole or not at all, and is on the disk for good when this returns. Raises
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

    Each file appears whole or not at all, and is on the disk for good when this returns. Raises
    ``OSError``; what was written then stays. Doing it again changes nothing.
    """
    folder = _path("").resolve()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for picture in pictures:
        _write(folder / f"{file_name}-{picture.name}.{picture.extension}", picture.data)
    make_durable(folder)


def read_picture(file_name: str, variant: str, extension: str | None = None) -> bytes:
    """Return the bytes of one picture, in the variant's usual format unless another is named.

    A delivery picture that does not differ from the original is not stored: the original is read.
    Raises ``FileNotFoundError`` when the picture is gone, or was never made.
    """
    try:
        return _path(f"{file_name}-{variant}.{extension or EXTENSIONS[variant]}").read_bytes()
    except FileNotFoundError:
        if variant != DELIVERY.name:
            raise
        return _path(f"{file_name}-{ORIGINAL.name}.{ORIGINAL.extension}").read_bytes()


def has_picture(file_name: str, variant: str) -> bool:
    """Whether the file of one picture is there, in the variant's usual format."""
    return _path(f"{file_name}-{variant}.{EXTENSIONS[variant]}").is_file()


def delete_photo(file_name: str) -> None:
    """Remove the files of one photo, finished and unfinished; deleting again changes nothing."""
    for ending in _ENDINGS:
        for name in (f"{file_name}-{ending}", f"{file_name}-{ending}.{_UNFINISHED}"):
            _path(name).unlink(missing_ok=True)


def delete_originals(file_name: str) -> None:
    """Remove the pictures for print and for changes, and leave those of the wall."""
    for variant in ("original", "delivery"):
        _path(f"{file_name}-{variant}.{EXTENSIONS[variant]}").unlink(missing_ok=True)


def names_older_than(moment: float) -> Iterator[str]:
    """Yield the names that files last written before ``moment`` (seconds since 1970) carry."""
    folder = _path("")
    if not folder.is_dir():
        return
    names = set()
    with os.scandir(folder) as entries:
        for entry in entries:
            with contextlib.suppress(FileNotFoundError):
                if entry.is_file() and entry.stat().st_mtime < moment:
                    names.add(entry.name.partition("-")[0])
    yield from sorted(names)


def _path(name: str) -> Path:
    return Path(photo_storage().path(name))


def _write(path: Path, data: bytes) -> None:
    unfinished = path.with_name(f"{path.name}.{_UNFINISHED}")
    unfinished.unlink(missing_ok=True)  # of a background task that was killed
    with _create_private(unfinished) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def _create_private(path: Path) -> BinaryIO:
    return open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600))
