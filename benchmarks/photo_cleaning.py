"""Compare cleaning a photo with a plain decode, on ten synthetic 12-megapixel JPEGs.

``python benchmarks/photo_cleaning.py`` prints one line: the median seconds per photo of both and
their ratio. Only the ratio means something on another machine. The plain way decodes in this
process at full size and saves two WebP pictures; cleaning starts a confined process for each photo
and saves two WebP pictures and a JPEG.
"""

import statistics
import sys
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageFilter, ImageOps

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from solidarity.images import clean_photo

PHOTOS = 10
SIZE = (4000, 3000)


def make_photo(number: int) -> bytes:
    """Encode large soft shapes with fine grain, turned in one of four ways."""
    shapes = Image.effect_noise((40 + number, 30 + number), 90).convert("RGB")
    image = shapes.resize(SIZE, Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(3))
    grain = Image.effect_noise(SIZE, 12).convert("RGB")
    exif = Image.Exif()
    exif[0x0112] = (1, 3, 6, 8)[number % 4]
    file = BytesIO()
    Image.blend(image, grain, 0.2).save(file, "JPEG", quality=90, exif=exif)
    return file.getvalue()


def decode_plainly(photo: bytes) -> None:
    """Do what a first version would do: decode everything, turn, shrink, save."""
    image = ImageOps.exif_transpose(Image.open(BytesIO(photo)))
    for longest_side in (1280, 640):
        smaller = image.copy()
        smaller.thumbnail((longest_side, longest_side))
        smaller.save(BytesIO(), "WEBP", quality=80)


def seconds(action: Callable[[], object]) -> float:
    """Return how long one call takes by the clock."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def main() -> None:
    """Measure both ways photo by photo, in turn, so that a busy machine slows both."""
    plain, cleaned = [], []
    for number in range(PHOTOS):
        photo = make_photo(number)
        plain.append(seconds(lambda photo=photo: decode_plainly(photo)))
        cleaned.append(seconds(lambda photo=photo: clean_photo(BytesIO(photo))))
    ratio = statistics.median(a / b for a, b in zip(plain, cleaned, strict=True))
    sys.stdout.write(
        f"plain {statistics.median(plain):.3f} s, cleaned {statistics.median(cleaned):.3f} s, "
        f"cleaning is {ratio:.2f} times as fast\n"
    )


if __name__ == "__main__":
    main()
