"""What a first visit weighs, from the files themselves, compressed as the web server sends them.

``make drill-lighthouse`` measures the same in a browser, with headers (some 0.7 kB an answer).
"""

import re
from functools import cache
from pathlib import Path

import brotli
import pytest
from django.contrib.staticfiles import finders
from wagtail.models import Page

from campaign_site import stylesheet
from pages.models import ArticleIndexPage, ArticlePage, CampaignPage, HomePage, StandardPage

pytestmark = pytest.mark.django_db

LANGUAGES = ("en", "fr", "nl")
# Bytes and requests of the page, its style sheet, script, letters and icon (docs/performance.md).
MOST_BYTES, MOST_REQUESTS = 41_000, 6
HOME_BYTES, HOME_REQUESTS = 138_000, 10
# How a web server compresses what it makes, and what lies ready.
PAGES_LEVEL, FILES_LEVEL = 5, 11
ASKED_FOR = re.compile(
    r'<link rel="(?:stylesheet|icon|preload|modulepreload)" href="/static/([^"]+)"'
    r'|<script [^>]*src="/static/([^"]+)"'
)
READY = {".woff2", ".png", ".webp", ".avif", ".jpg"}


def files_of(html: str) -> list[str]:
    """Static files that a browser asks for with the page, each once."""
    return list(dict.fromkeys(one or other for one, other in ASKED_FOR.findall(html)))


@cache
def weight_of(name: str) -> int:
    data = Path(finders.find(name)).read_bytes()
    return len(data) if Path(name).suffix in READY else len(compressed(data, FILES_LEVEL))


def compressed(data: bytes, level: int) -> bytes:
    return brotli.compress(data, quality=level)


def visit(client, url: str) -> tuple[int, int]:
    """Return (bytes, requests) of a first visit."""
    html = client.get(url).content
    names = files_of(html.decode())
    weights = [len(compressed(html, PAGES_LEVEL)), *(weight_of(name) for name in names)]
    return sum(weights), len(weights)


def pages_of(model: type[Page], language: str):
    return model.objects.live().filter(locale__language_code=language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_of_words_is_light(client, language):
    visits = {
        page.url: visit(client, page.url)
        for model in (StandardPage, ArticlePage, ArticleIndexPage)
        for page in pages_of(model, language)
    }

    assert len(visits) >= 9
    assert {url: found for url, found in visits.items() if found[0] > MOST_BYTES} == {}
    assert {url: found for url, found in visits.items() if found[1] > MOST_REQUESTS} == {}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("model", [HomePage, CampaignPage])
def test_home_page_and_campaigns_are_light(client, language, model):
    for page in pages_of(model, language):
        weight, requests = visit(client, page.url)
        assert weight <= HOME_BYTES, page.url
        assert requests <= HOME_REQUESTS, page.url


def test_heavy_page_would_be_noticed(client, monkeypatch):
    url = pages_of(StandardPage, "en")[0].url
    light = visit(client, url)
    names = files_of(client.get(url).content.decode())
    assert {"css/site.css", "js/site.js", "fonts/archivo.woff2", "art/favicon.svg"} == set(names)

    monkeypatch.setitem(globals(), "files_of", lambda html: [*names, "fonts/archivo-full.woff2"])

    heavy = visit(client, url)
    assert heavy[0] > MOST_BYTES > light[0]
    assert heavy[1] == light[1] + 1


def test_pages_wait_for_one_style_sheet_and_no_script(client):
    html = client.get(pages_of(ArticlePage, "fr")[0].url).content.decode()
    head = html[: html.index("</head>")]

    assert re.findall(r'rel="stylesheet"', html) == ['rel="stylesheet"']
    assert re.findall(r"<script (?!type=\"(?:module|application/ld\+json)\")", html) == []
    assert head.count('rel="preload"') == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_letters_of_every_page_are_in_the_first_font(client, language):
    """The second font is for the few pages that quote another language."""
    from fontTools.ttLib import TTFont

    known = set(TTFont(finders.find("fonts/archivo.woff2")).getBestCmap())
    missing = {}
    for page in Page.objects.live().filter(depth__in=(2, 3), locale__language_code=language):
        html = client.get(page.url).content.decode()
        body = re.sub(r"<(script|style).*?</\1>", "", html[html.index("<body") :], flags=re.DOTALL)
        words = re.sub(r"<[^>]*>|&#?\w+;", "", body)
        if rare := {
            letter for letter in words if ord(letter) not in known and not letter.isspace()
        }:
            missing[page.url] = rare

    assert len(missing) <= 1, missing


def test_every_other_letter_is_fetched_for_its_own_sake():
    """``unicode-range`` names just what the second font has."""
    from fontTools.ttLib import TTFont

    text = stylesheet.joined()
    ranges = set(re.findall(r"unicode-range:\s*([^;]+);", text))
    assert len(ranges) == 1
    named = set()
    for one in re.findall(r"U\+([0-9A-F]+)(?:-([0-9A-F]+))?", ranges.pop()):
        first, last = int(one[0], 16), int(one[1] or one[0], 16)
        named |= set(range(first, last + 1))
    more = set(TTFont(finders.find("fonts/archivo-more.woff2")).getBestCmap())
    often = set(TTFont(finders.find("fonts/archivo.woff2")).getBestCmap())

    assert named == more
    assert not often & more
