"""Compare cleaning a photo with a plain Pillow loop, on synthetic 12-megapixel JPEGs.

``make bench`` runs it on one core of this machine, photo by photo in turn, so that a busy machine
slows both. The plain way decodes in this process at full size, turns the picture and saves the
three WebP pictures of the site. Cleaning does it in a confined process of its own, and makes the
JPEG original as well. Shown beside the times: what the process itself costs (fork, confinement,
passing the upload and the answer), the most memory it had, and how far the pictures of the two
ways are apart. Where ``make tools`` has installed libvips, its way is told too: the same three
pictures, decoded for each, without confinement. Only the ratio means something on another machine.
Ends with 1 when a bar is missed.
"""

import logging
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageChops, ImageFilter, ImageOps, ImageStat

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from solidarity.images import CleanedPhoto, clean_photo
from solidarity.variants import SHOWN

PHOTOS = 12
SIZE = (4032, 3024)
FASTER, MEGABYTES = 1.3, 110  # the bars


class Memory(logging.Handler):
    """Collects the memory of each process, in KiB, from what the decoding module logs."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.found: list[int] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno == logging.DEBUG:
            self.found.append(record.args[0])


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


def make_speck(length: int) -> bytes:
    """A photo with next to nothing to decode, and a tail that makes the file as long as another."""
    file = BytesIO()
    Image.new("RGB", (8, 8)).save(file, "JPEG")
    return file.getvalue().ljust(length, b"\0")


def decode_plainly(photo: bytes) -> list[bytes]:
    """Do what a first version would do: decode everything, turn, shrink, save."""
    image = ImageOps.exif_transpose(Image.open(BytesIO(photo)))
    made = []
    for derivative in SHOWN:
        smaller = image.copy()
        smaller.thumbnail((derivative.longest_side, derivative.longest_side))
        file = BytesIO()
        smaller.save(file, "WEBP", quality=80)
        made.append(file.getvalue())
    return made


def timed[T](action: Callable[[], T]) -> tuple[float, T]:
    """Return how long one call takes by the clock, in seconds, and what it returns."""
    start = time.perf_counter()
    result = action()
    return time.perf_counter() - start, result


def distance(one: bytes, other: bytes) -> float:
    """Return the root of the mean square of the differences, from 0 to 255."""
    pictures = [Image.open(BytesIO(data)).convert("RGB") for data in (one, other)]
    squares = ImageStat.Stat(ImageChops.difference(*pictures)).sum2
    return (sum(squares) / (3 * pictures[0].width * pictures[0].height)) ** 0.5


def compare(plain: list[bytes], cleaned: CleanedPhoto) -> list[tuple[float, float]]:
    """Return for each WebP picture the distance between the ways and the ratio of the bytes."""
    pairs = zip(plain, (cleaned[one.name].data for one in SHOWN), strict=True)
    return [(distance(one, other), len(other) / len(one)) for one, other in pairs]


def watch_memory() -> Memory:
    memory = Memory()
    logger = logging.getLogger("solidarity.decoding")
    logger.setLevel(logging.DEBUG)
    logger.addHandler(memory)
    logger.propagate = False
    return memory


def with_libvips(photos: list[bytes]) -> list[float]:
    """Return the seconds that libvips takes for each photo; nothing where it is not installed."""
    root = Path(__file__).resolve().parent.parent
    python = root / ".local" / "tools" / "bin" / "python"
    if not python.exists():
        return []
    with tempfile.TemporaryDirectory(prefix="photos-") as folder:
        for number, photo in enumerate(photos):
            Path(folder, f"{number:03}.jpg").write_bytes(photo)
        sides = [str(one.longest_side) for one in SHOWN]
        script = Path(__file__).with_name("photo_vips.py")
        done = subprocess.run(
            [python, script, folder, *sides], capture_output=True, text=True, check=True
        )
    return [float(line) for line in done.stdout.split()]


def median(values: list[float]) -> float:
    return statistics.median(values)


def main() -> int:
    """Measure all photos, print a report and return the exit status."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    memory = watch_memory()
    starting, _ = timed(lambda: clean_photo(BytesIO(make_speck(0))))
    plain, cleaned, alone, apart = [], [], [], []
    photos = [make_photo(number) for number in range(PHOTOS)]
    for photo in photos:
        speck = make_speck(len(photo))
        seconds, pictures = timed(lambda photo=photo: decode_plainly(photo))
        plain.append(seconds)
        seconds, result = timed(lambda photo=photo: clean_photo(BytesIO(photo)))
        cleaned.append(seconds)
        alone.append(timed(lambda speck=speck: clean_photo(BytesIO(speck)))[0])
        apart.append(compare(pictures, result))
    ratio = median([a / b for a, b in zip(plain, cleaned, strict=True)])
    peak = max(memory.found) * 1024 / 1e6
    print(f"plain {median(plain):.3f} s, cleaned {median(cleaned):.3f} s: {ratio:.2f} times")
    print(
        f"of it the process {1000 * median(alone):.1f} ms (the first of all, with the start of the "
        f"decoder server: {1000 * starting:.0f} ms); memory {peak:.0f} MB"
    )
    vips = with_libvips(photos)
    if vips:
        times = median(plain) / median(vips)
        print(f"libvips, three pictures {median(vips):.3f} s: {times:.2f} times")
    else:
        print("libvips is not compared: make tools")
    for place, derivative in enumerate(SHOWN):
        far, bytes_ratio = (median([one[place][part] for one in apart]) for part in (0, 1))
        print(f"{derivative.name}: {far:.2f} of 255 apart, {bytes_ratio:.2f} times the bytes")
    return 0 if ratio >= FASTER and peak <= MEGABYTES else 1


if __name__ == "__main__":
    sys.exit(main())
