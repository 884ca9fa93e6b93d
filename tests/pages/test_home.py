"""The first page: what matters now, what else goes on, and what was achieved."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pages.models import AppealPage, ArticlePage, CampaignPage, EventPage, HomePage, PhotoCallPage
from solidarity.models import Photo
from tests.factories import in_days, make_appeal, make_event, make_photo_call, notatarget

pytestmark = pytest.mark.django_db

QUERY_BUDGET = 8
PAST_EVENT = "/en/notatarget/defend-the-defenders/"
PAGES = {"photo_call": PhotoCallPage, "event": EventPage, "appeal": AppealPage}


def home(client) -> str:
    response = client.get("/en/")
    assert response.status_code == 200
    return response.content.decode()


def part(body: str, label: str) -> str:
    """The section that is labelled by the heading with the id ``label``; empty if there is none."""
    found = re.search(rf'<section[^>]*aria-labelledby="{label}".*?</section>', body, re.DOTALL)
    return found[0] if found else ""


def hero(body: str) -> str:
    found = re.search(r'<section class="hero.*?</section>', body, re.DOTALL)
    assert found
    return found[0]


def close_demo() -> None:
    """Without the demonstration's open actions, as on a new site."""
    for model, fact in PAGES.items():
        fact.objects.filter(**{f"{model}__slug": "demo"}).update(live=False)


def set_campaigns(**fields) -> None:
    CampaignPage.objects.filter(locale__language_code="en").update(**fields)


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_costs_few_queries_in_every_language(client, language):
    make_event(places_taken=3)
    client.get(f"/{language}/")

    with CaptureQueriesContext(connection) as captured:
        assert client.get(f"/{language}/").status_code == 200

    assert len(captured) <= QUERY_BUDGET


def test_queries_do_not_grow_with_campaigns_that_are_over(client):
    set_campaigns(state="running")
    client.get("/en/")
    with CaptureQueriesContext(connection) as before:
        client.get("/en/")

    CampaignPage.objects.filter(pk=notatarget("en").pk).update(
        state="ended", ended_on=date(2022, 12, 31)
    )
    with CaptureQueriesContext(connection) as after:
        client.get("/en/")

    assert len(after) <= len(before)


def test_hero_offers_one_action_and_its_live_count(client):
    close_demo()
    event = make_event(places_taken=30)
    body = hero(home(client))

    assert body.count('class="button"') == 1
    assert f'class="button" href="/en/notatarget/event-{event.slug}/"' in body
    assert re.search(r'<span class="numeral">30</span> <span[^>]*>people are coming', body)
    assert 'href="/en/notatarget/">About the campaign: #NotATarget</a>' in body


def test_hero_counts_nothing_while_there_is_nothing_to_count(client):
    close_demo()
    make_photo_call()

    body = hero(home(client))

    assert "Send your photo" in body
    assert "numeral" not in body
    assert not Photo.objects.filter(call__slug="test-call").exists()


def test_hero_leads_to_the_campaign_while_no_action_is_open(client):
    close_demo()
    make_event(day=in_days(-2))

    body = hero(home(client))

    assert 'class="button" href="/en/notatarget/"' in body
    assert '<p class="hero__which">#NotATarget</p>' in body
    assert "Sign up" not in body


def test_hero_does_not_take_the_action_of_another_campaign(client):
    close_demo()
    CampaignPage.objects.filter(pk=notatarget("en").pk).update(state="")
    make_event()

    body = home(client)

    assert "event-test-event" not in hero(body)
    assert 'href="/en/public-health-systems/"' in hero(body)
    assert "event-test-event" in part(body, "events")


def test_campaign_of_the_hero_is_not_repeated_and_the_others_follow(client):
    campaigns = part(home(client), "campaigns")

    assert 'href="/en/notatarget/"' not in campaigns
    assert 'href="/en/public-health-systems/"' in campaigns
    assert 'href="/en/share-the-vaccine/"' in campaigns
    assert 'href="/en/sante-en-lutte/"' not in campaigns


def test_says_so_when_there_is_no_campaign(client):
    close_demo()
    set_campaigns(state="archived", ended_on=date(2020, 1, 1))

    body = home(client)

    assert "No campaign at the moment" in part(body, "campaigns")
    assert 'class="button" href="/en/articles/"' in hero(body)
    assert "/en/notatarget/" not in re.sub(r"(?s)<header.*?</header>", "", body).replace(
        PAST_EVENT, ""
    )


def test_a_single_running_campaign_leaves_no_empty_part(client):
    CampaignPage.objects.filter(locale__language_code="en").exclude(pk=notatarget("en").pk).update(
        live=False
    )

    assert part(home(client), "campaigns") == ""


def test_events_to_come_stand_before_those_that_are_over(client):
    close_demo()
    make_event(slug="later", name_en="Later", day=in_days(20))
    full = {"capacity": 1, "places_taken": 1}
    make_event(slug="sooner", name_en="Sooner", day=in_days(3), has_waiting_list=False, **full)

    events = part(home(client), "events")

    order = [events.index(words) for words in ("Sooner", "Later", "Defend the Defenders")]
    assert order == sorted(order)
    assert events.count('<span class="stamp">Full</span>') == 1
    assert events.count('<span class="stamp">Past</span>') == 1
    assert events.count(">Sign up<") == 1
    assert "Nothing is planned" not in events


def test_says_so_when_no_event_is_planned(client):
    close_demo()

    events = part(home(client), "events")

    assert "Nothing is planned at the moment." in events
    assert "Defend the Defenders" in events
    assert "Sign up" not in events


def test_shows_the_newest_articles_and_the_way_to_all(client):
    newest = ArticlePage.objects.filter(locale__language_code="en").order_by("-published_on").last()
    ArticlePage.objects.filter(pk=newest.pk).update(published_on=in_days(0))
    ArticlePage.objects.exclude(pk=newest.pk).update(published_on=in_days(-9))

    articles = part(home(client), "articles")

    assert articles.count('class="article-card"') == 3
    assert articles.index(newest.slug) == min(
        articles.index(slug) for slug in re.findall(r'href="/en/articles/([^/"]+)/"', articles)
    )
    assert 'href="/en/articles/">All articles</a>' in articles


def test_without_articles_uses_the_words_of_the_index(client):
    ArticlePage.objects.update(live=False)

    articles = part(home(client), "articles")

    assert "No articles here yet." in articles
    assert "All articles" not in articles


def test_what_is_over_shows_when_and_what_came_of_it(client):
    achieved = part(home(client), "past")

    assert "Ended on 2 May 2020" in achieved
    assert "The collection is over. Thank you." in achieved
    assert re.search(r'<span class="numeral">More than €5,000</span>', achieved)
    assert 'href="/en/sante-en-lutte/"' in achieved


def test_an_ended_campaign_without_outcome_shows_its_lead_and_archived_ones_leave(client):
    page = notatarget("en")
    CampaignPage.objects.filter(pk=page.pk).update(state="ended", ended_on=date(2022, 12, 31))

    achieved = part(home(client), "past")

    # The one that ended last comes first.
    assert achieved.index("31 December 2022") < achieved.index("2 May 2020")
    assert page.lead.split(".")[0].split("’")[0] in achieved
    CampaignPage.objects.filter(pk=page.pk).update(state="archived")
    assert "31 December 2022" not in home(client)


def test_nothing_past_leaves_no_empty_part(client):
    AppealPage.objects.filter(slug="sante-en-lutte").update(live=False)

    assert part(home(client), "past") == ""


def test_headings_have_words_of_their_own_while_editors_wrote_none(client):
    HomePage.objects.update(articles_heading="", past_heading="")

    body = home(client)

    assert '<h2 id="articles">Articles and analysis</h2>' in body
    assert '<h2 id="past">What we did together</h2>' in body


def test_an_open_appeal_of_its_own_can_be_what_matters_now(client):
    close_demo()
    set_campaigns(state="")
    appeal = make_appeal()
    page = AppealPage.objects.get(appeal=appeal)
    page.move(HomePage.objects.get(locale__language_code="en"), pos="first-child")

    body = hero(home(client))

    assert body.count('class="button"') == 1
    assert "Make a gift" in body
    assert "About the campaign" not in body
