"""The command that cleans one file, run as an operator runs it."""

import json
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from PIL import Image

from solidarity.images import Refusal
from solidarity.refusals import REFUSALS


def run(source: Path, destination: Path) -> tuple[int, str, str]:
    """Return the exit status and what was written to standard output and standard error."""
    out, err = StringIO(), StringIO()
    try:
        call_command("clean_image", str(source), str(destination), stdout=out, stderr=err)
    except SystemExit as ended:
        return ended.code, out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def write_photo(folder: Path) -> Path:
    exif = Image.Exif()
    exif[0x010E] = "CANARY"
    exif[0x0112] = 6
    path = folder / "photo.png"
    Image.new("RGB", (2400, 1200), "#d8352a").save(path, "WEBP", exif=exif)
    assert b"CANARY" in path.read_bytes()
    return path


def test_clean_file_is_written_and_described(tmp_path: Path) -> None:
    destination = tmp_path / "clean.jpg"
    destination.write_bytes(b"an earlier one")

    status, out, err = run(write_photo(tmp_path), destination)

    assert (status, err) == (0, "")
    assert out.count("\n") == 1
    assert json.loads(out) == {
        "format": "JPEG",
        "width": 1000,
        "height": 2000,
        "source_format": "WEBP",
    }
    image = Image.open(BytesIO(destination.read_bytes()))
    assert (image.format, image.size) == ("JPEG", (1000, 2000))
    assert b"CANARY" not in destination.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clean.jpg", "photo.png"]


def test_refused_file_leaves_the_destination_alone(tmp_path: Path) -> None:
    source, destination = tmp_path / "photo.jpg", tmp_path / "clean.jpg"
    source.write_bytes(b"%PDF-1.7 no photo")
    destination.write_bytes(b"an earlier one")

    status, out, err = run(source, destination)

    assert (status, out) == (2, "")
    assert err.strip() == str(REFUSALS[Refusal.UNSUPPORTED])
    assert destination.read_bytes() == b"an earlier one"


@pytest.mark.parametrize("missing", ["photo", "folder"])
def test_file_that_cannot_be_read_or_written_is_named(tmp_path: Path, missing: str) -> None:
    source = write_photo(tmp_path)
    source = tmp_path / "other.jpg" if missing == "photo" else source
    destination = tmp_path / ("none/clean.jpg" if missing == "folder" else "clean.jpg")

    status, out, err = run(source, destination)

    assert (status, out) == (2, "")
    assert str(source if missing == "photo" else destination) in err
    assert len(list(tmp_path.iterdir())) == 1
