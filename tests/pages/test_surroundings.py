"""What a page knows of the pages around it, in one query; and what its address may be."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import PageViewRestriction

from pages import links
from pages.models import (
    AppealPage,
    ArticleIndexPage,
    ArticlePage,
    CampaignPage,
    HomePage,
    StandardPage,
    Theme,
)
from pages.models.base import NEWEST_ARTICLES
from tests.factories import notatarget

pytestmark = pytest.mark.django_db


def home(language: str = "en") -> HomePage:
    return HomePage.objects.get(locale__language_code=language)


def around(page) -> links.Surroundings:
    links.site_roots()
    language = page.locale.language_code
    with CaptureQueriesContext(connection) as captured:
        found = links.resolve([], language, around=page)
    assert len(captured) == 1
    return found


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_home_page_knows_campaigns_and_the_actions_below_them(language):
    page = home(language)

    found = around(page)

    assert "#NotATarget" in [link.name for link in found.children if link.kind == "campaign"]
    assert {link.kind for link in found.grandchildren} == {"photo_call", "event", "appeal"}
    assert all(link.url.startswith(f"/{language}/") for link in found.grandchildren)
    assert found.ancestors == []


def test_action_page_knows_its_campaign_and_no_article():
    page = AppealPage.objects.child_of(notatarget("en")).first()

    found = around(page)

    assert [link.name for link in found.ancestors] == [home().title, "#NotATarget"]
    assert {link.kind for link in found.campaigns} == {"campaign", "appeal"}
    assert found.articles == []


def test_list_of_articles_is_not_read_with_all_its_articles():
    page = ArticleIndexPage.objects.get(locale__language_code="en")

    assert page.get_children().count() >= 4
    assert around(page).children == []


def test_newest_articles_are_those_of_the_theme_first():
    index = ArticleIndexPage.objects.get(locale__language_code="en")
    theme = Theme.objects.create(slug="test", name_en="Test", name_fr="Test", name_nl="Test")
    old = ArticlePage(
        title="Old",
        slug="old",
        theme=theme,
        published_on=timezone.localdate() - timedelta(days=1000),
    )
    index.add_child(instance=old)
    campaign = notatarget("en")

    campaign.theme = theme
    chosen = list(campaign.newest_articles().values_list("pk", flat=True))

    assert chosen[0] == old.pk
    assert len(chosen) == 3
    campaign.theme = None
    assert old.pk not in campaign.newest_articles().values_list("pk", flat=True)
    assert old.pk not in old.newest_articles().values_list("pk", flat=True)
    assert len(old.newest_articles()) == 3


def test_page_that_is_not_saved_yet_has_newest_articles():
    page = StandardPage(title="New", slug="new", locale=home().locale)

    assert len(page.newest_articles()) == NEWEST_ARTICLES


def test_drafts_and_pages_of_other_languages_are_not_around():
    draft = CampaignPage(title="Draft", slug="draft", name="Draft", live=False)
    home().add_child(instance=draft)
    page = home()

    found = around(page)

    assert "Draft" not in [link.title for link in found.children]
    assert all(link.url.startswith("/en/") for link in found.campaigns + found.children)


def test_page_for_a_few_is_named_to_those_few_only():
    campaign = notatarget("en")
    PageViewRestriction.objects.create(page=campaign, restriction_type=PageViewRestriction.LOGIN)

    assert "#NotATarget" not in [link.name for link in around(home()).children]
    assert around(home()).grandchildren == []
    assert {link.kind for link in around(campaign).children} == {"photo_call", "event", "appeal"}


def test_chosen_page_for_a_few_is_named_and_no_more():
    campaign = notatarget("en")
    assert links.resolve([campaign.pk], "en").table[campaign.pk].page.lead
    PageViewRestriction.objects.create(page=campaign, restriction_type=PageViewRestriction.LOGIN)

    link = links.resolve([campaign.pk], "en", around=home()).table[campaign.pk]
    told = links.resolve([campaign.pk], "en", around=campaign).table[campaign.pk]

    assert (link.title, link.url) == (campaign.title, campaign.url)
    assert (link.kind, link.fact, link.page) == ("", None, None)
    assert told.page.lead == campaign.lead


def test_chosen_page_that_is_not_live_gives_way_to_its_live_translation():
    chosen, dutch = notatarget("en"), notatarget("nl")
    chosen.unpublish()

    assert links.resolve([chosen.pk], "nl").table[chosen.pk].url == dutch.url
    assert links.resolve([chosen.pk], "en").table == {}
    assert chosen.pk not in [
        x.page_id for x in links.resolve([chosen.pk], "en", around=home()).children
    ]


def test_articles_for_a_few_make_room_for_others(client):
    articles = ArticlePage.objects.filter(locale__language_code="en").order_by(
        "-published_on", "-pk"
    )
    hidden, open_to_all = list(articles[:3]), list(articles[3:])
    assert open_to_all
    for page in hidden:
        PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)

    shown = client.get("/en/").context["frame"].articles

    assert [link.page_id for link in shown] == [page.pk for page in open_to_all[:3]]


def test_an_article_that_a_text_mentions_is_still_among_the_newest():
    index = ArticleIndexPage.objects.get(locale__language_code="en")
    newest = ArticlePage.objects.child_of(index).order_by("-published_on", "-pk").first()
    mentioned = ArticlePage.objects.child_of(index).exclude(pk=newest.pk).first()

    found = links.resolve([newest.pk, mentioned.pk], "en", around=home(), newest=True)

    assert newest.pk in [link.page_id for link in found.articles]
    assert len(found.articles) == NEWEST_ARTICLES
    assert set(found.table) == {newest.pk, mentioned.pk}


@pytest.mark.parametrize("slug", ["search", "events", "my-solidarity", "feed"])
def test_addresses_of_the_site_itself_are_refused(slug):
    page = StandardPage(title="A page", slug=slug, locale=home().locale)

    with pytest.raises(ValidationError, match="belongs to the site"):
        home().add_child(instance=page)


def test_same_word_is_fine_further_down():
    notatarget_child = StandardPage(title="A page", slug="events", locale=home().locale)
    about = StandardPage.objects.get(slug="about", locale__language_code="en")

    about.add_child(instance=notatarget_child)

    assert notatarget_child.pk


def test_a_hashtag_is_one_word():
    page = notatarget("en")
    page.hashtag = "Not A Target"

    with pytest.raises(ValidationError, match="hashtag"):
        page.full_clean()

    page.hashtag = "#NotATarget"
    page.full_clean()
