"""Contrast of words over pictures, gradients and drawings, from the pixels behind them.

axe-core leaves such words "incomplete", since it computes colours from style sheets alone. Here a
screenshot is taken with all words out of sight, and the ink is compared with what lies behind.
Relative luminance and contrast ratio: WCAG 2.2, section 5 (glossary).
"""

from collections.abc import Iterable, Sequence
from io import BytesIO

from PIL import Image

LEAST_CONTRAST = 4.5
LEAST_CONTRAST_LARGE = 3.0
# A stroke that crosses a corner of a line's box does not make its words unreadable.
TOLERATED_SHARE = 0.02

type Colour = tuple[int, int, int]


def luminance(colour: Sequence[float]) -> float:
    """Return the relative luminance of an sRGB colour of 0 to 255 a channel: 0 to 1."""
    parts = [channel / 255 for channel in colour[:3]]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the contrast ratio of two colours: 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def over(ink: Sequence[float], alpha: float, ground: Sequence[float]) -> list[float]:
    """Return the colour that an ink of this opacity (0 to 1) makes on a ground."""
    return [alpha * a + (1 - alpha) * b for a, b in zip(ink, ground, strict=True)]


def least_ratio(image: Image.Image, box: Iterable[float], ink: Colour, alpha: float) -> float:
    """Return the contrast that all but TOLERATED_SHARE of the pixels in ``box`` reach.

    Pixels outside the picture do not count; 21 when none is left.
    """
    left, top, right, bottom = box
    edges = (max(0, left), max(0, top), min(image.width, right), min(image.height, bottom))
    part = image.crop(tuple(round(edge) for edge in edges))
    colours = part.getcolors(part.width * part.height) or []
    ratios = sorted((ratio(over(ink, alpha, ground), ground), count) for count, ground in colours)
    left_over = TOLERATED_SHARE * part.width * part.height
    for reached, count in ratios:
        left_over -= count
        if left_over < 0:
            return reached
    return 21.0


def too_faint(screenshot: bytes, words: dict) -> str:
    """Return what is wrong with ``words`` (an entry of checks.inks()) on a page without words."""
    image = Image.open(BytesIO(screenshot)).convert("RGB")
    wanted = LEAST_CONTRAST_LARGE if words["large"] else LEAST_CONTRAST
    reached = min(
        (least_ratio(image, box, tuple(words["ink"]), words["alpha"]) for box in words["boxes"]),
        default=21.0,
    )
    return "" if reached >= wanted else f"contrast {reached:.1f}, {wanted} is wanted"
