"""A page that a language lacks: the switcher says so, and its address offers the others."""

import re

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from wagtail.models import Page, PageViewRestriction

from pages.missing import versions_at
from pages.models import CampaignPage, PhotoCallPage, StandardPage

pytestmark = pytest.mark.django_db


def standard(slug: str, language: str = "en") -> StandardPage:
    return StandardPage.objects.get(slug=slug, locale__language_code=language)


def translation(page: Page, language: str) -> Page:
    return Page.objects.get(
        translation_key=page.translation_key, locale__language_code=language
    ).specific


def without(page: Page, *languages: str) -> Page:
    """Take a page's translations off the site."""
    for language in languages:
        translation(page, language).unpublish()
    return page


def soup(response) -> BeautifulSoup:
    return BeautifulSoup(response.content.decode(), "html.parser")


def offered(response) -> dict[str, str]:
    """Language → path of the page's versions that an error page names."""
    links = soup(response).select(".error-page__versions a")
    assert all(link["lang"] == link["hreflang"] for link in links)
    return {link["lang"]: link["href"] for link in links}


@pytest.mark.parametrize(
    ("language", "words"), [("fr", "Cette page n’existe pas"), ("nl", "Deze pagina bestaat")]
)
def test_page_missing_in_a_language_says_so_in_that_language(client, language, words):
    other = "nl" if language == "fr" else "fr"
    page = without(standard("about"), language)

    response = client.get(f"/{language}/about/")

    assert response.status_code == 404
    assert soup(response).html["lang"] == language
    assert words in soup(response).h1.get_text()
    assert offered(response) == {"en": "/en/about/", other: translation(page, other).url}
    assert page.title in response.content.decode()


def test_missing_english_is_asked_for_by_another_language(client):
    dutch = without(standard("over-ons", "nl"), "en", "fr")

    response = client.get("/en/over-ons/")

    assert response.status_code == 404
    assert soup(response).html["lang"] == "en"
    assert offered(response) == {"nl": dutch.url}


@pytest.mark.parametrize("path", ["/fr/about/", "/fr/over-ons/"])
def test_slug_of_another_language_leads_to_the_translation(client, path):
    response = client.get(f"{path}?from=poster")

    assert (response.status_code, response.url) == (302, "/fr/a-propos/?from=poster")
    assert "public" not in response["Cache-Control"]


def test_parts_of_a_path_may_come_from_several_languages(client):
    campaign = CampaignPage.objects.get(name="#NotATarget", locale__language_code="en")
    call = PhotoCallPage.objects.child_of(campaign).first()
    french = translation(call, "fr")
    assert french.slug != call.slug
    campaign_fr = translation(campaign, "fr")
    campaign_fr.slug = "pas-une-cible"
    campaign_fr.save()
    french = Page.objects.get(pk=french.pk)

    for parent in ("notatarget", "pas-une-cible"):
        for own in (call.slug, french.slug):
            response = client.get(f"/fr/{parent}/{own}/", follow=True)
            assert response.status_code == 200
            assert response.request["PATH_INFO"] == french.url

    without(call, "fr")
    for parent in ("notatarget", "pas-une-cible"):
        response = client.get(f"/fr/{parent}/{call.slug}/")
        assert response.status_code == 404
        assert offered(response)["en"] == call.url


@pytest.mark.parametrize("path", ["/nl/nowhere/", "/nl/about/nowhere/", "/nl/nowhere/about/"])
def test_page_that_no_language_has_is_simply_missing(client, path):
    response = client.get(path)

    assert response.status_code == 404
    assert not offered(response)
    page = soup(response)
    assert page.html["lang"] == "nl"
    assert page.select_one('form[role="search"]')["action"] == "/nl/search/"
    hrefs = [a["href"] for a in page.select("main a")]
    assert "/nl/" in hrefs
    assert CampaignPage.objects.get(name="#NotATarget", locale__language_code="nl").url in hrefs


def test_draft_is_never_named(client):
    page = standard("about")
    page.title = "Secret plans"
    page.save()
    without(page, "en", "nl")

    assert "Secret" not in client.get("/nl/about/").content.decode()
    assert not offered(client.get("/nl/about/"))
    assert not offered(client.get("/fr/about/"))
    assert client.get("/nl/a-propos/").status_code == 404
    assert offered(client.get("/nl/a-propos/")) == {"fr": "/fr/a-propos/"}


def test_restricted_page_is_neither_named_nor_redirected_to(client):
    english = without(standard("about"), "nl")
    PageViewRestriction.objects.create(page=english, restriction_type=PageViewRestriction.LOGIN)
    french = translation(english, "fr")

    assert offered(client.get("/nl/about/")) == {"fr": french.url}
    assert english.url not in client.get(french.url).content.decode()
    PageViewRestriction.objects.create(page=french, restriction_type=PageViewRestriction.LOGIN)
    assert not offered(client.get("/nl/about/"))
    assert client.get("/nl/about/").status_code == 404
    assert client.get("/fr/about/").status_code == 404  # a redirect would tell where it is


def test_page_below_a_restricted_one_is_not_named(client):
    home = Page.objects.get(slug="home")
    page = without(standard("about"), "nl", "fr")
    PageViewRestriction.objects.create(page=home, restriction_type=PageViewRestriction.LOGIN)

    assert versions_at(page.slug, "nl") == {}


def test_switcher_shows_three_languages_and_marks_the_missing(client):
    page = without(standard("about"), "nl")
    french = translation(page, "fr")

    for url in (page.url, french.url):
        for switcher in soup(client.get(url)).select("ul.languages"):
            links = {a["lang"]: a for a in switcher.select("a")}
            assert list(links) == ["en", "fr", "nl"]
            assert links["en"]["href"] == page.url
            assert links["fr"]["href"] == french.url
            assert links["nl"]["href"] == url.replace(url[:4], "/nl/")
            assert "nog niet" in links["nl"].get_text()
            assert "not yet" not in links["en"].get_text()
            assert "pas encore" not in links["fr"].get_text()

    links = soup(client.get("/nl/about/")).select_one("ul.languages").select("a")
    assert [a["href"] for a in links] == [page.url, french.url, "/nl/about/"]


def test_head_names_only_what_is_there(client):
    page = without(standard("about"), "nl")

    body = client.get(page.url).content.decode()

    head = body.partition("</head>")[0]
    assert set(re.findall(r'hreflang="(\w\w)" href="[^"]*/about/|hreflang="fr"', head)) >= {"en"}
    assert 'rel="alternate" hreflang="nl"' not in head.replace('application/atom+xml" hreflang', "")
    assert not soup(client.get("/nl/about/")).select('link[rel="alternate"][hreflang]')


@pytest.mark.parametrize("path", ["/nothing.php", "/fr/nothing.php", "/media/x/y.png"])
def test_missing_page_needs_no_database(client, monkeypatch, transactional_db, path):
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "HOST", "/nowhere")

    response = client.get(path, headers={"accept-language": "fr"})

    assert response.status_code == 404
    assert soup(response).html["lang"] == "fr"


def test_guessing_costs_little(client, django_assert_max_num_queries):
    client.get("/nl/")
    with django_assert_max_num_queries(12):
        assert client.get("/nl/" + "a/" * 6).status_code == 404
    with django_assert_max_num_queries(6):
        assert client.get("/nl/" + "a/" * 40).status_code == 404
