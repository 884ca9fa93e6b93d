"""Meta tags and schema.org data: what machines read of a page."""

import json
import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.utils import timezone
from wagtail.models import PageViewRestriction

from events.models import Organiser
from pages.models import (
    AppealPage,
    ArticlePage,
    CampaignPage,
    EventPage,
    HomePage,
    PhotoCallPage,
    StandardPage,
)
from pages.structured_data import as_json
from tests.factories import in_days, make_appeal, make_event

pytestmark = pytest.mark.django_db

SITE = settings.SITE_URL
DATA = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)


def body_of(client, page) -> str:
    response = client.get(page.url)
    assert response.status_code == 200
    return response.content.decode()


def nodes(client, page) -> dict[str, dict]:
    (found,) = DATA.findall(body_of(client, page))
    document = json.loads(found)
    assert document["@context"] == "https://schema.org"
    return {node["@type"]: node for node in document["@graph"]}


def meta(body: str) -> dict[str, str]:
    from html import unescape

    pairs = re.findall(r'<meta (?:property|name)="([^"]+)" content="([^"]*)">', body)
    return {name: unescape(content) for name, content in pairs}


def first(model, language: str):
    return model.objects.filter(locale__language_code=language).order_by("path").first()


@pytest.mark.parametrize(
    ("language", "locale", "others"),
    [
        ("en", "en_GB", {"fr_FR", "nl_BE"}),
        ("fr", "fr_FR", {"en_GB", "nl_BE"}),
        ("nl", "nl_BE", {"en_GB", "fr_FR"}),
    ],
)
def test_page_has_everything_a_network_reads(client, language, locale, others):
    page = first(CampaignPage, language)
    body = body_of(client, page)
    tags = meta(body)

    assert tags["og:type"] == "website"
    assert tags["og:title"] == page.title
    assert tags["og:site_name"] == "Viva Salud"
    assert tags["og:url"] == f"{SITE}{page.url}"
    assert tags["og:locale"] == locale
    assert set(re.findall(r'og:locale:alternate" content="([^"]+)"', body)) == others
    assert tags["og:image"].startswith(f"{SITE}/share-cards/{page.pk}-")
    assert (tags["og:image:width"], tags["og:image:height"]) == ("1200", "630")
    assert page.name in tags["og:image:alt"]
    assert tags["twitter:card"] == "summary_large_image"
    assert f"<title>{page.title} – Viva Salud</title>" in body


def test_untranslated_language_is_no_alternate(client):
    page = first(StandardPage, "en")
    page.get_translation(first(StandardPage, "nl").locale).unpublish()

    body = body_of(client, page)

    assert 'og:locale:alternate" content="fr_FR"' in body
    assert 'og:locale:alternate" content="nl_BE"' not in body


@pytest.mark.parametrize("path", ["/en/my-solidarity/", "/en/no-such-page/", "/fr/newsletter/x/"])
def test_screens_and_errors_offer_nothing_to_share(client, path):
    body = client.get(path).content.decode()

    assert "og:" not in body
    assert "ld+json" not in body
    assert "data-share" not in body


def test_log_in_of_a_restricted_page_gives_nothing_away(client):
    page = first(CampaignPage, "en")
    PageViewRestriction.objects.create(page=page, restriction_type="password", password="x")

    body = client.get(page.url).content.decode()

    assert 'type="password"' in body
    assert "og:" not in body


def test_home_page_names_organisation_and_search(client):
    data = nodes(client, first(HomePage, "fr"))

    assert set(data) == {"NGO", "WebSite"}
    assert data["NGO"]["name"] == "Viva Salud"
    assert data["NGO"]["url"] == f"{SITE}/fr/"
    search = data["WebSite"]["potentialAction"]
    assert search["target"]["urlTemplate"] == f"{SITE}/fr/search/?q={{search_term_string}}"
    assert search["query-input"] == "required name=search_term_string"
    assert data["WebSite"]["publisher"] == {"@id": data["NGO"]["@id"]}


@pytest.mark.parametrize(("day", "offset"), [((2027, 1, 15), "+01:00"), ((2027, 7, 15), "+02:00")])
def test_event_has_its_time_with_the_offset_of_that_day(client, day, offset):
    starts_at = datetime(*day, 14, 30, tzinfo=ZoneInfo("Europe/Brussels"))
    event = make_event(
        day=starts_at.date(), starts_at=starts_at, ends_at=starts_at + timedelta(hours=2)
    )
    data = nodes(client, EventPage.objects.get(event=event))["Event"]

    date = "-".join(f"{part:02}" for part in day)
    assert data["startDate"] == f"{date}T14:30:00{offset}"
    assert data["endDate"] == f"{date}T16:30:00{offset}"
    assert data["name"] == "Test event"
    assert data["location"]["name"] == "Brussels"
    assert data["eventStatus"] == "https://schema.org/EventScheduled"
    assert data["organizer"]["name"] == "Viva Salud"
    assert data["inLanguage"] == "en"
    assert data["image"].startswith(f"{SITE}/share-cards/")


def test_event_without_hour_or_place_says_no_more_than_it_knows(client):
    event = make_event(place_en="", capacity=None)
    data = nodes(client, EventPage.objects.get(event=event))["Event"]

    assert data["startDate"] == in_days(30).isoformat()
    assert "location" not in data
    assert "endDate" not in data
    assert "remainingAttendeeCapacity" not in data


def test_places_are_those_on_the_page(client):
    event = make_event(capacity=80, places_taken=24)
    page = EventPage.objects.get(event=event)

    data = nodes(client, page)["Event"]

    assert (data["maximumAttendeeCapacity"], data["remainingAttendeeCapacity"]) == (80, 56)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, "EventScheduled"),
        ({"moved_at": timezone.now()}, "EventRescheduled"),
        ({"cancelled_at": timezone.now(), "moved_at": timezone.now()}, "EventCancelled"),
    ],
)
def test_event_that_moved_or_is_cancelled_says_so(client, fields, status):
    event = make_event(**fields)
    page = EventPage.objects.get(event=event)

    data = nodes(client, page)["Event"]

    assert data["eventStatus"] == f"https://schema.org/{status}"
    assert ("remainingAttendeeCapacity" in data) is False


def test_event_names_who_organises_it_and_what_is_seen_to(client):
    event = make_event(
        address_en="1 Test street, Brussels",
        latitude="50.846700",
        longitude="4.352500",
        spoken_languages=["fr", "sfb"],
        access=["quiet"],
    )
    Organiser.objects.create(event=event, name="Union", role="organiser", url="https://x.example/")
    Organiser.objects.create(event=event, name="Partner", role="partner")

    data = nodes(client, EventPage.objects.get(event=event))["Event"]

    assert data["organizer"] == [
        {"@type": "Organization", "name": "Union", "url": "https://x.example/"}
    ]
    assert data["inLanguage"] == ["fr", "sfb"]
    assert data["location"]["address"] == "1 Test street, Brussels"
    assert data["location"]["geo"]["latitude"] == 50.8467
    assert [one["name"] for one in data["location"]["amenityFeature"]] == ["quiet spot"]


def test_only_an_open_appeal_asks_for_gifts(client):
    appeal = make_appeal()
    page = AppealPage.objects.get(appeal=appeal)
    data = nodes(client, page)["DonateAction"]

    assert data["recipient"]["name"] == "Viva Salud"
    assert data["target"]["urlTemplate"] == f"{SITE}/en/donations/test-appeal/"
    appeal.is_closed = True
    appeal.save()
    assert "DonateAction" not in nodes(client, page)
    appeal.is_closed, appeal.account = False, None
    appeal.save()
    assert "DonateAction" not in nodes(client, page)


@pytest.mark.parametrize("author", ["", "Kim Sample"])
def test_article_has_author_and_dates(client, author):
    page = first(ArticlePage, "en")
    page.author = author
    page.save_revision().publish()

    data = nodes(client, page)["Article"]
    tags = meta(body_of(client, page))

    assert data["headline"] == page.title
    assert data["datePublished"] == page.published_on.isoformat()
    assert data["dateModified"].startswith("20")
    assert data["author"]["@type"] == ("Person" if author else "NGO")
    assert data["author"]["name"] == (author or "Viva Salud")
    assert data["image"] == tags["og:image"]
    assert tags["og:type"] == "article"
    assert tags["article:published_time"] == data["datePublished"]


def test_breadcrumbs_lead_from_the_home_page(client):
    page = first(PhotoCallPage, "nl")
    steps = nodes(client, page)["BreadcrumbList"]["itemListElement"]

    parent = page.get_parent()
    assert [step["position"] for step in steps] == [1, 2, 3]
    assert [step["name"] for step in steps] == ["Viva Salud", parent.title, page.title]
    assert [step["item"] for step in steps] == [
        f"{SITE}/nl/",
        f"{SITE}{parent.url}",
        f"{SITE}{page.url}",
    ]


def test_no_text_ends_the_data_early(client):
    page = first(ArticlePage, "en")
    page.title = "</script><script>alert(1)</script> & <!--"
    page.save_revision().publish()

    body = body_of(client, page)

    assert "<script>alert" not in body
    (found,) = DATA.findall(body)
    assert json.loads(found)["@graph"][0]["headline"] == page.title
    assert "<" not in as_json([{"name": page.title}])


def test_share_row_carries_title_hashtag_and_address(client):
    page = first(PhotoCallPage, "fr")
    CampaignPage.objects.filter(pk=page.get_parent().pk).update(hashtag="#NotATarget")

    body = body_of(client, page)

    from html import unescape
    from urllib.parse import unquote

    links = re.findall(r'<a class="[^"]*" href="([^"]+)" rel="noopener noreferrer">', body)
    mail, whatsapp, facebook, bluesky = (unquote(unescape(link)) for link in links)
    assert mail.startswith("mailto:?subject=")
    for link in (mail, whatsapp, bluesky):
        assert f"{SITE}{page.url}" in link
        assert "#NotATarget" in link
    assert facebook == f"https://www.facebook.com/sharer/sharer.php?u={SITE}{page.url}"
    assert f'value="{SITE}{page.url}" readonly' in body
    assert 'src="http' not in body


def test_hashtag_is_not_said_twice(client):
    page = first(CampaignPage, "en")
    CampaignPage.objects.filter(pk=page.pk).update(title="#NotATarget", hashtag="#notatarget")

    body = body_of(client, page)

    assert 'data-text="#NotATarget"' in body


@pytest.mark.parametrize("model", [HomePage, CampaignPage, EventPage, ArticlePage])
def test_machines_cost_the_page_no_query(client, model, django_assert_max_num_queries):
    page = first(model, "en")
    client.get(page.url)

    with django_assert_max_num_queries(8):
        body = body_of(client, page)

    assert "og:image" in body
    assert "ld+json" in body
