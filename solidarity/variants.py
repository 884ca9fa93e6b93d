"""The pictures that are made of each photo: their names, formats and sizes."""

from typing import Any, NamedTuple


class Derivative(NamedTuple):
    """One picture to make: ``longest_side`` is in pixels, ``options`` are Pillow's for saving."""

    name: str
    format: str
    longest_side: int
    options: dict[str, Any]

    @property
    def extension(self) -> str:
        """How its file's name ends, without a dot."""
        return {"JPEG": "jpg"}.get(self.format, self.format.lower())

    @property
    def media_type(self) -> str:
        return f"image/{self.format.lower()}"


# WebP's method 2 takes half the time of 4, Pillow's own, for 5 % more bytes.
_WEBP = {"quality": 80, "method": 2}

# Clean and upright, neither edited nor framed: what every other picture can be made of again.
ORIGINAL = Derivative("original", "JPEG", 2000, {"quality": 90})
# Edited and framed, largest first: each is made from the one before.
DELIVERY = Derivative("delivery", "JPEG", 2000, {"quality": 88})
SHOWN = (
    Derivative("large", "WEBP", 1280, _WEBP),
    Derivative("wall2", "WEBP", 960, _WEBP),
    Derivative("wall", "WEBP", 480, _WEBP),
)
DERIVATIVES = (ORIGINAL, DELIVERY, *SHOWN)
# Slow to encode: made in the background. Their quality is on a scale of its own.
AVIF_DERIVATIVES = (
    Derivative("wall2", "AVIF", 960, {"quality": 60, "speed": 6, "max_threads": 1}),
    Derivative("wall", "AVIF", 480, {"quality": 60, "speed": 6, "max_threads": 1}),
)


def fit(size: tuple[int, int], longest_side: int) -> tuple[int, int]:
    """Return the size scaled down to ``longest_side``, never up; no side becomes 0."""
    scale = min(1.0, longest_side / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))
