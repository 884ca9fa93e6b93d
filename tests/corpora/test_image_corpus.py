"""Photos and hostile files that others made, judged as the corpus's index says.

Run by ``make corpora``, which sets CORPORA to the folder that holds ``images/index.tsv``.
"""

import csv
import os
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageCms, ImageStat

from solidarity.images import CleanedPhoto, ImageRefused, Refusal, clean_photo

pytestmark = pytest.mark.corpora

# Lines of the index that we judge otherwise; all three are marked there as a matter of policy.
TAKEN_ALL_THE_SAME = {
    "chunk_no_fdat.png": "the first frame is whole; the damage is in a later one, never read",
    "decompression_bomb_extents.gif": "the first frame is 100 x 100; the huge one is never read",
    "smallest-invalid.png": "its one pixel decodes; only the end mark is missing",
}
TOO_MANY_PIXELS = {"lottapixel.jpg"}
FOREIGN = (b"<?php", b"<script", b"ONmouseOVER", b"Exif", b"ns.adobe.com", b"Photoshop", b"GPS")


@pytest.fixture(scope="module")
def folder() -> Path:
    return Path(os.environ["CORPORA"]) / "images"


@pytest.fixture(scope="module")
def index(folder: Path) -> dict[str, bool]:
    """Whether each file should be accepted."""
    with (folder / "index.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return {row["file"]: row["should accept"] == "yes" for row in rows}


@pytest.fixture(scope="module")
def outcomes(folder: Path, index: dict[str, bool]) -> dict[str, CleanedPhoto | Refusal]:
    """What became of each file; anything raised but ImageRefused fails every test here."""
    found: dict[str, CleanedPhoto | Refusal] = {}
    for name in index:
        with (folder / name).open("rb") as source:
            try:
                found[name] = clean_photo(source)
            except ImageRefused as refused:
                found[name] = refused.reason
    return found


@pytest.fixture(scope="module")
def photos(outcomes: dict[str, CleanedPhoto | Refusal]) -> dict[str, CleanedPhoto]:
    return {name: photo for name, photo in outcomes.items() if isinstance(photo, CleanedPhoto)}


def opened(photo: CleanedPhoto) -> Image.Image:
    return Image.open(BytesIO(photo.delivery.data))


def difference(one: Image.Image, other: Image.Image) -> float:
    """The mean difference of two pictures of one size, from 0 to 255."""
    return sum(ImageStat.Stat(ImageChops.difference(one, other)).mean) / 3


def test_files_are_taken_or_refused_as_the_index_says(index, outcomes) -> None:
    expected = {name: accepted or name in TAKEN_ALL_THE_SAME for name, accepted in index.items()}
    assert len(expected) >= 80
    assert not any(index[name] for name in TAKEN_ALL_THE_SAME)

    assert {name: isinstance(outcome, CleanedPhoto) for name, outcome in outcomes.items()} == (
        expected
    )


def test_pixel_bombs_are_told_from_other_refusals(outcomes) -> None:
    refused = {name for name, outcome in outcomes.items() if outcome == Refusal.TOO_MANY_PIXELS}

    assert refused == TOO_MANY_PIXELS


def test_nothing_but_pixels_is_left(folder: Path, photos) -> None:
    planted = {word for name in photos for word in FOREIGN if word in (folder / name).read_bytes()}
    assert planted == set(FOREIGN)

    for name, photo in photos.items():
        for picture in photo.pictures:
            image = Image.open(BytesIO(picture.data))
            assert not [word for word in FOREIGN if word in picture.data], name
            assert dict(image.getexif()) == {}, name
            assert not {"exif", "xmp", "icc_profile", "comment", "photoshop"} & set(image.info)
            assert getattr(image, "n_frames", 1) == 1, name


def test_eight_orientations_show_the_same_card(photos) -> None:
    upright = opened(photos["Landscape_1.jpg"])

    for number in range(1, 9):
        card = opened(photos[f"Landscape_{number}.jpg"])
        assert card.size == (1800, 1200)
        assert difference(upright, card) < 8, number


def test_pictures_that_containers_turn_are_upright(folder: Path, photos) -> None:
    assert opened(photos["arrow.heic"]).size == (1500, 2000)
    assert opened(photos["rot1mir0.avif"]).size == (640, 427)
    stored = Image.open(folder / "hopper_orientation_6.webp")
    upright = stored.convert("RGB").transpose(Image.Transpose.ROTATE_270)

    assert difference(opened(photos["hopper_orientation_6.webp"]), upright) < 8


def test_one_photo_is_the_same_under_another_name(photos) -> None:
    assert photos["pug.heic"] == photos["heic-named.jpg"]
    assert photos["flower.webp"] == photos["webp-no-extension"]


def test_cmyk_is_not_inverted(folder: Path, photos) -> None:
    plain = Image.open(folder / "pil_sample_cmyk.jpg").convert("RGB")

    assert difference(opened(photos["pil_sample_cmyk.jpg"]), plain) < 8


def test_adobe_rgb_does_not_go_dull(folder: Path, photos) -> None:
    cleaned = opened(photos["xmp_test.jpg"])
    source = Image.open(folder / "xmp_test.jpg").resize(cleaned.size)
    profile = ImageCms.ImageCmsProfile(BytesIO(source.info["icc_profile"]))
    assert "Adobe RGB" in ImageCms.getProfileDescription(profile)

    srgb = ImageCms.profileToProfile(source, profile, ImageCms.createProfile("sRGB"))

    assert difference(cleaned, srgb) < difference(cleaned, source)
