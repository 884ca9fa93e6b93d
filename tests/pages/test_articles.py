"""Articles: their list by theme and page, the article itself, the way back."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import PageViewRestriction

from pages.models import ArticleIndexPage, ArticlePage, StandardPage, Theme
from pages.models.articles import ARTICLES_A_PAGE
from tests.factories import in_days

pytestmark = pytest.mark.django_db

QUERY_BUDGET = 8
INDEX = "/en/articles/"
ROBOTS = '<meta name="robots" content="noindex, follow">'


def index() -> ArticleIndexPage:
    return ArticleIndexPage.objects.get(locale__language_code="en")


def text_of(client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def main(body: str) -> str:
    return body.split("<main", 1)[1].split("</main>", 1)[0]


def listed(body: str) -> list[str]:
    """Slugs of the articles in the order of the list."""
    return re.findall(r'<h3><a href="/en/articles/([^/"]+)/"', body)


def write_articles(number: int, **fields) -> list[ArticlePage]:
    parent = index()
    pages = []
    for position in range(number):
        page = ArticlePage(
            title=f"Article {position:02}",
            slug=f"article-{position:02}",
            published_on=in_days(-100 - position),
            body=[("text", "<p>Words.</p>")],
            **fields,
        )
        pages.append(parent.add_child(instance=page))
    return pages


def test_newest_first(client):
    oldest, *_ = write_articles(1)
    ArticlePage.objects.filter(pk=oldest.pk).update(published_on=in_days(1))

    assert listed(text_of(client, INDEX))[0] == "article-00"


def test_theme_filters_by_plain_links(client):
    body = text_of(client, INDEX)
    assert f'href="{INDEX}" aria-current="true">All themes' in body

    body = text_of(client, f"{INDEX}?theme=primary-care")

    assert listed(body) == ["good-care-starts-around-the-corner"]
    assert 'href="?theme=primary-care" aria-current="true"' in body
    assert "<title>Primary care: Articles and analysis – Viva Salud</title>" in body


def test_only_themes_that_lead_somewhere_are_offered(client):
    article = ArticlePage.objects.get(locale__language_code="en", theme__slug="primary-care")
    assert "?theme=primary-care" in text_of(client, INDEX)
    assert "?theme=access-to-medicines" not in text_of(client, INDEX)

    PageViewRestriction.objects.create(page=article, restriction_type=PageViewRestriction.LOGIN)

    body = text_of(client, INDEX)
    assert "?theme=primary-care" not in body
    assert article.slug not in body


def test_search_engines_keep_the_first_page_of_all_articles_only(client):
    write_articles(ARTICLES_A_PAGE)

    body = text_of(client, INDEX)
    assert ROBOTS not in body
    assert f'{INDEX}">' in re.search(r'<link rel="canonical" href="[^"]*">', body)[0]
    for query in ("?theme=primary-care", "?page=2", "?theme=nonsense"):
        assert ROBOTS in text_of(client, INDEX + query)


@pytest.mark.parametrize(
    ("query", "number"), [("?page=0", 2), ("?page=99", 2), ("?page=x", 1), ("?page=-3", 2)]
)
def test_page_number_without_sense_shows_a_page(client, query, number):
    write_articles(ARTICLES_A_PAGE)

    body = text_of(client, INDEX + query)

    assert f'aria-label="Page {number}" aria-current="page"' in body


def test_unknown_theme_shows_all(client):
    assert listed(text_of(client, f"{INDEX}?theme=%00%27x")) == listed(text_of(client, INDEX))


def test_pages_keep_the_theme_and_miss_no_article(client):
    theme = Theme.objects.get(slug="primary-care")
    write_articles(ARTICLES_A_PAGE + 4, theme=theme)

    first = text_of(client, f"{INDEX}?theme=primary-care")
    second = text_of(client, f"{INDEX}?theme=primary-care&page=2")

    assert 'href="?theme=primary-care&amp;page=2" rel="next"' in first
    assert 'rel="prev"' not in first
    assert 'rel="next"' not in second
    assert len({*listed(first), *listed(second)}) == ARTICLES_A_PAGE + 5


def test_few_left_over_make_no_page_of_their_own(client):
    write_articles(ARTICLES_A_PAGE - 4 + 2)

    body = text_of(client, INDEX)

    assert len(listed(body)) == ARTICLES_A_PAGE + 2
    assert 'class="pager"' not in body


def test_empty_list_says_so_in_the_editors_words(client):
    ArticlePage.objects.update(live=False)

    body = main(text_of(client, INDEX))

    assert "No articles here yet. In the meantime, have a look at our campaigns." in body
    assert "filters" not in body


def test_list_costs_few_queries_however_many_articles(client):
    client.get(INDEX)
    with CaptureQueriesContext(connection) as before:
        client.get(INDEX)

    write_articles(ARTICLES_A_PAGE)
    with CaptureQueriesContext(connection) as after:
        client.get(INDEX)

    assert len(after) == len(before) <= QUERY_BUDGET


def first_article() -> ArticlePage:
    return ArticlePage.objects.get(slug="the-world-is-short-of-health-workers")


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_article_costs_few_queries_in_every_language(client, language):
    page = first_article().get_translation_or_none(
        index().locale.__class__.objects.get(language_code=language)
    )
    client.get(page.url)

    with CaptureQueriesContext(connection) as captured:
        assert client.get(page.url).status_code == 200

    assert len(captured) <= QUERY_BUDGET


def test_article_names_its_date_author_length_and_theme(client):
    page = first_article()
    ArticlePage.objects.filter(pk=page.pk).update(published_on="2026-03-01")

    body = main(text_of(client, page.url))

    assert '<time datetime="2026-03-01">1 March 2026</time>' in body
    assert "<li>Viva Salud</li>" in body
    assert re.search(r"<li>\d+ minutes? to read</li>", body)
    assert 'href="/en/articles/?theme=health-workers"' in body

    ArticlePage.objects.filter(pk=page.pk).update(author="Ada Demo")
    assert "<li>Ada Demo</li>" in main(text_of(client, page.url))


def test_article_ends_with_others_on_its_theme_and_the_way_back(client):
    page = first_article()
    (related,) = write_articles(1, theme=page.theme)

    body = main(text_of(client, page.url))

    more = body[body.index('aria-labelledby="more-articles"') :]
    assert related.slug in more
    assert f"/en/articles/{page.slug}/" not in more
    assert f'href="{INDEX}">All articles</a>' in more


def test_only_article_still_shows_the_way_back(client):
    page = first_article()
    ArticlePage.objects.exclude(pk=page.pk).update(live=False)

    body = main(text_of(client, page.url))

    assert "more-articles" not in body
    assert f'href="{INDEX}">All articles</a>' in body


def test_contents_stand_beside_long_texts_only(client):
    page = first_article()
    assert 'class="contents"' in text_of(client, page.url)

    (short,) = write_articles(1)
    assert 'class="contents"' not in text_of(client, short.url)


def test_sources_are_a_list_with_dates(client):
    body = main(text_of(client, first_article().url))

    sources = body[body.index('id="sources"') :]
    assert (
        sources.index("<ol") < sources.index("<li>") < sources.index('<time datetime="2025-05-12"')
    )


def test_breadcrumbs_on_pages_below_the_first_level(client):
    page = first_article()

    body = text_of(client, page.url)

    (trail,) = re.findall(r'<nav class="breadcrumbs.*?</nav>', body, re.DOTALL)
    assert 'aria-label="Where you are"' in trail
    assert re.findall(r'href="([^"]+)"', trail) == ["/en/", INDEX]
    assert f'<span aria-current="page">{page.title}</span>' in trail
    assert "breadcrumbs" not in text_of(client, INDEX)


def test_text_page_names_the_pages_below_it(client):
    about = StandardPage.objects.get(locale__language_code="en", slug="about")
    about.add_child(instance=StandardPage(title="Our history", slug="history"))

    assert 'href="/en/about/history/">Our history</a>' in main(text_of(client, about.url))
    below = text_of(client, "/en/about/history/")
    assert 'href="/en/about/">' in re.search(r'<nav class="breadcrumbs.*?</nav>', below, re.S)[0]


def test_contacts_stand_beside_one_another(client):
    body = main(text_of(client, "/en/contact/"))

    contacts = body[body.index('class="contacts"') :]
    assert contacts.index("Victor") < contacts.index("Jasper Thys") < contacts.index("Write safely")
