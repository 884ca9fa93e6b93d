"""Files in a folder of this machine: each appears whole or not at all, and stays.

Written beside its place, forced to the disk (fsync(2)), renamed, and the folder's own list of
files forced too.
"""

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage

from campaign_site.durable_files import make_durable
from campaign_site.storage.streams import StoredStream

UNFINISHED = "part"


class PrivateFolder(FileSystemStorage):
    """A folder that only its owner reads, without folders in it; no address serves it."""

    def __init__(self, **options: object) -> None:
        private = {"file_permissions_mode": 0o600, "directory_permissions_mode": 0o700}
        super().__init__(**{**private, **options})

    def put(self, name: str, data: bytes) -> None:
        """Store a file under ``name``, in place of one that is there."""
        self.put_all([(name, data)])

    def put_all(self, files: Iterable[tuple[str, bytes]]) -> None:
        """Store files, one after the other; those before one that fails stay."""
        folder = self._folder()
        for name, data in files:
            self._write_whole(folder / Path(self.path(name)).name, data)
        make_durable(folder)

    def fill(self, name: str, write: Callable[[BinaryIO], object]) -> None:
        """Store what ``write`` writes into the file that it is given.

        What ``write`` raises passes through, and nothing is left then.
        """
        path = self._folder() / Path(self.path(name)).name
        descriptor, unfinished = tempfile.mkstemp(dir=path.parent, suffix=f".{UNFINISHED}")
        try:
            with os.fdopen(descriptor, "w+b") as file:
                write(file)
                file.flush()
                os.fsync(file.fileno())
            Path(unfinished).replace(path)
        except BaseException:
            Path(unfinished).unlink(missing_ok=True)
            raise
        make_durable(path.parent)

    def get(self, name: str) -> bytes:
        return Path(self.path(name)).read_bytes()

    def stream(self, name: str) -> StoredStream:
        """Open a file for reading; raises ``FileNotFoundError`` for a folder too."""
        return open_stream(Path(self.path(name)))

    def delete(self, name: str) -> None:
        """Remove a file, and what an interrupted ``put`` left of it. Again changes nothing."""
        for one in (name, f"{name}.{UNFINISHED}"):
            Path(self.path(one)).unlink(missing_ok=True)

    def names(self) -> Iterator[str]:
        return self.written_before(float("inf"))

    def written_before(self, moment: float) -> Iterator[str]:
        """Yield in order the names of files last written before ``moment`` (seconds since 1970).

        Unfinished files are among them.
        """
        found = []
        with contextlib.suppress(FileNotFoundError), os.scandir(self.location) as entries:
            for entry in entries:
                with contextlib.suppress(FileNotFoundError):
                    if entry.is_file() and entry.stat().st_mtime < moment:
                        found.append(entry.name)
        yield from sorted(found)

    def url(self, name: str | None) -> str:
        raise ValueError("This file is not accessible via a URL.")

    def is_there(self) -> bool:
        """Whether the store itself can be reached; a disk that is missing holds no file either."""
        return Path(self.location).is_dir()

    def _folder(self) -> Path:
        folder = Path(self.location).resolve()
        folder.mkdir(mode=self.directory_permissions_mode, parents=True, exist_ok=True)
        return folder

    def _write_whole(self, path: Path, data: bytes) -> None:
        unfinished = path.with_name(f"{path.name}.{UNFINISHED}")
        unfinished.unlink(missing_ok=True)  # of a background task that was killed
        with _create(unfinished, self.file_permissions_mode) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)


class MediaFolder(FileSystemStorage):
    """Pictures and documents of the editors; a row that names one is written after it is safe."""

    def stream(self, name: str) -> StoredStream:
        return open_stream(Path(self.path(name)))

    def _save(self, name: str, content: File) -> str:
        name = super()._save(name, content)
        path = Path(self.path(name))
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        make_durable(path.parent)
        return name


def open_stream(path: Path) -> StoredStream:
    """Open one file for reading; raises ``FileNotFoundError`` where there is none, or a folder."""
    try:
        file = path.open("rb")
    except (IsADirectoryError, NotADirectoryError) as error:
        raise FileNotFoundError(str(path)) from error
    found = os.fstat(file.fileno())
    return StoredStream(file, found.st_size, datetime.fromtimestamp(found.st_mtime, UTC))


def _create(path: Path, mode: int) -> BinaryIO:
    return open(path, "xb", opener=lambda name, flags: os.open(name, flags, mode))
