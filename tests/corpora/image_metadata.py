"""Read what clean pictures are made of, piece by piece, and find what has no business there."""

import json
import shutil
import struct
import subprocess
from pathlib import Path

# What exiftool says of any file, and of the pixels themselves (exiftool -G1).
_HARMLESS_GROUPS = ("SourceFile", "ExifTool:", "System:", "File:", "JFIF:", "RIFF:", "Composite:")


def foreign_pieces(data: bytes) -> list[str]:
    """Name every segment, chunk or tail that a JPEG or WebP does not need to show its pixels.

    Sources: ITU-T T.81 annex B, RFC 9649. Raises ValueError for other files.
    """
    if data.startswith(b"\xff\xd8"):
        return _foreign_segments(data)
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return _foreign_chunks(data)
    raise ValueError("neither a JPEG nor a WebP")


def _foreign_segments(data: bytes) -> list[str]:
    """JFIF's own segment, tables, one baseline frame and one scan up to the very end are needed."""
    found, at = [], 2
    while True:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4])
        if data[at] != 0xFF or marker not in (0xE0, 0xDB, 0xC0, 0xC4, 0xDA):
            found.append(f"segment {data[at : at + 2].hex()}")
        if marker == 0xE0 and (length, data[at + 4 : at + 9]) != (16, b"JFIF\0"):
            found.append("APP0 with more than JFIF")
        at += 2 + length
        if marker == 0xDA or at >= len(data):
            break
    while at < len(data) and not (data[at] == 0xFF and data[at + 1] != 0x00):
        at += 1
    return found if data[at:] == b"\xff\xd9" else [*found, "something after the scan"]


def _foreign_chunks(data: bytes) -> list[str]:
    """One chunk of lossy pixels, padded to an even length, is needed."""
    found, at = [], 12
    while at + 8 <= len(data):
        kind, length = struct.unpack_from("<4sI", data, at)
        if kind != b"VP8 " or at > 12:
            found.append(f"chunk {kind!r}")
        at += 8 + length + length % 2
    if at != len(data) or int.from_bytes(data[4:8], "little") + 8 != len(data):
        found.append("something after the last chunk")
    return found


def exiftool_finds(folder: Path) -> list[str]:
    """Return the tags that exiftool finds in a folder's files beyond sizes and pixels.

    Empty as well where exiftool is not installed.
    """
    program = shutil.which("exiftool")
    if program is None:
        return []
    command = [program, "-a", "-G1", "-j", "-r", str(folder)]
    listed = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return [tag for tags in listed for tag in tags if not tag.startswith(_HARMLESS_GROUPS)]
