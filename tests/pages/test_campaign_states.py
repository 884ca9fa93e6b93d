"""A campaign in each of its states: what readers see, and what they must not see any more."""

import re
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext

from pages import story
from pages.links import Link
from pages.models import AppealPage, CampaignPage, HomePage
from tests.factories import in_days, make_appeal, make_event, make_pledge, notatarget
from tests.solidarity.sending import public_photo

pytestmark = pytest.mark.django_db

QUERY_BUDGET = 8
DAY = date(2022, 12, 9)
OUTCOME = {
    "heading": "It is in the law",
    "text": "<p>You did it.</p>",
    "figures": [{"value": "4,321", "text": "signatures."}],
}
SECTION = ("section", {"heading": "How it began", "text": "<p>A table.</p>"})


def make_campaign(*body, **fields) -> CampaignPage:
    defaults = {"title": "Test campaign", "slug": "test-campaign", "name": "#Test", "state": ""}
    home = HomePage.objects.get(locale__language_code="en")
    page = CampaignPage(locale=home.locale, **{**defaults, **fields})
    page.body = list(body)
    home.add_child(instance=page)
    return page


def end(page: CampaignPage, *body, state: str = "ended") -> CampaignPage:
    page.state, page.ended_on = state, DAY
    if body:
        page.body = [*body, *((block.block_type, block.value) for block in page.body)]
    page.save_revision().publish()
    return page


def read(client, page) -> str:
    response = client.get(page.url)
    assert response.status_code == 200
    return response.content.decode()


def main(body: str) -> str:
    """The page without masthead and footer, which name other pages."""
    return re.search(r"<main.*</main>", body, re.DOTALL)[0]


def part(body: str, css_class: str) -> str:
    """The section of that class; empty if there is none."""
    found = re.search(rf'<section class="[^"]*\b{css_class}\b.*?</section>', body, re.DOTALL)
    return found[0] if found else ""


def children_named(body: str, page: CampaignPage) -> list[str]:
    return [child.url for child in page.get_children() if f'href="{child.url}"' in body]


def test_running_campaign_says_so_and_offers_one_action_first(client):
    body = main(read(client, notatarget("en")))
    hero = part(body, "campaign-hero")

    assert "Running" in hero
    assert hero.count('class="button"') == 1
    assert "/en/notatarget/demo-" in hero
    assert part(body, "open-now").count("<article") == 3
    assert "ended-banner" not in body
    assert "instead" not in body


def test_campaign_without_a_state_says_nothing_of_one(client):
    body = main(read(client, make_campaign(SECTION)))

    assert "Running" not in body
    assert "ended" not in body
    assert 'href="#share"' in part(body, "campaign-hero")
    assert part(body, "open-now") == ""


def test_open_action_with_a_card_of_its_own_is_not_offered_twice(client):
    page = notatarget("en")
    call = page.get_children().get(slug__startswith="demo-", photocallpage__isnull=False)
    card = {"page": call, "heading": "Show yourself", "text": "Now.", "link_text": "Send it"}
    page.body = [("actions", {"heading": "Act", "cards": [card]})]
    page.save_revision().publish()

    body = main(read(client, page))

    assert call.title not in part(body, "open-now")
    assert part(body, "open-now").count("<article") == 2
    assert "Send it" in body


@pytest.mark.parametrize(
    ("state", "record"), [("ended", False), ("archived", True)], ids=["ended", "archived"]
)
def test_over_means_date_first_outcome_next_and_nothing_to_do(client, state, record):
    page = end(notatarget("en"), ("outcome", OUTCOME), state=state)

    body = main(read(client, page))

    where = [body.index(words) for words in ("9 December 2022", "<h1", "It is in the law")]
    assert where == sorted(where)
    assert where[-1] < body.index('class="text-run')
    assert "4,321" in part(body, "outcome")
    assert ("keep this page as a record" in body) is record
    assert children_named(body, page) == []
    assert "data-form" not in body
    assert 'class="placard' not in body
    assert "payment-line" not in body


def test_running_campaign_keeps_its_outcome_to_itself(client):
    page = make_campaign(("outcome", OUTCOME), SECTION, state="running")

    assert "It is in the law" not in read(client, page)


def test_final_counters_lead_nowhere(client):
    page = notatarget("en")
    event = make_event(places_taken=24)
    before = read(client, page)
    body = main(read(client, end(page)))

    assert f'href="{event.pages.get().url}"' in main(before)
    assert "people are coming" in body
    assert children_named(body, page) == []


def test_actions_of_an_ended_campaign_keep_their_own_facts(client):
    event = make_event(day=in_days(9))
    end(notatarget("en"))

    assert "data-form-link" in read(client, event.pages.get())


def test_instead_leads_to_the_successor(client):
    other = make_campaign(slug="other", name="#Other", state="running")
    outcome = {**OUTCOME, "successor": other}
    page = make_campaign(("outcome", outcome), SECTION, state="ended", ended_on=DAY)

    instead = part(main(read(client, page)), "ways-on")

    assert f'href="{other.url}"' in instead
    assert notatarget("en").url not in instead


def test_instead_leads_to_what_runs_when_the_successor_is_over_too(client):
    other = make_campaign(slug="other", name="#Other", state="ended", ended_on=DAY)
    outcome = {**OUTCOME, "successor": other}
    page = make_campaign(("outcome", outcome), state="ended", ended_on=DAY)

    instead = part(main(read(client, page)), "ways-on")

    assert f'href="{other.url}"' not in instead
    assert f'href="{notatarget("en").url}"' in instead
    assert "/en/share-the-vaccine/" not in instead


def test_instead_says_so_when_nothing_runs(client):
    CampaignPage.objects.update(state="")
    page = make_campaign(SECTION, state="ended", ended_on=DAY)

    instead = part(main(read(client, page)), "ways-on")

    assert "Nothing runs at the moment" in instead
    assert 'href="/en/"' in instead


@pytest.mark.parametrize("state", ["ended", "archived"])
def test_no_campaign_ends_without_a_day(state):
    page = notatarget("en")
    page.state = state

    with pytest.raises(ValidationError, match="which day"):
        page.full_clean()

    page.ended_on = DAY
    page.full_clean()


def test_a_day_that_is_lost_all_the_same_is_not_invented(client):
    page = end(make_campaign(SECTION))
    CampaignPage.objects.filter(pk=page.pk).update(ended_on=None)

    assert "This campaign has ended." in read(client, page)


def test_a_draft_is_served_to_nobody(client):
    page = make_campaign(SECTION, live=False)

    assert client.get("/en/test-campaign/").status_code == 404
    page.save_revision().publish()
    assert client.get("/en/test-campaign/").status_code == 200


def test_counters_say_what_people_did_and_nothing_else(client):
    page = notatarget("en")
    assert "people are coming" not in read(client, page)
    public_photo()
    make_event(places_taken=1234)
    make_pledge(appeal=make_appeal(), amount_eur=25)

    words = re.sub(
        r"<[^>]+>|\s+", " ", re.search(r"<ul class=.counters.*?</ul>", read(client, page), re.S)[0]
    )
    words = re.sub(r" +", " ", words)

    assert "1 photo on the wall" in words
    assert "1,234 people are coming on" in words
    assert "€25 promised, not yet received" in words


def test_names_in_other_languages_are_spoken_in_them(client):
    body = read(client, CampaignPage.objects.get(slug="public-health-systems"))

    assert '<span lang="fr">Pour des systèmes' in body
    assert '<span lang="en">' not in part(body, "campaign-hero")


def test_contents_stand_beside_the_first_texts_wherever_those_are(client):
    figures = {"heading": "In figures", "items": [{"value": "1", "text": "one", "source": "A"}]}
    quote = ("quote", {"text": "So it is."})
    page = make_campaign(("figures", figures), SECTION, quote, SECTION)

    body = main(read(client, page))

    assert body.count('class="contents"') == 1
    assert body.index("In figures") < body.index('class="contents"') < body.index("A table.")


@pytest.mark.parametrize("state", ["", "running", "ended", "archived"])
@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_costs_few_queries_in_every_state(client, language, state):
    CampaignPage.objects.update(state=state, ended_on=DAY)
    pages = CampaignPage.objects.filter(locale__language_code=language)
    counts = {}
    for page in pages:
        client.get(page.url)
        with CaptureQueriesContext(connection) as queries:
            read(client, page)
        counts[page.slug] = len(queries)

    assert len(counts) == 3
    assert max(counts.values()) <= QUERY_BUDGET, counts


def poster(**fields) -> str:
    page = CampaignPage(name=fields.pop("name", "#Test"), lead="Why.", **fields)
    link = Link(1, "/en/test/", page.name, "campaign", page=page)
    return render_to_string("components/poster.html", {"link": link})


def test_poster_of_a_campaign_that_runs_or_has_no_state_leads_there():
    for state in ("running", ""):
        html = poster(state=state, mood="care", strapline="For all")
        assert "To the campaign" in html
        assert "mood-care" in html
        assert "For all" in html
        assert "nded" not in html


def test_poster_of_what_is_over_says_since_when_if_that_is_known():
    dated = poster(state="ended", ended_on=DAY)
    undated = poster(state="archived")

    assert "Ended on 9 December 2022" in dated
    assert re.search(r'class="stamp">Ended<', undated)
    assert "Read what came of it" in dated
    assert "To the campaign" not in dated


def test_poster_of_an_open_appeal_leads_to_the_appeal():
    page = AppealPage(title="Give", appeal=make_appeal())
    link = Link(1, "/en/give/", "Give", "appeal", fact=page.appeal, page=page)

    assert "To the appeal" in render_to_string("components/poster.html", {"link": link})


@pytest.mark.parametrize(
    ("name", "classes"),
    [
        ("#Test", "fit fit--word-8 fit--name-12"),
        ("#NotATarget", "fit fit--word-11 fit--name-12"),
        ("Share the vaccine, not the virus", "fit fit--word-8 fit--name-36"),
        ("Voor publieke gezondheidssystemen", "fit fit--word-20 fit--name-36"),
        ("x" * 60, "fit fit--word-25 fit--name-60"),
        ("", "fit fit--word-8 fit--name-12"),
    ],
)
def test_the_longest_word_decides_how_large_a_name_may_be(name, classes):
    assert story.fit_classes(name) == classes
