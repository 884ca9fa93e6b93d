"""What is never kept, and what never mixes: languages, hosts, codings, people."""

import gzip
from types import SimpleNamespace

import brotli
import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from pages.models import (
    AppealPage,
    ArticleIndexPage,
    ArticlePage,
    CampaignPage,
    EventPage,
    HomePage,
    PhotoCallPage,
    StandardPage,
    WallPage,
)
from serving.page_cache import may_be_kept
from tests.factories import make_event, make_photo_call, notatarget
from tests.serving.conftest import middleware_of

# In the test's own transaction nothing that it writes is ever kept; what it only reads is.
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("soon")]

KINDS = [
    HomePage,
    CampaignPage,
    PhotoCallPage,
    EventPage,
    AppealPage,
    ArticleIndexPage,
    ArticlePage,
    StandardPage,
    WallPage,
]


def test_every_kind_of_page_is_kept_in_its_language(ask, languages):
    seen = set()
    for number, kind in enumerate(KINDS):
        # All of the home page, and one of each other kind.
        for language in languages if kind is HomePage else [languages[number % len(languages)]]:
            page = kind.objects.live().filter(locale__language_code=language).first()
            if page is None:
                continue
            first, second = ask(page.url), ask(page.url, accept_language="de,fr;q=0.5")
            third = Client(headers={"accept-language": "nl"}).get(page.url)
            seen.add(kind)
            outcomes = [first.cache_outcome, second.cache_outcome, third.cache_outcome]
            assert outcomes == ["miss", "hit", "hit"], (kind, language, outcomes)
            assert f'<html lang="{language}"'.encode() in first.content
            assert first.content == second.content == third.content
            assert first["Content-Language"] == language
    assert seen >= {HomePage, CampaignPage, StandardPage, ArticlePage, AppealPage}


def test_codings_are_ready_name_themselves_and_last_a_minute_at_most(ask):
    path = notatarget("en").url
    plain = ask(path)
    zipped = ask(path, accept_encoding="gzip, deflate")
    short = ask(path, accept_encoding="gzip, deflate, br, zstd")
    refused = ask(path, accept_encoding="br;q=0, gzip;q=0.0")

    assert gzip.decompress(zipped.content) == plain.content == refused.content
    assert brotli.decompress(short.content) == plain.content
    assert len(short.content) < len(zipped.content) < len(plain.content) / 3
    assert {r["Vary"] for r in (plain, zipped, short)} == {"Accept-Encoding"}
    assert len({r["ETag"] for r in (plain, zipped, short)}) == 3
    for response in (plain, zipped, short):
        assert response["Content-Length"] == str(len(response.content))
    told = dict(part.split("=") for part in plain["Cache-Control"].split(", ") if "=" in part)
    assert told["max-age"] == "0"
    assert int(told["s-maxage"]) + int(told["stale-while-revalidate"]) <= 60
    assert told["stale-if-error"] == "86400"


def test_browser_that_has_it_gets_no_second_copy(ask):
    path = notatarget("en").url
    etag = ask(path, accept_encoding="br")["ETag"]
    same = ask(path, accept_encoding="br", if_none_match=f'"other", W/{etag}')
    other = ask(path, accept_encoding="gzip", if_none_match=etag)

    assert (same.status_code, same.content, same["ETag"]) == (304, b"", etag)
    assert other.status_code == 200
    assert same["Content-Security-Policy"] == other["Content-Security-Policy"]


def test_head_tells_the_same_and_fills_nothing(ask):
    path = notatarget("en").url
    assert ask.client.head(path).cache_outcome == "miss"
    full = ask(path)
    assert full.cache_outcome == "miss"
    head = ask.client.head(path)

    assert (head.cache_outcome, head.content) == ("hit", b"")
    assert head["Content-Length"] == full["Content-Length"]


def test_session_is_answered_alone_and_kept_by_nobody(ask, admin_client):
    path = notatarget("en").url
    ask(path)
    staff = admin_client.get(path)

    assert staff.cache_outcome == "bypass"
    assert staff["Cache-Control"] == "private, no-store"
    assert "X-Accel-Expires" not in staff
    assert ask(path).cache_outcome == "hit"


def test_odd_requests_neither_read_nor_fill(ask):
    path = notatarget("en").url
    odd = [
        {"authorization": "Basic eDp5"},
        {"range": "bytes=0-10"},
        {"cookie": "sessionid=forged"},
        {"cookie": "a=b; csrftoken=forged"},
        {"host": "evil.example"},
        {"host": "TESTSERVER"},
        {"host": "testserver:81"},
    ]
    for headers in odd:
        assert ask(path, **headers).cache_outcome == "bypass", headers
        # Django takes a session back that it does not know.
        ask.client.cookies.clear()
    assert len(middleware_of(ask.client).local) == 0

    assert ask(path).cache_outcome == "miss"
    for headers in odd[:3]:
        assert ask(path, **headers).cache_outcome == "bypass", headers
        ask.client.cookies.clear()
    assert ask(path, x_forwarded_host="evil.example").cache_outcome == "hit"


@pytest.mark.django_db(transaction=True)
def test_forms_posts_errors_and_unknown_queries_are_not_kept(ask):
    call = make_photo_call()
    path = notatarget("en").url
    form = f"/en/solidarity/{call.slug}/"
    for address in (form, "/en/no-such-page/", f"{path}?odd=x", "/", "/en/newsletter/"):
        answers = [ask(address), ask(address)]
        assert [a.cache_outcome for a in answers][1] == "bypass", address
        assert all("X-Accel-Expires" not in a for a in answers), address
        # Nor by anybody further out, who could not be told of a change.
        controls = [a["Cache-Control"] for a in answers if a.status_code == 200]
        assert all("no-store" in c or "s-maxage=0" in c for c in controls), address
    assert ask(form)["Cache-Control"] == "private, no-store"
    assert ask.client.post(path).cache_outcome == "bypass"
    middleware = middleware_of(ask.client)
    assert len(middleware.local) + len(middleware.local_with_query) == 0


def test_missing_addresses_fill_nothing(ask):
    for number in range(8):
        ask(f"/en/missing-{number}/")
    middleware = middleware_of(ask.client)

    assert len(middleware.local) == 0
    assert len(middleware._not_kept) == 8
    assert not middleware._renderings


@pytest.mark.django_db(transaction=True)
def test_tag_of_a_poster_goes_on_and_words_of_networks_do_not_matter(ask):
    path = make_event().pages.get().url
    asked = ["", "?from=poster", "?fbclid=Aa.1&from=poster", "?from=mail", "?utm_source=x&gclid=1"]
    answers = [ask(f"{path}{query}") for query in asked]

    assert [a.cache_outcome for a in answers] == ["miss", "miss", "hit", "miss", "hit"]
    has_tag = [a.content.count(b"?from=poster") for a in answers]
    assert has_tag[0] == has_tag[3] == has_tag[4] == 0
    assert has_tag[1] == has_tag[2] > 0
    # A redirect hands the tag on, each time.
    for tag in ("poster", "mail"):
        slashless = ask(f"{path.rstrip('/')}?from={tag}")
        assert slashless.status_code == 301
        assert slashless["Location"].endswith(f"?from={tag}")


def test_preview_cookies_and_unwatched_tables_are_not_kept(page_cache):
    key = ("http", "testserver", "/en/", "")
    request = RequestFactory().get("/en/")
    record = SimpleNamespace(is_complete=True)

    def answer() -> HttpResponse:
        return HttpResponse(b"x", headers={"Cache-Control": "public, max-age=0, s-maxage=60"})

    assert may_be_kept(request, answer(), record, key)

    with_cookie = answer()
    with_cookie.set_cookie("a", "b")
    assert not may_be_kept(request, with_cookie, record, key)
    assert not may_be_kept(request, answer(), SimpleNamespace(is_complete=False), key)
    varying = answer()
    varying["Vary"] = "Accept-Language"
    assert not may_be_kept(request, varying, record, key)
    for mark in ("is_preview", "is_dummy"):
        preview = RequestFactory().get("/en/")
        setattr(preview, mark, True)
        assert not may_be_kept(preview, answer(), record, key)


def test_maintenance_is_seen_at_once(ask, settings, tmp_path):
    settings.MAINTENANCE_FILE = tmp_path / "maintenance"
    path = notatarget("en").url
    ask(path)
    settings.MAINTENANCE_FILE.touch()

    assert ask(path).status_code == 503

    settings.MAINTENANCE_FILE.unlink()
    assert ask(path).cache_outcome == "hit"
