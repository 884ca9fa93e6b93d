"""A photo without a mail address is taken back with the code that was shown once."""

import re
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone
from django.utils.translation import override

from campaign_site.forms import new_form_key
from solidarity.models import Photo
from solidarity.services import withdraw_photo
from solidarity.withdrawal_codes import code_to_show, find_photo, make_code
from tests.factories import make_photo_call
from tests.solidarity.sending import PATH, filled_in, public_photo, send_photo

pytestmark = pytest.mark.django_db

PAGE = "/en/solidarity/withdraw-with-code/"
CODE = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){3}")


@pytest.fixture(autouse=True)
def call():
    return make_photo_call()


def use(client, code: str, path: str = PAGE):
    key = new_form_key("withdrawal-code:")
    return client.post(path, {"form_key": key, "website": "", "code": code})


def link(photo: Photo) -> str:
    with override("en"):
        return photo.standing_url


def test_from_the_form_to_the_code_to_the_withdrawal(client, make_image):
    answer = client.post(PATH, filled_in(client, make_image(), email=""))
    html = client.get(answer.url).content.decode()
    code = CODE.search(html)[0]
    photo = Photo.objects.get()

    found = use(client, code)

    assert found.url == link(photo)
    photo.refresh_from_db()
    assert photo.status == Photo.Status.PENDING  # the code leads there, the button acts
    client.post(found.url + "withdraw/")
    photo.refresh_from_db()
    assert photo.status == Photo.Status.WITHDRAWN
    assert "You took your photo back" in client.get(use(client, code).url).content.decode()


def test_code_is_shown_in_the_first_hours_only(client):
    photo = send_photo()
    code = make_code(photo.public_id)
    assert code in client.get(link(photo)).content.decode()

    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        assert code not in client.get(link(photo)).content.decode()
        assert use(client, code).url == link(photo)


def test_photo_with_an_address_has_no_code(client):
    photo = send_photo(email="sam@example.org")

    assert photo.withdrawal_code_hash is None
    assert code_to_show(photo) == ""
    assert find_photo(make_code(photo.public_id)) is None
    assert not CODE.search(client.get(link(photo)).content.decode())


def test_taken_back_photo_shows_no_code():
    photo = send_photo()
    assert code_to_show(photo)

    assert code_to_show(withdraw_photo(photo)) == ""


@pytest.mark.parametrize(
    "write",
    [
        str.lower,
        lambda code: code.replace("-", " "),
        lambda code: code.replace("-", ""),
        lambda code: code.replace("0", "O").replace("1", "l"),
        lambda code: f"  {code.replace('-', '–')}  ",
    ],
)
def test_code_may_be_written_in_any_way(client, write):
    photos = [send_photo() for _ in range(5)]

    for photo in photos:
        assert use(client, write(make_code(photo.public_id))).url == link(photo)


@pytest.mark.parametrize("code", ["", "x", "0000-0000-0000-0000", "日本", "'; DROP", "\x00"])
def test_anything_else_gets_one_answer_and_changes_nothing(client, code):
    photo = public_photo()

    answer = use(client, code)

    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, no-store"
    sentence = "No photo has this code" if code.strip("\x00") else "Type the code"
    assert sentence in answer.content.decode()
    photo.refresh_from_db()
    assert photo.status == Photo.Status.APPROVED


def test_mistyped_code_is_kept_for_correction(client):
    assert 'value="ABCD-EFGH"' in use(client, "ABCD-EFGH").content.decode()


def test_each_photo_has_its_own_80_bits():
    codes = {make_code(uuid.uuid4()) for _ in range(500)}

    assert len(codes) == 500
    assert all(CODE.fullmatch(code) for code in codes)
    signs = {sign for code in codes for sign in code}
    assert len(signs) == 33  # the alphabet and the hyphen


def test_database_holds_the_code_of_nobody():
    photo = send_photo()
    code = make_code(photo.public_id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT photo::text FROM solidarity_photo photo WHERE id = %s", [photo.pk])
        (row,) = cursor.fetchone()

    assert photo.withdrawal_code_hash in row
    assert code not in row and code.replace("-", "") not in row


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_page_is_there_in_each_language_and_for_no_search_engine(client, language):
    html = client.get(f"/{language}/solidarity/withdraw-with-code/").content.decode()

    assert f'<html lang="{language}"' in html
    assert 'content="noindex"' in html
    assert 'name="code"' in html


def test_post_from_another_site_is_refused(client):
    photo = send_photo()

    answer = client.post(
        PAGE,
        {"form_key": new_form_key("withdrawal-code:"), "code": make_code(photo.public_id)},
        headers={"sec-fetch-site": "cross-site"},
    )

    assert answer.status_code == 403
