"""The files of a photo: written whole, read by variant, deleted without a rest."""

import errno
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from PIL import Image

from campaign_site.storage.folder import PrivateFolder
from solidarity.images import CleanPicture
from solidarity.photo_files import add_pictures, delete_photo, read_picture, write_photo
from tests.solidarity.sending import cleaned_photo, stored_files


def delivery(data: bytes = b"\xff\xd8\xffdelivery") -> CleanPicture:
    return CleanPicture("delivery", data, "image/jpeg", "jpg", 64, 48)


def avif_pictures() -> list[CleanPicture]:
    file = BytesIO()
    Image.new("RGB", (8, 8)).save(file, "AVIF")
    names = ("wall2", "wall")
    return [CleanPicture(name, file.getvalue(), "image/avif", "avif", 8, 8) for name in names]


def test_pictures_are_read_by_their_variant() -> None:
    photo = cleaned_photo()

    name = write_photo(photo)

    assert stored_files() == [
        f"{name}-{ending}" for ending in ("large.webp", "original.jpg", "wall.webp", "wall2.webp")
    ]
    for picture in photo.pictures:
        assert read_picture(name, picture.name) == picture.data
    for path in Path(settings.PHOTO_ROOT).iterdir():
        assert path.stat().st_mode & 0o777 == 0o600
    delete_photo(name)


def test_delivery_falls_back_to_the_original_and_nothing_else_does() -> None:
    photo = cleaned_photo()
    name = write_photo(photo)

    assert read_picture(name, "delivery") == photo.original.data
    with pytest.raises(FileNotFoundError):
        read_picture(name, "wall", "avif")
    add_pictures(name, [delivery()])
    assert read_picture(name, "delivery") == delivery().data
    delete_photo(name)
    with pytest.raises(FileNotFoundError):
        read_picture(name, "delivery")


def test_avif_is_added_twice_and_deleted_with_the_rest() -> None:
    name = write_photo(cleaned_photo())
    other = write_photo(cleaned_photo())

    add_pictures(name, avif_pictures())
    add_pictures(name, avif_pictures())
    assert read_picture(name, "wall", "avif") == avif_pictures()[1].data
    assert read_picture(name, "wall").startswith(b"RIFF")

    delete_photo(name)
    delete_photo(name)
    assert {path.partition("-")[0] for path in stored_files()} == {other}
    delete_photo(other)


def test_unfinished_file_of_a_killed_task_is_no_hindrance_and_is_deleted() -> None:
    name = write_photo(cleaned_photo())
    left = Path(settings.PHOTO_ROOT) / f"{name}-wall.avif.part"
    left.write_bytes(b"half")

    add_pictures(name, avif_pictures())
    assert not left.exists()
    left.write_bytes(b"half")
    delete_photo(name)

    assert stored_files() == []


def test_full_disk_leaves_nothing(monkeypatch) -> None:
    write, written = PrivateFolder._write_whole, []

    def fail_at_the_last(store: PrivateFolder, path: Path, data: bytes) -> None:
        if path.name.endswith("-original.jpg"):
            raise OSError(errno.ENOSPC, "full")
        write(store, path, data)
        written.append(path.name)

    monkeypatch.setattr(PrivateFolder, "_write_whole", fail_at_the_last)
    with pytest.raises(OSError, match="full"):
        write_photo(cleaned_photo())

    assert len(written) == 3  # the original comes last
    assert stored_files() == []


def test_original_goes_first_so_that_it_never_stands_for_a_covered_picture(monkeypatch) -> None:
    name = write_photo(cleaned_photo())
    add_pictures(name, [delivery()])
    gone, unlink = [], Path.unlink

    def note(path: Path, missing_ok: bool = False) -> None:
        gone.append(path.name)
        unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", note)
    delete_photo(name)

    assert gone.index(f"{name}-original.jpg") < gone.index(f"{name}-delivery.jpg")
