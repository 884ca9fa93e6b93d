from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from PIL import Image

from pages.images import EditorialImage
from tests.factories import make_staff

pytestmark = pytest.mark.django_db

CANARY = b"CANARY-4711"


def photo_with_canary() -> bytes:
    exif = Image.Exif()
    exif[0x010E] = CANARY.decode()
    out = BytesIO()
    Image.new("RGB", (80, 60), "#d8352a").save(out, "JPEG", exif=exif, comment=CANARY)
    return out.getvalue()


def stored_bytes(file) -> bytes:
    with file.open("rb") as opened:
        return opened.read()


def test_editors_picture_is_stored_clean_and_renamed(client):
    assert CANARY in photo_with_canary()
    client.force_login(make_staff("Editors"))
    upload = ContentFile(photo_with_canary(), name="Firstname Lastname Street.jpg")

    answer = client.post(
        reverse("wagtailimages:add"),
        {"title": "A picture", "file": upload, "collection": 1, "tags": "", "description": ""},
    )

    assert answer.status_code == 302
    picture = EditorialImage.objects.get()
    assert CANARY not in stored_bytes(picture.file)
    assert "Lastname" not in picture.file.name
    for spec in ("width-40", "width-40|format-png", "width-40|format-webp"):
        rendition = picture.get_rendition(spec)
        assert CANARY not in stored_bytes(rendition.file)
        assert "Lastname" not in rendition.file.name


def test_picture_saved_by_code_is_cleaned_as_well():
    picture = EditorialImage(title="x", file=ContentFile(photo_with_canary(), name="a.jpg"))
    picture.save()

    picture = EditorialImage.objects.get()
    assert CANARY not in stored_bytes(picture.file)
    assert (picture.width, picture.height) == (80, 60)


@pytest.mark.parametrize("damage", ["renamed", "cut"])
def test_unreadable_picture_is_refused_kindly(client, damage):
    out = BytesIO()
    Image.effect_noise((400, 300), 80).save(out, "JPEG")
    content = b"%PDF-1.7 renamed" if damage == "renamed" else out.getvalue()[:-9000]
    client.force_login(make_staff("Editors"))

    answer = client.post(
        reverse("wagtailimages:add"),
        {"title": "x", "file": ContentFile(content, name="a.jpg"), "collection": 1},
    )

    assert answer.status_code == 200
    assert "error-message" in answer.content.decode()
    assert not EditorialImage.objects.exists()


def test_original_is_not_public(client):
    picture = EditorialImage(title="x", file=ContentFile(photo_with_canary(), name="a.jpg"))
    picture.save()

    assert client.get(f"/media/{picture.file.name}").status_code == 404
    rendition = picture.get_rendition("width-40")
    assert b"".join(client.get(rendition.url).streaming_content) == stored_bytes(rendition.file)
