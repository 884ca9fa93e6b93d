"""The whole site in a browser, link by link: nothing leaves the host, nothing stays in the browser.

``make drill-crawl``. With ``CRAWL=https://www.example.org`` it goes through a running site instead;
``CRAWL_HOSTS`` then names the host of its pictures, and certificates are not looked at.
"""

import os
import sys

import pytest
from wagtail.models import Page

from pages import demo_events, demonstration
from pages.models import WallPage
from tests.browser.crawler import Crawler
from tests.browser.stage import LANGUAGES

pytestmark = [pytest.mark.drill, pytest.mark.django_db(transaction=True)]

HOMES = [f"/{language}/" for language in LANGUAGES]
# Pages that no other page leads to: what follows a form, and what a language lacks.
BESIDE = [f"/{language}/{path}" for language in LANGUAGES for path in ("search/?q=sant%C3%A9",)]
# The admin has no public page; the style guide shows made-up links, on development sites only.
LEAVE_OUT = (
    "/admin/",
    *(f"/{language}/styleguide/" for language in LANGUAGES),
    "/development/",
)
LEAST_PAGES = 100
# What the planted page does, each thing once.
PLANTED = """<!doctype html><html lang="en"><title>Planted</title>
<img src="https://elsewhere.invalid/dot.png" alt="">
<img src="/static/art/no-such-picture.png" alt="">
<a href="/en/no-such-page/">Broken</a> <a href="/no-such-file.pdf">Broken</a>
<a href="/en/#no-such-place">Nowhere</a>
<script>
document.cookie = "planted=1";
localStorage.setItem("planted", "1");
sessionStorage.setItem("planted", "1");
console.error("planted complaint");
setTimeout(() => { throw new Error("planted error"); });
</script>"""
BREAKS_POLICY = """<!doctype html><html lang="en"><title>Planted</title>
<p style="color: red">Inline</p><a href="/en/">On</a>"""
EXPECTED = (
    "request to another host: https://elsewhere.invalid/dot.png",
    "failed with 404: ",
    "broken link: 404",
    "link to a place that is not there: ",
    "kept in the browser: cookie planted",
    "kept in the browser: cookie given",
    "kept in the browser: local storage planted",
    "kept in the browser: session storage planted",
    "console: planted complaint",
    "script failed: planted error",
    "content security policy: style-src-attr: inline",
)


@pytest.fixture
def clean_context(browser):
    """A fresh profile that nobody else watches: what it does wrong is the crawler's to find."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, ignore_https_errors="CRAWL" in os.environ
    )
    yield context
    context.close()


def test_the_crawler_finds_one_of_each_kind_that_was_planted(clean_context, live_server):
    def plant(path: str, body: str, headers: dict[str, str]) -> None:
        answer = {"body": body, "content_type": "text/html", "headers": headers}
        clean_context.route(live_server.url + path, lambda route: route.fulfill(**answer))

    plant("/en/planted/", PLANTED, {"Set-Cookie": "given=1; HttpOnly", "Content-Type": "text/html"})
    policy = {"Content-Security-Policy": "default-src 'self'", "Content-Type": "text/html"}
    plant("/en/planted/policy/", BREAKS_POLICY, policy)
    clean_context.route("https://elsewhere.invalid/**", lambda route: route.abort())

    crawler = Crawler(clean_context, live_server.url, leave_out=LEAVE_OUT)
    report = crawler.crawl(["/en/planted/", "/en/planted/policy/", "/en/"], most=4)

    found = " ".join(report.sentences())
    assert [kind for kind in EXPECTED if kind not in found] == []
    assert len(report.pages) >= 3


def test_the_whole_site_keeps_to_itself(clean_context, request, settings):
    address = os.environ.get("CRAWL", "").rstrip("/")
    hosts = tuple(os.environ.get("CRAWL_HOSTS", "").split())
    live, walls_of_nothing = set(), set()
    if not address:
        address = request.getfixturevalue("live_server").url
        settings.SITE_URL = address
        demonstration.load_photos()
        demonstration.load_gifts()
        demo_events.load()
        live = {address + page.url for page in Page.objects.live().filter(depth__gt=1)}
        empty = WallPage.objects.live().filter(photo_call__wall_counts=None)
        walls_of_nothing = {address + page.url for page in empty}

    crawler = Crawler(clean_context, address, hosts=hosts, leave_out=LEAVE_OUT)
    report = crawler.crawl([*HOMES, *BESIDE])
    unlinked = live - set(report.pages)
    crawler.crawl(sorted(page.removeprefix(address) for page in unlinked))

    print(
        f"\n{len(report.pages)} pages and {len(report.files)} files, {report.requests} requests:",
        f"{len(report.findings)} findings",
        *report.sentences(),
        sep="\n  ",
        file=sys.stderr,
    )
    assert report.findings == []
    assert len(report.pages) >= LEAST_PAGES
    # Every live page is within reach of a link, but for walls that have no photo to show.
    assert unlinked == walls_of_nothing
