"""Pictures of the library: small files in new formats, made before anybody asks for them."""

import re
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from campaign_site import editorial_pictures, stylesheet
from campaign_site.editorial_pictures import DELIVERY, PLACES, REWARD, picture_of, stored_of
from donations.models import Reward
from donations.rewards import rewards_of
from pages.images import EditorialImage, EditorialRendition
from pages.tasks import make_editorial_pictures
from tests.factories import make_reward

pytestmark = pytest.mark.django_db


@pytest.fixture
def picture(make_image) -> EditorialImage:
    image = EditorialImage(title="Shirt", description="A white shirt")
    data = make_image(size=(650, 450), colour="#d8352a")
    image.file = ContentFile(data, name="shirt.jpg")
    image.save()
    return EditorialImage.objects.get(pk=image.pk)


def status_of(client, address: str) -> int:
    answer = client.get(address)
    assert b"".join(answer.streaming_content)
    return answer.status_code


def test_background_makes_every_size_and_format_once(picture, run_tasks):
    assert not picture.renditions.exists()

    assert run_tasks() == ["make_editorial_pictures"]

    made = {rendition.filter_spec: rendition for rendition in picture.renditions.all()}
    assert set(made) == {spec for place in PLACES for spec in place.specs}
    for rendition in made.values():
        kind = re.search(r"format-(\w+)", rendition.filter_spec)[1]
        with Image.open(rendition.file.path) as opened:
            assert opened.format.lower() == kind
            assert opened.size == (rendition.width, rendition.height)
            # Nothing is made larger than it is.
            assert opened.width <= 650
    make_editorial_pictures(picture.pk)
    assert picture.renditions.count() == len(made)


def test_visitors_fetch_what_their_browser_reads_and_their_screen_needs(client, picture, run_tasks):
    run_tasks()
    reward = make_reward(picture=picture)
    page = reward.appeal.pages.get()

    with CaptureQueriesContext(connection) as captured:
        html = client.get(page.url).content.decode()

    assert not [query for query in captured if query["sql"].startswith("INSERT")]
    [found] = re.findall(r'<picture class="picture">.*?</picture>', html, re.DOTALL)
    types = re.findall(r'<source type="([^"]+)" srcset="([^"]+)" sizes="([^"]+)">', found)
    assert [kind for kind, _, _ in types] == ["image/avif", "image/webp"]
    for kind, srcset, sizes in types:
        assert [part.split()[1] for part in srcset.split(", ")] == ["320w", "640w", "650w"]
        assert sizes == REWARD.sizes
        first = srcset.split()[0]
        assert first.endswith(f".{kind.removeprefix('image/')}")
        assert status_of(client, first) == 200
    assert 'width="650" height="434"' in found
    assert 'loading="lazy" decoding="async"' in found
    assert 'alt="A white shirt"' in found
    assert 'class="reward-art tone-200"' in found


def test_until_the_background_is_done_every_browser_gets_a_jpeg(client, picture):
    reward = make_reward(picture=picture)
    html = client.get(reward.appeal.pages.get().url).content.decode()

    [found] = re.findall(r'<picture class="picture">.*?</picture>', html, re.DOTALL)
    assert "<source" not in found
    [address] = re.findall(r' src="([^"]+)"', found)
    assert address.endswith(".jpg")
    assert status_of(client, address) == 200
    assert EditorialRendition.objects.get().filter_spec == REWARD.fallback


def test_index_of_twenty_pictures_costs_no_query_for_each(picture, run_tasks):
    run_tasks()
    reward = make_reward(picture=picture)
    with CaptureQueriesContext(connection) as one:
        rewards_of(reward.appeal)
    made = list(picture.renditions.all())
    for _ in range(20):
        # Pictures of one file: making sizes and formats of each would take a minute.
        image = EditorialImage(title="x", description="x", width=650, height=450)
        image.file = picture.file.name
        image.save()
        for rendition in made:
            rendition.pk, rendition.image = None, image
        EditorialRendition.objects.bulk_create(made)
        make_reward(appeal=reward.appeal, picture=image)

    with CaptureQueriesContext(connection) as many:
        cards = rewards_of(reward.appeal)

    assert len(cards) == 21
    assert all(len(card.picture.sources) == 2 for card in cards)
    assert len(one) == len(many) == 2


def test_moved_focal_point_cuts_the_picture_anew(picture, run_tasks):
    run_tasks()
    before = {made.file for made in stored_of(picture)}
    picture.focal_point_x, picture.focal_point_y = 100, 100
    picture.focal_point_width = picture.focal_point_height = 50
    picture.save()

    moved = EditorialImage.objects.get(pk=picture.pk)
    left = stored_of(moved)
    run_tasks()

    assert {made.spec for made in left} == set(DELIVERY.specs)
    after = {made.spec: made.file for made in stored_of(moved)}
    assert set(after) == {spec for place in PLACES for spec in place.specs}
    assert after[REWARD.fallback] not in before


def test_picture_whose_file_is_gone_leaves_the_drawing(picture):
    Path(picture.file.path).unlink()
    reward = make_reward(picture=picture)

    [card] = rewards_of(reward.appeal)

    assert card.picture is None
    with pytest.raises(OSError, match="No such file"):
        make_editorial_pictures(picture.pk)


def test_task_for_a_picture_that_was_deleted_does_nothing(picture, run_tasks):
    picture.delete()

    assert run_tasks() == ["make_editorial_pictures"]
    assert not Reward.objects.exists()


def test_every_tone_has_a_colour_and_stands_for_its_mean():
    text = stylesheet.joined()
    colours = ["".join(steps) for steps in _tones()]
    assert len(colours) == 27
    assert [tone for tone in colours if f".tone-{tone} {{" not in text] == []

    assert editorial_pictures.tone_of(Image.new("RGB", (9, 9), "#ff0080")) == "201"
    assert editorial_pictures.tone_class("201") == "tone-201"
    assert editorial_pictures.tone_class('"><script>') == ""


def test_picture_above_the_fold_comes_first(picture, run_tasks):
    from django.template.loader import render_to_string

    run_tasks()
    shown = picture_of(picture, DELIVERY, alt="x", stored=stored_of(picture))
    html = render_to_string("components/picture.html", {"picture": shown, "first": True})

    assert 'fetchpriority="high"' in html
    assert "lazy" not in html


def _tones():
    return [(r, g, b) for r in "012" for g in "012" for b in "012"]
