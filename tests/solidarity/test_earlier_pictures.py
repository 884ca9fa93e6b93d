"""Photos from before originals were kept get every picture that photos have now."""

from io import BytesIO, StringIO

import pytest
from django.conf import settings
from django.core.management import call_command
from PIL import Image

from solidarity import services
from solidarity.edits import Edits
from solidarity.images import clean_photo
from solidarity.models import Photo
from tests.solidarity.sending import files_of, public_photo, send_photo, stored_files

pytestmark = pytest.mark.django_db


def make_earlier(photo: Photo) -> Photo:
    """Leave of a photo's files what there used to be: wall, large, and the clean one to deliver."""
    (settings.PHOTO_ROOT / f"{photo.file_name}-wall2.webp").unlink()
    original = settings.PHOTO_ROOT / f"{photo.file_name}-original.jpg"
    original.rename(settings.PHOTO_ROOT / f"{photo.file_name}-delivery.jpg")
    Photo.objects.filter(pk=photo.pk).update(pixels_hash="", fingerprint=None)
    photo.refresh_from_db()
    return photo


def real_photo():
    out = BytesIO()
    Image.effect_noise((60, 40), 80).convert("RGB").save(out, "JPEG")
    out.seek(0)
    return clean_photo(out)


def run() -> tuple[str, str]:
    out, errors = StringIO(), StringIO()
    call_command("remake_pictures", stdout=out, stderr=errors)
    return out.getvalue(), errors.getvalue()


def test_earlier_photo_is_shown_whole_and_can_be_covered():
    photo = make_earlier(public_photo(image=real_photo()))

    said, _ = run()

    photo.refresh_from_db()
    assert said == "Photos whose pictures were made: 1\n"
    assert set(files_of(photo)) < set(stored_files())
    assert photo.fingerprint is not None and photo.pixels_hash
    services.edit_photo(
        photo=photo, moderator=None, edits=Edits.read({"covers": [[0, 0, 0.5, 0.5]]})
    )


def test_photos_of_today_are_left_alone_and_a_second_run_makes_nothing():
    send_photo()
    make_earlier(send_photo(image=real_photo()))
    run()
    before = stored_files()

    assert run() == ("Photos whose pictures were made: 0\n", "")
    assert stored_files() == before


def test_photo_without_any_picture_left_is_named():
    photo = make_earlier(send_photo(image=real_photo()))
    (settings.PHOTO_ROOT / f"{photo.file_name}-delivery.jpg").unlink()
    errors = StringIO()

    with pytest.raises(SystemExit) as ended:
        call_command("remake_pictures", stdout=StringIO(), stderr=errors)

    assert ended.value.code == 1
    assert errors.getvalue().strip().endswith(f": {photo.pk}")
