"""Clean an untrusted photo: upright, sRGB, small, and nothing in it but pixels.

No image is decoded in this process. ``clean_photo`` checks the size and the first bytes, has a
confined process (``decoding.py``, ``decoder.py``) do the rest, and reads back a bounded answer.
Whatever happens there, the caller sees an ImageRefused at worst.
"""

import json
import re
from dataclasses import dataclass
from typing import Any, BinaryIO

from solidarity.decoding import (
    MAX_HEADER_BYTES,
    MAX_PICTURE_BYTES,
    ImageRefused,
    Refusal,
    run_limited,
)
from solidarity.edits import UNEDITED, Edits
from solidarity.frames import Drawing
from solidarity.variants import AVIF_DERIVATIVES, DELIVERY, ORIGINAL, SHOWN, Derivative

__all__ = [
    "MAX_UPLOAD_BYTES",
    "CleanPicture",
    "CleanedPhoto",
    "ImageRefused",
    "Refusal",
    "clean_photo",
    "find_format",
    "make_avif",
    "read_answer",
    "render_photo",
    "run_limited",
]

MAX_UPLOAD_BYTES = 15 * 1024 * 1024

HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
AVIF_BRANDS = {b"avif", b"avis"}
# How each kind of clean picture begins.
BEGINNINGS = {
    "JPEG": re.compile(rb"\xff\xd8\xff"),
    "WEBP": re.compile(rb"RIFF....WEBP", re.DOTALL),
    "AVIF": re.compile(rb"....ftypavif", re.DOTALL),
}


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
    """The clean pictures of one photo, by the names of ``variants.py``.

    ``placeholder`` holds nine colours, a grid of three by three, rows first, as 54 hexadecimal
    digits; ``fingerprint`` is a difference hash of 64 bits, as a signed number. "delivery" is among
    the pictures only if it differs from the original, for which it then stands.
    """

    pictures: tuple[CleanPicture, ...]
    placeholder: str
    fingerprint: int

    def __getitem__(self, name: str) -> CleanPicture:
        found = {picture.name: picture for picture in self.pictures}
        if name == DELIVERY.name and name not in found:
            name = ORIGINAL.name
        return found[name]

    @property
    def original(self) -> CleanPicture:
        """JPEG of at most 2000 pixels, neither edited nor framed."""
        return self["original"]

    @property
    def delivery(self) -> CleanPicture:
        """JPEG of at most 2000 pixels, edited and framed."""
        return self["delivery"]

    @property
    def large(self) -> CleanPicture:
        """WebP of at most 1280 pixels."""
        return self["large"]

    @property
    def wall2(self) -> CleanPicture:
        """WebP of at most 960 pixels, for dense screens."""
        return self["wall2"]

    @property
    def wall(self) -> CleanPicture:
        """WebP of at most 480 pixels."""
        return self["wall"]

    @property
    def width(self) -> int:
        """Pixels of the largest picture that is shown, upright and edited."""
        return self.delivery.width

    @property
    def height(self) -> int:
        """Pixels of the largest picture that is shown, upright and edited."""
        return self.delivery.height


def clean_photo(
    source: BinaryIO, *, size: int | None = None, frame: Drawing | None = None
) -> CleanedPhoto:
    """Turn an upload into its clean pictures, with a frame (``frames.py``) if there is one.

    ``source`` is read from its beginning and is not closed; ``size`` is its length in bytes where
    the caller knows it (what is read counts as well). JPEG, PNG, WebP, GIF, AVIF and HEIC are
    taken, by content, whatever the name says; of several frames the first. Pictures are never
    enlarged. Safe to call again; the upload is kept nowhere.

    Waits for 10 s at most while two other photos are being cleaned by this process, then works
    for 20 s at most.
    Raises ImageRefused.
    """
    if size is None or size <= MAX_UPLOAD_BYTES:
        size = source.seek(0, 2)
    if size > MAX_UPLOAD_BYTES:
        raise ImageRefused(Refusal.TOO_LARGE)
    source.seek(0)
    file_format = find_format(source.read(512))
    if file_format is None:
        raise ImageRefused(Refusal.UNSUPPORTED)
    source.seek(0)
    wanted = (ORIGINAL, *((DELIVERY,) if frame else ()), *SHOWN)
    job = _make_job(wanted, file_format=file_format, frame=frame)
    return read_answer(run_limited(job, upload=source), wanted)


def render_photo(
    original: bytes, *, edits: Edits = UNEDITED, frame: Drawing | None = None, bake: bool = False
) -> CleanedPhoto:
    """Make every picture anew from a stored original, with these edits and this frame.

    With ``bake`` the new original has the edits in its pixels, so that what they cover is gone;
    without, it is the one given, byte for byte. Where the original is gone, the largest picture
    that is left may stand for it: of one that is no JPEG, a JPEG is made. Safe to call again.
    Raises ImageRefused.
    """
    bake = bake and not edits.is_empty
    differs = bool(frame) or (not edits.is_empty and not bake)
    file_format = find_format(original[:512]) or "JPEG"
    is_anew = bake or file_format != "JPEG"
    wanted = (*((ORIGINAL,) if is_anew else ()), *((DELIVERY,) if differs else ()), *SHOWN)
    job = _make_job(wanted, file_format=file_format, edits=edits, frame=frame, bake=bake)
    return read_answer(run_limited(job, upload=original), wanted, original=original)


def make_avif(
    original: bytes, *, edits: Edits = UNEDITED, frame: Drawing | None = None
) -> tuple[CleanPicture, ...]:
    """Return the wall's pictures of a stored original as AVIF; takes seconds.

    Raises ImageRefused.
    """
    job = _make_job(AVIF_DERIVATIVES, edits=edits, frame=frame)
    answer = run_limited(job, upload=original)
    return read_answer(answer, AVIF_DERIVATIVES, original=original).pictures[1:]


def _make_job(
    wanted: tuple[Derivative, ...],
    *,
    file_format: str = "JPEG",
    edits: Edits = UNEDITED,
    frame: Drawing | None = None,
    bake: bool = False,
) -> dict[str, Any]:
    return {
        "format": file_format,
        "edits": edits.to_json(),
        "frame": frame or [],
        "bake": bake,
        "wanted": [f"{derivative.name}.{derivative.extension}" for derivative in wanted],
    }


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


def read_answer(
    answer: bytes, wanted: tuple[Derivative, ...], *, original: bytes | None = None
) -> CleanedPhoto:
    """Read what ``decoder.write_answer`` wrote, believing none of it.

    ``original`` comes first among the pictures when it was not asked for anew. Raises ImageRefused:
    with the decoder's reason, or as unreadable when the answer is not in the form or the bounds
    agreed.
    """
    line, _, rest = answer.partition(b"\n")
    try:
        header = json.loads(line[:MAX_HEADER_BYTES])
        if "refused" in header:
            raise ImageRefused(Refusal(header["refused"]))
        pictures = _read_pictures(header["pictures"], rest, wanted)
        if original is not None and ORIGINAL not in wanted:
            size = [_read_number(side, ORIGINAL.longest_side) for side in header["original"]]
            pictures.insert(0, _picture(ORIGINAL, original, *size))
        placeholder, fingerprint = header["placeholder"], header["fingerprint"]
        if not re.fullmatch(r"[0-9a-f]{54}", placeholder):
            raise ValueError("not the colours agreed")
        if type(fingerprint) is not int or not -(1 << 63) <= fingerprint < 1 << 63:
            raise ValueError("not the fingerprint agreed")
        return CleanedPhoto(tuple(pictures), placeholder, fingerprint)
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise ImageRefused(Refusal.UNREADABLE) from error


def _read_pictures(
    entries: list[dict[str, Any]], rest: bytes, wanted: tuple[Derivative, ...]
) -> list[CleanPicture]:
    """Cut the pictures out of the answer; raises ValueError when anything does not add up."""
    pictures = []
    for derivative, entry in zip(wanted, entries, strict=True):
        length = _read_number(entry["length"], MAX_PICTURE_BYTES)
        width = _read_number(entry["width"], derivative.longest_side)
        height = _read_number(entry["height"], derivative.longest_side)
        data, rest = rest[:length], rest[length:]
        if len(data) != length or not BEGINNINGS[derivative.format].match(data):
            raise ValueError("not the picture agreed")
        if entry["name"] != f"{derivative.name}.{derivative.extension}":
            raise ValueError("not the picture agreed")
        pictures.append(_picture(derivative, data, width, height))
    if rest:
        raise ValueError("more than agreed")
    return pictures


def _picture(derivative: Derivative, data: bytes, width: int, height: int) -> CleanPicture:
    return CleanPicture(
        derivative.name, data, derivative.media_type, derivative.extension, width, height
    )


def _read_number(value: object, largest: int) -> int:
    """Return a whole number from 1 to ``largest``; raises ValueError for anything else."""
    if isinstance(value, int) and 1 <= value <= largest:
        return value
    raise ValueError("not a number agreed")
