"""Covers, turns and crops: what is covered is in no picture that is kept, and old ones are gone."""

import json
import uuid
from io import BytesIO

import pytest
from django.conf import settings
from PIL import Image

from solidarity import services
from solidarity.edits import Edits
from solidarity.images import clean_photo
from solidarity.models import Photo, PhotoReport
from solidarity.photo_files import delete_originals, read_picture
from tests.factories import make_photo_call, make_staff
from tests.solidarity.sending import send_photo, stored_files
from tests.solidarity.test_moderation import FRAGMENT, QUEUE, page, text

pytestmark = pytest.mark.django_db(transaction=True)

# The left half is the face: green. Everything else is red.
COVER = [0.0, 0.0, 0.5, 1.0]


@pytest.fixture(autouse=True)
def call():
    return make_photo_call()


@pytest.fixture
def moderator(client):
    user = make_staff("Moderators")
    client.force_login(user)
    return user


def half_green() -> bytes:
    picture = Image.new("RGB", (80, 40), "#d62622")
    picture.paste("#00c800", (0, 0, 40, 40))
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def photo():
    return send_photo(image=clean_photo(BytesIO(half_green())))


def green_pixels(data: bytes) -> int:
    picture = Image.open(BytesIO(data)).convert("RGB")
    pixels = picture.get_flattened_data()
    return sum(green > 100 and red < 120 for red, green, _ in pixels)


def green_in_files(photo: Photo) -> dict[str, int]:
    """How many green pixels each stored picture of any photo has; only files with some."""
    found = {
        name: green_pixels((settings.PHOTO_ROOT / name).read_bytes()) for name in stored_files()
    }
    return {name: number for name, number in found.items() if number}


def cover(client, photo: Photo, **fields):
    data = {"edits": json.dumps({"turn": 0, "crop": None, "covers": [COVER]}), **fields}
    return client.post(f"{page(photo)}edit/", data, headers=FRAGMENT)


def test_what_is_covered_is_in_no_picture_once_the_photo_is_approved(client, moderator, photo):
    old_name = photo.file_name
    assert len(green_in_files(photo)) == 4  # the search finds it where it is

    response = cover(client, photo, seen=old_name)
    photo.refresh_from_db()

    assert response.status_code == 200 and "The picture is changed." in text(response)
    assert photo.file_name != old_name
    # Until the decision the picture without the cover is kept, for moderators alone.
    assert list(green_in_files(photo)) == [f"{photo.file_name}-original.jpg"]
    undecided_name = photo.file_name
    client.post(f"{page(photo)}approve/", {"alt_text": "A sign", "seen": undecided_name})
    photo.refresh_from_db()
    assert photo.status == Photo.Status.APPROVED
    assert (photo.edits, green_in_files(photo)) == ({}, {})
    assert photo in Photo.objects.public()
    assert client.get(photo.picture_url("wall")).status_code == 200
    for name in (old_name, undecided_name):
        address = photo.picture_url("wall").replace(photo.file_name, name)
        assert client.get(address).status_code == 404
    assert not [name for name in stored_files() if not name.startswith(photo.file_name)]


def test_cover_of_a_photo_on_the_wall_is_final_at_once_and_answers_reports(
    client, moderator, photo
):
    services.approve_photo(photo=photo, moderator=None, alt_text="A sign")
    report = services.report_photo(
        photo=photo,
        kind="me",
        words="",
        email="",
        language="en",
        form_key=uuid.uuid4(),
        form_digest="",
    )
    assert photo not in Photo.objects.public()

    response = cover(client, photo, last_report=report.pk)

    assert "the reports are answered" in text(response)
    assert green_in_files(photo) == {}
    photo.refresh_from_db()
    assert photo in Photo.objects.public()
    assert PhotoReport.objects.get().outcome == "covered"


def test_cover_does_not_answer_a_report_that_nobody_has_read(client, moderator, photo):
    services.approve_photo(photo=photo, moderator=None, alt_text="A sign")
    reports = [
        services.report_photo(
            photo=photo,
            kind="me",
            words="",
            email="",
            language="en",
            form_key=uuid.uuid4(),
            form_digest="",
        )
        for _ in range(2)
    ]

    cover(client, photo, last_report=reports[0].pk)

    assert PhotoReport.objects.open().count() == 2
    assert photo not in Photo.objects.public()


def test_photo_that_needs_a_cover_is_not_approved_without(client, moderator):
    details = services.PhotoDetails(needs_cover=True)
    photo = send_photo(image=clean_photo(BytesIO(half_green())), details=details)

    refused = client.post(f"{page(photo)}approve/", {"alt_text": "A sign"}, headers=FRAGMENT)

    assert refused.status_code == 409
    assert "Cover it before you approve." in text(refused)
    assert f'data-url="{page(photo)}' in text(refused)  # the same photo is still on the screen
    cover(client, photo)
    client.post(f"{page(photo)}approve/", {"alt_text": "A sign"})
    photo.refresh_from_db()
    assert (photo.status, photo.needs_cover) == (Photo.Status.APPROVED, False)


def test_without_a_script_covers_are_typed_one_after_the_other_and_turn_along(
    client, moderator, photo
):
    first = {"cover_left": "0", "cover_top": "0", "cover_width": "50", "cover_height": "100"}
    client.post(f"{page(photo)}edit/", {"turn": "0", **first})
    second = {"cover_left": "90", "cover_top": "90", "cover_width": "10", "cover_height": "10"}
    client.post(f"{page(photo)}edit/", {"turn": "90", **second})

    photo.refresh_from_db()
    assert photo.edits["turn"] == 90
    covers = [[round(part, 9) for part in cover] for cover in photo.edits["covers"]]
    assert covers == [[0.0, 0.0, 1.0, 0.5], [0.9, 0.9, 0.1, 0.1]]
    assert (photo.width, photo.height) == (40, 80)
    large = read_picture(photo.file_name, "large")
    assert green_pixels(large) == 0


@pytest.mark.parametrize(
    "fields",
    [
        {"edits": "[]"},
        {"edits": '{"covers": [[0, 0, 2, 1]]}'},
        {"cover_left": "10"},
        {"cover_left": "110", "cover_top": "0", "cover_width": "1", "cover_height": "1"},
    ],
)
def test_changes_that_do_not_fit_are_refused_and_nothing_is_changed(
    client, moderator, photo, fields
):
    before = stored_files()

    response = client.post(f"{page(photo)}edit/", fields, headers=FRAGMENT)

    assert response.status_code == 409
    assert "moderation__notice--error" in text(response)
    assert stored_files() == before


def test_nobody_approves_or_covers_over_what_a_colleague_has_changed(client, moderator, photo):
    seen = photo.file_name
    services.edit_photo(photo=photo, moderator=None, edits=Edits(covers=(tuple(COVER),)))
    services.edit_photo(photo=photo, moderator=None, edits=Edits())
    photo.refresh_from_db()
    before = stored_files()

    approved = client.post(
        f"{page(photo)}approve/", {"alt_text": "A sign", "seen": seen}, headers=FRAGMENT
    )
    covered = cover(client, photo, seen=seen)

    for response in (approved, covered):
        assert response.status_code == 409
        assert "Somebody else has changed this picture" in text(response)
    photo.refresh_from_db()
    assert photo.status == Photo.Status.PENDING
    assert stored_files() == before
    again = client.post(f"{page(photo)}approve/", {"alt_text": "A sign", "seen": photo.file_name})
    assert again.headers["Location"].startswith(QUEUE)


def test_rejected_photo_cannot_be_changed(client, moderator, photo):
    services.reject_photo(photo=photo, moderator=None, reason="faces")
    before = stored_files()

    assert cover(client, photo).status_code == 409
    assert stored_files() == before


@pytest.mark.parametrize("status", ["approved", "pending"])
def test_photo_whose_large_pictures_are_gone_can_still_be_covered(photo, status):
    services.approve_photo(photo=photo, moderator=None, alt_text="A sign")
    Photo.objects.filter(pk=photo.pk).update(has_originals=False, status=status)
    delete_originals(photo.file_name)
    assert green_in_files(photo)

    changed = services.edit_photo(
        photo=photo, moderator=None, edits=Edits.read({"covers": [COVER]})
    )

    assert green_in_files(photo) == {}
    assert changed.edits == {}  # nothing is left that a cover could be moved on
    assert stored_files() == [
        f"{changed.file_name}-{variant}.webp" for variant in ("large", "wall", "wall2")
    ]
