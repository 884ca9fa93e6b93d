"""What anyone may say about a photo on the wall, and what happens at once."""

import re
import uuid

import pytest

from solidarity import services
from solidarity.models import Photo, PhotoReport
from solidarity.services import reporting
from tests.factories import make_photo_call
from tests.solidarity.sending import public_photo, send_photo
from tests.supporters.at_the_door import fields_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def call():
    return make_photo_call()


def fill_in(client, photo: Photo, **fields) -> dict[str, str]:
    opened = fields_of(client.get(f"{photo.page_url}report/"))
    opened.pop("kind", None)
    return {**opened, **fields}


def send(client, photo: Photo, **fields):
    return client.post(f"{photo.page_url}report/", fill_in(client, photo, **fields), follow=True)


def test_who_is_in_a_photo_has_it_off_the_wall_at_once(client, call):
    photo = public_photo()

    response = send(client, photo, kind="me", words="That is my son.", email="kim@example.org")

    report = PhotoReport.objects.get()
    assert (report.kind, report.words, report.email) == ("me", "That is my son.", "kim@example.org")
    assert (report.photo, report.language) == (photo, "en")
    assert "The photo is off the wall" in response.content.decode()
    assert client.get(photo.page_url).status_code == 404
    assert client.get(photo.picture_url("wall")).status_code == 404
    assert call.public_count == 0
    assert photo.file_name not in client.get("/en/solidarity/test-call/wall/").content.decode()


def test_other_reports_leave_it_until_somebody_has_looked(client):
    photo = public_photo()

    response = send(client, photo, kind="wrong")

    assert PhotoReport.objects.open().get().kind == "wrong"
    html = response.content.decode()
    assert "Until somebody has looked at it, the photo stays on the wall." in html
    assert "email address" not in html
    assert client.get(photo.page_url).status_code == 200


def test_what_is_told_is_true_when_the_photo_was_kept_before(client):
    photo = public_photo()
    send(client, photo, kind="me")
    services.keep_reported_photo(photo=photo, moderator=None)

    response = send(client, photo, kind="me")

    assert "Until somebody has looked at it" in response.content.decode()
    assert client.get(photo.page_url).status_code == 200


def test_same_report_sent_twice_is_one_and_other_content_is_refused(client):
    photo = public_photo()
    data = fill_in(client, photo, kind="me", words="My son")
    address = f"{photo.page_url}report/"

    answers = [client.post(address, data) for _ in range(2)]
    other = client.post(address, {**data, "words": "My daughter"})

    assert [answer.status_code for answer in answers] == [302, 302]
    assert [client.get(answer["Location"]).status_code for answer in answers] == [200, 200]
    assert other.status_code == 409
    assert PhotoReport.objects.get().words == "My son"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "Choose one of the two."),
        ({"kind": "nonsense"}, "Choose one of the two."),
        ({"kind": "me", "email": "nobody"}, "not a complete email address"),
        ({"kind": "me", "website": "x"}, "trap for robots"),
    ],
)
def test_wrong_report_comes_back_with_what_was_typed(client, fields, sentence):
    photo = public_photo()

    html = send(client, photo, words="My child", **fields).content.decode()

    assert sentence in html
    assert "My child</textarea>" in html
    assert not PhotoReport.objects.exists()
    assert client.get(photo.page_url).status_code == 200


@pytest.mark.parametrize("make", [send_photo, lambda: services.withdraw_photo(public_photo())])
def test_photo_that_is_not_on_the_wall_takes_no_report(client, make):
    photo = make()
    other = public_photo()
    data = fill_in(client, other, kind="me")

    answers = [
        client.get(f"{photo.page_url}report/"),
        client.post(f"{photo.page_url}report/", data),
    ]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert not PhotoReport.objects.exists()


def test_form_of_one_photo_reports_no_other(client):
    one, other = public_photo(), public_photo()
    data = fill_in(client, one, kind="me")

    html = client.post(f"{other.page_url}report/", data).content.decode()

    assert "open for too long" in html
    assert not PhotoReport.objects.exists()


def test_page_after_a_report_opens_with_its_own_address_only(client):
    photo = public_photo()
    location = send(client, photo, kind="wrong").redirect_chain[-1][0]

    flipped = location.rstrip("/")[:-1] + ("a" if location.rstrip("/")[-1] != "a" else "b") + "/"

    assert client.get(location).status_code == 200
    assert client.get(flipped).status_code == 404
    make_photo_call(slug="another")
    assert client.get(location.replace("test-call", "another")).status_code == 404


@pytest.mark.parametrize(
    ("language", "heading"),
    [("fr", "Qu’est-ce qui ne va pas"), ("nl", "Wat is er mis")],
)
def test_report_speaks_each_language(client, language, heading):
    photo = public_photo()

    html = client.get(f"{photo.page_url}report/".replace("/en/", f"/{language}/")).content.decode()

    assert re.search(rf"<h1>{heading}", html)


def test_false_reports_that_were_answered_leave_others_their_hiding(call, monkeypatch):
    monkeypatch.setattr(reporting, "HIDDEN_A_DAY", 1)
    kept, mine, next_one = public_photo(call=call), public_photo(call=call), public_photo(call=call)
    tell(kept)
    services.keep_reported_photo(photo=kept, moderator=None)
    tell(kept)  # again, in vain

    tell(mine)
    tell(next_one)

    shown = Photo.objects.public()
    assert kept in shown and mine not in shown
    assert next_one in shown  # one a day here


def tell(photo: Photo) -> None:
    services.report_photo(
        photo=photo,
        kind="me",
        words="",
        email="",
        language="en",
        form_key=uuid.uuid4(),
        form_digest="digest",
    )
