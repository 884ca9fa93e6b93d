"""Paint a frame's drawing (see frames.py) on a picture, with Pillow.

Runs where nothing can be opened: the font is read by ``load_font`` beforehand.
"""

from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

FONT = Path(__file__).resolve().parent.parent / "static" / "fonts" / "archivo.woff2"
# Pillow draws arcs without smooth edges: they are drawn this many times as large.
_SMOOTHING = 3


@cache
def load_font() -> bytes:
    """Read the font, and set a line in it once, so that what shapes text is loaded as well."""
    data = FONT.read_bytes()
    ImageFont.truetype(BytesIO(data), 20).getlength("n’é")
    return data


def paint(picture: Image.Image, drawing: list[dict[str, Any]]) -> Image.Image:
    """Return a copy of an RGB picture with the drawing on it; the picture itself if it is empty.

    Raises KeyError, TypeError or ValueError when the drawing is not one.
    """
    if not drawing:
        return picture
    picture = picture.copy()
    for primitive in drawing:
        _PAINTERS[primitive["kind"]](picture, primitive)
    return picture


def _across(picture: Image.Image, pair: list[float]) -> float:
    return pair[0] * picture.width + pair[1] * min(picture.size)


def _down(picture: Image.Image, pair: list[float]) -> float:
    return pair[0] * picture.height + pair[1] * min(picture.size)


def _paint_rect(picture: Image.Image, rect: dict[str, Any]) -> None:
    box = (
        round(_across(picture, rect["x"])),
        round(_down(picture, rect["y"])),
        round(_across(picture, rect["right"])),
        round(_down(picture, rect["bottom"])),
    )
    if box[0] < box[2] and box[1] < box[3]:
        picture.paste(rect["fill"], box)


def _paint_ring(picture: Image.Image, ring: dict[str, Any]) -> None:
    """Draw the ring large on a mask of its own, cut to the picture, and shrink that."""
    side = min(picture.size)
    x, y = _across(picture, ring["x"]), _down(picture, ring["y"])
    outer = (ring["radius"] + ring["line"] / 2) * side
    left, top = max(0, int(x - outer) - 1), max(0, int(y - outer) - 1)
    right = min(picture.width, int(x + outer) + 2)
    bottom = min(picture.height, int(y + outer) + 2)
    if left >= right or top >= bottom:
        return
    mask = Image.new("L", ((right - left) * _SMOOTHING, (bottom - top) * _SMOOTHING), 0)
    x, y, outer = (x - left) * _SMOOTHING, (y - top) * _SMOOTHING, outer * _SMOOTHING
    ImageDraw.Draw(mask).arc(
        (x - outer, y - outer, x + outer, y + outer),
        ring["from"],
        ring["to"],
        fill=255,
        width=max(1, round(ring["line"] * side * _SMOOTHING)),
    )
    picture.paste(ring["stroke"], (left, top, right, bottom), mask.reduce(_SMOOTHING))


def _paint_text(picture: Image.Image, text: dict[str, Any]) -> None:
    left, right = _across(picture, text["x"]), _across(picture, text["right"])
    font = _fitting_font(text, text["size"] * min(picture.size), right - left)
    middle = text["align"] == "center"
    ImageDraw.Draw(picture).text(
        ((left + right) / 2 if middle else left, _down(picture, text["bottom"])),
        text["text"],
        fill=text["fill"],
        font=font,
        anchor="ms" if middle else "ls",
    )


def _fitting_font(text: dict[str, Any], size: float, room: float) -> ImageFont.FreeTypeFont:
    """Return Archivo at this size in pixels, or smaller so that the line fits in ``room``."""
    font = _font(text, max(1.0, size))
    length = font.getlength(text["text"])
    return font if length <= room else _font(text, max(1.0, size * room / length))


def _font(text: dict[str, Any], size: float) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(BytesIO(load_font()), size)
    font.set_variation_by_axes([text["weight"], text["stretch"]])  # in the file's order
    return font


_PAINTERS = {"rect": _paint_rect, "ring": _paint_ring, "text": _paint_text}
