"""The pictures that other sites show beside a link to a page."""

import re
from io import BytesIO

import pytest
from django.conf import settings
from PIL import Image
from wagtail.models import Page, PageViewRestriction

from pages.models import CampaignPage, EventPage, HomePage
from pages.share_cards import (
    HEIGHT,
    PALETTES,
    WIDTH,
    Card,
    cut,
    draw_card,
    drawable,
    fitted,
    rgb,
)
from pages.sharing import first_sentences
from tests.factories import make_event, notatarget

OLD_VERSION = "0" * 12


def make_card(**fields) -> Card:
    defaults = {
        "title": "#NotATarget",
        "kicker": "Defend those who heal",
        "line": "Put your face next to theirs.",
        "organisation": "Viva Salud",
        "mood": "alarm",
    }
    return Card(**{**defaults, **fields})


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data)).convert("RGB")


def near(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return all(abs(a - b) <= 6 for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("mood", sorted(PALETTES))
def test_card_has_size_weight_and_field_of_its_mood(mood):
    data = draw_card(make_card(mood=mood))

    picture = opened(data)
    assert picture.size == (WIDTH, HEIGHT) == (1200, 630)
    assert len(data) < 100_000
    assert near(picture.getpixel((8, 8)), rgb(PALETTES[mood].field))
    seen = {colour for _count, colour in picture.getcolors(WIDTH * HEIGHT)}
    for wanted in (PALETTES[mood].words, PALETTES[mood].rings, PALETTES[mood].point):
        assert any(near(colour, rgb(wanted)) for colour in seen)


def test_palette_is_that_of_the_style_sheet():
    tokens = (settings.BASE_DIR / "static" / "css" / "tokens.css").read_text(encoding="utf-8")
    names = {"alarm": "coral", "care": "green", "call": "yellow", "": "paper"}

    for mood, name in names.items():
        lightness, chroma, hue = PALETTES[mood].field
        written = re.search(rf"--{name}: (?:light-dark\()?oklch\(([^)]+)\)", tokens).group(1)
        assert [float(part) for part in written.split()] == [lightness, chroma, hue]


def test_oklch_becomes_srgb():
    # CSS Color 4, section 9: white, black, and #ff0000 as oklch(0.628 0.2577 29.23).
    assert rgb((1, 0, 0)) == (255, 255, 255)
    assert rgb((0, 0, 0)) == (0, 0, 0)
    assert near(rgb((0.628, 0.2577, 29.23)), (255, 0, 0))


def test_words_stay_clear_of_edges_and_rings():
    """The same card without words differs only where words, or rings that they stopped, are."""
    title = "Pour des systèmes de santé publics"
    picture = opened(draw_card(make_card(title=title, mood="care")))
    words, rings = (rgb(PALETTES["care"].words), rgb(PALETTES["care"].rings))

    def pixels(colour):
        return {
            (x, y)
            for x in range(0, WIDTH, 2)
            for y in range(0, HEIGHT, 2)
            if near(picture.getpixel((x, y)), colour)
        }

    lettered, ringed = pixels(words), pixels(rings)
    assert min(x for x, _ in lettered) >= 56
    assert max(x for x, _ in lettered) <= WIDTH - 56
    # Around every letter there is room; rings bleed off the right edge.
    near_letters = {
        (x + dx, y + dy) for x, y in lettered for dx in (-16, 0, 16) for dy in (-16, 0, 16)
    }
    assert ringed
    assert not near_letters & ringed
    assert max(x for x, _ in ringed) >= WIDTH - 2


@pytest.mark.parametrize(
    ("title", "most"),
    [
        ("#NotATarget", 1),
        ("Pour des systèmes de santé publics", 3),
        ("Arbeidsongeschiktheidsverzekeringsmaatschappijen", 2),
        ("word " * 60, 4),
        ("x" * 250, 4),
    ],
)
def test_title_fills_its_place_and_never_leaves_it(title, most):
    place = fitted(drawable(title), 660, 260)

    assert 1 <= len(place.lines) <= most
    assert 50 <= place.size <= 236
    assert place.is_whole == (len(title) < 40)
    assert place.size * 0.93 * len(place.lines) <= 261
    for line in place.lines:
        assert cut(line, (820, 66), place.size, 661, 1) == [line]


def test_what_has_no_room_is_cut_with_an_ellipsis():
    assert cut("one two three four", (450, 100), 34, 120, 2) == ["one two", "three…"]
    assert cut("one two", (450, 100), 34, 600, 2) == ["one two"]


def test_characters_that_the_font_lacks_are_replaced_or_left_out():
    assert drawable("Soignant⸱es  en\nlutte 🩺 !") == "Soignant·es en lutte !"
    assert drawable("Šárka Ağrı, œuvre") == "Sárka Agr, œuvre"
    assert drawable("« Santé\u202f! » – 5 €") == "« Santé\u202f! » – 5 €"


@pytest.mark.parametrize("title", ["فلسطين", "健康", "🩺", ""])
def test_title_in_a_script_that_the_font_lacks_still_has_a_card(title):
    nameless = draw_card(make_card(title=title))

    assert opened(nameless).size == (WIDTH, HEIGHT)
    assert nameless == draw_card(make_card(title="Viva Salud"))
    assert draw_card(make_card(title=title, kicker=title, line="", organisation=""))


def test_first_sentences_are_whole_and_few():
    assert first_sentences("One. Two is here. " + "Three " * 20) == "One. Two is here."
    assert first_sentences("e.g. this") == "e.g. this"
    assert first_sentences("Élire ? Été !") == "Élire ? Été !"
    assert first_sentences("") == ""


def test_version_follows_every_word():
    versions = {
        make_card(**fields).version
        for fields in ({}, {"title": "A"}, {"line": ""}, {"mood": "care"}, {"kicker": ""})
    }

    assert len(versions) == 5
    assert make_card().version == make_card().version
    assert all(re.fullmatch("[0-9a-f]{12}", version) for version in versions)


def card_address(client, page) -> str:
    body = client.get(page.url).content.decode()
    address = re.search(r'property="og:image" content="([^"]+)"', body).group(1)
    assert address.startswith(settings.SITE_URL)
    return address.removeprefix(settings.SITE_URL)


def campaign(language: str) -> CampaignPage:
    return notatarget(language)


@pytest.mark.django_db
def test_card_is_served_for_long_and_to_everybody(client):
    response = client.get(card_address(client, campaign("fr")))

    assert (response.status_code, response["Content-Type"]) == (200, "image/png")
    assert opened(response.content).size == (WIDTH, HEIGHT)
    assert "public" in response["Cache-Control"]
    assert int(re.search(r"max-age=(\d+)", response["Cache-Control"]).group(1)) >= 86400
    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert not response.cookies


@pytest.mark.django_db
def test_older_card_leads_to_the_present_one(client):
    page = campaign("nl")
    present = card_address(client, page)

    response = client.get(f"/share-cards/{page.pk}-{OLD_VERSION}.png")

    assert (response.status_code, response.url) == (302, present)
    page.name = "Anders"
    page.save_revision().publish()
    assert client.get(present).url == card_address(client, page) != present


@pytest.mark.django_db
def test_each_page_and_language_has_a_card_of_its_own(client):
    addresses = [card_address(client, campaign(code)) for code in ("en", "fr", "nl")]

    assert len(set(addresses)) == 3


@pytest.mark.django_db
@pytest.mark.parametrize("why", ["draft", "restricted", "unknown", "root"])
def test_what_is_not_public_has_no_card(client, why, django_assert_max_num_queries):
    page = campaign("en")
    address = card_address(client, page)
    assert client.get(address).status_code == 200
    if why == "draft":
        page.unpublish()
    elif why == "restricted":
        home = HomePage.objects.get(locale__language_code="en")
        PageViewRestriction.objects.create(page=home, restriction_type="login")
    elif why == "unknown":
        address = f"/share-cards/999999999-{OLD_VERSION}.png"
    else:
        address = f"/share-cards/{Page.objects.get(depth=1).pk}-{OLD_VERSION}.png"

    with django_assert_max_num_queries(6):
        response = client.get(address)

    assert response.status_code == 404
    assert "cross-origin" not in response["Cross-Origin-Resource-Policy"]


# Three queries look for a redirect, as for whatever is not found.
@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["1-abc.png", "x-000000000000.png", "1-000000000000.jpg", "0", "٣-000000000000.png"]
)
def test_nonsense_is_not_looked_for(client, path, django_assert_max_num_queries):
    with django_assert_max_num_queries(3):
        assert client.get(f"/share-cards/{path}").status_code == 404


@pytest.mark.django_db
def test_card_counts_people_once_they_are_some(client):
    event = make_event(places_taken=4, capacity=50)
    page = EventPage.objects.get(event=event)
    few = client.get(page.url).content.decode()
    type(event).objects.filter(pk=event.pk).update(places_taken=24)
    many = client.get(page.url).content.decode()

    alt = r'property="og:image:alt" content="([^"]+)"'
    assert "24 people are coming" in re.search(alt, many).group(1)
    assert "coming" not in re.search(alt, few).group(1)
    assert "Brussels" in re.search(alt, few).group(1)
