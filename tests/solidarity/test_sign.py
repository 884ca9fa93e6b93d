"""The sign to hold: ready ones, and one's own words, of which nothing stays."""

import logging
import re
from io import BytesIO

import pytest
from bs4 import BeautifulSoup
from django.apps import apps
from django.db import connection
from django.utils.translation import override
from pypdf import PdfReader

from solidarity import sign
from solidarity.models import PhotoCall
from solidarity.sign import make_sign
from tests.factories import make_photo_call
from tests.supporters.at_the_door import SIGN, asks, fill_in, limits, post

SECRET = "Zorro-7719 wacht niet"


@pytest.fixture
def call(db) -> PhotoCall:
    return make_photo_call(
        slogan_en="Not a target", slogan_fr="Vous n’êtes pas une cible", slogan_nl="Geen doelwit"
    )


def read(pdf: bytes) -> PdfReader:
    return PdfReader(BytesIO(pdf))


def text_of(pdf: bytes) -> str:
    return " ".join(read(pdf).pages[0].extract_text().split())


def size_of_words(pdf: bytes) -> float:
    """The largest type on the page, in points."""
    sizes: list[float] = []
    read(pdf).pages[0].extract_text(
        visitor_text=lambda text, _cm, tm, _font, size: sizes.append(size * abs(tm[0]))
    )
    return max(sizes)


@pytest.mark.parametrize(
    ("words", "language", "is_lying"),
    [
        ("Solidarité", "fr", True),
        (
            "Zorgverleners en ziekenhuizen zijn geen doelwit. Stop de aanvallen nu meteen!",
            "nl",
            False,
        ),
        ("لستم وحدكم", "ar", False),
    ],
)
def test_a_sign_is_one_a4_page_that_lies_or_stands(words, language, is_lying):
    pdf = make_sign(words, language=language, line="#NotATarget")

    reader = read(pdf)
    assert len(reader.pages) == 1
    box = reader.pages[0].mediabox
    upright = (595, 842)
    assert (round(box.width), round(box.height)) == (upright[::-1] if is_lying else upright)
    assert (reader.metadata.title, reader.trailer["/Root"]["/Lang"]) == (words, language)
    assert "#NotATarget" in text_of(pdf)
    if language != "ar":
        assert words in text_of(pdf)


def test_fewer_words_are_printed_larger_and_every_length_fits():
    signs = [make_sign(words, language="en", line="x") for words in ("No", "No target", "A" * 80)]

    few, more, one_long = (size_of_words(pdf) for pdf in signs)
    assert few > more > one_long
    assert few > 250
    assert [len(read(pdf).pages) for pdf in signs] == [1, 1, 1]


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_the_page_offers_the_ready_signs_in_three_languages(client, call, language):
    with override(language):
        page = BeautifulSoup(
            client.get(SIGN.replace("/en/", f"/{language}/")).content, "html.parser"
        )

    links = [link["href"] for link in page.select('a[type="application/pdf"]')]
    expected = sorted(["en", "fr", "nl"], key=lambda code: code != language)
    assert links == [f"/{language}/solidarity/test-call/sign/{code}.pdf" for code in expected]
    signs = {sign["lang"]: sign.text for sign in page.select(".sign-sheet")}
    assert signs["en"] == "Not a target"
    assert page.select_one("form[data-form=sign] input[name=words]")["maxlength"] == "80"
    assert page.select_one(f'select[name=words_language] option[selected][value="{language}"]')


def test_a_ready_sign_may_be_kept_and_is_made_once(client, call, monkeypatch):
    sign.make_ready_sign.cache_clear()
    address = f"{SIGN}fr.pdf"

    first = client.get(address)
    monkeypatch.setattr(sign, "make_pdf", None)
    again = client.get(address)
    known = client.get(address, headers={"If-None-Match": first["ETag"]})

    assert "Vous n’êtes pas une cible" in text_of(first.content)
    assert first["Content-Type"] == "application/pdf"
    assert "public" in first["Cache-Control"]
    assert not first.cookies
    assert again.content == first.content
    assert (known.status_code, known.content) == (304, b"")


def test_there_is_no_ready_sign_without_words_or_call(client, call):
    PhotoCall.objects.update(slogan_nl="")

    assert client.get(f"{SIGN}nl.pdf").status_code == 404
    assert client.get(f"{SIGN}de.pdf").status_code == 404
    assert client.get("/en/solidarity/no-call/sign/en.pdf").status_code == 404
    assert client.get("/en/solidarity/no-call/sign/").status_code == 404
    assert "nl.pdf" not in client.get(SIGN).content.decode()
    assert client.get(f"{SIGN}en.pdf").status_code == 200


def test_own_words_come_back_as_a_pdf_and_stay_nowhere(client, call, caplog):
    with caplog.at_level(logging.DEBUG):
        response = post(client, SIGN, fill_in(client, SIGN, words=SECRET, words_language="nl"))

    assert response["Content-Type"] == "application/pdf"
    assert re.fullmatch(r'attachment; filename="[a-z]+\.pdf"', response["Content-Disposition"])
    assert response["Cache-Control"] == "private, no-store"
    assert SECRET in text_of(response.content)
    assert read(response.content).trailer["/Root"]["/Lang"] == "nl"
    assert SECRET not in caplog.text
    assert rows_with(SECRET) == []
    PhotoCall.objects.update(name_nl=SECRET)
    assert rows_with(SECRET) == ["solidarity_photocall"]


def rows_with(text: str) -> list[str]:
    """The tables that hold ``text`` anywhere."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        table = model._meta.db_table
        if not model._meta.managed:
            continue
        with connection.cursor() as cursor:
            name = connection.ops.quote_name(table)
            cursor.execute(
                f"SELECT EXISTS (SELECT FROM {name} t WHERE t::text LIKE %s)", [f"%{text}%"]
            )
            if cursor.fetchone()[0]:
                found.append(table)
    return found


@pytest.mark.parametrize(
    "spoiled",
    [
        {"words": ""},
        {"words": "a" * 81},
        {"words": "⟦⟧"},
        {"words_language": "xx"},
        {"website": "x"},
    ],
)
def test_what_cannot_be_printed_comes_back_with_what_was_typed(client, call, spoiled):
    response = post(client, SIGN, fill_in(client, SIGN, **{"words": "Not me", **spoiled}))

    page = BeautifulSoup(response.content, "html.parser")
    assert response["Content-Type"].startswith("text/html")
    assert page.select(".field__errors, .form__errors, [role=alert]")
    kept = page.select_one("input[name=words]").get("value", "")
    assert kept == spoiled.get("words", "Not me")


def test_a_sign_that_cannot_be_made_says_so_and_keeps_the_words(
    client, call, monkeypatch, tmp_path
):
    broken = tmp_path / "sign.typ"
    broken.write_text("#panic()")
    monkeypatch.setattr(sign, "TEMPLATE", broken)
    sign.make_ready_sign.cache_clear()

    response = post(client, SIGN, fill_in(client, SIGN, words="Still here"))
    ready = client.get(f"{SIGN}en.pdf")

    assert 'value="Still here"' in response.content.decode()
    assert "in a minute" in response.content.decode()
    assert (ready.status_code, ready["Retry-After"]) == (503, "30")


def test_the_form_is_guarded_and_refuses_other_sites(client, call, settings):
    refused = post(client, SIGN, fill_in(client, SIGN), headers={"Sec-Fetch-Site": "cross-site"})
    settings.FORM_LIMITS = limits(soft=0)

    asked = post(client, SIGN, fill_in(client, SIGN))

    assert refused.status_code == 403
    assert asks(asked)
