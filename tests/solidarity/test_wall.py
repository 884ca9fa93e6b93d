"""The wall and the pictures on it: nothing is public but what everybody agreed to."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from solidarity import services
from solidarity.models import Photo, Purpose
from solidarity.wall import LONG_MESSAGE, PAGE_SIZE, SHAPES, nearest_shape
from tests.factories import in_days, make_photo_call
from tests.solidarity.sending import public_photo, send_photo

pytestmark = pytest.mark.django_db

WALL = "/en/solidarity/test-call/wall/"


@pytest.fixture(autouse=True)
def call():
    return make_photo_call()


def test_public_photo_is_on_the_wall(client, call):
    photo = public_photo(message="Tenez <b>bon</b>", display_name="Aïcha", language="fr")

    html = client.get(WALL).content.decode()

    assert photo.wall_url in html
    assert 'width="64" height="48"' in html
    assert 'alt="Somebody holds up a sign"' in html
    assert 'lang="fr">Tenez &lt;b&gt;bon&lt;/b&gt;</q>' in html
    assert "Aïcha" in html
    assert "style=" not in re.search(r"<figure class=\"photo-card.*?</figure>", html, re.S).group()
    assert call.public_count == 1


def pending():
    return send_photo()


def rejected():
    return services.reject_photo(photo=send_photo(), moderator=None)


def never_agreed():
    return public_photo(consent_wall=False)


def consent_withdrawn():
    photo = public_photo()
    services.withdraw_consent(photo, purpose=Purpose.WALL)
    return photo


def withdrawn():
    return services.withdraw_photo(public_photo())


def undone():
    return services.undo_decision(photo=public_photo(), moderator=None)


@pytest.mark.parametrize(
    "make", [pending, rejected, never_agreed, consent_withdrawn, withdrawn, undone]
)
def test_photo_that_is_not_public_does_not_exist(client, call, make):
    photo = make()

    html = client.get(WALL).content.decode()
    answers = [client.get(photo.wall_url), client.get(photo.large_url)]
    unknown = client.get(f"/photos/{'0' * 32}/wall.webp")

    assert photo.file_name not in html
    assert "You are not alone" not in html
    assert "The wall is still empty." in html
    assert call.public_count == 0
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content.replace(photo.file_name.encode(), b"") == unknown.content.replace(
        b"0" * 32, b""
    )


def test_photo_that_may_not_be_delivered_can_be_on_the_wall(client):
    photo = public_photo(consent_delivery=False)

    assert photo.wall_url in client.get(WALL).content.decode()
    assert photo not in Photo.objects.deliverable()


def test_photo_that_is_not_on_the_wall_can_be_delivered():
    assert public_photo(consent_wall=False) in Photo.objects.deliverable()


def test_picture_can_do_nothing_but_be_seen(client):
    photo = public_photo()

    response = client.get(photo.wall_url)

    assert response["Content-Type"] == "image/webp"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Robots-Tag"] == "noindex, noimageindex"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert response["Cache-Control"] == "public, max-age=60"
    assert not response.cookies


def test_picture_that_the_browser_has_is_not_sent_again_unless_it_is_gone(client):
    photo = public_photo()
    etag = client.get(photo.wall_url)["ETag"]

    again = client.get(photo.wall_url, headers={"if-none-match": etag})
    services.withdraw_photo(photo)
    gone = client.get(photo.wall_url, headers={"if-none-match": etag})

    assert (again.status_code, again.content) == (304, b"")
    assert gone.status_code == 404


@pytest.mark.parametrize("name", ["delivery.jpg", "delivery.webp", "wall.jpg", "../wall.webp"])
def test_only_two_pictures_of_a_photo_have_an_address(client, name):
    photo = public_photo()

    assert client.get(f"/photos/{photo.file_name}/{name}").status_code == 404


def test_wall_may_be_kept_for_a_minute_and_not_be_indexed(client):
    response = client.get(WALL)

    assert response["Cache-Control"] == "public, max-age=0, s-maxage=60"
    assert "noimageindex" in response["X-Robots-Tag"]
    assert "noindex" in response.content.decode()
    assert not response.cookies


def test_wall_goes_on_page_by_page_in_an_order_of_its_own(client):
    photos = [public_photo(message=f"Number {n}.") for n in range(PAGE_SIZE + 2)]

    first = client.get(WALL).content.decode()
    following = re.search(r'href="([^"]+\?after=\d+)"', first).group(1)
    second = client.get(following).content.decode()

    names = re.findall(r'src="/photos/([0-9a-f]{32})/wall', first + second)
    assert first.count("<figure") == PAGE_SIZE
    assert second.count("<figure") == 2
    assert names == [p.file_name for p in sorted(photos, key=lambda p: p.wall_key)]
    assert "?after=" not in second
    assert f'href="{WALL}"' in second


@pytest.mark.parametrize("after", ["x", "-1", "9" * 19, "9" * 40, "1e5", "٣"])
def test_nonsense_place_shows_the_beginning(client, after):
    public_photo()

    response = client.get(WALL, {"after": after})

    assert response.status_code == 200
    assert "<figure" in response.content.decode()


@pytest.mark.parametrize(
    ("size", "shape"),
    [
        ((640, 480), 133),
        ((480, 640), 75),
        ((1080, 1920), 56),
        ((500, 500), 100),
        ((520, 500), 100),
        ((3000, 500), 200),
        ((1, 640), 50),
    ],
)
def test_room_is_reserved_in_the_nearest_shape(size, shape):
    assert nearest_shape(*size) == shape


def test_every_shape_has_its_rule_in_the_style_sheet(settings):
    css = (settings.BASE_DIR / "static/css/components/wall.css").read_text()

    ruled = re.findall(r"\.tile--(\d+) \{\n\s+--shape: ([\d. /]+);", css)
    assert [int(name) for name, _ in ruled] == list(SHAPES)
    for name, written in ruled:
        width, _, height = written.partition(" / ")
        assert round(100 * int(width) / int(height or 1)) == int(name)


def test_long_message_is_set_smaller(client):
    public_photo(message="x" * LONG_MESSAGE)
    short = client.get(WALL).content.decode()
    public_photo(message="y" * (LONG_MESSAGE + 1))
    long = client.get(WALL).content.decode()

    assert "photo-card--long" not in short
    assert long.count("photo-card--long") == 1


def test_wall_can_be_read_as_a_list_and_in_one_language(client):
    french, dutch = public_photo(language="fr"), public_photo(language="nl")

    html = client.get(WALL, {"language": "fr", "view": "list"}).content.decode()

    assert '<ul class="wall-list"' in html
    assert french.wall_url in html
    assert dutch.wall_url not in html
    assert f'href="{WALL}?language=nl&amp;view=list"' in html


def test_wall_asks_the_database_as_often_for_many_photos(client):
    def count_queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(WALL)
        return len(queries)

    public_photo()
    client.get(WALL)
    one = count_queries()
    for _ in range(3):
        public_photo()

    assert count_queries() == one


def test_closed_call_keeps_its_wall_and_invites_nobody(client, call):
    public_photo()
    call.closes_on = in_days(-1)
    call.save()

    html = client.get(WALL).content.decode()

    assert "<figure" in html
    assert "Add your photo" not in html


@pytest.mark.parametrize(
    ("language", "heading"),
    [
        ("en", "Look who is standing up"),
        ("fr", "Regardez qui se lève"),
        ("nl", "Kijk wie er meedoet"),
    ],
)
def test_wall_speaks_each_language(client, language, heading):
    assert heading in client.get(f"/{language}/solidarity/test-call/wall/").content.decode()
