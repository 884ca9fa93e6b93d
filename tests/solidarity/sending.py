"""Send photos as people do: through the form, or straight through the service."""

import os
import re
import secrets
import uuid
from io import BytesIO

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import override
from PIL import Image

from solidarity import services
from solidarity.forms import PhotoForm
from solidarity.images import CleanedPhoto, CleanPicture
from solidarity.models import Photo, PhotoCall
from tests.factories import make_photo_call

PATH = "/en/solidarity/test-call/"


def form_key(client, path: str = PATH) -> str:
    return key_in(client.get(path).content.decode())


def key_in(html: str) -> str:
    return re.search(r'name="form_key" value="([^"]+)"', html).group(1)


def words_digest() -> str:
    """What the form carries about the words beside its boxes."""
    form = PhotoForm(call=PhotoCall.objects.get(slug="test-call"))
    return form.fields["words_shown"].initial


def filled_in(client, image: bytes | None = None, *, path: str = PATH, **fields) -> dict:
    """What the form sends when somebody fills it in and agrees to everything."""
    html = client.get(path).content.decode()
    data = {
        "form_key": key_in(html),
        "words_shown": re.search(r'name="words_shown" value="([^"]+)"', html).group(1),
        "website": "",
        "message": "You are not alone",
        "display_name": "Sam",
        "email": "sam@example.org",
        "people": "sender",
        "consent_delivery": "on",
        "consent_wall": "on",
        **fields,
    }
    if image is not None:
        data["image"] = SimpleUploadedFile("Sam Sorel, Rue Longue 5.jpg", image, "image/jpeg")
    return {name: value for name, value in data.items() if value is not None}


def held_token(response) -> str:
    html = response.content.decode()
    found = re.search(r'name="held_photo"(?: value="([^"]*)")?', html)
    return found.group(1) or ""


def webp(size: tuple[int, int] = (64, 48)) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, "#d8352a").save(out, "WEBP")
    return out.getvalue()


def cleaned_photo() -> CleanedPhoto:
    """A cleaned photo that no decoder had to be started for, like no other one."""
    pictures = (
        CleanPicture("original", b"\xff\xd8\xff" + os.urandom(16), "image/jpeg", "jpg", 64, 48),
        CleanPicture("large", webp(), "image/webp", "webp", 64, 48),
        CleanPicture("wall2", webp(), "image/webp", "webp", 64, 48),
        CleanPicture("wall", webp(), "image/webp", "webp", 64, 48),
    )
    return CleanedPhoto(pictures, "d8352a" * 9, secrets.randbits(64) - (1 << 63))


def send_photo(call: PhotoCall | None = None, *, language: str = "en", **fields) -> Photo:
    """A photo sent with both consents, not yet decided on."""
    values = {
        "image": cleaned_photo(),
        "message": "You are not alone",
        "display_name": "Sam",
        "email": "",
        "consent_delivery": True,
        "consent_wall": True,
        "form_key": uuid.uuid4(),
        "form_digest": "digest",
        **fields,
    }
    call = call or PhotoCall.objects.filter(slug="test-call").first() or make_photo_call()
    with override(language):
        return services.submit_photo(call=call, language=language, **values)


def public_photo(**fields) -> Photo:
    alt_text = fields.pop("alt_text", "Somebody holds up a sign")
    return services.approve_photo(photo=send_photo(**fields), moderator=None, alt_text=alt_text)


def stored_files() -> list[str]:
    folder = settings.PHOTO_ROOT
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def files_of(photo) -> list[str]:
    """The names of the files of a photo without edits, frame and AVIF, in order."""
    endings = ("large.webp", "original.jpg", "wall.webp", "wall2.webp")
    return [f"{photo.file_name}-{ending}" for ending in endings]
