import re

import pytest
from django.conf import settings
from wagtail.models import Page

from pages.models import CampaignPage, StandardPage, WallPage
from tests.factories import notatarget

pytestmark = pytest.mark.django_db


def campaign(language: str) -> CampaignPage:
    return notatarget(language)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("fr-BE,fr;q=0.9", "fr"),
        ("nl", "nl"),
        ("de, nl;q=0.5", "nl"),
        ("ja", "en"),
        (",;q=,==", "en"),
        ("", "en"),
    ],
)
def test_first_visit_goes_to_the_visitor_language(client, header, language):
    response = client.get("/", headers={"accept-language": header})

    assert (response.status_code, response.url) == (302, f"/{language}/")
    assert "Accept-Language" in response["Vary"]
    assert "public" not in response["Cache-Control"]


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_path_wins_over_the_browser(client, language):
    body = client.get(
        campaign(language).url, headers={"accept-language": "nl" if language != "nl" else "fr"}
    ).content.decode()

    assert f'<html lang="{language}"' in body


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_page_names_its_translations_both_ways(client, language):
    body = client.get(campaign(language).url).content.decode()

    for other in ("en", "fr", "nl"):
        path = campaign(other).url
        assert f'hreflang="{other}" href="{settings.SITE_URL}{path}"' in body
        assert re.search(rf'<a[^>]*href="{path}"[^>]*lang="{other}"', body) or re.search(
            rf'<a[^>]*lang="{other}"[^>]*href="{path}"', body
        )
    assert f'hreflang="x-default" href="{settings.SITE_URL}{campaign("en").url}"' in body
    assert f'rel="canonical" href="{settings.SITE_URL}{campaign(language).url}"' in body


def test_unpublished_translation_is_neither_named_nor_served(client):
    dutch = StandardPage.objects.filter(locale__language_code="nl").first()
    english = dutch.get_translation(StandardPage.objects.get(slug="about").locale)
    dutch.unpublish()

    body = client.get(english.url).content.decode()

    assert dutch.url not in body
    assert client.get(dutch.url).status_code == 404


def test_links_lead_to_the_reader_language(client):
    body = client.get(campaign("fr").url).content.decode()

    for path in re.findall(r'<a[^>]*href="(/[^"#]*)"[^>]*>', body):
        if not re.search(rf'href="{re.escape(path)}"[^>]*lang="', body) and not re.search(
            rf'lang="[^"]*"[^>]*href="{re.escape(path)}"', body
        ):
            assert path.startswith("/fr/"), path


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "not here"), ("fr", "pas"), ("nl", "niet")],
)
def test_404_speaks_the_visitor_language(client, language, words):
    response = client.get(f"/{language}/no-such-page/")

    assert response.status_code == 404
    assert f'<html lang="{language}"' in response.content.decode()
    assert words in response.content.decode()


def test_every_address_of_the_sitemap_answers(client):
    body = client.get("/sitemap.xml").content.decode()
    addresses = re.findall(r"<loc>([^<]+)</loc>", body)

    listed = Page.objects.live().filter(depth__gt=1).not_type(WallPage)
    assert len(addresses) == listed.count() >= 60
    assert not any(page.url in body for page in WallPage.objects.all())
    assert body.count('hreflang="x-default"') == len(addresses)
    for address in addresses:
        response = client.get(address.removeprefix(settings.SITE_URL))
        assert response.status_code == 200, address
        assert not response.cookies


@pytest.mark.parametrize(
    ("language", "word"),
    [("en", "My solidarity"), ("fr", "Ma solidarité"), ("nl", "Mijn solidariteit")],
)
def test_interface_strings_are_translated(client, language, word):
    assert word in client.get(f"/{language}/my-solidarity/").content.decode()


def test_title_for_search_engines_takes_the_place_of_the_page_title(client):
    page = StandardPage.objects.get(slug="about", locale__language_code="en")
    page.seo_title = "Who we are"
    page.save_revision().publish()

    assert "<title>Who we are – " in client.get(page.url).content.decode()
