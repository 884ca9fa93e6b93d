"""What a page asks the database stays the same however much the site holds."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Locale, Page

from pages import views
from pages.models import ArticleIndexPage, ArticlePage, HomePage, Organisation, StandardPage
from tests.factories import notatarget

pytestmark = pytest.mark.django_db


def queries_of(client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def in_english(model: type[Page]) -> Page:
    return model.objects.live().filter(locale__language_code="en").order_by("path")[0]


def one_more_locale() -> None:
    """A fourth language with a live page of everything that the English home page is."""
    german = Locale.objects.create(language_code="de")
    home = in_english(HomePage)
    root = home.get_parent()
    root.add_child(
        instance=HomePage(
            title="Deutsch",
            slug="deutsch",
            locale=german,
            translation_key=home.translation_key,
            hero_title="x",
            campaigns_heading="x",
            events_heading="x",
        )
    )


@pytest.fixture
def four_languages(settings):
    languages = [*settings.LANGUAGES, ("de", "Deutsch")]
    settings.LANGUAGES = settings.WAGTAIL_CONTENT_LANGUAGES = languages


def test_a_fourth_language_costs_no_query(client, four_languages):
    urls = [in_english(model).url for model in (HomePage, ArticlePage, StandardPage)]
    urls.append(notatarget("en").url)
    before = [queries_of(client, url) for url in urls]

    one_more_locale()

    assert [queries_of(client, url) for url in urls] == before


def test_twenty_more_articles_and_pages_of_text_cost_no_query(client):
    index, about = in_english(ArticleIndexPage), in_english(StandardPage)
    urls = [index.url, about.url, in_english(ArticlePage).url, in_english(HomePage).url]
    before = [queries_of(client, url) for url in urls]

    for number in range(20):
        index.add_child(
            instance=ArticlePage(title=f"Article {number}", slug=f"more-{number}", body=[])
        )
    for number in range(5):
        about.add_child(
            instance=StandardPage(title=f"Below {number}", slug=f"below-{number}", body=[])
        )

    assert "Article 19" in client.get(index.url).content.decode()
    assert "Below 4" in client.get(about.url).content.decode()
    assert [queries_of(client, url) for url in urls] == before


def test_another_kind_of_page_at_a_known_address_is_found(client):
    about = in_english(StandardPage)
    client.get(about.url)
    assert views._kinds[about.url_path] is StandardPage
    index = in_english(ArticleIndexPage)
    index.slug, about.slug = f"was-{uuid.uuid4().hex}", "was-about"
    old_url = about.url
    about.save()
    index.slug = old_url.strip("/").split("/")[-1]
    index.save()

    answer = client.get(old_url)

    assert answer.status_code == 200
    assert index.title in answer.content.decode()
    assert views._kinds[index.url_path] is ArticleIndexPage


def test_page_that_was_taken_offline_is_gone_at_once(client):
    about = in_english(StandardPage)
    assert client.get(about.url).status_code == 200

    about.unpublish()

    assert client.get(about.url).status_code == 404


def test_new_site_gets_its_organisation_at_the_first_visit(client):
    url = in_english(StandardPage).url
    Organisation.objects.all().delete()

    assert client.get(url).status_code == 200
    assert Organisation.objects.count() == 1
