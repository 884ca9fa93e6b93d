"""The page of a photo wall: an editor's words, and every way to look at what is public."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pages.models import PhotoCallPage, WallPage
from solidarity import services
from solidarity.models import Purpose
from solidarity.wall import PAGE_SIZE
from tests.factories import in_days, make_photo_call
from tests.solidarity.sending import public_photo, send_photo

pytestmark = pytest.mark.django_db

QUERY_BUDGET = 8


@pytest.fixture
def call():
    return make_photo_call()


@pytest.fixture
def page(call) -> WallPage:
    page = WallPage(
        title="A wall of faces",
        slug="wall",
        lead="Everybody here stands up.",
        empty_text="Come and be the first.",
        photo_call=call,
    )
    return PhotoCallPage.objects.get(photo_call=call).add_child(instance=page)


def read(client, url: str, query: str = "") -> str:
    response = client.get(url + query)
    assert response.status_code == 200
    return response.content.decode()


def test_it_has_the_editors_words_and_every_public_photo(client, page):
    photo = public_photo(message="Tenez bon", language="fr")

    html = read(client, page.url)

    assert ">A wall of faces</h1>" in html
    assert "Everybody here stands up." in html
    assert "Come and be the first." not in html
    assert photo.picture_url("wall") in html
    assert 'lang="fr" dir="ltr">Tenez bon</q>' in html
    assert html.index("Add your photo") < html.index(photo.picture_url("wall"))


def test_empty_wall_says_so_in_the_editors_words_and_offers_no_choice(client, page):
    html = read(client, page.url)

    assert "The wall is still empty." in html
    assert "Come and be the first." in html
    assert "wall-ways" not in html


def test_languages_are_those_of_the_messages_and_have_their_numbers(client, page):
    dutch, french = public_photo(language="nl"), public_photo(language="fr")
    public_photo(language="fr")
    send_photo(language="en")

    html = read(client, page.url)
    offered = re.findall(r'<option value="(\w+)">', html)
    only_dutch = read(client, page.url, "?language=nl")

    assert offered == ["fr", "nl"]
    assert '<option value="fr">French (2)</option>' in html
    assert dutch.picture_url("wall") in only_dutch
    assert french.picture_url("wall") not in only_dutch
    assert '<option value="nl" selected>' in only_dutch
    assert '<option value="fr">' in only_dutch
    assert f'href="{page.url}">Show all photos' in only_dutch


@pytest.mark.parametrize("query", ["?language=en", "?language=xx", "?language=", "?view=table"])
def test_nonsense_or_a_language_without_photos_shows_all(client, page, query):
    photos = [public_photo(language="nl"), public_photo(language="fr")]

    html = read(client, page.url, query)

    assert all(photo.picture_url("wall") in html for photo in photos)


def test_list_begins_with_the_message_and_mosaic_with_the_picture(client, page):
    public_photo(message="Stay")

    mosaic, as_list = read(client, page.url), read(client, page.url, "?view=list")

    assert mosaic.index("<img ") < mosaic.index(">Stay</q>")
    assert as_list.index("<img ") > as_list.index(">Stay</q>")
    assert '<ul class="wall-mosaic"' in mosaic
    assert '<ul class="wall-list"' in as_list


def test_page_language_and_view_go_together(client, page):
    photos = [public_photo(language="nl") for _ in range(PAGE_SIZE + 1)]
    public_photo(language="fr")

    first = read(client, page.url, "?language=nl&view=list")
    following = re.search(r'href="([^"]+after=\d+)" rel="next"', first).group(1)
    second = read(client, following.replace("&amp;", "&"))

    assert "language=nl&amp;view=list&amp;after=" in following
    names = re.findall(r'src="/photos/([0-9a-f]{32})/wall', first + second)
    assert names == [p.file_name for p in sorted(photos, key=lambda p: p.wall_key)]
    assert f'href="{page.url}?language=nl&amp;view=list"' in second
    assert '<ul class="wall-list"' in second


@pytest.mark.parametrize(
    "query", ["", "?language=en", "?view=list", "?after=0", "?after=1&view=list"]
)
def test_what_is_not_public_is_in_no_view(client, page, query):
    taken_back = public_photo(message="Taken back")
    kept = public_photo(message="Kept")
    services.withdraw_consent(taken_back, purpose=Purpose.WALL)
    others = [
        send_photo(message="Pending"),
        services.reject_photo(photo=send_photo(message="Rejected"), moderator=None, reason="other"),
        public_photo(message="No wall", consent_wall=False),
        taken_back,
    ]

    html = read(client, page.url, query)

    assert kept.picture_url("wall") in html
    for photo in others:
        assert photo.file_name not in html
        assert photo.message not in html or not photo.message


def test_wall_costs_few_queries_however_many_photos(client, page):
    def count(query: str) -> int:
        client.get(page.url + query)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(page.url + query)
        return len(queries)

    public_photo()
    one = count("")
    for language in ("nl", "fr", "en"):
        public_photo(language=language)

    assert count("") == one <= QUERY_BUDGET
    assert count("?language=fr&view=list") == one


def test_no_cache_keeps_it_longer_than_a_minute_and_nobody_indexes_it(client, page):
    public_photo()

    response = client.get(page.url)
    sitemap = client.get("/sitemap.xml").content.decode()

    assert "s-maxage=60" in response["Cache-Control"]
    assert "stale-while-revalidate=0" in response["Cache-Control"]
    assert response["X-Robots-Tag"] == "noindex, noimageindex, noarchive"
    assert page.url not in sitemap
    assert page.get_parent().specific.url in sitemap


def test_address_of_the_app_leads_to_the_page_with_its_question(client, page):
    response = client.get("/en/solidarity/test-call/wall/?language=fr&view=list")

    assert response.status_code == 302
    assert response["Location"] == f"{page.url}?language=fr&view=list"
    assert "s-maxage=60" in response["Cache-Control"]


def test_without_a_live_page_in_the_language_the_app_shows_the_wall_itself(client, page):
    photo = public_photo()

    french = client.get("/fr/solidarity/test-call/wall/")
    page.unpublish()
    draft = client.get("/en/solidarity/test-call/wall/?view=list")

    for response in (french, draft):
        assert response.status_code == 200
        assert photo.picture_url("wall") in response.content.decode()
    assert '<ul class="wall-list"' in draft.content.decode()


def test_page_of_the_call_leads_to_its_wall(client, page):
    public_photo()

    html = read(client, page.get_parent().specific.url)

    assert f'href="{page.url}"' in html
    assert "/solidarity/test-call/wall/" not in html


def test_closed_call_keeps_its_wall_and_invites_nobody(client, page, call):
    public_photo()
    call.closes_on = in_days(-1)
    call.save()

    html = read(client, page.url)

    assert "<figure" in html
    assert "Closed on" in html
    assert "Add your photo" not in html
    assert "Your photo goes here" not in html
