"""The style guide shows every component, and only on a development site."""

import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pages.blocks import ArticleBody, StoryBody, TextBody
from pages.styleguide import PAIRS, contrast, pairs, read_colours
from solidarity.models import PhotoCall
from tests.campaign_site.test_settings import COMPLETE
from tests.solidarity.sending import public_photo

ROOT = Path(__file__).parents[2]


@pytest.fixture
def guide(client, db) -> str:
    response = client.get("/en/styleguide/")
    assert response.status_code == 200
    return response.content.decode()


def test_it_shows_every_block_that_editors_have(guide):
    names = {*StoryBody().child_blocks, *ArticleBody().child_blocks, *TextBody().child_blocks}

    assert names
    for name in names:
        assert f"<code>{name}</code>" in guide


def test_it_draws_the_sites_own_templates_in_their_states(client, db):
    public_photo(call=PhotoCall.objects.get(is_demo=True))

    guide = client.get("/en/styleguide/").content.decode()

    for part in (
        'class="poster mood-care"',
        'class="poster mood-call"',
        "poster--ended",
        "1 place left.",
        ">Full</span>",
        ">Past</span>",
        "144% of €6,000",
        "94% of €6,000",
        '<ul class="wall-mosaic"',
        '<ul class="wall-list"',
        "The wall is still empty.",
        'class="ended-banner"',
        'class="breadcrumbs',
        'class="pager"',
        "languages__missing",
        "Ziekenhuispersoneelsvertegenwoordigers",
        "Today is the last day",
    ):
        assert part in guide, part


def test_it_has_one_first_heading_and_no_id_twice(guide):
    ids = Counter(re.findall(r'\sid="([^"]+)"', guide))

    assert guide.count("<h1") == 1
    assert [name for name, times in ids.items() if times > 1] == []


def test_form_with_errors_has_a_screen_of_its_own(client, db):
    html = client.get("/en/styleguide/form/").content.decode()

    assert "error-summary" in html
    assert html.count("field--wrong") == 3
    assert "open for too long" not in html


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_it_is_for_nobody_to_find(client, db, language):
    response = client.get(f"/{language}/styleguide/")

    assert '<meta name="robots" content="noindex">' in response.content.decode()
    assert "public" not in response["Cache-Control"]
    assert "styleguide" not in client.get("/sitemap.xml").content.decode()
    assert client.post(f"/{language}/styleguide/").status_code == 405


def test_production_does_not_know_it():
    code = (
        "import django; django.setup(); from django.urls import resolve, reverse, NoReverseMatch\n"
        "print(resolve('/en/styleguide/').url_name)\n"
        "try: print(reverse('styleguide'))\n"
        "except NoReverseMatch: print('unknown')"
    )
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "campaign_site.settings.production",
            **COMPLETE,
        },
        capture_output=True,
        text=True,
        check=False,
    )

    # The address is looked for among the pages, as any other, and not found there.
    assert result.stdout.split() == ["wagtail_serve", "unknown"], result.stderr


def test_it_stores_nothing_and_asks_little(client, db):
    client.get("/en/styleguide/")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get("/en/styleguide/")

    assert {query["sql"].split()[0] for query in queries.captured_queries} == {"SELECT"}
    assert len(queries) <= 8


def test_contrast_is_that_of_the_guidelines():
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((255, 255, 255), (255, 255, 255)) == 1
    # An example of the guidelines' own: the least grey on white that text may have.
    assert contrast((118, 118, 118), (255, 255, 255)) == pytest.approx(4.54, abs=0.01)


def test_words_stand_out_from_their_ground_in_both_schemes():
    assert len(pairs()) == len(PAIRS)
    for pair in pairs():
        assert min(pair.light, pair.dark) >= pair.least, pair


def test_colours_are_read_in_both_schemes():
    colours = read_colours()

    assert colours["yellow"][0] == colours["yellow"][1]
    assert sum(colours["paper"][0]) > sum(colours["paper"][1])
