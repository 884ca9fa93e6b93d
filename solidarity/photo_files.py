"""Where the clean pictures of a photo lie: three files under one random name, in a private store.

``<name>-wall.webp``, ``<name>-large.webp`` and ``<name>-delivery.jpg``, the name being 32
hexadecimal digits. A row that names the files is written after them, so a file that no row names
is what an interrupted request left behind.
"""

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from solidarity.images import CleanedPhoto
from solidarity.models import photo_storage

MEDIA_TYPES = {"webp": "image/webp", "jpg": "image/jpeg"}
EXTENSIONS = {"wall": "webp", "large": "webp", "delivery": "jpg"}
_UNFINISHED = "part"


def write_photo(cleaned: CleanedPhoto) -> str:
    """Write the pictures of one photo to the disk and return their random name.

    Each file appears whole or not at all, and is on the disk for good when this returns. Raises
    ``OSError`` (a full disk) after removing what was written. Every call makes new files.
    """
    file_name = secrets.token_hex(16)
    folder = _path("").resolve()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        for picture in cleaned.pictures:
            _write(folder / f"{file_name}-{picture.name}.{picture.extension}", picture.data)
        _make_durable(folder)
    except OSError:
        with contextlib.suppress(OSError):
            delete_photo(file_name)
        raise
    return file_name


def read_picture(file_name: str, variant: str) -> bytes:
    """Return the bytes of one picture; raises ``FileNotFoundError`` when it is gone."""
    return _path(f"{file_name}-{variant}.{EXTENSIONS[variant]}").read_bytes()


def delete_photo(file_name: str) -> None:
    """Remove the files of one photo, finished and unfinished; deleting again changes nothing."""
    for variant, extension in EXTENSIONS.items():
        for ending in (extension, _UNFINISHED):
            _path(f"{file_name}-{variant}.{ending}").unlink(missing_ok=True)


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
    unfinished = path.with_suffix(f".{_UNFINISHED}")
    with _create_private(unfinished) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def _create_private(path: Path) -> BinaryIO:
    return open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600))


def _make_durable(folder: Path) -> None:
    """Have the folder's own list of files written to the disk (fsync(2), notes)."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
