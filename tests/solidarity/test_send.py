"""The form that sends a photo: what is kept, what is refused, what survives a mistake."""

from io import BytesIO

import pytest
from django.conf import settings
from PIL import Image
from procrastinate.contrib.django.models import ProcrastinateJob

from solidarity import services
from solidarity.images import MAX_UPLOAD_BYTES
from solidarity.models import HeldPhoto, Photo
from supporters.models import Consent, Supporter
from tests.factories import in_days, make_photo_call
from tests.solidarity.sending import PATH, files_of, filled_in, held_token, stored_files
from tests.solidarity.test_images import EXIF_CANARIES, planted_jpeg
from tests.supporters.at_the_door import form_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def call():
    return make_photo_call()


def upright_test_picture() -> bytes:
    """A picture, red above and blue below once it is turned as its Exif says, with canaries."""
    source = Image.new("RGB", (300, 400), "#c00000")
    source.paste("#0000c0", (0, 200, 300, 400))
    exif = Image.Exif()
    exif[0x0112] = 6  # stored a quarter turn to the left
    exif[0x010E] = "CANARY-EXIF"
    exif.get_ifd(0x8825)[0x001C] = b"CANARY-GPS"
    out = BytesIO()
    source.transpose(Image.Transpose.ROTATE_90).save(out, "JPEG", exif=exif, quality=95)
    return out.getvalue()


@pytest.mark.parametrize(
    ("language", "heading"),
    [("en", "Test call"), ("fr", "Appel d’essai"), ("nl", "Testoproep")],
)
def test_form_is_shown_in_each_language_and_kept_by_no_cache(client, call, language, heading):
    response = client.get(f"/{language}/solidarity/test-call/")

    html = response.content.decode()
    assert f'<html lang="{language}"' in html
    assert heading in html
    assert 'data-form="photo"' in html
    assert 'enctype="multipart/form-data"' in html
    assert ".heic" in html
    assert "noindex" in html
    assert response["Cache-Control"] == "private, no-store"
    assert "img-src 'self' blob:" in response["Content-Security-Policy"]
    assert not response.cookies


def test_no_box_comes_ticked_and_nobody_is_declared_to_be_in_the_photo(client, call):
    form = form_in(client.get(PATH))

    assert len(form.select('input[name^="consent_"]')) == 2
    assert len(form.select('input[name="people"]')) == 4
    assert {one["name"] for one in form.select("input[checked]")} == {"show_later"}


def test_who_is_at_risk_reads_what_can_be_left_out_before_the_first_field(client, call):
    form = form_in(client.get(PATH))

    seen = [one for one in form.select("details, input, textarea") if one.get("type") != "hidden"]
    seen = [one for one in seen if one.get("name") != "website"]
    assert seen[0].name == "details"
    assert "an invented name, or none" in seen[0].get_text()
    assert seen[0].select('[name="show_later"]')


def test_photo_is_kept_clean_upright_and_without_its_name(client, call):
    source = upright_test_picture()
    assert b"CANARY-EXIF" in source and b"CANARY-GPS" in source

    response = client.post(PATH, filled_in(client, source))

    photo = Photo.objects.get()
    assert response.status_code == 302
    assert stored_files() == files_of(photo)
    assert (photo.width, photo.height) == (300, 400)
    for path in settings.PHOTO_ROOT.iterdir():
        data = path.read_bytes()
        assert b"CANARY" not in data and b"Exif" not in data
        picture = Image.open(BytesIO(data))
        assert picture.size == (300, 400)
        red, _, blue = picture.getpixel((150, 20))
        assert red > 150 > blue
        red, _, blue = picture.getpixel((150, 380))
        assert blue > 150 > red


def test_served_bytes_carry_nothing_of_the_upload(client, call):
    client.post(PATH, filled_in(client, planted_jpeg()))
    photo = Photo.objects.get()
    services.approve_photo(photo=photo, moderator=None, alt_text="A sign")

    for url in (photo.picture_url("wall"), photo.picture_url("large")):
        data = client.get(url).content
        assert data.startswith(b"RIFF")
        assert [canary for canary in EXIF_CANARIES if canary in data] == []
        assert b"CANARY" not in data


def test_thanks_page_says_what_happens_next(client, call, make_image):
    response = client.post(PATH, filled_in(client, make_image()), follow=True)

    html = response.content.decode()
    assert "Thank you. We have your photo." in html
    assert "also in the email" in html
    assert "noindex" in html
    assert response["Cache-Control"] == "private, no-store"
    assert Photo.objects.get().status == Photo.Status.PENDING


def test_without_mail_address_the_page_itself_is_the_way_back(client, call, make_image):
    response = client.post(PATH, filled_in(client, make_image(), email=""), follow=True)

    assert "Keep this address: it is your way to take the photo back." in response.content.decode()
    assert not Supporter.objects.exists()
    assert not ProcrastinateJob.objects.exists()


@pytest.mark.parametrize(
    ("delivery", "wall", "purposes"),
    [
        ("on", None, ["photo-delivery"]),
        (None, "on", ["photo-wall"]),
        ("on", "on", ["photo-delivery", "photo-wall"]),
    ],
)
def test_each_box_counts_for_itself(client, call, make_image, delivery, wall, purposes):
    data = filled_in(client, make_image(), consent_delivery=delivery, consent_wall=wall)

    client.post(PATH, data)

    photo = Photo.objects.get()
    ledger = Consent.objects.in_force().filter(
        subject_type="solidarity.photo", subject_id=photo.public_id
    )
    assert sorted(ledger.values_list("purpose", flat=True)) == purposes


def test_ledger_keeps_the_words_on_the_screen(client, call, make_image):
    words = {
        "photo-delivery": "I agree that Viva Salud prints my photo and my message, with the name "
        "and the country I give here, and hands them over. Recipient: the test minister.",
        "photo-wall": "I agree that Viva Salud shows my photo, my message and the name I give "
        "here on the public wall of this site, where anyone can see and copy them.",
    }
    html = client.get(PATH).content.decode()
    assert all(sentence in html for sentence in words.values())

    client.post(PATH, filled_in(client, make_image()))

    consents = Consent.objects.select_related("text", "supporter")
    assert {consent.purpose: consent.text.text for consent in consents} == words
    assert {consent.text.language for consent in consents} == {"en"}
    assert {consent.supporter.email for consent in consents} == {"sam@example.org"}


def test_no_box_ticked_is_refused_and_nothing_is_lost(client, call, make_image):
    data = filled_in(client, make_image(), consent_delivery=None, consent_wall=None)

    response = client.post(PATH, data)

    html = response.content.decode()
    assert "Tick at least one box" in html
    assert "You are not alone" in html
    assert held_token(response)
    assert not Photo.objects.exists()


REFUSED = {
    "script": b"#!/bin/sh\necho hello\n",
    "page": b"<!doctype html><script>alert(1)</script>",
    "pdf": b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n",
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
}


@pytest.mark.parametrize("kind", REFUSED)
@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "This file is not a photo that we can read."),
        ("fr", "Ce fichier n’est pas une photo"),
        ("nl", "Dit bestand is geen foto"),
    ],
)
def test_what_is_no_photo_is_refused_in_the_readers_language(
    client, call, kind, language, sentence
):
    path = f"/{language}/solidarity/test-call/"

    response = client.post(path, filled_in(client, REFUSED[kind], path=path))

    html = response.content.decode()
    assert response.status_code == 200
    assert sentence in html
    assert "You are not alone" in html and "sam@example.org" in html
    assert stored_files() == []
    assert not Photo.objects.exists()


def test_bomb_is_refused(client, call):
    out = BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG")

    response = client.post(PATH, filled_in(client, out.getvalue()))

    assert "too many pixels" in response.content.decode()
    assert stored_files() == []


def test_truncated_photo_is_refused(client, call, make_image):
    source = make_image(size=(400, 300))

    response = client.post(PATH, filled_in(client, source[: len(source) // 2]))

    assert "We could not read this photo" in response.content.decode()
    assert stored_files() == []


def test_empty_file_is_refused(client, call):
    response = client.post(PATH, filled_in(client, b""))

    assert "We could not read this photo" in response.content.decode()


@pytest.mark.parametrize(
    ("size", "status"), [(MAX_UPLOAD_BYTES + 1, 200), (settings.MAX_REQUEST_BYTES + 1, 413)]
)
def test_photo_that_is_too_large_is_refused_with_the_text_kept(client, call, size, status):
    response = client.post(PATH, filled_in(client, b"\xff\xd8\xff" + bytes(size)))

    html = response.content.decode()
    assert response.status_code == status
    assert "This photo is larger than 15 MB." in html
    assert "You are not alone" in html
    assert stored_files() == []


def test_enormous_body_is_refused_unread(client, call):
    class NeverRead:
        def read(self, *args):
            raise AssertionError("the body was read")

        readline = read

    response = client.generic(
        "POST",
        PATH,
        b"",
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(10**9),
        **{"wsgi.input": NeverRead()},
    )

    assert response.status_code == 413
    assert "This photo is larger than 15 MB." in response.content.decode()


def test_message_of_281_characters_is_refused_and_kept(client, call, make_image):
    response = client.post(PATH, filled_in(client, make_image(), message="x" * 281))

    assert "x" * 281 in response.content.decode()
    assert not Photo.objects.exists()


def test_message_of_280_characters_in_lines_is_kept(client, call, make_image):
    message = "a\r\n" + "x" * 278

    client.post(PATH, filled_in(client, make_image(), message=message))

    assert Photo.objects.get().message == "a\n" + "x" * 278


def test_invisible_message_is_refused(client, call, make_image):
    response = client.post(PATH, filled_in(client, make_image(), message="\u200b\u202e  "))

    assert "Write a few words." in response.content.decode()
    assert not Photo.objects.exists()


def test_fields_that_the_form_does_not_have_change_nothing(client, call, make_image):
    client.post(PATH, filled_in(client, make_image(), status="approved", on_wall="on"))

    photo = Photo.objects.get()
    assert (photo.status, photo.on_wall) == (Photo.Status.PENDING, False)


def test_form_of_another_call_does_not_count(client, call, make_image):
    make_photo_call(slug="other-call")
    data = filled_in(client, make_image())

    response = client.post("/en/solidarity/other-call/", data)

    assert "open for too long" in response.content.decode()
    assert not Photo.objects.exists()


def test_same_form_sent_twice_counts_once(client, call, make_image):
    data = filled_in(client, make_image())
    again = {**data, "image": BytesIO(make_image())}

    first = client.post(PATH, data)
    second = client.post(PATH, again)

    photo = Photo.objects.get()
    assert first.headers["Location"] == second.headers["Location"]
    assert stored_files() == files_of(photo)
    assert ProcrastinateJob.objects.filter(task_name="send_photo_confirmation").count() == 1


@pytest.mark.parametrize("change", [{"message": "Other words"}, {"colour": "#00ff00"}])
def test_same_key_with_other_content_is_refused(client, call, make_image, change):
    data = filled_in(client, make_image())
    client.post(PATH, data)
    colour = {"colour": change.pop("colour")} if "colour" in change else {}
    other = {**data, **change, "image": BytesIO(make_image(**colour))}

    response = client.post(PATH, other)

    assert response.status_code == 409
    assert Photo.objects.get().message == "You are not alone"
    assert len(stored_files()) == 4


def test_post_from_another_site_is_refused(client, call, make_image):
    data = filled_in(client, make_image())

    response = client.post(PATH, data, headers={"sec-fetch-site": "cross-site"})

    assert response.status_code == 403
    assert not Photo.objects.exists()
    assert stored_files() == []


@pytest.mark.parametrize(
    ("days", "sentence"),
    [
        ({"closes_on": in_days(-1)}, "This photo call is closed"),
        ({"opens_on": in_days(1)}, "This photo call has not begun yet"),
    ],
)
def test_call_that_is_not_open_takes_no_photo(client, call, make_image, days, sentence):
    data = filled_in(client, make_image())
    for name, value in days.items():
        setattr(call, name, value)
    call.save()

    shown, sent = client.get(PATH), client.post(PATH, data)

    assert sentence in shown.content.decode()
    assert sentence in sent.content.decode()
    assert not Photo.objects.exists()
    assert stored_files() == []


def test_last_day_still_counts(client, call, make_image):
    call.closes_on = in_days(0)
    call.save()

    client.post(PATH, filled_in(client, make_image()))

    assert Photo.objects.exists()


def test_full_disk_refuses_the_photo_and_keeps_the_text(client, call, make_image):
    # A file where the folder should be: nothing can be written.
    settings.PHOTO_ROOT.parent.mkdir(exist_ok=True)
    settings.PHOTO_ROOT.write_bytes(b"")

    response = client.post(PATH, filled_in(client, make_image()))

    html = response.content.decode()
    assert "We could not store the photo." in html
    assert "You are not alone" in html
    assert not Photo.objects.exists()
    assert not HeldPhoto.objects.exists()
