"""The page of an appeal in each state: what it asks for, and what it does not."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from donations.models import Appeal
from pages.meters import RING, Meter
from pages.models import AppealPage, CampaignPage, HomePage
from tests.factories import in_days, make_appeal, make_pledge

pytestmark = pytest.mark.django_db

QUERY_BUDGET = 8
ASKING = ["Make a gift", "data-form-link", "days left", 'href="#act"', "€0", "0 €"]


def read(client, appeal: Appeal) -> str:
    return client.get(appeal.pages.get(locale__language_code="en").url).content.decode()


def stands_alone(**fields) -> AppealPage:
    """An appeal below the home page, collected on another platform."""
    appeal = Appeal.objects.create(
        slug="alone", name_en="Alone", name_fr="Seul", name_nl="Alleen", **fields
    )
    page = AppealPage(
        title="An appeal of its own", slug="alone", appeal=appeal, mood="care", lead="A test."
    )
    page.body = [
        ("outcome", {"heading": "What came of it", "text": "<p>Much.</p>", "figures": []}),
        ("section", {"heading": "Why we asked", "text": "<p>Because.</p>"}),
        ("rewards", {"heading": "Presents", "items": [{"name": "A book", "text": "Thick."}]}),
    ]
    return HomePage.objects.get(locale__language_code="en").add_child(instance=page)


def test_open_appeal_asks_and_shows_what_was_promised(client):
    appeal = make_appeal(closes_on=in_days(12))
    make_pledge(appeal=appeal, amount_eur=Decimal("1250.50"))
    make_pledge(
        appeal=appeal, amount_eur=Decimal(99), supporter=None, status="cancelled", name="Other"
    )

    html = read(client, appeal)

    assert 'data-form-link="pledge"' in html
    assert "12 days left" in html
    assert "€1,250.50" in html
    assert "promised so far" in html
    assert '<circle class="meter__promised"' in html
    assert "meter__received" not in html
    assert "meter__goal" not in html
    assert "BE71 0961 2345 6769" in html
    assert "ended-banner" not in html


def test_open_appeal_without_a_promise_shows_an_empty_ring(client):
    html = read(client, make_appeal())

    assert "meter__track" in html
    assert '<circle class="meter__promised"' not in html
    assert "The first promise may be yours." in html
    assert "€0" not in html


@pytest.mark.parametrize(
    ("days", "words"), [(0, "Today is the last day"), (1, "1 day left"), (2, "2 days left")]
)
def test_days_left_are_those_after_today(client, days, words):
    assert words in read(client, make_appeal(closes_on=in_days(days)))


def test_appeal_without_a_last_day_counts_no_days(client):
    html = read(client, make_appeal(closes_on=None))

    assert 'data-form-link="pledge"' in html
    assert "left" not in html.split("action-facts")[1].split("</dl>")[0]


def test_ended_appeal_asks_for_nothing_and_leads_back_to_its_campaign(client):
    appeal = make_appeal(closes_on=date(2022, 3, 1))
    make_pledge(appeal=appeal)

    html = read(client, appeal)

    assert "This appeal closed on Tuesday 1 March 2022." in html
    assert "promised on this site" in html
    for words in ASKING:
        assert words not in html
    end = html[html.index('id="instead"') :]
    assert 'href="/en/notatarget/"' in end


def test_ended_appeal_to_which_nobody_promised_shows_no_sum_at_all(client):
    html = read(client, make_appeal(is_closed=True))

    assert "This appeal is over." in html
    assert "meter" not in html
    assert "Nothing yet" not in html


def test_appeal_elsewhere_that_is_over_says_where_gifts_went_and_begins_with_the_outcome(client):
    page = stands_alone(platform="Growfunding", closes_on=date(2020, 5, 2))

    html = client.get(page.url).content.decode()

    assert "This appeal closed on Saturday 2 May 2020." in html
    assert "Gifts were collected on Growfunding. You can no longer give." in html
    order = ["Saturday 2 May 2020", "<h1", "What came of it", "Not on this site.", "Why we asked"]
    places = [html.index(words) for words in order]
    assert places == sorted(places)
    assert "A book" in html
    for words in [*ASKING, "Nothing yet", "meter", "IBAN"]:
        assert words not in html


def test_appeal_elsewhere_that_goes_on_has_no_form_and_no_sum(client):
    page = stands_alone(platform="Growfunding", closes_on=in_days(20))

    html = client.get(page.url).content.decode()

    assert "Where gifts are collected" in html
    assert "What came of it" not in html
    assert "ended-banner" not in html
    for words in [*ASKING, "meter", "Nothing yet"]:
        assert words not in html


def test_appeal_of_its_own_offers_what_runs_and_else_the_first_page(client):
    page = stands_alone(platform="Growfunding", closes_on=date(2020, 5, 2))

    end = client.get(page.url).content.decode().split('id="instead"')[1]
    CampaignPage.objects.update(state="ended", ended_on=date(2022, 1, 1))
    later = client.get(page.url).content.decode().split('id="instead"')[1]

    assert 'href="/en/notatarget/"' in end.split("</section>")[0]
    assert 'href="/en/notatarget/"' not in later.split("</section>")[0]
    assert 'class="button" href="/en/"' in later


def test_sante_en_lutte_of_the_seed_is_history(client):
    for path, date_text in [
        ("/en/sante-en-lutte/", "Saturday 2 May 2020"),
        ("/fr/sante-en-lutte/", "samedi 2 mai 2020"),
        ("/nl/sante-en-lutte/", "zaterdag 2 mei 2020"),
    ]:
        html = client.get(path).content.decode()

        assert date_text in html
        assert "Growfunding" in html
        assert "data-form-link" not in html
        assert "meter" not in html
        assert 'class="reward"' in html
        assert 'id="instead"' not in html


def test_page_costs_few_queries(client):
    appeal = make_appeal()
    make_pledge(appeal=appeal)
    read(client, appeal)

    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get("/en/notatarget/appeal-test-appeal/")

    assert len(queries) <= QUERY_BUDGET


@pytest.mark.parametrize(
    ("promised", "received", "goal", "arcs", "percent"),
    [
        (0, 0, None, (0, 0), None),
        (50, 0, None, (0, RING), None),
        (0, 50, None, (RING, RING), None),
        (25, 75, None, (750, RING), None),
        (0, 0, 1000, (0, 0), 0),
        (1, 0, 1000, (0, 12), 0),
        (0, 999, 1000, (988, 988), 99),
        (1, 998, 1000, (988, RING), 99),
        (0, 1000, 1000, (RING, RING), 100),
        (500, 1000, 1000, (RING, RING), 150),
    ],
)
def test_ring_shows_what_there_is_and_is_full_only_when_all_is_there(
    promised, received, goal, arcs, percent
):
    meter = Meter(Decimal(promised), Decimal(received), Decimal(goal) if goal else None)

    assert (meter.received_arc, meter.total_arc) == arcs
    assert meter.rest_arc == RING - arcs[1]
    assert meter.percent == percent
