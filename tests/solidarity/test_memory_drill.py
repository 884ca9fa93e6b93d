"""The largest photo of every format: what it takes to clean, in memory and time."""

import logging
import re
import time
from collections.abc import Callable, Iterator
from io import BytesIO

import pillow_heif
import pytest
from PIL import Image

from solidarity.images import MAX_UPLOAD_BYTES, clean_photo
from tests.solidarity.test_decoding import worker_memory
from tests.solidarity.test_images import encode

pytestmark = pytest.mark.drill

pillow_heif.register_heif_opener()

MOST_KIBIBYTES = 450 * 1024
FIFTY = (7_071, 7_071)  # just under 50 million pixels


@pytest.fixture(autouse=True)
def large_pictures_may_be_made(monkeypatch) -> Iterator[None]:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", None)
    yield


def soft(size: tuple[int, int]) -> Image.Image:
    small = Image.effect_noise((50, 50), 90).convert("RGB")
    return small.resize(size, Image.Resampling.BICUBIC)


def plain(mode: str, size: tuple[int, int] = FIFTY) -> Image.Image:
    return Image.new(mode, size, (9, 8, 7, 100) if mode == "RGBA" else 1)


EIGHT = (8_000, 8_000)  # 64 million pixels
LARGEST: dict[str, Callable[[], bytes]] = {
    "jpeg": lambda: encode(soft(EIGHT), "JPEG", quality=50),
    "jpeg, progressive": lambda: encode(
        soft(EIGHT), "JPEG", quality=50, progressive=True, subsampling=0
    ),
    "jpeg, four colours": lambda: encode(
        soft((6_900, 6_900)).convert("CMYK"), "JPEG", quality=50, progressive=True
    ),
    "png": lambda: encode(plain("RGBA"), "PNG"),
    "png, just not piecemeal": lambda: encode(plain("RGBA", (5_990, 5_990)), "PNG"),
    "png, 16 bits": lambda: encode(plain("I;16"), "PNG"),
    "gif": lambda: encode(plain("P"), "GIF", transparency=1),
    "webp": lambda: encode(soft((7_000, 7_000)), "WEBP", quality=30, method=0),
    "webp, lossless": lambda: encode(plain("RGBA"), "WEBP", lossless=True, method=0),
    "webp, animated": lambda: encode(
        plain("RGBA", (5_000, 5_000)),
        "WEBP",
        save_all=True,
        append_images=[soft((5_000, 5_000))],
        quality=30,
        method=0,
    ),
    "avif": lambda: encode(soft(FIFTY), "AVIF", quality=30, speed=10),
    "avif, all colours": lambda: encode(
        soft((6_500, 6_500)), "AVIF", quality=30, speed=10, subsampling="4:4:4"
    ),
    "heif": lambda: encode(soft(FIFTY), "HEIF", quality=30),
    "heif, transparent": lambda: encode(plain("RGBA"), "HEIF", quality=30),
}


@pytest.mark.parametrize("kind", LARGEST)
def test_largest_photo_stays_within_its_memory(kind: str, caplog) -> None:
    caplog.set_level(logging.DEBUG, logger="solidarity.decoding")
    source = LARGEST[kind]()
    assert len(source) <= MAX_UPLOAD_BYTES
    own, start = worker_memory(), time.monotonic()

    photo = clean_photo(BytesIO(source))

    (taken,) = re.findall(r"took (\d+) KiB", caplog.text)
    print(f"\n{kind}: {int(taken) // 1024} MiB, {time.monotonic() - start:.1f} s")
    assert photo.width == 2_000
    assert int(taken) <= MOST_KIBIBYTES
    assert worker_memory() - own < 24 * 1024  # the upload's buffer and the answer
