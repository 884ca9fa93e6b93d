"""What a sender agrees to: the words on the screen, and what happens when one is taken back."""

import re

import pytest
from django.urls import reverse

from solidarity import services
from solidarity.models import Photo
from supporters import wordings
from supporters.models import Consent
from tests.factories import make_photo_call, make_staff
from tests.solidarity.sending import PATH, filled_in, public_photo, send_photo
from tests.supporters.at_the_door import form_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def call():
    return make_photo_call()


def reword(key: str, text: str) -> None:
    current = wordings.words_in_use(key)
    wordings.change_words(
        purpose=wordings.find_purpose(key),
        texts=dict.fromkeys(current, text),
        seen={code: row.version for code, row in current.items()},
        user=None,
        keep_in_step=True,
    )


def test_ledger_keeps_the_words_that_were_shown_and_their_version(client, make_image):
    html = client.get(PATH).content.decode()
    client.post(PATH, filled_in(client, make_image(), email=""))

    for consent in Consent.objects.select_related("text", "wording"):
        assert consent.text.text in html
        assert consent.wording.version == 1
        assert consent.wording.purpose == consent.purpose
    assert Consent.objects.get(purpose="photo-delivery").text.text.endswith(
        "Recipient: the test minister."
    )


def test_new_words_leave_old_consents_attached_to_the_old_ones(client, make_image):
    old = send_photo()
    reword("photo-wall", "Show it.")

    client.post(PATH, filled_in(client, make_image(), email=""))

    consents = Consent.objects.filter(purpose="photo-wall").select_related("text", "wording")
    before = consents.get(subject_id=old.public_id)
    after = consents.exclude(pk=before.pk).get()
    assert "on the public wall of this site" in before.text.text
    assert (before.wording.version, after.wording.version) == (1, 2)
    assert after.text.text == "Show it."
    assert old.consents_in_force() == ["photo-delivery", "photo-wall"]


def test_words_changed_while_the_form_was_open_are_shown_and_asked_again(client, make_image):
    open_form = filled_in(client, make_image(), email="")
    reword("photo-wall", "Show it everywhere.")

    response = client.post(PATH, open_form)

    html = response.content.decode()
    assert "The words beside the boxes have changed" in html
    assert "Show it everywhere." in html
    assert "You are not alone" in html
    assert "Tick at least one box" not in html
    assert not re.search(r"<input[^>]*consent_[^>]*checked", html)
    assert Photo.objects.count() == Consent.objects.count() == 0

    again = {
        name: re.search(rf'name="{name}" value="([^"]+)"', html).group(1)
        for name in ("form_key", "words_shown", "held_photo")
    }
    answer = client.post(
        PATH, {**filled_in(client, email=""), **again, "message": "You are not alone"}
    )

    assert answer.status_code == 302
    assert Consent.objects.get(purpose="photo-wall").text.text == "Show it everywhere."


def test_recipient_changed_while_the_form_was_open_is_asked_again(client, make_image, call):
    open_form = filled_in(client, make_image(), email="")
    call.recipient_en = "somebody else"
    call.save()

    html = client.post(PATH, open_form).content.decode()

    assert "Recipient: somebody else." in html
    assert Consent.objects.count() == 0


def test_form_that_says_nothing_of_the_words_it_showed_agrees_to_nothing(client, make_image):
    data = filled_in(client, make_image(), email="", words_shown=None)

    client.post(PATH, data)

    assert Photo.objects.count() == Consent.objects.count() == 0


def test_no_box_is_ticked_in_advance(client):
    form = form_in(client.get(PATH))

    boxes = {box["name"] for box in form.select("input[type=checkbox]")}
    assert {"consent_delivery", "consent_wall", "newsletter"} < boxes
    assert not form.select("input[type=checkbox][checked]")


def outputs(client, photo: Photo) -> dict[str, bool]:
    """Where a photo can be seen or taken from, and whether it is there now."""
    call = type(photo.call).objects.get(pk=photo.call_id)
    wall = client.get(reverse("solidarity:wall", args=[call.slug])).content.decode()
    queue = reverse("solidarity_photos:picture", args=[photo.pk, "wall", "webp"])
    return {
        "wall": photo.file_name in wall,
        "count": call.public_count == 1,
        "small picture": client.get(photo.picture_url("wall")).status_code == 200,
        "large picture": client.get(photo.picture_url("large")).status_code == 200,
        "delivery": Photo.objects.deliverable().filter(pk=photo.pk).exists(),
        "staff": client.get(queue).status_code == 200,
    }


def test_withdrawing_changes_every_output_at_once(client):
    photo = public_photo()
    client.force_login(make_staff("Moderators"))
    assert set(outputs(client, photo).values()) == {True}

    services.withdraw_photo(photo)

    assert set(outputs(client, photo).values()) == {False}


@pytest.mark.parametrize(
    ("purpose", "gone"),
    [
        ("photo-wall", {"wall", "count", "small picture", "large picture"}),
        ("photo-delivery", {"delivery"}),
    ],
)
def test_withdrawing_one_purpose_changes_its_outputs_and_no_other(client, purpose, gone):
    photo = public_photo()
    client.force_login(make_staff("Moderators"))

    services.withdraw_consent(photo, purpose=purpose)

    assert {name for name, there in outputs(client, photo).items() if not there} == gone


def test_caches_keep_neither_wall_nor_picture_for_more_than_a_minute(client):
    photo = public_photo()
    wall = client.get(reverse("solidarity:wall", args=[photo.call.slug]))
    picture = client.get(photo.picture_url("wall"))

    for response in (wall, picture):
        control = response["Cache-Control"]
        seconds = [int(number) for number in re.findall(r"=(\d+)", control)]
        assert max(seconds) <= 60
        assert "stale" not in control
