"""Every file of the corpus through the form that supporters use.

Run by ``make corpora``, which sets CORPORA to the folder that holds ``images/index.tsv``.
"""

import csv
import logging
import os
import re
import tempfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from campaign_site.forms import new_form_key
from solidarity.forms import PhotoForm
from solidarity.images import Refusal
from solidarity.models import HeldPhoto, Photo, PhotoCall
from solidarity.photo_files import delete_photo, read_picture
from solidarity.refusals import REFUSALS
from tests.corpora.image_metadata import exiftool_finds, foreign_pieces
from tests.corpora.test_image_corpus import FOREIGN, TAKEN_ALL_THE_SAME, difference
from tests.factories import make_photo_call
from tests.solidarity.sending import PATH, filled_in, stored_files
from tests.solidarity.test_images import planted_jpeg, planted_webp

pytestmark = [pytest.mark.corpora, pytest.mark.django_db]

FOLDER = Path(os.environ.get("CORPORA", "")) / "images"
MOST_KIBIBYTES = 450 * 1024
UPRIGHT = {
    **{f"Landscape_{number}.jpg": (1800, 1200) for number in range(1, 9)},
    "arrow.heic": (1500, 2000),
    "rot1mir0.avif": (640, 427),
    "hopper_orientation_6.webp": (128, 128),
}


def corpus() -> Iterator[tuple[str, bool]]:
    """Yield the name of each file and whether it is to be taken."""
    with (FOLDER / "index.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            name = row["file"]
            yield name, row["should accept"] == "yes" or name in TAKEN_ALL_THE_SAME


def send(client, form: dict, name: str):
    """Send a file, in a form of its own though the page was fetched once."""
    key = new_form_key(PhotoForm(call=PhotoCall.objects.get(slug="test-call")).purpose)
    image = SimpleUploadedFile(name, (FOLDER / name).read_bytes(), "image/jpeg")
    return client.post(PATH, {**form, "image": image, "form_key": key})


def pictures_of(photo: Photo) -> dict[str, bytes]:
    endings = [
        name.partition("-")[2] for name in stored_files() if name.startswith(photo.file_name)
    ]
    assert endings == ["large.webp", "original.jpg", "wall.webp", "wall2.webp"]
    return {ending: read_picture(photo.file_name, ending.split(".")[0]) for ending in endings}


def assert_clean(name: str, photo: Photo) -> Image.Image:
    """Check every stored picture of a photo, and return its original."""
    for ending, data in pictures_of(photo).items():
        assert foreign_pieces(data) == [], (name, ending)
        assert not [word for word in (*FOREIGN, b"CANARY") if word in data], (name, ending)
        image = Image.open(BytesIO(data))
        image.load()
        assert (image.mode, image.info.get("icc_profile")) == ("RGB", None), name
    return Image.open(BytesIO(read_picture(photo.file_name, "original")))


def assert_refused(name: str, response) -> None:
    """The form comes back with one sentence about the photo, and with all that was typed."""
    assert response.status_code < 500, name
    form = response.context["form"]
    sentences = {str(sentence) for sentence in REFUSALS.values()}
    assert set(form.errors) == {"image"}, name
    assert set(form.errors["image"]) <= sentences, name
    assert re.search(r"choose", form.errors["image"][0], re.IGNORECASE), name
    assert "You are not alone" in response.content.decode()


def test_every_file_does_what_the_index_says(client, tmp_path, monkeypatch, caplog) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    caplog.set_level(logging.DEBUG, logger="solidarity.decoding")
    make_photo_call()
    form = filled_in(client, email="")
    cards = {}
    count = 0
    for name, is_taken in corpus():
        before, photos = stored_files(), Photo.objects.count()
        response = send(client, form, name)
        if is_taken:
            assert response.status_code == 302, (name, response.context["form"].errors)
            photo = Photo.objects.latest("pk")
            original = assert_clean(name, photo)
            assert original.size == UPRIGHT.get(name, original.size), name
            if name.startswith("Landscape_"):
                cards[name] = original.convert("RGB")
        else:
            assert_refused(name, response)
            assert (stored_files(), Photo.objects.count()) == (before, photos), name
        count += 1
    assert count >= 80
    assert all(difference(cards["Landscape_1.jpg"], card) < 8 for card in cards.values())
    assert len(cards) == 8
    assert not HeldPhoto.objects.exists()
    assert list(temporary.iterdir()) == []
    assert exiftool_finds(settings.PHOTO_ROOT) == []
    peaks = [int(size) for size in re.findall(r"took (\d+) KiB", caplog.text)]
    assert len(peaks) >= 60
    assert max(peaks) <= MOST_KIBIBYTES
    for photo in Photo.objects.all():
        delete_photo(photo.file_name)
    assert stored_files() == []


def test_bomb_is_told_so(client) -> None:
    make_photo_call()

    response = send(client, filled_in(client), "lottapixel.jpg")

    assert response.context["form"].errors["image"] == [str(REFUSALS[Refusal.TOO_MANY_PIXELS])]


def test_metadata_would_be_found(tmp_path) -> None:
    for plant in (planted_jpeg, planted_webp):
        assert foreign_pieces(plant())
    file = BytesIO()
    Image.new("RGB", (8, 8)).save(file, "JPEG")
    assert foreign_pieces(file.getvalue()) == []
    assert foreign_pieces(file.getvalue() + b"tail") == ["something after the scan"]
    file = BytesIO()
    Image.new("RGB", (8, 8)).save(file, "WEBP")
    assert foreign_pieces(file.getvalue() + b"tail") == ["something after the last chunk"]
