"""Decode a large still WebP with half of the memory that Pillow takes.

Pillow reads every WebP as an animation and holds it four times. The library that it comes with
also decodes into a buffer that a picture can then stand on. It is asked for directly, through
ctypes; where it cannot be found, only pictures of half the size are taken.
"""

import ctypes
from functools import cache
from typing import NamedTuple

from PIL import Image, _webp


class Header(NamedTuple):
    """What a WebP file says of itself; the size is in pixels."""

    size: tuple[int, int]
    is_animated: bool


def read_header(data: bytes) -> Header:
    """Read the beginning of a WebP file (RFC 9649, 2.5 to 2.7; RFC 6386, 9.1 for "VP8 ").

    Raises ValueError when it is none.
    """
    kind, content = data[12:16], data[20:30]
    if len(content) == 10:
        if kind == b"VP8X":
            sides = (int.from_bytes(content[at : at + 3], "little") + 1 for at in (4, 7))
            return Header(tuple(sides), bool(content[0] & 0x02))
        if kind == b"VP8L" and content[0] == 0x2F:
            bits = int.from_bytes(content[1:5], "little")
            return Header(((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1), False)
        if kind == b"VP8 " and content[3:6] == b"\x9d\x01\x2a":
            sides = (int.from_bytes(content[at : at + 2], "little") & 0x3FFF for at in (6, 8))
            return Header(tuple(sides), False)
    raise ValueError("not a WebP file")


@cache
def load_library() -> ctypes.CDLL | None:
    """Find libwebp behind Pillow's own module; None when it is not to be had that way."""
    try:
        library = ctypes.CDLL(_webp.__file__)
        decode = library.WebPDecodeRGBAInto
    except (OSError, AttributeError):
        return None
    decode.restype = ctypes.c_void_p
    place = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    decode.argtypes = (ctypes.c_char_p, ctypes.c_size_t, *place)
    return library


def decode_still(data: bytes, size: tuple[int, int]) -> Image.Image:
    """Return the picture of a WebP file that is no animation, with its profile and its Exif.

    Raises ValueError when the file is damaged, or not of this size.
    """
    stride = 4 * size[0]
    buffer = bytearray(stride * size[1])
    place = (ctypes.c_char * len(buffer)).from_buffer(buffer)
    if not load_library().WebPDecodeRGBAInto(data, len(data), place, len(buffer), stride):
        raise ValueError("damaged")
    image = Image.frombuffer("RGBA", size, buffer, "raw", "RGBA", 0, 1)
    image.info |= _read_metadata(data)
    return image


def _read_metadata(data: bytes) -> dict[str, bytes]:
    """Return the contents of the chunks for the profile and Exif, by Pillow's names for them."""
    found, at = {}, 12
    while at + 8 <= len(data):
        kind, length = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        name = {b"ICCP": "icc_profile", b"EXIF": "exif"}.get(kind)
        if name:
            found.setdefault(name, data[at + 8 : at + 8 + length])
        at += 8 + length + length % 2
    return found
