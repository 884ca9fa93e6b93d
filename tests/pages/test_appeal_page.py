"""The page of an appeal in each state: what it asks for, and what it does not."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext

from donations.models import Appeal
from pages import demonstration
from pages.counters import count_actions
from pages.links import Link
from pages.meters import RING, Meter
from pages.models import AppealPage, CampaignPage, HomePage
from pages.sharing import card_of
from tests.donations.gifts import make_gift, make_outside
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


def meter_table(html: str) -> str:
    """The words of the table behind the ring, a space between."""
    table = html.split('<details class="meter-table')[1].split("</table>")[0]
    return " ".join(re.sub("<[^>]+>", " ", table).split())


def test_received_promised_and_elsewhere_are_told_apart(client):
    appeal = make_appeal(goal_eur=Decimal(1000))
    for payer in "abcde":
        make_gift(appeal=appeal, payer=payer * 64, amount="100")
    make_gift(appeal=appeal, amount="-50", kind="return")
    make_pledge(appeal=appeal, amount_eur=Decimal(80))
    make_outside(appeal, "200", note_en="A party in Ghent")

    html = read(client, appeal)

    ring = html.split('class="meter"')[1].split("</div>")[0]
    assert "€650" in ring
    assert "65% of €1,000" in ring
    for part in ("meter__received", "meter__outside", "meter__promised", "meter__goal"):
        assert part in ring
    table = meter_table(html)
    assert "Received on our account €450 From 5 people. €50 was sent back" in table
    assert "From elsewhere €200 A party in Ghent" in table
    assert "In all €650 65% of €1,000" in table
    assert "Promised €80 Promises made on this site, not money received." in table


def test_few_people_are_not_counted_aloud(client):
    appeal = make_appeal()
    make_gift(appeal=appeal)

    html = read(client, appeal)

    assert "From fewer than five people." in meter_table(html)
    assert "From 1 person" not in html


def test_promises_are_shown_only_where_the_appeal_wants_it(client):
    appeal = make_appeal(shows_promised=False)
    make_pledge(appeal=appeal, amount_eur=Decimal("77.00"))
    make_gift(appeal=appeal, amount="10")

    html = read(client, appeal)

    assert "€77" not in html
    assert "€10" in html


def test_late_transfer_moves_the_final_figure_of_an_appeal_that_is_over(client):
    appeal = make_appeal(closes_on=date(2022, 3, 1))
    make_gift(appeal=appeal, amount="1000", on=date(2022, 2, 1))
    before = read(client, appeal)

    make_gift(appeal=appeal, amount="234", on=date(2022, 3, 5), circumstance="late")
    after = read(client, appeal)

    assert "€1,000" in before
    assert "€1,234" in after
    assert "Transfers that are on their way still count." in after
    assert "data-form-link" not in after
    assert ">received</span>" in after


def test_lower_bound_is_told_as_one(client):
    page = stands_alone(platform="Growfunding", closes_on=date(2020, 5, 2))
    make_outside(page.appeal, "5000", is_at_least=True)

    html = client.get(page.url).content.decode()

    assert "More than €5,000" in html
    assert "and more received" in html
    assert "In all more than €5,000" in meter_table(html)
    assert "Received on our account" not in html


@pytest.mark.parametrize(
    ("fields", "gifts", "line"),
    [
        ({}, [], "Nothing yet"),
        ({}, ["1250"], "€1,250 received so far."),
        ({"closes_on": date(2022, 3, 1)}, ["1250"], "This appeal is over. €1,250 came in."),
        ({"closes_on": date(2022, 3, 1)}, [], "This appeal is over."),
    ],
)
def test_card_says_what_came_in(fields, gifts, line):
    appeal = make_appeal(**fields)
    for amount in gifts:
        make_gift(appeal=appeal, amount=amount)
    page = appeal.pages.get()
    page.lead = "Nothing yet"

    assert card_of(page, ancestors=[], organisation="Viva").line == line


def test_counters_tell_received_and_promised_apart(client):
    appeal = make_appeal()
    make_gift(appeal=appeal, amount="1000")
    make_outside(appeal, "500", is_at_least=True)
    make_pledge(appeal=appeal, amount_eur=Decimal(80))
    link = Link(1, "/en/", "Give", "appeal", fact=appeal)

    (counter,) = count_actions([link])
    shown = render_to_string("components/hero_count.html", {"counter": counter})

    assert (counter.number, counter.promised) == (Decimal(1500), Decimal(80))
    words = " ".join(re.sub("<[^>]+>", " ", shown).split())
    assert words == "€1,500 and more received beside €80 promised, not yet received"


def test_demonstration_can_be_tried_with_goal_rewards_and_money_from_elsewhere(client):
    demonstration.load_gifts()

    html = client.get("/en/notatarget/demo-support-the-movement/").content.decode()

    assert "24% of €6,000" in html
    assert "From elsewhere €1,450 DEMO: collected at an evening" in meter_table(html)
    appeal = Appeal.objects.get(slug="demo")
    assert appeal.communication == "donation DEMO"
    assert appeal.earmarks.count() == 2
    shirt, poster = appeal.rewards.order_by("sort_order")
    assert [option.name_en for option in shirt.options.all()] == ["S", "M", "L", "XL"]
    assert not shirt.is_earned_by(Decimal(10))
    assert "120 × 80 cm" in poster.description_en


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
        assert "5" in html.split("meter__sum")[1].split("</span>")[0]
        assert "meter__outside" in html
        assert '<circle class="meter__promised"' not in html
        assert 'class="reward"' in html
        assert 'id="instead"' not in html


def test_page_costs_few_queries(client):
    appeal = make_appeal()
    make_pledge(appeal=appeal)
    make_gift(appeal=appeal)
    make_outside(appeal)
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
        (500, 1000, 1000, (RING, RING), 100),
        (0, 1500, 1000, (RING, RING), 150),
    ],
)
def test_ring_shows_what_there_is_and_is_full_only_when_all_is_there(
    promised, received, goal, arcs, percent
):
    meter = Meter(Decimal(promised), Decimal(received), Decimal(goal) if goal else None)

    assert (meter.received_arc, meter.total_arc) == arcs
    assert meter.rest_arc == RING - arcs[1]
    assert meter.percent == percent
