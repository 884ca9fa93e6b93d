"""The page of a photo call shows a few photos of its wall, and none that is not on it."""

import pytest

from pages.models.actions import GLIMPSE_SIZE
from tests.factories import make_photo_call
from tests.solidarity.sending import public_photo, send_photo

pytestmark = pytest.mark.django_db


@pytest.fixture
def url():
    return make_photo_call().pages.get().url


def test_a_few_public_photos_lead_to_the_wall(client, url):
    photos = [public_photo() for _ in range(GLIMPSE_SIZE + 1)]
    pending = send_photo()

    html = client.get(url).content.decode()

    first = sorted(photos, key=lambda photo: photo.wall_key)
    assert [photo.picture_url("wall") in html for photo in first] == [True] * GLIMPSE_SIZE + [False]
    assert pending.picture_url("wall") not in html
    assert 'id="glimpse"' in html


def test_without_public_photos_there_is_no_glimpse(client, url):
    send_photo()

    assert 'id="glimpse"' not in client.get(url).content.decode()


def test_no_cache_shows_a_photo_longer_than_the_wall_does(client, url):
    kept = client.get(url)["Cache-Control"]

    assert "s-maxage=60" in kept
    assert "stale-while-revalidate=0" in kept
