"""How pages are delivered: queries, caching, headers."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Page, PageViewRestriction

from pages.models import (
    AppealPage,
    ArticleIndexPage,
    ArticlePage,
    CampaignPage,
    EventPage,
    HomePage,
    PhotoCallPage,
    SiteWords,
    StandardPage,
    WallPage,
)
from tests.factories import make_staff, notatarget

pytestmark = pytest.mark.django_db

# Of one warm page that comes from no cache. Each counts: a query costs more than drawing the page.
QUERY_BUDGET = 6
BUDGETS = {
    HomePage: 5,
    CampaignPage: 6,
    PhotoCallPage: 6,
    WallPage: 5,
    EventPage: 5,
    AppealPage: 5,
    ArticleIndexPage: 5,
    ArticlePage: 3,
    StandardPage: 3,
}


def campaign(language: str) -> CampaignPage:
    return notatarget(language)


def queries_of(client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_every_page_costs_few_queries(client, language):
    pages = Page.objects.live().filter(depth__gt=1, locale__language_code=language).specific()

    costs = {(type(page), page.url): queries_of(client, page.url) for page in pages}

    assert len(costs) >= 22
    assert {kind for kind, _ in costs} == set(BUDGETS)
    assert {page: cost for page, cost in costs.items() if cost > BUDGETS[page[0]]} == {}
    assert max(BUDGETS.values()) <= QUERY_BUDGET


@pytest.mark.parametrize("language", ["en", "fr"])
def test_queries_do_not_grow_with_blocks_links_and_menu(client, language):
    page = campaign(language)
    before = queries_of(client, page.url)

    link = f'<p><a linktype="page" id="{page.pk}">one</a></p>' * 5
    for block in list(page.body.raw_data):
        if block["type"] == "actions":
            block["value"]["cards"] *= 3
    page.body.append(("section", {"heading": "More", "text": link}))
    page.body.append(("section", {"heading": "Even more", "text": link}))
    page.save_revision().publish()
    words = SiteWords.objects.get(locale__language_code=language)
    for _ in range(5):
        words.menu.append(("item", {"page": page, "label": "Once more"}))
    words.save()

    body = client.get(page.url).content.decode()
    assert body.count(f'<a href="{page.url}">one</a>') == 10
    assert queries_of(client, page.url) == before


def test_page_may_be_kept_by_any_cache(client):
    response = client.get(campaign("fr").url)

    assert "public" in response["Cache-Control"]
    assert "s-maxage=60" in response["Cache-Control"]
    assert "Cookie" not in response.get("Vary", "")
    assert not response.cookies


def test_member_of_staff_makes_no_page_personal(client):
    client.force_login(make_staff("Editors"))

    response = client.get(campaign("fr").url)

    assert not response.cookies
    assert "wagtail-userbar" not in response.content.decode()


def test_restricted_page_is_not_served_to_everybody(client):
    page = campaign("en")
    PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)

    for url in (page.url, page.get_children().first().url):
        response = client.get(url)
        assert response.status_code == 302
        assert "public" not in response["Cache-Control"]
    assert client.get("/en/").status_code == 200


@pytest.mark.parametrize("path", ["/en/", "/en/nowhere/", "/en/my-solidarity/", "/healthz", "/"])
def test_every_response_carries_the_security_headers(client, path):
    response = client.get(path)

    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["Cross-Origin-Embedder-Policy"] == "require-corp"
    assert "camera=()" in response["Permissions-Policy"]


def test_posting_to_a_page_is_refused(client):
    assert client.post("/en/").status_code == 405
