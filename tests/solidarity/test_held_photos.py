"""A photo that was chosen survives a mistake elsewhere in the form, for an hour at most."""

import os
import time
from datetime import timedelta
from io import BytesIO

import pytest
from django.conf import settings
from django.utils import timezone
from PIL import Image

from solidarity import held_photos, services, tasks
from solidarity.edits import Edits
from solidarity.images import clean_photo
from solidarity.models import HeldPhoto, Photo
from tests.factories import make_photo_call
from tests.solidarity.sending import (
    PATH,
    cleaned_photo,
    files_of,
    filled_in,
    held_token,
    send_photo,
    stored_files,
)

pytestmark = pytest.mark.django_db

COVER = Edits.read({"covers": [[0, 0, 0.5, 0.5]]})


@pytest.fixture(autouse=True)
def call():
    return make_photo_call()


def spoil(client, image: bytes | None, **fields):
    """Send a form whose message is missing."""
    return client.post(PATH, filled_in(client, image, message="", **fields))


def age(held: HeldPhoto, minutes: int) -> None:
    held.created_at = timezone.now() - timedelta(minutes=minutes)
    held.save()


def test_photo_survives_a_mistake_elsewhere(client, make_image):
    response = spoil(client, make_image(size=(64, 48)))
    token = held_token(response)
    assert f"/en/solidarity/held/{token}/" in response.content.decode()

    client.post(PATH, filled_in(client, held_photo=token))

    photo = Photo.objects.get()
    assert (photo.width, photo.height) == (64, 48)
    assert stored_files() == files_of(photo)


def test_thumbnail_is_shown_to_whoever_holds_the_form_and_kept_nowhere(client, make_image):
    token = held_token(spoil(client, make_image()))

    response = client.get(f"/en/solidarity/held/{token}/")

    assert Image.open(BytesIO(response.content)).size == (64, 48)
    assert response["Content-Type"] == "image/webp"
    assert response["Cache-Control"] == "private, no-store"
    assert response["Content-Security-Policy"].startswith("default-src 'none'; sandbox;")
    assert client.get("/en/solidarity/held/wrong/").status_code == 404


def test_only_a_hash_of_the_token_is_stored(client, make_image):
    token = held_token(spoil(client, make_image()))

    held = HeldPhoto.objects.get()
    assert token not in f"{held.token_hash}{held.file_name}"
    assert len(held.token_hash) == 64


def test_new_file_replaces_the_held_photo(client, make_image):
    token = held_token(spoil(client, make_image(size=(64, 48))))

    client.post(PATH, filled_in(client, make_image(size=(48, 64)), held_photo=token))

    photo = Photo.objects.get()
    assert (photo.width, photo.height) == (48, 64)


def test_bad_new_file_leaves_the_held_photo(client, make_image):
    token = held_token(spoil(client, make_image()))

    response = client.post(PATH, filled_in(client, b"%PDF-1.7", held_photo=token))

    assert "not a photo that we can read" in response.content.decode()
    assert held_token(response) == token


def test_form_with_a_held_photo_sent_twice_counts_once(client, make_image):
    token = held_token(spoil(client, make_image()))
    data = filled_in(client, held_photo=token)

    first, second = client.post(PATH, data), client.post(PATH, data)

    assert first.status_code == second.status_code == 302
    assert first.headers["Location"] == second.headers["Location"]
    assert Photo.objects.count() == 1


def test_held_photo_cannot_be_sent_a_second_time(client, make_image):
    token = held_token(spoil(client, make_image()))
    client.post(PATH, filled_in(client, held_photo=token))

    same = client.post(PATH, filled_in(client, held_photo=token, message="Another one"))
    other = client.post(PATH, filled_in(client, held_photo=token, email="other@example.org"))

    assert "We have this photo from you already" in same.content.decode()
    assert "This photo was sent already." in other.content.decode()
    assert held_token(same) == held_token(other) == ""
    assert Photo.objects.count() == 1


@pytest.mark.parametrize("token", ["unknown", ""])
def test_without_any_photo_one_is_asked_for(client, token):
    response = client.post(PATH, filled_in(client, held_photo=token))

    sentence = "We no longer hold the photo" if token else "Choose a photo."
    assert sentence in response.content.decode()
    assert held_token(response) == ""
    assert not Photo.objects.exists()


def test_held_photo_whose_time_is_up_does_not_count(client, make_image):
    token = held_token(spoil(client, make_image()))
    age(HeldPhoto.objects.get(), minutes=51)

    response = client.post(PATH, filled_in(client, held_photo=token))

    assert "We no longer hold the photo" in response.content.decode()
    assert client.get(f"/en/solidarity/held/{token}/").status_code == 404
    assert not Photo.objects.exists()


def test_purge_forgets_old_photos_with_their_files_and_no_others():
    held_photos.hold_photo(cleaned=cleaned_photo(), source_digest="1")
    age(HeldPhoto.objects.get(), minutes=51)
    held_photos.hold_photo(cleaned=cleaned_photo(), source_digest="2")

    tasks.purge_held_photos(timestamp=0)
    tasks.purge_held_photos(timestamp=0)

    kept = HeldPhoto.objects.get()
    assert kept.source_digest == "2"
    assert stored_files() == files_of(kept)


def test_purge_leaves_the_files_of_a_photo_that_was_sent():
    held_photos.hold_photo(cleaned=cleaned_photo(), source_digest="1")
    held = HeldPhoto.objects.get()
    photo = send_photo(image=held)
    age(held, minutes=51)

    tasks.purge_held_photos(timestamp=0)

    assert not HeldPhoto.objects.exists()
    assert stored_files() == files_of(photo)


def test_files_that_no_row_names_are_deleted_after_an_hour():
    photo = send_photo()
    held_photos.hold_photo(cleaned=cleaned_photo(), source_digest="1")
    held = HeldPhoto.objects.get()
    orphans = {"0" * 32 + "-wall.webp": 3700, "1" * 32 + "-large.webp.part": 3700}
    young = "2" * 32 + "-wall.webp"
    for name in (*orphans, young):
        (settings.PHOTO_ROOT / name).write_bytes(b"x")
    for path in settings.PHOTO_ROOT.iterdir():
        if path.name != young:
            os.utime(path, (time.time() - 3700,) * 2)

    tasks.purge_orphaned_photo_files(timestamp=0)

    assert stored_files() == sorted([*files_of(photo), *files_of(held), young])


def test_files_are_private_and_whole(tmp_path):
    send_photo()

    assert all(path.stat().st_mode & 0o777 == 0o600 for path in settings.PHOTO_ROOT.iterdir())
    assert settings.PHOTO_ROOT.stat().st_mode & 0o777 == 0o700
    assert not list(settings.PHOTO_ROOT.glob("*.part"))


def test_held_photo_that_was_sent_and_then_covered_is_not_sent_again(
    call, django_capture_on_commit_callbacks
):
    held = HeldPhoto.objects.get(token_hash=hold_real_photo())
    photo = send_photo(call, image=held)
    with django_capture_on_commit_callbacks(execute=True):
        services.edit_photo(photo=photo, moderator=None, edits=COVER)
    held.refresh_from_db()

    with pytest.raises(services.PhotoError, match="sent already"):
        send_photo(call, image=held)

    photo.refresh_from_db()
    assert held.file_name == photo.file_name
    assert all(name.startswith(photo.file_name) for name in stored_files())


def hold_real_photo() -> str:
    out = BytesIO()
    Image.effect_noise((60, 40), 80).convert("RGB").save(out, "JPEG")
    out.seek(0)
    held_photos.hold_photo(cleaned=clean_photo(out), source_digest="x")
    return HeldPhoto.objects.get().token_hash
