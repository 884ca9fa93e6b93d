"""Offices, and editions in every state, as staff make them."""

import os
from datetime import date
from io import BytesIO

from django.utils import timezone
from PIL import Image

from solidarity import services
from solidarity.images import CleanedPhoto, CleanPicture
from solidarity.models import (
    Delivery,
    DossierFile,
    Edition,
    EditionPhoto,
    Office,
    PhotoCall,
)
from tests.factories import make_photo_call, make_staff
from tests.solidarity.sending import cleaned_photo, public_photo
from tests.stored_files import dossier_path

LETTER = "Dear Madam or Sir,\n\nPlease go on protecting those who defend health."


def make_office(**fields) -> Office:
    defaults = {
        "name_en": "Test Minister of Cooperation",
        "name_fr": "Ministre d’essai de la Coopération",
        "name_nl": "Testminister van Samenwerking",
        "language": "nl",
        "address": "Teststraat 1\n1000 Brussel",
    }
    return Office.objects.create(**{**defaults, **fields})


def call_with_office(**fields) -> PhotoCall:
    return make_photo_call(**{"office": make_office(), **fields})


def real_picture() -> CleanedPhoto:
    """A cleaned photo with a real JPEG, that no decoder had to be started for."""
    out = BytesIO()
    Image.new("RGB", (150, 200), "#d8352a").save(out, "JPEG", comment=os.urandom(8).hex().encode())
    original = CleanPicture("original", out.getvalue(), "image/jpeg", "jpg", 150, 200)
    fake = cleaned_photo()
    return CleanedPhoto((original, *fake.pictures[1:]), fake.placeholder, fake.fingerprint)


def photos_of(call: PhotoCall, count: int) -> list:
    return [
        public_photo(
            call=call,
            image=real_picture(),
            message=f"Message {number}",
            display_name=f"Name {number}",
        )
        for number in range(1, count + 1)
    ]


def frozen(call: PhotoCall | None = None, *, photos: int = 3, size: int = 50) -> Edition:
    """An edition that the first moderator froze, its dossier still to be made."""
    call = call or call_with_office()
    photos_of(call, photos)
    edition = services.prepare_edition(call=call, letter=LETTER)
    return services.freeze_edition(
        edition=edition, by=make_staff("Moderators", "first"), photos_in_volume=size
    )


def made(edition: Edition) -> Edition:
    """The edition with a dossier of which only the rows and empty files are there."""
    for file in edition.files.all():
        file.file_name = f"{edition.pk}-{file.pk}.pdf"
        path = dossier_path(file.file_name)
        path.parent.mkdir(exist_ok=True)
        path.touch()
        file.state, file.digest = DossierFile.State.MADE, "0" * 64
        file.save()
    Edition.objects.filter(pk=edition.pk).update(made_at=timezone.now(), manifest_digest="0" * 64)
    edition.refresh_from_db()
    return edition


def delivered(call: PhotoCall, *, photos: int = 431, **facts) -> Delivery:
    """An edition of the call that was handed over on 9 December 2022, as its rows say."""
    day = date(2022, 12, 9)
    edition = Edition.objects.create(
        call=call, office=call.office, number=1, language="nl", letter="x", status="delivered"
    )
    EditionPhoto.objects.bulk_create(
        EditionPhoto(edition=edition, number=number, message_language="en")
        for number in range(1, photos + 1)
    )
    words = {
        "place_en": "Brussels",
        "place_fr": "Bruxelles",
        "place_nl": "Brussel",
        "note_en": "She listened.",
        "note_fr": "Elle a écouté.",
        "note_nl": "Ze luisterde.",
        "received_by": "Somebody at the desk",
    }
    holder = call.office.holder_on(day)
    return Delivery.objects.create(
        edition=edition, delivered_on=day, holder=holder, **{**words, **facts}
    )
