"""Every fact of the first content on the rendered pages, in three languages."""

import html
import re
import tomllib
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone
from wagtail.models import Page

from donations.models import Appeal
from pages.models import (
    AppealPage,
    CampaignPage,
    EventPage,
    LoadedContent,
    PhotoCallPage,
    StandardPage,
    Theme,
)
from pages.seeding import load_site, read_content
from tests.factories import in_days

pytestmark = pytest.mark.django_db

HERE = Path(__file__).parent
FACTS = [
    fact
    for path in sorted(HERE.glob("facts_*.toml"))
    for fact in tomllib.loads(path.read_text(encoding="utf-8"))["facts"]
]
ACTIONS = {"photo_call": PhotoCallPage, "event": EventPage, "appeal": AppealPage}
ARTICLES = ["health-workforce", "trade-policy", "primary-care", "cuban-health-system"]
KINDS = [
    "campaign",
    *ACTIONS,
    "public_health",
    "vaccine",
    "sante_en_lutte",
    "contact",
    *ARTICLES,
]


def visible(response) -> str:
    """The text a reader sees, with its spaces as they are."""
    body = response.content.decode()
    body = re.sub(r"(?s)<(script|style)\b.*?</\1>", "", body)
    body = html.unescape(re.sub(r"<[^>]+>", " ", body))
    return spaced(body)


def spaced(text: str) -> str:
    """``text`` with every run of spaces, breakable or not, as one plain space."""
    return re.sub(r"\s+", " ", text)


def slug_of(kind: str) -> dict[str, str]:
    """The slug in each language of the page that ``kind`` names."""
    if kind == "campaign" or kind in ACTIONS:
        return read_content("notatarget")[kind]["slug"]
    if kind in ARTICLES:
        entries = read_content("articles")["articles"]
        return next(entry["slug"] for entry in entries if entry["key"] == kind)
    if kind == "contact":
        return read_content("contact")["standard"][0]["slug"]
    content = read_content(kind)
    return (content.get("campaign") or content["appeal"])["slug"]


def seed_page(kind: str, language: str) -> Page:
    return Page.objects.get(slug=slug_of(kind)[language], locale__language_code=language).specific


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_fact_is_on_its_page(client, kind, language):
    text = visible(client.get(seed_page(kind, language).url))
    wanted = [
        (fact["id"], phrase) for fact in FACTS if fact["page"] == kind for phrase in fact[language]
    ]

    assert len(wanted) >= 5
    assert [item for item in wanted if spaced(item[1]) not in text] == []


def test_every_fact_belongs_to_a_page():
    assert {fact["page"] for fact in FACTS} == set(KINDS)


def test_facts_are_looked_for_in_earnest(client):
    text = visible(client.get(seed_page("campaign", "en").url))

    assert "Victor" in text
    assert "Friday 10 December 2022" not in text


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
@pytest.mark.parametrize("kind", sorted(ACTIONS))
def test_past_actions_offer_no_form(client, kind, language):
    page = seed_page(kind, language)

    past = client.get(page.url).content.decode()

    assert page.fact.is_past
    assert "data-form-link" not in past


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
@pytest.mark.parametrize(
    ("model", "form"),
    [(PhotoCallPage, "photo"), (EventPage, "signup"), (AppealPage, "pledge")],
)
def test_open_demo_actions_offer_their_form(client, model, form, language):
    page = model.objects.get(locale__language_code=language, title__startswith="DEMO")

    body = client.get(page.url).content.decode()

    link = re.search(rf'<a[^>]*data-form-link="{form}"[^>]*>', body).group(0)
    address = re.search(r'href="([^"]+)"', link).group(1)
    answer = client.get(address)
    assert answer.status_code == 200
    assert f'data-form="{form}"' in answer.content.decode()
    assert answer["Cache-Control"] == "private, no-store"
    assert address.startswith(f"/{language}/")


def test_demo_is_dated_from_the_day_of_loading():
    page = EventPage.objects.get(locale__language_code="en", title__startswith="DEMO")

    assert page.event.day == in_days(60)
    assert timezone.localtime(page.event.starts_at).hour == 14


def test_loading_again_changes_nothing_and_brings_nothing_back(settings, tmp_path):
    settings.IS_DEVELOPMENT_SITE = False
    page = seed_page("campaign", "nl")
    page.lead = "Changed by an editor."
    page.save_revision().publish()
    EventPage.objects.get(locale__language_code="en", title__startswith="DEMO").delete()
    before = list(Page.objects.order_by("pk").values_list("pk", "url_path", "title"))

    call_command("seed_site")

    assert list(Page.objects.order_by("pk").values_list("pk", "url_path", "title")) == before
    assert CampaignPage.objects.get(pk=page.pk).lead == "Changed by an editor."


def test_production_loads_no_demonstration(settings):
    from pages.models import LoadedContent

    LoadedContent.objects.filter(key__startswith="demo").delete()
    settings.IS_DEVELOPMENT_SITE = False

    call_command("seed_site")

    assert not LoadedContent.objects.filter(key__startswith="demo").exists()


def test_every_page_knows_how_many_children_it_has():
    bad_letters, bad_steps, orphans, wrong_depth, wrong_children = Page.find_problems()

    assert not [*bad_letters, *bad_steps, *orphans, *wrong_depth, *wrong_children]


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_notatarget_leads_on_to_another_campaign_and_to_articles(client, language):
    page = seed_page("campaign", language)
    body = client.get(page.url).content.decode().split("<main", 1)[1].split("<footer", 1)[0]

    assert page.hashtag == "#NotATarget"
    assert page.theme.slug == "health-workers"
    for kind in ("public_health", "health-workforce"):
        assert f'href="{seed_page(kind, language).url}"' in body


def test_campaigns_are_loaded_where_editors_have_removed_notatarget():
    for page in Page.objects.filter(depth=3).not_exact_type(StandardPage):
        page.delete()
    Theme.objects.all().delete()
    Appeal.objects.filter(slug="sante-en-lutte").delete()
    LoadedContent.objects.filter(key="campaigns-and-articles").delete()

    load_site()

    assert CampaignPage.objects.filter(slug="notatarget").count() == 0
    for language in ("en", "fr", "nl"):
        related = [
            block.value["pages"]
            for block in seed_page("sante_en_lutte", language).body
            if block.block_type == "related"
        ]
        assert [len(pages) for pages in related] == [1]
