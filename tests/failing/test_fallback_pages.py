"""The pages for when nothing else can be served, and who shows them last."""

import base64
import hashlib
import re
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from campaign_site import fallback_pages, fallback_wsgi
from campaign_site.fallback_wsgi import LastResort
from tests.html_validity import problems


@pytest.fixture
def written(tmp_path, monkeypatch):
    monkeypatch.setenv("CONTACT_EMAIL", "info@example.org")
    monkeypatch.setenv("CONTACT_PHONE", "+32 (0)2 000 00 00")
    call_command("write_fallback_pages", tmp_path / "fallback", stdout=StringIO())
    return tmp_path / "fallback"


def test_each_page_is_complete_in_itself_and_allowed_its_own_style_alone(written):
    pages = sorted(written.glob("*/*.html"))
    policy = (written / "headers.conf").read_text()

    assert len(pages) == 4 * len(fallback_pages.PAGES)
    for page in pages:
        html = page.read_text()
        style = re.search(r"<style>(.*?)</style>", html, re.DOTALL).group(1)
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        assert f"style-src 'sha256-{digest}'" in policy
        assert not re.search(r"\ssrc=|<link|<script|\sstyle=|url\(|@import|https?://", html)
        assert len(html.encode()) < 16_000
        assert page.stat().st_mode & 0o777 == 0o644


@pytest.mark.drill
def test_pages_are_valid_and_each_speaks_its_languages(written):
    documents = {str(page): page.read_text() for page in written.glob("*/503.html")}
    documents |= {str(page): page.read_text() for page in written.glob("fr/*.html")}

    assert problems(documents) == []
    for language in ("en", "fr", "nl"):
        html = (written / language / "503.html").read_text()
        assert f'<html lang="{language}">' in html
        assert re.findall(r'<section lang="(\w+)"', html) == [language]
        assert "mailto:info@example.org" in html
        assert 'href="tel:+32020000000"' in html
    everybody = (written / "all" / "503.html").read_text()
    assert re.findall(r'<section lang="(\w+)"', everybody) == ["en", "fr", "nl"]
    assert everybody.count("<h1>") == 1


def test_pages_need_neither_contact_nor_database(tmp_path, monkeypatch):
    monkeypatch.delenv("CONTACT_EMAIL", raising=False)
    monkeypatch.delenv("CONTACT_PHONE", raising=False)
    call_command("write_fallback_pages", tmp_path, stdout=StringIO())
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    call_command("write_fallback_pages", tmp_path, stdout=StringIO())

    assert "mailto:" not in (tmp_path / "en" / "503.html").read_text()
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before


def test_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(CommandError, match="file"):
        call_command("write_fallback_pages", tmp_path / "file", stdout=StringIO())


@pytest.mark.parametrize(
    ("path", "accepted", "language"),
    [
        ("/fr/x/", "nl", "fr"),
        ("/x", "nl-BE,fr;q=0.8", "nl"),
        ("/", "de, fr-BE;q=0.5", "fr"),
        ("/", "de", "all"),
        ("/", "", "all"),
        ("/", "\x00;;,=;q", "all"),
        ("/french/", "", "all"),
    ],
)
def test_language_is_that_of_the_address_else_of_the_browser(path, accepted, language):
    assert fallback_pages.language_of(path, accepted) == language


def served(application, path="/nl/", method="GET") -> tuple[str, dict, bytes]:
    seen = {}

    def start_response(status, headers, exc_info=None):
        seen.update(status=status, headers=dict(headers), exc_info=exc_info)

    body = b"".join(application({"PATH_INFO": path, "REQUEST_METHOD": method}, start_response))
    return seen["status"], seen["headers"], body


def failing(environ, start_response):
    raise RuntimeError("Key (email)=(sam@example.org) already exists")


def test_last_resort_answers_for_an_application_that_raises(caplog):
    status, headers, body = served(LastResort(failing))

    assert status.startswith("500")
    assert '<html lang="nl">' in body.decode()
    assert headers["Content-Length"] == str(len(body))
    assert headers["Cache-Control"] == "private, no-store"
    assert "RuntimeError" in caplog.records[0].getMessage()
    assert "sam@" not in caplog.records[0].getMessage()
    assert served(LastResort(failing), method="HEAD")[2] == b""


def test_last_resort_has_words_even_without_its_page(monkeypatch):
    application = LastResort(failing)
    monkeypatch.setattr(fallback_pages, "ready_page", failing)

    status, _headers, body = served(application)

    assert status.startswith("500")
    assert all(language in body.decode() for language in ("lang=en", "lang=fr", "lang=nl"))


def test_last_resort_leaves_good_answers_alone():
    def application(environ, start_response):
        start_response("204 No Content", [("X", "y")])
        return []

    assert served(LastResort(application)) == ("204 No Content", {"X": "y"}, b"")


def test_site_is_served_through_the_last_resort():
    from campaign_site import wsgi

    assert isinstance(wsgi.application, fallback_wsgi.LastResort)
