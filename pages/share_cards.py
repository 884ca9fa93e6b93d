"""Draw the picture that other sites show beside a link to a page. No models, no settings.

1200 × 630 pixels is what the Open Graph readers (ogp.me) crop least. One idea: the words as large
as they fit, and the broken rings that leave from a point at the edge, each of them broken open
where the words stand.
"""

import hashlib
import io
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from functools import lru_cache
from math import atan2, cos, degrees, hypot, radians, sin
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 1200, 630
# Raised when the drawing changes, so that no cache keeps the older picture of the same words.
DESIGN = 1
_FONT = Path(__file__).resolve().parents[1] / "static" / "fonts" / "archivo.woff2"

# Drawn at twice the size and brought down, so that the rings have smooth edges.
_SCALE = 2
_COLOURS = 48

_MARGIN = 60
_KICKER_SIZE, _LINE_SIZE, _NAME_SIZE = 35, 34, 40
_LINE_LEADING, _TITLE_LEADING = 1.24, 0.93
_NARROW, _WIDE = 660, WIDTH - 2 * _MARGIN
_KICKER_WIDTH = 860
_TITLE_TOP = _MARGIN + 62
_FOOT = HEIGHT - _MARGIN
_LARGEST, _SMALLEST = 236, 50
_MOST_LINES = 4
# Between words below a width of 70 %, or they run together.
_WORD_SPACE = 0.07
_ROOM_AROUND_WORDS = 26
# Beside words that come nearer than this to the edge no ring passes.
_LEAST_BESIDE = 190
# In degrees; a ring of which less is left on the card would be a crumb.
_LEAST_SEEN = 32

# Radius, line width and opening in degrees of each ring; of the mark before the name below.
_RINGS = (
    (98, 40, 35),
    (164, 31, 70),
    (224, 23, 102),
    (279, 17, 130),
    (330, 12, 152),
    (378, 8, 165),
    (424, 5, 172),
)
_MARK = ((26, 10, 50), (44, 8, 110))

# Weight and width of the variable font, by what they are for.
_HEAVY, _STRONG, _PLAIN = (820, 66), (740, 84), (450, 100)

# What the subset font has, see static/fonts/README.md.
_ABSENT = re.compile("[^\u0020-\u007e\u00a0-\u00ffŒœ\u2013\u2014‘’‚“”„…•€−\u202f‹›]")
_REPLACED = str.maketrans({"\u2e31": "·", "\u2010": "-", "\u2011": "-", "\u2009": "\u202f"})


@dataclass(frozen=True)
class Palette:
    """Colours of a card as OKLCH: lightness 0–1, chroma, hue in degrees."""

    field: tuple[float, float, float]
    words: tuple[float, float, float]
    rings: tuple[float, float, float]
    point: tuple[float, float, float]


# From static/css/tokens.css, in its light scheme.
_PAPER, _INK = (0.968, 0.014, 85), (0.21, 0.022, 265)
_CORAL, _ON_CORAL = (0.565, 0.21, 28), (0.995, 0.004, 85)
_GREEN, _YELLOW = (0.36, 0.075, 163), (0.87, 0.165, 92)
PALETTES = {
    "alarm": Palette(field=_CORAL, words=_ON_CORAL, rings=_INK, point=_YELLOW),
    "care": Palette(field=_GREEN, words=_PAPER, rings=_YELLOW, point=_YELLOW),
    "call": Palette(field=_YELLOW, words=_INK, rings=_CORAL, point=_INK),
    "": Palette(field=_PAPER, words=_INK, rings=_CORAL, point=_CORAL),
}


@dataclass(frozen=True)
class Card:
    """What a card says. ``mood`` is a key of ``PALETTES``; kicker and line may be empty."""

    title: str
    kicker: str
    line: str
    organisation: str
    mood: str = ""

    @property
    def version(self) -> str:
        """Twelve hexadecimal digits that change whenever the picture does."""
        said = repr((DESIGN, *astuple(self)))
        return hashlib.sha256(said.encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Box:
    """A rectangle of words, in pixels of the finished card."""

    left: float
    top: float
    right: float
    bottom: float

    def distance(self, x: float, y: float) -> float:
        return hypot(max(self.left - x, 0, x - self.right), max(self.top - y, 0, y - self.bottom))


@dataclass(frozen=True)
class Fitted:
    """A title broken into lines, and the size in pixels at which they fill their place.

    ``is_whole`` is false when some of it had to be cut, or a word of it.
    """

    lines: tuple[str, ...]
    size: float
    is_whole: bool = True


def draw_card(card: Card) -> bytes:
    """Return the card as a PNG of 1200 × 630 pixels, well below 100 KB.

    The same card gives the same picture. Raises KeyError for a mood that has no palette.
    """
    palette = PALETTES[card.mood]
    picture = Image.new("RGB", (WIDTH * _SCALE, HEIGHT * _SCALE), rgb(palette.field))
    pen = ImageDraw.Draw(picture)
    boxes, centre = _draw_words(pen, card, rgb(palette.words))
    _draw_rings(pen, centre, boxes, palette)
    small = picture.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    flat = small.quantize(_COLOURS, dither=Image.Dither.NONE)
    out = io.BytesIO()
    flat.save(out, "PNG", optimize=True)
    return out.getvalue()


def rgb(colour: tuple[float, float, float]) -> tuple[int, int, int]:
    """Convert OKLCH to sRGB bytes, clipped (bottosson.github.io/posts/oklab)."""
    lightness, chroma, hue = colour
    a, b = chroma * cos(radians(hue)), chroma * sin(radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
    red, green, blue = (round(255 * _companded(min(max(value, 0.0), 1.0))) for value in linear)
    return red, green, blue


def _companded(value: float) -> float:
    """The sRGB curve (IEC 61966-2-1)."""
    return 12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055


def drawable(text: str) -> str:
    """Return ``text`` in characters that the font has, on one line; what it lacks is left out."""
    one_line = " ".join(re.split(r"[ \t\r\n]+", text.strip()))
    one_line = unicodedata.normalize("NFC", one_line.translate(_REPLACED))
    plain = _ABSENT.sub(lambda found: unicodedata.normalize("NFKD", found.group()), one_line)
    return re.sub(" {2,}", " ", _ABSENT.sub("", plain)).strip()


@lru_cache(maxsize=12)
def _font(axes: tuple[int, int], size: float) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(_FONT, size)
    font.set_variation_by_axes(list(axes))
    return font


def _width(text: str, axes: tuple[int, int], size: float) -> float:
    """The width of ``text`` in pixels at ``size``, with the words set a little apart."""
    ratio = size / 100
    return _font(axes, 100).getlength(text) * ratio + text.count(" ") * _extra_space(axes) * size


def _extra_space(axes: tuple[int, int]) -> float:
    return _WORD_SPACE if axes[1] < 70 else 0.0


def _wrapped(text: str, axes: tuple[int, int], size: float, limit: float) -> list[str]:
    """Break ``text`` into lines no wider than ``limit``; a single longer word stays whole."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if not lines[-1] or _width(longer, axes, size) <= limit:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _balanced(text: str, axes: tuple[int, int], count: int) -> list[str]:
    """Break ``text`` into at most ``count`` lines whose widest is as narrow as it can be."""
    low, high = 0.0, _width(text, axes, 100)
    while high - low > 1:
        middle = (low + high) / 2
        if len(_wrapped(text, axes, 100, middle)) <= count:
            high = middle
        else:
            low = middle
    return _wrapped(text, axes, 100, high)


def fitted(text: str, width: float, height: float) -> Fitted:
    """Return the lines in which ``text`` fills ``width`` × ``height`` pixels in the largest size.

    What does not fit in the smallest size is cut, with an ellipsis.
    """
    best = Fitted((), 0)
    for count in range(1, _MOST_LINES + 1):
        lines = _balanced(text, _HEAVY, count)
        widest = max(_width(line, _HEAVY, 100) for line in lines) / 100
        size = min(width / widest, height / (_TITLE_LEADING * len(lines)), _LARGEST)
        if size > best.size:
            best = Fitted(tuple(lines), size)
    if best.size >= _SMALLEST:
        return best
    return Fitted(tuple(cut(text, _HEAVY, _SMALLEST, width, _MOST_LINES)), _SMALLEST, False)


def cut(text: str, axes: tuple[int, int], size: float, width: float, most: int) -> list[str]:
    """Return the first ``most`` lines of ``text``, the last with an ellipsis if more follows."""
    words = " ".join(_pieces(word, axes, size, width) for word in text.split(" "))
    lines = _wrapped(words, axes, size, width)
    if len(lines) <= most:
        return lines
    last = lines[most - 1]
    while _width(f"{last}…", axes, size) > width:
        last = last.rpartition(" ")[0] or last[:-1]
    return [*lines[: most - 1], last.rstrip(" ,;:.–—-") + "…"]


def _pieces(word: str, axes: tuple[int, int], size: float, width: float) -> str:
    """A word that no line can hold comes in pieces, with spaces between them."""
    pieces = [""]
    for letter in word:
        if _width(pieces[-1] + letter, axes, size) > width:
            pieces.append("")
        pieces[-1] += letter
    return " ".join(pieces)


def _draw_words(
    pen: ImageDraw.ImageDraw, card: Card, colour: tuple[int, int, int]
) -> tuple[list[Box], tuple[float, float]]:
    """Write everything; return where words stand and where the rings leave from."""
    # A title in a script that the font lacks: then the name of who says so is set large.
    title = drawable(card.title) or drawable(card.organisation) or "…"
    kicker, line = drawable(card.kicker), drawable(card.line)
    boxes = []
    below = cut(line, _PLAIN, _LINE_SIZE, _NARROW, 2) if line else []
    name_top = _FOOT - 44
    line_top = name_top - 34 - len(below) * _LINE_SIZE * _LINE_LEADING
    top = _TITLE_TOP if kicker else _MARGIN
    room = line_top - 26 - top
    narrow, wide = fitted(title, _NARROW, room), fitted(title, _WIDE, room)
    is_wide = wide.size > 1.3 * narrow.size or (wide.is_whole and not narrow.is_whole)
    chosen = wide if is_wide else narrow
    if kicker:
        shown = cut(kicker, _STRONG, _KICKER_SIZE, _KICKER_WIDTH, 1)
        boxes += _write(pen, shown, _STRONG, _KICKER_SIZE, 1.2, _MARGIN, colour)
    boxes += _write(pen, chosen.lines, _HEAVY, chosen.size, _TITLE_LEADING, top, colour)
    under = max(box.bottom for box in boxes)
    boxes += _write(pen, below, _PLAIN, _LINE_SIZE, _LINE_LEADING, line_top, colour)
    boxes += _write(
        pen, [drawable(card.organisation)], _HEAVY, _NAME_SIZE, 1.1, name_top, colour, indent=58
    )
    _draw_mark(pen, (_MARGIN + 22, name_top + 17), colour)
    return boxes, (1020, max(520, under + 125)) if is_wide else (1010, 330)


def _write(
    pen: ImageDraw.ImageDraw,
    lines: Sequence[str],
    axes: tuple[int, int],
    size: float,
    leading: float,
    top: float,
    colour: tuple[int, int, int],
    indent: float = 0,
) -> list[Box]:
    """Write ``lines`` from ``top`` down, each from the left margin; return their boxes."""
    font = _font(axes, size * _SCALE)
    boxes = []
    for number, line in enumerate(lines):
        # Capitals are about seven tenths of the size; the first line's stand at ``top``.
        baseline = top + 0.72 * size + number * leading * size
        x = _MARGIN + indent
        for word in line.split(" "):
            pen.text((x * _SCALE, baseline * _SCALE), word, font=font, fill=colour, anchor="ls")
            x += _width(f"{word} ", axes, size)
        right = _MARGIN + indent + _width(line, axes, size)
        if WIDTH - right < _LEAST_BESIDE:
            right = WIDTH
        boxes.append(Box(_MARGIN, baseline - 0.74 * size, right, baseline + 0.2 * size))
    return boxes


def _draw_mark(
    pen: ImageDraw.ImageDraw, centre: tuple[float, float], colour: tuple[int, int, int]
) -> None:
    """The organisation's mark: the favicon's rings, 44 pixels wide."""
    half = 22 / 48
    _dot(pen, centre, 11 * half, colour)
    for radius, width, opening in _MARK:
        _arc(pen, centre, radius * half, width * half, -20 + opening / 2, 340 - opening / 2, colour)


def _draw_rings(
    pen: ImageDraw.ImageDraw, centre: tuple[float, float], boxes: list[Box], palette: Palette
) -> None:
    """Draw the rings around ``centre``, each open towards the words and wherever words stand."""
    middle = (
        sum(box.left + box.right for box in boxes) / 2 / len(boxes),
        sum(box.top + box.bottom for box in boxes) / 2 / len(boxes),
    )
    direction = round(degrees(atan2(middle[1] - centre[1], middle[0] - centre[0])))
    _dot(pen, centre, 46, rgb(palette.point))
    for radius, width, opening in _RINGS:
        reach = width / 2 + _ROOM_AROUND_WORDS
        blocked = [
            turn
            for turn in range(-179, 180)
            if any(
                box.distance(*_on_ring(centre, radius, direction + turn)) < reach for box in boxes
            )
        ]
        start = direction + max([opening // 2, *blocked]) + 1
        end = direction + 360 + min([-opening // 2, *blocked]) - 1
        seen = [angle for angle in range(start, end) if _is_seen(*_on_ring(centre, radius, angle))]
        if len(seen) >= _LEAST_SEEN:
            _arc(pen, centre, radius, width, start, end, rgb(palette.rings))


def _on_ring(centre: tuple[float, float], radius: float, angle: float) -> tuple[float, float]:
    """The point of a ring at ``angle`` degrees, clockwise from the right."""
    return centre[0] + radius * cos(radians(angle)), centre[1] + radius * sin(radians(angle))


def _is_seen(x: float, y: float) -> bool:
    return 0 <= x < WIDTH and 0 <= y < HEIGHT


def _dot(
    pen: ImageDraw.ImageDraw,
    centre: tuple[float, float],
    radius: float,
    colour: tuple[int, int, int],
) -> None:
    pen.circle((centre[0] * _SCALE, centre[1] * _SCALE), radius * _SCALE, fill=colour)


def _arc(
    pen: ImageDraw.ImageDraw,
    centre: tuple[float, float],
    radius: float,
    width: float,
    start: float,
    end: float,
    colour: tuple[int, int, int],
) -> None:
    """Draw a ring from ``start`` to ``end`` degrees; ``radius`` is to the middle of its line."""
    outer = (radius + width / 2) * _SCALE
    x, y = centre[0] * _SCALE, centre[1] * _SCALE
    box = (x - outer, y - outer, x + outer, y + outer)
    pen.arc(box, start, end, fill=colour, width=round(width * _SCALE))
