"""Blocks: complete for editors, shown to them as readers will see them, and what they print."""

import json
import re
import uuid
from datetime import date

import pytest
from django.db import connection
from django.template.loader import get_template
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.admin.icons import get_icons
from wagtail.blocks import StreamBlock
from wagtail_localize.models import StringSegment, TranslationSource

from donations.models import Appeal
from pages import blocks
from pages.models import CampaignPage
from tests.factories import make_appeal, make_staff
from tests.pages.test_campaign_states import make_campaign, read

pytestmark = pytest.mark.django_db


def stream_blocks(found: type = StreamBlock) -> list[type]:
    own = [found] if found.__module__ == blocks.__name__ else []
    return own + [one for below in found.__subclasses__() for one in stream_blocks(below)]


# A stream of one kind of block offers editors no choice, so it has nothing to preview.
OFFERED = [
    (stream, name)
    for stream in stream_blocks()
    if len(stream.base_blocks) > 1
    for name in stream.base_blocks
]


def offered(stream: type, name: str):
    return stream().child_blocks[name]


def icons_of_the_admin() -> set[str]:
    return set(re.findall(r'id="icon-([\w-]+)"', get_icons()))


def test_streams_are_found():
    assert {stream.__name__ for stream, _ in OFFERED} == {"StoryBody", "TextBody", "ArticleBody"}
    assert len(OFFERED) > 30


@pytest.mark.parametrize(("stream", "name"), OFFERED)
def test_every_block_has_all_that_editors_choose_by(stream, name):
    block = offered(stream, name)

    assert block.meta.icon in icons_of_the_admin()
    assert get_template(block.meta.template)
    assert "preview_value" in dir(block.meta)
    assert block.is_previewable
    assert str(block.get_description()).endswith(".")


@pytest.mark.parametrize("name", sorted({name for _, name in OFFERED}))
def test_every_preview_opens_for_an_editor(client, name):
    stream = next(stream for stream, offer in OFFERED if offer == name)
    block = offered(stream, name)
    client.force_login(make_staff("Editors"))

    response = client.get(reverse("wagtailadmin_block_preview"), {"id": block.definition_prefix})

    body = response.content.decode()
    main = re.search(r"<main>(.*)</main>", body, re.DOTALL)[1]
    assert response.status_code == 200
    assert "css/site.css" in body
    assert len(re.sub(r"<[^>]+>|\s+", "", main)) > 15
    assert "None" not in main


def test_no_preview_is_for_the_public(client):
    block = offered(blocks.StoryBody, "quote")

    response = client.get(reverse("wagtailadmin_block_preview"), {"id": block.definition_prefix})

    assert response.status_code == 302
    assert "/admin/login/" in response.url


def test_previews_store_nothing(client):
    client.force_login(make_staff("Editors"))
    block = offered(blocks.StoryBody, "related")

    with CaptureQueriesContext(connection) as queries:
        client.get(reverse("wagtailadmin_block_preview"), {"id": block.definition_prefix})

    assert [q for q in queries if re.match(r"INSERT|UPDATE|DELETE", q["sql"])] == []


def test_figures_name_their_source_and_its_date_or_say_undated(client):
    items = [
        {"value": "85%", "text": "of it", "source": "Us", "date": date(2022, 2, 1)},
        {"value": "3", "text": "more", "source": "Them", "url": "https://example.org/r"},
    ]

    body = read(client, make_campaign(("figures", {"heading": "", "items": items})))
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", body))

    assert "Source: Us, 1 February 2022" in words
    assert "Source: Them, undated" in words
    assert '<a href="https://example.org/r" rel="noopener noreferrer">Them</a>' in body


def test_partners_stand_by_place_in_the_order_of_the_editor(client):
    items = [
        {"name": "A", "scope": "Belgium", "lang": "nl"},
        {"name": "B", "scope": "World"},
        {"name": "C", "scope": "Belgium"},
    ]

    body = read(client, make_campaign(("partners", {"heading": "With", "items": items})))
    section = re.search(r"<section class=.section partners-section.*?</section>", body, re.S)[0]

    assert re.findall(r'partners__scope">(\w+)<', section) == ["Belgium", "World"]
    assert re.findall(r'partners__name"[^>]*>(\w)<', section) == ["A", "C", "B"]
    assert 'lang="nl">A<' in section


def test_gift_card_shows_an_account_only_where_there_is_one(client):
    value = {"heading": "Give", "text": "Please.", "communication": "demo", "countries": []}
    appeal = make_appeal()
    here = read(client, make_campaign(("gift", {**value, "appeal": appeal})))
    assert "BE71 0961 2345 6769" in here
    Appeal.objects.filter(pk=appeal.pk).update(account=None, platform="Growfunding")

    elsewhere = read(client, CampaignPage.objects.get(slug="test-campaign"))

    assert "Where gifts are collected" in elsewhere
    assert "Growfunding" in elsewhere
    for words in ("<dt>Account", "<dt>Payee", "<dt>Communication"):
        assert words in here
        assert words not in elsewhere


def test_partners_of_before_there_were_places_can_still_be_translated():
    page = make_campaign(("text", "<p>x</p>"))
    old = {"name": "A", "text": "", "url": ""}
    items = [{"type": "item", "id": str(uuid.uuid4()), "value": old}]
    value = {"heading": "With", "intro": "", "items": items}
    page.body = json.dumps([{"type": "partners", "value": value}])
    page.save()

    source, _ = TranslationSource.update_or_create_from_instance(type(page).objects.get(pk=page.pk))

    segments = StringSegment.objects.filter(source=source).select_related("string")
    assert {"With", "A"} <= {segment.string.data for segment in segments}


def test_demands_ask_to_whom_only_where_that_is_known(client):
    items = [{"demand": "Beds", "addressees": ["The minister"]}, {"demand": "Hands"}]

    body = read(client, make_campaign(("demands", {"heading": "We demand", "items": items})))

    assert body.count("To whom?") == 1
    assert body.index("Beds") < body.index("The minister") < body.index("Hands")


def test_link_says_that_it_leaves_the_site(client):
    value = {"heading": "More", "url": "https://example.org/", "label": "There"}

    body = read(client, make_campaign(("link", value)))

    assert re.search(r'href="https://example\.org/"[^>]*>.*?There.*?another site', body, re.S)


def test_updates_give_a_date_or_the_words_instead(client):
    items = [
        {"date": date(2020, 5, 1), "heading": "Over", "text": "<p>x</p>"},
        {"when": "In spring", "heading": "Before", "text": "<p>y</p>"},
    ]

    body = read(client, make_campaign(("updates", {"heading": "News", "items": items})))

    assert '<time datetime="2020-05-01">1 May 2020</time>' in body
    assert "In spring" in body
