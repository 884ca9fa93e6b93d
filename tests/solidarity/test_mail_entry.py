"""Staff enter photos that came by mail, with what the mail agrees to; the sender is told."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from wagtail.models import ModelLogEntry
from wagtail.users.models import UserProfile

from solidarity import tasks
from solidarity.models import Partner, Photo, PhotoCall
from solidarity.photo_files import read_picture
from supporters.models import Consent
from tests.factories import in_days, make_photo_call, make_staff
from tests.solidarity.sending import key_in, stored_files
from tests.solidarity.test_moderation import QUEUE, text

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def call() -> PhotoCall:
    return make_photo_call(slogan_en="Care is not a target", slogan_fr="Pas une cible")


@pytest.fixture
def moderator(client):
    user = make_staff("Moderators")
    client.force_login(user)
    return user


def address(call: PhotoCall, language: str = "fr") -> str:
    return f"{QUEUE}by-mail/?call={call.pk}&language={language}"


def entered(client, call, picture: bytes, **fields) -> dict:
    data = {
        "form_key": key_in(client.get(address(call)).content.decode()),
        "message": "Vous n’êtes pas seuls",
        "message_language": "fr",
        "display_name": "Noor",
        "email": "noor@example.org",
        "mailed_on": "2026-03-01",
        "consent_delivery": "on",
        "consent_wall": "",
        "people": "sender",
        "country": "BE",
        "frame": "band",
        "image": SimpleUploadedFile("Noor, Rue Longue 5.jpg", picture, "image/jpeg"),
        **fields,
    }
    return {name: value for name, value in data.items() if value is not None}


def test_form_quotes_what_the_sender_would_have_read(client, moderator, call):
    first = text(client.get(f"{QUEUE}by-mail/"))
    assert 'name="call"' in first and 'name="message"' not in first

    html = text(client.get(address(call)))

    assert "la ministre d’essai" in html
    assert 'name="consent_delivery"' in html and "checked" not in html
    assert "Belgium" in html and "Tagalog" in html


def test_calls_are_named_in_the_language_of_the_staff(client, moderator, call):
    UserProfile.get_for_user(moderator).delete()
    UserProfile.objects.create(user=moderator, preferred_language="fr")

    html = text(client.get(f"{QUEUE}by-mail/"))

    assert "Appel d’essai</option>" in html
    assert "Test call" not in html


def test_mailed_photo_waits_with_its_proof_and_its_sender_is_told(
    client, moderator, call, make_image, run_tasks, smtp_server
):
    partner = Partner.objects.create(slug="pcc", name_en="Care", name_fr="Soin", name_nl="Zorg")
    call.partners.add(partner)
    data = entered(client, call, make_image(size=(300, 200)), partner=partner.pk)

    response = client.post(address(call), data, follow=True)

    assert "The photo is entered and waits for a decision." in text(response)
    photo = Photo.objects.get()
    assert (photo.status, photo.entered_by) == (Photo.Status.PENDING, moderator)
    assert (photo.mailed_on, photo.language) == (date(2026, 3, 1), "fr")
    assert (photo.partner, photo.country, photo.people) == (partner, "BE", "sender")
    assert read_picture(photo.file_name, "delivery") != read_picture(photo.file_name, "original")
    consent = Consent.objects.get(subject_id=photo.public_id)
    assert (consent.purpose, consent.source) == ("photo-delivery", Consent.Source.STAFF)
    assert "1er mars 2026" in consent.proof
    assert "la ministre d’essai" in consent.text.text
    log = ModelLogEntry.objects.get(action="solidarity.enter")
    assert log.user == moderator and "noor" not in f"{log.label}{log.data}".lower()

    assert run_tasks() == ["send_mailed_photo_entered"]
    (message,) = smtp_server.messages
    body = message.get_body(("plain",)).get_content()
    assert message["To"] == "noor@example.org" and message["Content-Language"] == "fr"
    assert "1er mars 2026" in body and "/fr/solidarity/photo/" in body
    assert not [word for word in ("Noor", "seuls", "Rue Longue") if word in str(message)]
    tasks.send_mailed_photo_entered(photo_id=photo.pk)
    assert len(smtp_server.messages) == 1
    # It is decided on like any other, and says where it came from.
    screen = text(client.get(f"{QUEUE}{photo.pk}/"))
    assert "By email of" in screen and "not confirmed yet" in screen


def test_sent_twice_it_is_entered_once(client, moderator, call, make_image):
    image = make_image()
    data = entered(client, call, image)
    client.post(address(call), data)
    data["image"] = SimpleUploadedFile("again.jpg", image, "image/jpeg")
    client.post(address(call), data)
    assert Photo.objects.count() == 1

    data["image"] = SimpleUploadedFile("again.jpg", image, "image/jpeg")
    other = client.post(address(call), {**data, "message": "Autre chose"})
    assert "This form was sent before." in text(other)
    same = client.post(address(call), entered(client, call, image))
    assert "We have this photo from you already" in text(same)
    assert Photo.objects.count() == 1
    assert {name.partition("-")[0] for name in stored_files()} == {Photo.objects.get().file_name}


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"consent_delivery": ""}, "Tick what the email agrees to."),
        ({"mailed_on": str(in_days(1))}, "This day has not come yet."),
        ({"email": ""}, "Type the address that the email came from."),
        ({"people": ""}, "This field is required."),
        ({"form_key": "made-up"}, "This form had been open for too long."),
        (
            {"image": SimpleUploadedFile("a.jpg", b"no picture", "image/jpeg")},
            "This file is not a photo that we can read.",
        ),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_kept(
    client, moderator, call, make_image, fields, sentence
):
    response = client.post(address(call), entered(client, call, make_image(), **fields))

    html = text(response)
    assert sentence in html
    assert "Vous n’êtes pas seuls" in html
    assert not Photo.objects.exists() and stored_files() == []


def test_large_file_gets_no_name_on_the_disk(client, moderator, call, tmp_path, settings):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "missing")  # writing there would fail
    large = b"\xff\xd8\xff" + bytes(4 * 1024 * 1024)

    response = client.post(address(call), entered(client, call, large))

    assert "We could not read this photo" in text(response)
