"""Clean an untrusted photo: upright, sRGB, small, and nothing in it but pixels.

No image is decoded in this process. ``clean_photo`` checks the size and the first bytes, hands
the upload to ``decoder.py`` in a child process with an empty environment and hard limits, and reads
back a bounded answer. Whatever happens to the child, the caller sees an ImageRefused at worst.
"""

import json
import logging
import os
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO

from solidarity import decoder

logger = logging.getLogger(__name__)

MAX_UPLOAD_BYTES = 15 * 1024 * 1024
MAX_PICTURE_BYTES = 8 * 1024 * 1024  # of each clean picture
MAX_HEADER_BYTES = 4096
MAX_ANSWER_BYTES = MAX_HEADER_BYTES + 3 * MAX_PICTURE_BYTES
DECODER_SECONDS = 20  # by the clock; the decoder also has 10 s of processor time
DECODER = Path(decoder.__file__).resolve()
# All that the decoder knows of the world. One heap for all its threads: each further one would
# reserve 64 MiB of its address space.
ENVIRONMENT = {"LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "1"}

# A decoder may use 768 MiB. Two at once per process: further uploads wait for their turn, but not
# for ever, or a burst of photos would occupy every thread that could serve a page.
_turns = threading.BoundedSemaphore(2)
TURN_SECONDS = 10

HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
AVIF_BRANDS = {b"avif", b"avis"}
# How each kind of clean picture is named and begins.
MEDIA_TYPES = {
    "JPEG": ("image/jpeg", "jpg", re.compile(rb"\xff\xd8\xff")),
    "WEBP": ("image/webp", "webp", re.compile(rb"RIFF....WEBP", re.DOTALL)),
}


class Refusal(StrEnum):
    """Why an upload is refused; callers find the sentence."""

    TOO_LARGE = "too_large"
    UNSUPPORTED = "unsupported"
    TOO_MANY_PIXELS = "too_many_pixels"
    UNREADABLE = "unreadable"
    BUSY = "busy"


class ImageRefused(Exception):
    """The upload is not taken; ``reason`` is a Refusal."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True)
class CleanPicture:
    """One clean picture; ``width`` and ``height`` are in pixels, ``extension`` has no dot."""

    name: str
    data: bytes
    media_type: str
    extension: str
    width: int
    height: int


@dataclass(frozen=True)
class CleanedPhoto:
    """The clean pictures of one photo and ``placeholder``, its average colour as ``#rrggbb``."""

    pictures: tuple[CleanPicture, ...]
    placeholder: str

    def __getitem__(self, name: str) -> CleanPicture:
        return next(picture for picture in self.pictures if picture.name == name)

    @property
    def wall(self) -> CleanPicture:
        """WebP of at most 640 pixels."""
        return self["wall"]

    @property
    def large(self) -> CleanPicture:
        """WebP of at most 1280 pixels."""
        return self["large"]

    @property
    def delivery(self) -> CleanPicture:
        """JPEG of at most 2000 pixels, for the dossier."""
        return self["delivery"]

    @property
    def width(self) -> int:
        """Pixels of the largest clean picture, upright."""
        return self.delivery.width

    @property
    def height(self) -> int:
        """Pixels of the largest clean picture, upright."""
        return self.delivery.height


def clean_photo(source: BinaryIO, *, size: int | None = None) -> CleanedPhoto:
    """Turn an upload into its clean pictures.

    ``source`` is read from its beginning and is not closed; ``size`` is its length in bytes where
    the caller knows it (what is read counts as well). JPEG, PNG, WebP, GIF, AVIF and HEIC are
    taken, by content, whatever the name says; of several frames the first. Pictures are never
    enlarged. Safe to call again; the upload is kept nowhere.

    Waits for 10 s at most while two other photos are being cleaned by this process, then works
    for 20 s at most.
    Raises ImageRefused.
    """
    if size is not None and size > MAX_UPLOAD_BYTES:
        raise ImageRefused(Refusal.TOO_LARGE)
    source.seek(0)
    upload = source.read(MAX_UPLOAD_BYTES + 1)
    if len(upload) > MAX_UPLOAD_BYTES:
        raise ImageRefused(Refusal.TOO_LARGE)
    file_format = find_format(upload[:512])
    if file_format is None:
        raise ImageRefused(Refusal.UNSUPPORTED)
    return read_answer(run_limited(DECODER, file_format, upload=upload))


def find_format(head: bytes) -> str | None:
    """Name the format that the first bytes announce, as Pillow calls it; None if not one of ours.

    Sources: ITU-T T.81 B.2.1, W3C PNG 5.2, GIF89a 17, RFC 9649 (WebP), ISO/IEC 23008-12 10.2
    (HEIF brands) and AV1 Image File Format 6 (AVIF brands, which may stand second to mif1).
    """
    if head.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "WEBP"
    if head[4:8] != b"ftyp":
        return None
    brands = head[8 : int.from_bytes(head[:4])]
    major, compatible = brands[:4], {brands[at : at + 4] for at in range(8, len(brands), 4)}
    if major in AVIF_BRANDS or (major in (b"mif1", b"msf1") and compatible & AVIF_BRANDS):
        return "AVIF"
    return "HEIF" if major in HEIF_BRANDS else None


def run_limited(program: Path, *arguments: str, upload: bytes) -> bytes:
    """Run a Python file as the decoder is run, on ``upload``, and return what it wrote.

    The child is isolated from this process's environment, settings and working directory; the
    limits it sets itself (``decoder.confine``). Raises ImageRefused (unreadable) when it fails,
    is killed, takes longer than DECODER_SECONDS or writes too much.
    """
    command = [sys.executable, "-I", str(program), *arguments]
    with _turn(), open_unnamed() as given, open_unnamed() as written:
        given.write(upload)
        given.seek(0)  # also flushes
        status = _run(command, given, written)
        if status < 0:
            logger.warning("The image decoder was ended by signal %s", -status)
        if status != 0 or os.fstat(written.fileno()).st_size > MAX_ANSWER_BYTES:
            raise ImageRefused(Refusal.UNREADABLE)
        written.seek(0)
        return written.read(MAX_ANSWER_BYTES)


@contextmanager
def _turn() -> Iterator[None]:
    """Wait for one of the two places; raises ImageRefused (busy) after TURN_SECONDS."""
    if not _turns.acquire(timeout=TURN_SECONDS):
        raise ImageRefused(Refusal.BUSY)
    try:
        yield
    finally:
        _turns.release()


def _run(command: list[str], given: BinaryIO, written: BinaryIO) -> int:
    """Run a command to its end, or for DECODER_SECONDS, and return its status as Popen has it."""
    with subprocess.Popen(  # noqa: S603 - our own file, with arguments that we chose
        command,
        stdin=given,
        stdout=written,
        stderr=subprocess.DEVNULL,
        env=ENVIRONMENT,
        cwd="/",
    ) as child:
        watch = threading.Timer(DECODER_SECONDS, child.kill)
        watch.start()
        try:
            return child.wait()
        finally:
            watch.cancel()
            child.kill()  # if this thread was interrupted; nothing happens to an ended child


def open_unnamed() -> BinaryIO:
    """Open a file without a name that vanishes when closed: in memory where the system can."""
    if hasattr(os, "memfd_create"):
        return open(os.memfd_create("photo"), "w+b")
    return tempfile.TemporaryFile()


def read_answer(answer: bytes) -> CleanedPhoto:
    """Read what ``decoder.write_answer`` wrote, believing none of it.

    Raises ImageRefused: with the decoder's reason, or as unreadable when the answer is not in the
    form or the bounds agreed.
    """
    line, _, rest = answer.partition(b"\n")
    try:
        header = json.loads(line[:MAX_HEADER_BYTES])
        if "refused" in header:
            raise ImageRefused(Refusal(header["refused"]))
        return _read_pictures(header, rest)
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise ImageRefused(Refusal.UNREADABLE) from error


def _read_pictures(header: dict[str, Any], rest: bytes) -> CleanedPhoto:
    """Cut the pictures out of the answer; raises ValueError when anything does not add up."""
    pictures = []
    for derivative, entry in zip(decoder.DERIVATIVES, header["pictures"], strict=True):
        length = _read_number(entry["length"], MAX_PICTURE_BYTES)
        width = _read_number(entry["width"], derivative.longest_side)
        height = _read_number(entry["height"], derivative.longest_side)
        media_type, extension, beginning = MEDIA_TYPES[derivative.format]
        data, rest = rest[:length], rest[length:]
        if len(data) != length or not beginning.match(data) or entry["name"] != derivative.name:
            raise ValueError("not the picture agreed")
        pictures.append(CleanPicture(derivative.name, data, media_type, extension, width, height))
    if rest or not re.fullmatch(r"#[0-9a-f]{6}", header["colour"]):
        raise ValueError("not the answer agreed")
    return CleanedPhoto(tuple(pictures), header["colour"])


def _read_number(value: object, largest: int) -> int:
    """Return a whole number from 1 to ``largest``; raises ValueError for anything else."""
    if isinstance(value, int) and 1 <= value <= largest:
        return value
    raise ValueError("not a number agreed")
