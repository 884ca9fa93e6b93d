"""A stored file on its way out, a piece at a time."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

PIECE_BYTES = 64 * 1024


@dataclass(frozen=True)
class StoredStream:
    """A file that is open for reading; whoever asked for it closes it, or reads it to its end.

    ``etag`` is what an HTTP answer calls it, quotes included, where the store knows one.
    """

    source: BinaryIO
    size_bytes: int
    modified_at: datetime
    etag: str | None = None

    def __iter__(self) -> Iterator[bytes]:
        with closing(self.source):
            while piece := self.source.read(PIECE_BYTES):
                yield piece

    def close(self) -> None:
        self.source.close()
