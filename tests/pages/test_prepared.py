"""Statements that are compiled once find the same as the querysets they were made of."""

from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.blocks import StreamValue
from wagtail.models import Page

from pages import frame, links, prepared, views
from pages.models import (
    AppealPage,
    ArticleIndexPage,
    ArticlePage,
    CampaignPage,
    EventPage,
    HomePage,
    Organisation,
    PhotoCallPage,
    StandardPage,
    WallPage,
)

pytestmark = pytest.mark.django_db

KINDS = [
    AppealPage,
    ArticleIndexPage,
    ArticlePage,
    CampaignPage,
    EventPage,
    HomePage,
    PhotoCallPage,
    StandardPage,
    WallPage,
]


@pytest.fixture(autouse=True)
def nothing_compiled(monkeypatch):
    monkeypatch.setattr(prepared, "_statements", {})


def contents(instance, *above) -> dict:
    """Everything that an instance carries, what was fetched along with it too."""
    values = {
        name: list(x.raw_data) if isinstance(x, StreamValue) else x
        for name, x in vars(instance).items()
        if name not in ("_state", "_prefetched_objects_cache")
    }
    way = (*above, instance)
    joined = {
        f"joined {name}": None if x is None else contents(x, *way)
        for name, x in instance._state.fields_cache.items()
        # Not the way back.
        if not any(x is other for other in way)
    }
    return values | joined


def both(build, *structure, **values) -> list:
    """What the prepared statement finds; the plain queryset found the same, in the same order."""
    found = [prepared.fetch(build, *structure, **values) for _ in range(2)]
    expected = list(prepared.plain(build, *structure, **values))
    for again in found:
        assert [type(x) for x in again] == [type(x) for x in expected]
        assert [contents(x) for x in again] == [contents(x) for x in expected]
        assert [x._state.db for x in again] == [x._state.db for x in expected]
    return found[0]


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
@pytest.mark.parametrize("kind", KINDS)
def test_page_at_an_address_is_the_same(kind, language):
    pages = kind.objects.live().filter(locale__language_code=language)

    assert pages
    for page in pages[:2]:
        assert both(views.page_at, kind, url_path=page.url_path) == [page]
        assert both(views.page_at, Page, url_path=page.url_path)[0].pk == page.pk
    assert both(views.page_at, kind, url_path="/nowhere/") == []


@pytest.mark.parametrize("language", ["en", "fr", "nl", "xx"])
def test_words_and_organisation_are_the_same(language):
    found = both(frame.organisation_and_words, language=language)

    assert found == [Organisation.objects.get()]
    assert bool(found[0].words) == (language != "xx")


@pytest.mark.parametrize("facts", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_pages_around_one_are_the_same(kind, facts, monkeypatch):
    asked = []
    fetch = prepared.fetch

    def noted(*structure, **values):
        asked.append(partial(both, *structure, **values))
        return fetch(*structure, **values)

    ids = list(Page.objects.order_by("pk").values_list("pk", flat=True)[::5])
    with monkeypatch.context() as patched:
        patched.setattr(prepared, "fetch", noted)
        for page in kind.objects.live().order_by("path")[:3]:
            for newest in (True, False):
                links.resolve(ids, "fr", around=page, newest=newest, facts=facts)
        links.resolve(ids, "nl", facts=facts)

    assert all(ask() for ask in asked)


def test_statement_is_compiled_once_and_asked_anew(monkeypatch):
    paths = list(StandardPage.objects.live().values_list("url_path", flat=True))
    with CaptureQueriesContext(connection) as captured:
        found = [
            prepared.fetch(views.page_at, StandardPage, url_path=path)[0].url_path for path in paths
        ]

    assert found == paths
    assert len(captured) == len(paths) > 1
    assert len(prepared._statements) == 1


def test_wildcards_in_a_path_are_no_wildcards():
    page = HomePage.objects.first()
    values = {
        "ids": [],
        "above": [],
        "path": "%",
        "depth_below": page.depth,
        "translation_key": "00000000-0000-0000-0000-000000000000",
    }

    assert both(links.pages_around, False, False, False, False, **values) == []


def ignoring(given):
    return StandardPage.objects.filter(slug="about")


def by_slug(given):
    return StandardPage.objects.filter(slug=given.slug)


@pytest.mark.parametrize(
    ("build", "values"),
    [(ignoring, {"slug": "about"}), (by_slug, {}), (by_slug, {"slug": "about", "title": "x"})],
)
def test_value_without_its_place_is_refused(build, values):
    with pytest.raises(ValueError, match="not both in the statement and given"):
        prepared.fetch(build, **values)
    prepared.fetch(by_slug, slug="about")
    with pytest.raises(ValueError, match="not both in the statement and given"):
        prepared.fetch(build, **values)
