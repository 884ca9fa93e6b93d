"""Pictures of QR codes as a camera sees them: turned, from the side, blurred, unevenly lit.

Everything comes from the number of the picture, so that a picture that fails can be made again.
"""

import io
import math
import random
from dataclasses import dataclass

import segno
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

LEVELS = "LMQH"
MAX_VERSION = 6

_SOURCE_PIXELS_PER_MODULE = 8
_QUIET_ZONE_MODULES = 4
_ALPHABETS = {
    "numeric": "0123456789",
    "alphanumeric": "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:",
    "byte": "abcdefghijklmnopqrstuvwxyz éèçà€",
}


@dataclass(frozen=True)
class Conditions:
    """How far a picture may be from a perfect one; each value is the worst that is drawn."""

    size: tuple[int, int] = (640, 480)
    module_pixels: tuple[float, float] = (4.0, 9.0)
    turn_degrees: float = 360
    # How much nearer one edge may seem than the opposite one, as a share.
    tilt: float = 0.25
    blur_modules: float = 0.3  # standard deviation
    noise: float = 12  # standard deviation, of 255
    shade: float = 0.5  # how much darker one corner may be
    contrast: tuple[float, float] = (0.35, 1.0)
    jpeg_quality: tuple[int, int] = (40, 95)


ORDINARY = Conditions()
# A quarter of the pixels, so that a test can look at many.
SMALL = Conditions(size=(320, 240), module_pixels=(3.2, 6.0), blur_modules=0.25, noise=8)
HARD = Conditions(
    module_pixels=(2.6, 5.0),
    tilt=0.45,
    blur_modules=0.5,
    noise=22,
    shade=0.75,
    contrast=(0.2, 0.6),
    jpeg_quality=(20, 60),
)


def make_code(
    chance: random.Random, version: int, level: str, mask: int | None = None
) -> tuple[str, segno.QRCode]:
    """Return a text and its code in just this version, as full as chance has it.

    Any of the eight masks will do: to weigh them takes longer than all the rest.
    """
    mask = chance.randrange(8) if mask is None else mask
    mode = chance.choice(list(_ALPHABETS))
    longest = chance.randint(4, 120)
    text = "".join(chance.choice(_ALPHABETS[mode]) for _ in range(longest))
    while True:
        try:
            code = segno.make_qr(
                text,
                version=version,
                error=level,
                boost_error=False,
                mask=mask,
                mode=mode,
                encoding="utf-8" if mode == "byte" else None,
            )
        except segno.DataOverflowError:
            text = text[: len(text) * 3 // 4]
        else:
            return text, code


def photographed(
    number: int, conditions: Conditions, code: segno.QRCode | None = None
) -> tuple[str, bytes]:
    """Return the text of a code and a JPEG that shows it under such conditions."""
    chance = random.Random(number)
    text = ""
    if code is None:
        version, level = 1 + number % MAX_VERSION, LEVELS[number // MAX_VERSION % len(LEVELS)]
        text, code = make_code(chance, version, level)
    picture, module = _placed(chance, conditions, code)
    blur = chance.uniform(0, conditions.blur_modules) * module
    picture = _lit(chance, conditions, picture.filter(ImageFilter.GaussianBlur(blur)))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=chance.randint(*conditions.jpeg_quality))
    return text, out.getvalue()


def _placed(
    chance: random.Random, conditions: Conditions, code: segno.QRCode
) -> tuple[Image.Image, float]:
    """Lay the code on a cluttered ground; returns the picture and the pixels of a module."""
    sheet = flat(code)
    width, height = conditions.size
    modules = sheet.width / _SOURCE_PIXELS_PER_MODULE
    module = min(chance.uniform(*conditions.module_pixels), 0.9 * height / modules / 1.2)
    half = modules * module / 2
    angle = math.radians(chance.uniform(0, conditions.turn_degrees))
    lean = chance.uniform(0, 2 * math.pi)
    tilt = chance.uniform(0, conditions.tilt)
    corners = []
    for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        # Seen with a camera that leans towards one side: what is further is smaller.
        depth = 1 + tilt / 2 * (x * math.cos(lean) + y * math.sin(lean))
        turned_x = (x * math.cos(angle) - y * math.sin(angle)) * half / depth
        turned_y = (x * math.sin(angle) + y * math.cos(angle)) * half / depth
        corners.append((turned_x, turned_y))
    xs, ys = zip(*corners, strict=True)
    shift_x = chance.uniform(2 - min(xs), max(width - 2 - max(xs), 2 - min(xs)))
    shift_y = chance.uniform(2 - min(ys), max(height - 2 - max(ys), 2 - min(ys)))
    target = [(x + shift_x, y + shift_y) for x, y in corners]
    side = sheet.width
    source = [(0, 0), (side, 0), (side, side), (0, side)]
    numbers = _transform(target, source)
    laid = sheet.transform(
        (width, height), Image.Transform.PERSPECTIVE, numbers, Image.Resampling.BICUBIC
    )
    mask = Image.new("1", (width, height))
    ImageDraw.Draw(mask).polygon(target, fill=1)
    ground = clutter(chance, conditions.size)
    ground.paste(laid, (0, 0), mask)
    return ground, module


def flat(code: segno.QRCode) -> Image.Image:
    """Return the code alone, quiet zone included."""
    modules = [255 * (1 - module) for row in code.matrix for module in row]
    side = len(code.matrix)
    picture = Image.new("L", (side, side))
    picture.putdata(modules)
    picture = ImageOps.expand(picture, _QUIET_ZONE_MODULES, 255)
    side = picture.width * _SOURCE_PIXELS_PER_MODULE
    return picture.resize((side, side), Image.Resampling.NEAREST)


def clutter(chance: random.Random, size: tuple[int, int]) -> Image.Image:
    """Return a ground with shapes on it, as there are around a code in a room."""
    ground = Image.new("L", size, chance.randint(40, 220))
    pen = ImageDraw.Draw(ground)
    for _ in range(25):
        x, y = chance.randint(0, size[0]), chance.randint(0, size[1])
        box = (x, y, x + chance.randint(4, size[0] // 4), y + chance.randint(4, size[1] // 4))
        draw = chance.choice([pen.rectangle, pen.ellipse])
        draw(box, fill=chance.randint(0, 255), outline=chance.randint(0, 255))
    for line in range(3):
        place = (chance.randint(0, size[0] - 100), (2 * line + 1) * size[1] // 6)
        pen.text(place, "Words on a wall, and numbers 1234567890", chance.randint(0, 255))
    return ground


def _lit(chance: random.Random, conditions: Conditions, picture: Image.Image) -> Image.Image:
    """Give the picture little contrast, a shade across it and the camera's noise."""
    contrast = chance.uniform(*conditions.contrast)
    darkest = chance.uniform(0, 255 * (1 - contrast))
    picture = picture.point(lambda grey: round(darkest + grey * contrast))
    shade = chance.uniform(0, conditions.shade)
    ramp = Image.linear_gradient("L").rotate(chance.choice([0, 90, 180, 270]))
    ramp = ramp.point(lambda grey: round(255 - grey * shade)).resize(conditions.size)
    picture = ImageChops.multiply(picture, ramp)
    noise = chance.uniform(0, conditions.noise)
    return ImageChops.add(picture, Image.effect_noise(conditions.size, noise), offset=-128)


def _transform(points: list[tuple], images: list[tuple]) -> list[float]:
    """Return the eight numbers of the projective transform that takes four points to four others.

    As ``Image.transform`` wants them: from the picture that is made to the one it is made of.
    """
    rows = []
    for (x, y), (u, v) in zip(points, images, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, v])
    for i in range(8):
        pivot = max(range(i, 8), key=lambda j, i=i: abs(rows[j][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for j in range(8):
            if j != i:
                factor = rows[j][i] / rows[i][i]
                rows[j] = [a - factor * b for a, b in zip(rows[j], rows[i], strict=True)]
    return [row[8] / row[i] for i, row in enumerate(rows)]
