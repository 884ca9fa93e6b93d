"""The bytes of an uploaded statement, in the database: in pieces, compressed, then encrypted.

A statement names everybody who paid in a month, so it is never written to the disk as it is. It
is read back as a file that holds one piece at a time.
"""

import hashlib
import io
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from campaign_site.encryption import decrypt_bytes, encrypt_bytes
from donations.models import StatementChunk, StatementFile

CHUNK_BYTES = 256 * 1024
_COMPRESSION = 6  # zlib's usual trade of time against size


class ChunksMissing(Exception):
    """The bytes of this file are not kept any more: it has to be uploaded again."""


def digest_of(file: BinaryIO, *, most_bytes: int) -> tuple[str, int]:
    """Return the SHA-256 of a file and its size in bytes, and rewind it.

    Reads no further than one piece past ``most_bytes``; the size is then larger than that.
    """
    sha, size = hashlib.sha256(), 0
    for piece in _pieces(file):
        sha.update(piece)
        size += len(piece)
        if size > most_bytes:
            break
    file.seek(0)
    return sha.hexdigest(), size


def store(statement: StatementFile, file: BinaryIO) -> None:
    """Keep the bytes of ``file`` with this row, in place of any that were kept before."""
    forget(statement)
    for position, piece in enumerate(_pieces(file)):
        content = encrypt_bytes(zlib.compress(piece, _COMPRESSION))
        StatementChunk.objects.create(file=statement, position=position, content=content)


def forget(statement: StatementFile) -> None:
    StatementChunk.objects.filter(file=statement).delete()


def is_kept(statement: StatementFile) -> bool:
    return StatementChunk.objects.filter(file=statement).exists()


def open_file(statement: StatementFile) -> "StoredFile":
    """Return the file to read. Raises ``ChunksMissing`` where its bytes are gone."""
    if not is_kept(statement):
        raise ChunksMissing
    return StoredFile(statement)


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    """Yield the file from its beginning in pieces of one size; only the last may be shorter."""
    file.seek(0)
    while True:
        piece = bytearray()
        # An upload may give less than was asked for before its end.
        while len(piece) < CHUNK_BYTES and (more := file.read(CHUNK_BYTES - len(piece))):
            piece += more
        if piece:
            yield bytes(piece)
        if len(piece) < CHUNK_BYTES:
            return


class StoredFile(io.RawIOBase):
    """A stored file that can be read and rewound; one piece of it is in memory.

    ``read`` returns as much as was asked for, unless the file ends: no buffer is needed around it.
    """

    def __init__(self, statement: StatementFile) -> None:
        super().__init__()
        self._statement = statement
        self._size = statement.size
        self._offset = 0
        self._position = -1  # of the piece in memory
        self._piece = b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._offset

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._offset, io.SEEK_END: self._size}[whence]
        self._offset = max(start + offset, 0)
        return self._offset

    def read(self, size: int = -1) -> bytes:
        left = max(self._size - self._offset, 0)
        wanted = left if size is None or size < 0 else min(size, left)
        found = []
        while wanted:
            position, start = divmod(self._offset, CHUNK_BYTES)
            part = self._piece_at(position)[start : start + wanted]
            if not part:
                raise ChunksMissing
            found.append(part)
            self._offset += len(part)
            wanted -= len(part)
        return found[0] if len(found) == 1 else b"".join(found)

    def readinto(self, buffer) -> int:
        content = self.read(len(buffer))
        buffer[: len(content)] = content
        return len(content)

    def _piece_at(self, position: int) -> bytes:
        if position != self._position:
            chunk = StatementChunk.objects.filter(file=self._statement, position=position).first()
            if chunk is None:
                raise ChunksMissing
            self._piece = zlib.decompress(decrypt_bytes(bytes(chunk.content)))
            self._position = position
        return self._piece
