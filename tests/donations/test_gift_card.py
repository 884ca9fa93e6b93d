"""The gift card of an appeal: account, payee and communication, for a gift without any form."""

import html
import io
import re

import pytest
import zxingcpp
from PIL import Image

from donations.models import Appeal, BankAccount
from donations.payment_details import gift_card_of
from donations.payment_qr import read_payload
from tests.factories import in_days, make_account, make_appeal

pytestmark = pytest.mark.django_db

LANGUAGES = ["en", "fr", "nl"]
COMMUNICATION = "donation NotATarget"


def make_card(**fields) -> Appeal:
    Appeal.objects.update(communication="")  # that of the first content is tried here
    return make_appeal(**{"communication": COMMUNICATION, **fields})


def path_of(appeal: Appeal, language: str = "en") -> str:
    return f"/{language}/donations/{appeal.slug}/card/"


def read_back(picture: bytes):
    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))
    return read_payload(found.bytes)


def shown_on(response) -> list[str]:
    text = html.unescape(response.content.decode())
    return re.findall(r'<dd class="payment-line__value[^"]*">([^<]+)</dd>', text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_card_shows_what_its_code_says_in_every_language_the_same(client, language):
    path = path_of(make_card(), language)

    page = client.get(path)

    assert shown_on(page) == ["BE71 0961 2345 6769", "Viva Test", COMMUNICATION]
    copied = re.findall(r'data-copy="([^"]+)"', page.content.decode())
    assert copied == ["BE71096123456769", "Viva Test", COMMUNICATION]
    found = read_back(client.get(f"{path}qr.png").content)
    assert (found.iban, found.name, found.text) == tuple(copied)
    assert found.amount_eur is None
    assert f'<html lang="{language}"' in page.content.decode()


@pytest.mark.parametrize(
    ("language", "written"), [("en", "€25"), ("fr", "25\u00a0€"), ("nl", "€\u00a025")]
)
def test_amount_that_the_reader_chooses_is_in_the_code(client, language, written):
    path = path_of(make_card(), language)

    page = client.get(f"{path}?amount=25")

    assert shown_on(page)[1] == written
    (source,) = re.findall(r'<img src="([^"]+)"', page.content.decode())
    assert source == f"{path}qr.svg?amount=25"
    assert read_back(client.get(f"{path}qr.png?amount=25").content).amount_eur == 25
    kept = client.get(f"{path}qr.png?amount=25&download")
    assert kept.headers["Content-Disposition"] == 'attachment; filename="payment-code.png"'
    assert f"{path}qr.png?amount=25&amp;download" in page.content.decode()


@pytest.mark.parametrize("amount", ["0", "-1", "26", "10.001", "1e9", "ten", "٢٥"])
def test_other_amounts_are_left_to_the_payer(client, amount):
    path = path_of(make_card())

    page = client.get(path, {"amount": amount})

    assert len(shown_on(page)) == 3
    picture = client.get(f"{path}qr.png", {"amount": amount})
    assert read_back(picture.content).amount_eur is None


def test_card_needs_no_form_and_leaves_no_cookie(client):
    path = path_of(make_card())

    page = client.get(path)

    main = page.content.decode().split("<main")[1].split("</main>")[0]
    assert "<form" not in main
    assert not page.cookies
    assert page.headers["Cache-Control"] == (
        "public, max-age=0, s-maxage=60, stale-while-revalidate=0"
    )
    assert "clipboard-write=(self)" in page.headers["Permissions-Policy"]
    assert client.post(path).status_code == 405


def test_card_that_nobody_announced_is_not_found(client):
    appeal = make_card()
    appeal.pages.update(live=False)

    for address in ("", "qr.svg", "qr.png"):
        assert client.get(path_of(appeal) + address).status_code == 404


@pytest.mark.parametrize(
    "fields", [{"communication": ""}, {"opens_on": in_days(3)}, {"account": None}]
)
def test_without_a_card_the_form_says_how_it_stands(client, fields):
    appeal = make_card(**fields)

    response = client.get(path_of(appeal))

    assert response.status_code == 302
    assert response.headers["Location"] == f"/en/donations/{appeal.slug}/"
    assert client.get(f"{path_of(appeal)}qr.png").status_code == 404


def test_account_that_takes_no_gifts_has_no_card(client):
    appeal = make_card()
    BankAccount.objects.filter(pk=appeal.account_id).update(used_until=in_days(-1))

    assert client.get(path_of(appeal)).status_code == 302
    assert client.get(f"{path_of(appeal)}qr.svg").status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_appeal_that_is_over_leads_to_where_to_give_now(client, language):
    account = make_account()
    over = make_card(account=account, closes_on=in_days(-1))
    names = {f"name_{code}": "Qxzv" for code in LANGUAGES}
    hidden = make_card(account=account, slug="hidden", communication="hidden", **names)
    hidden.pages.update(live=False)
    open_elsewhere = Appeal.objects.get(slug="demo")

    page = client.get(path_of(over, language))

    text = page.content.decode()
    assert "BE71" not in text.split("<main")[1].split("</main>")[0]
    there = open_elsewhere.pages.get(locale__language_code=language)
    assert f'href="{there.url}"' in text
    assert "Qxzv" not in text
    assert client.get(f"{path_of(over, language)}qr.png").status_code == 404


def test_words_too_long_for_a_code_are_still_shown(client):
    account = make_account(payee_name="é" * 70)
    appeal = make_card(account=account, communication="é" * 140)

    page = client.get(path_of(appeal))

    assert shown_on(page)[2] == "é" * 140
    assert "qr.svg" not in page.content.decode()
    assert client.get(f"{path_of(appeal)}qr.png").status_code == 404
    assert gift_card_of(appeal).payload == ""


def test_demonstration_says_that_no_money_is_to_be_sent(client):
    assert (
        "Do not transfer any money" in client.get(path_of(make_card(is_demo=True))).content.decode()
    )
