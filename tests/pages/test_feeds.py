"""The Atom feed, read back as RFC 4287 wants it."""

import uuid
from datetime import date, datetime
from xml.etree import ElementTree

import pytest
from django.conf import settings
from wagtail.models import PageViewRestriction

from pages import feeds
from pages.models import ArticleIndexPage, ArticlePage, CampaignPage

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
SITE = settings.SITE_URL


def read(client, language: str) -> ElementTree.Element:
    response = client.get(f"/{language}/feed/")
    assert response.status_code == 200
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    return ElementTree.fromstring(response.content)


def titles(feed: ElementTree.Element) -> list[str]:
    return [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")]


def link(element: ElementTree.Element, rel: str) -> str:
    found = element.find(f"{ATOM}link[@rel='{rel}']")
    return found.get("href")


def articles(language: str):
    return ArticlePage.objects.filter(locale__language_code=language)


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_feed_has_the_articles_of_its_language(client, language):
    feed = read(client, language)

    assert feed.tag == f"{ATOM}feed"
    assert feed.get(LANG) == language
    assert link(feed, "self") == f"{SITE}/{language}/feed/"
    assert link(feed, "alternate") == f"{SITE}/{language}/"
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == "Viva Salud"
    assert articles(language).live().count() >= 1
    for page in articles(language).live():
        assert f"{SITE}{page.url}" in [link(e, "alternate") for e in feed.iter(f"{ATOM}entry")]


def test_every_entry_is_whole_and_the_newest_comes_first(client):
    entries = list(read(client, "nl").iter(f"{ATOM}entry"))

    days = [datetime.fromisoformat(e.findtext(f"{ATOM}published")) for e in entries]
    assert days == sorted(days, reverse=True)
    for entry in entries:
        assert entry.findtext(f"{ATOM}title")
        assert entry.findtext(f"{ATOM}summary")
        assert datetime.fromisoformat(entry.findtext(f"{ATOM}updated")).tzinfo
        assert uuid.UUID(entry.findtext(f"{ATOM}id").removeprefix("urn:uuid:"))


def test_identity_outlives_a_new_title_and_address(client):
    page = articles("en").first()
    before = {link(e, "alternate"): e.findtext(f"{ATOM}id") for e in entries_of(client)}
    old_url = page.url
    page.title, page.slug = "Another title", "another-address"
    page.save_revision().publish()

    after = {link(e, "alternate"): e.findtext(f"{ATOM}id") for e in entries_of(client)}

    assert after[f"{SITE}{articles('en').get(pk=page.pk).url}"] == before[f"{SITE}{old_url}"]
    assert len(set(after.values())) == len(after)


def entries_of(client):
    return read(client, "en").iter(f"{ATOM}entry")


def test_drafts_and_restricted_articles_stay_out(client):
    draft, hidden = (add_article(title) for title in ("A draft", "For members"))
    assert {"A draft", "For members"} <= set(titles(read(client, "en")))
    draft.unpublish()
    PageViewRestriction.objects.create(page=hidden, restriction_type="login")

    shown = titles(read(client, "en"))

    assert "A draft" not in shown
    assert "For members" not in shown


def add_article(title: str, **fields) -> ArticlePage:
    index = ArticleIndexPage.objects.get(locale__language_code="en")
    page = ArticlePage(title=title, lead="A test.", body=[], **fields)
    index.add_child(instance=page)
    page.save_revision().publish()
    return page


def test_what_xml_cannot_hold_breaks_no_feed(client):
    # A line break within a title, as word processors paste it.
    add_article("Care\x0bfor all", author="Kim\x07 Sample")

    assert "Care for all" in titles(read(client, "en"))


def test_article_names_its_author_if_it_has_one(client):
    add_article("Signed", author="Kim Sample")

    (entry,) = (e for e in entries_of(client) if e.findtext(f"{ATOM}title") == "Signed")

    assert entry.findtext(f"{ATOM}author/{ATOM}name") == "Kim Sample"
    assert entry.findtext(f"{ATOM}summary") == "A test."


def test_dated_updates_of_campaigns_are_news_too(client):
    page = CampaignPage.objects.filter(locale__language_code="en").first()
    items = [
        {"date": date(2031, 5, 4), "heading": "We & they met", "text": "<p>It</p><p>went.</p>"},
        {"when": "Some day", "heading": "No date", "text": "<p>Unknown.</p>"},
    ]
    page.body = [("updates", {"heading": "News", "items": items})]
    page.save_revision().publish()

    newest = next(iter(entries_of(client)))

    assert newest.findtext(f"{ATOM}title") == f"{page.title}\u00a0– We & they met"
    assert newest.findtext(f"{ATOM}summary") == "It went."
    assert newest.findtext(f"{ATOM}published") == "2031-05-04T00:00:00+02:00"
    assert link(newest, "alternate") == f"{SITE}{page.url}#news"
    assert not any("No date" in title for title in titles(read(client, "en")))
    assert newest.findtext(f"{ATOM}id") == next(iter(entries_of(client))).findtext(f"{ATOM}id")


def test_feed_is_short_and_costs_the_same_however_long_the_list(
    client, monkeypatch, django_assert_max_num_queries
):
    monkeypatch.setattr(feeds, "ENTRIES", 2)
    for number in range(3):
        add_article(f"Article {number}", published_on=date(2031, 1, number + 1))
    client.get("/en/feed/")

    with django_assert_max_num_queries(7):
        shown = titles(read(client, "en"))

    assert shown == ["Article 2", "Article 1"]


def test_feed_is_public_and_every_page_leads_to_it(client):
    response = client.get("/fr/feed/")

    assert "public" in response["Cache-Control"]
    assert not response.cookies
    body = client.get("/fr/").content.decode()
    assert f'type="application/atom+xml" hreflang="fr" href="{SITE}/fr/feed/"' in body
    assert client.post("/fr/feed/").status_code == 405
