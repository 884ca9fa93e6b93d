"""What a moderator or a sender changed about a photo: a turn, covers over faces, a crop."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

MAX_COVERS = 20
MIN_CROP = 0.05  # of each side
# How far a rectangle may reach over an edge, as a fraction: browsers round.
_TOLERANCE = 0.001


class Area(NamedTuple):
    """A rectangle in fractions, 0 to 1, of a picture's width and height, from its top left."""

    x: float
    y: float
    width: float
    height: float

    def around(self, size: tuple[int, int]) -> tuple[int, int, int, int]:
        """Return left, top, right and bottom in pixels of a picture of this size, rounded outwards.

        Every pixel that the area touches is inside, and at least one is.
        """
        left = min(math.floor(self.x * size[0]), size[0] - 1)
        top = min(math.floor(self.y * size[1]), size[1] - 1)
        right = min(math.ceil((self.x + self.width) * size[0]), size[0])
        bottom = min(math.ceil((self.y + self.height) * size[1]), size[1])
        return left, top, max(right, left + 1), max(bottom, top + 1)


@dataclass(frozen=True)
class Edits:
    """Changes to a picture, in the order turn, covers, crop.

    ``turn`` is in degrees clockwise, one of 0, 90, 180 and 270. ``covers`` hide something behind
    opaque ink; they and ``crop`` (what is kept, None for all) are areas of the turned, uncropped
    picture.
    """

    turn: int = 0
    crop: Area | None = None
    covers: tuple[Area, ...] = ()

    @classmethod
    def read(cls, data: object) -> "Edits":
        """Read what ``to_json`` gave, or a screen sent, as a mapping or as its JSON text.

        Missing parts count as unchanged. Raises ValueError for anything else, too many covers or a
        crop of less than MIN_CROP of a side.
        """
        data = _parse(data)
        if set(data) - {"turn", "crop", "covers"}:
            raise ValueError("unknown edits")
        turn, crop, covers = data.get("turn", 0), data.get("crop"), data.get("covers", [])
        if type(turn) is not int or turn not in (0, 90, 180, 270):
            raise ValueError("not a turn")
        if not isinstance(covers, (list, tuple)) or len(covers) > MAX_COVERS:
            raise ValueError("not the covers agreed")
        kept = None if crop is None else _read_area(crop, smallest=MIN_CROP)
        if kept == (0, 0, 1, 1):
            kept = None
        return cls(turn, kept, tuple(_read_area(cover) for cover in covers))

    def to_json(self) -> dict[str, Any]:
        """Return what JSON can hold and ``read`` reads; empty when nothing is changed."""
        if self.is_empty:
            return {}
        return {
            "turn": self.turn,
            "crop": None if self.crop is None else list(self.crop),
            "covers": [list(cover) for cover in self.covers],
        }

    @property
    def is_empty(self) -> bool:
        return self == UNEDITED


UNEDITED = Edits()


def _parse(data: object) -> Mapping[str, Any]:
    if isinstance(data, str):
        try:
            data = json.loads(data)
        except RecursionError as error:
            raise ValueError("not edits") from error
    if not isinstance(data, Mapping):
        raise ValueError("not edits")
    return data


def _read_area(value: object, *, smallest: float = 0.0) -> Area:
    """Return the area, cut off at the picture's edges; raises ValueError."""
    if not isinstance(value, (list, tuple)) or len(value) != 4:
        raise ValueError("not an area")
    if any(isinstance(part, bool) or not isinstance(part, (int, float)) for part in value):
        raise ValueError("not an area")
    # Also false for NaN, and for whole numbers too large for a float.
    if not all(-_TOLERANCE <= part <= 1 + _TOLERANCE for part in value):
        raise ValueError("outside the picture")
    x, y, width, height = (float(part) for part in value)
    if max(x + width, y + height) > 1 + _TOLERANCE:
        raise ValueError("outside the picture")
    width, height = width + min(0.0, x), height + min(0.0, y)
    x, y = max(0.0, x), max(0.0, y)
    width, height = min(width, 1 - x), min(height, 1 - y)
    if min(width, height) <= 0 or min(width, height) < smallest - _TOLERANCE:
        raise ValueError("too small")
    return Area(x, y, width, height)
