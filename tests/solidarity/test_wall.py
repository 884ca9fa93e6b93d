"""The wall and the pictures on it: nothing is public but what everybody agreed to."""

import contextlib
import random
import re
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from solidarity import services
from solidarity.images import CleanPicture
from solidarity.models import Partner, Photo, Purpose, WallCount
from solidarity.photo_files import add_pictures
from solidarity.shapes import SHAPES, nearest_shape
from solidarity.tiles import LONG_MESSAGE
from solidarity.wall import PAGE_SIZE
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

    assert photo.picture_url("wall") in html
    assert 'width="64" height="48"' in html
    assert 'alt="Somebody holds up a sign"' in html
    assert 'lang="fr" dir="ltr">Tenez &lt;b&gt;bon&lt;/b&gt;</q>' in html
    assert "Aïcha" in html
    assert "style=" not in re.search(r"<figure class=\"photo-card.*?</figure>", html, re.S).group()
    assert call.public_count == 1


def pending():
    return send_photo()


def rejected():
    return services.reject_photo(photo=send_photo(), moderator=None, reason="other")


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
    answers = [client.get(photo.picture_url("wall")), client.get(photo.picture_url("large"))]
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

    assert photo.picture_url("wall") in client.get(WALL).content.decode()
    assert photo not in Photo.objects.deliverable()


def test_photo_that_is_not_on_the_wall_can_be_delivered():
    assert public_photo(consent_wall=False) in Photo.objects.deliverable()


def test_picture_can_do_nothing_but_be_seen(client):
    photo = public_photo()

    response = client.get(photo.picture_url("wall"))

    assert response["Content-Type"] == "image/webp"
    assert response["Content-Security-Policy"].startswith("default-src 'none'; sandbox;")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Robots-Tag"] == "noindex, noimageindex, noarchive"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert response["Cache-Control"] == "public, max-age=60"
    assert not response.cookies


def test_picture_that_the_browser_has_is_not_sent_again_unless_it_is_gone(client):
    photo = public_photo()
    etag = client.get(photo.picture_url("wall"))["ETag"]

    again = client.get(photo.picture_url("wall"), headers={"if-none-match": etag})
    services.withdraw_photo(photo)
    gone = client.get(photo.picture_url("wall"), headers={"if-none-match": etag})

    assert (again.status_code, again.content) == (304, b"")
    assert gone.status_code == 404


@pytest.mark.parametrize(
    "name",
    [
        *("original.jpg", "original.webp", "delivery.jpg", "delivery.webp"),
        *("wall.jpg", "large.avif", "../wall.webp", "wall.avif"),
    ],
)
def test_only_the_pictures_of_the_wall_have_an_address(client, name):
    photo = public_photo()

    assert client.get(f"/photos/{photo.file_name}/{name}").status_code == 404
    assert client.get(f"/photos/{photo.file_name}/wall2.webp").status_code == 200


def test_picture_is_served_in_the_format_that_has_been_made(client):
    photo = public_photo()
    picture = CleanPicture("wall", b"avif", "image/avif", "avif", 64, 48)
    add_pictures(photo.file_name, [picture])

    response = client.get(photo.picture_url("wall", "avif"))

    assert response["Content-Type"] == "image/avif"
    assert response.content == b"avif"
    assert response["ETag"] != client.get(photo.picture_url("wall"))["ETag"]


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
        ((512, 500), 100),
        ((3000, 500), 250),
        ((1, 640), 40),
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
        assert round(100 * float(width) / float(height or 1)) == int(name)


def test_no_picture_loses_more_than_a_twentieth_of_a_side():
    kept = {width: nearest_shape(width, 100) / width for width in range(40, 251)}

    assert {width: part for width, part in kept.items() if not 0.95 < part < 1 / 0.95} == {}


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
    assert french.picture_url("wall") in html
    assert dutch.picture_url("wall") not in html
    assert '<option value="fr" selected>French (1)</option>' in html
    assert '<input type="hidden" name="view" value="list">' in html
    assert f'href="{WALL}?language=fr"' in html


def queries_of(ask: Callable[[], object]) -> list[str]:
    ask()
    with CaptureQueriesContext(connection) as queries:
        ask()
    return [query["sql"] for query in queries]


@pytest.fixture
def partners(call) -> list[Partner]:
    names = ("Health workers in Gaza", "Council for Health", "Étoile du Sud")
    made = [
        Partner.objects.create(slug=f"partner-{number}", name_en=name, name_fr=name, name_nl=name)
        for number, name in enumerate(names)
    ]
    call.partners.set(made)
    return made


def test_no_page_of_the_wall_counts_photos_or_skips_any(client, partners):
    photos = [send_to(partners[0], language="fr")]
    addresses = ["", "?language=fr", "?for=partner-0", "?language=fr&for=partner-0&view=list"]
    addresses += [f"?after={photos[0].wall_key - 1}", f"?before={photos[0].wall_key + 1}"]
    for_one = {query: queries_of(lambda q=query: client.get(WALL + q)) for query in addresses}
    photos += [send_to(partner, language="fr") for partner in [*partners, None]]

    for query, asked in for_one.items():
        for_many = queries_of(lambda q=query: client.get(WALL + q))
        assert len(for_many) == len(asked)
        of_photos = [sql for sql in for_many if "solidarity_photo" in sql]
        assert of_photos
        for sql in of_photos:
            assert not re.search(r"COUNT\(|SUM\(|GROUP BY|OFFSET", sql)
    # What is looked for is found where there is some.
    assert re.search(r"COUNT\(", queries_of(lambda: Photo.objects.public().count())[0])


def send_to(partner: Partner | None, **fields) -> Photo:
    details = services.PhotoDetails(partner=partner)
    return public_photo(details=details, **fields)


def test_wall_is_filtered_by_language_and_partner(client, partners):
    gaza, council, _ = partners
    both, other_language = send_to(gaza, language="fr"), send_to(gaza, language="nl")
    other_partner, nobody = send_to(council, language="fr"), send_to(None, language="ar")
    every = {both, other_language, other_partner, nobody}

    def shown(query: str) -> set[Photo]:
        html = client.get(WALL + query).content.decode()
        return {photo for photo in every if photo.picture_url("wall") in html}

    assert shown("?language=fr&for=partner-0") == {both}
    assert shown("?for=partner-0") == {both, other_language}
    assert shown("?language=fr") == {both, other_partner}
    assert shown("?for=partner-2") == shown("?language=xx&for=nobody") == every
    html = client.get(WALL + "?for=partner-0&language=fr").content.decode()
    assert re.findall(r'<option value="(partner-\d)"(?: selected)?>([^<]+)<', html) == [
        ("partner-1", "Council for Health (1)"),
        ("partner-0", "Health workers in Gaza (1)"),
    ]
    assert re.findall(r"<option value=\"..\"(?: selected)?>([^<]+)<", html) == [
        "French (1)",
        "Dutch (1)",
    ]
    assert "1 photo of 4." in html
    assert f'href="{WALL}">Show all photos' in html
    assert "For Health workers in Gaza" in html


def test_message_is_read_in_its_language_and_direction(client):
    public_photo(message="الصحة حق", language="en", details=services.PhotoDetails("ar"))
    public_photo(message="Mwana", details=services.PhotoDetails("und"))

    html = client.get(WALL).content.decode()

    assert 'lang="ar" dir="rtl">الصحة حق</q>' in html
    assert 'lang="" dir="auto">Mwana</q>' in html
    assert "Another language (1)" in html


def test_wall_goes_back_page_by_page(client):
    photos = sorted((public_photo() for _ in range(PAGE_SIZE + 5)), key=lambda p: p.wall_key)
    names = [photo.file_name for photo in photos]

    def page(address: str) -> tuple[list[str], dict[str, str]]:
        html = client.get(address).content.decode()
        links = re.findall(r'href="([^"]+)" rel="(prev|next)"', html)
        shown = re.findall(r'src="/photos/([0-9a-f]{32})/wall', html)
        return shown, {name: address.replace("&amp;", "&") for address, name in links}

    first, ways = page(WALL)
    second, ways = page(ways["next"])
    back, ways = page(ways["prev"])

    assert (first, second) == (names[:PAGE_SIZE], names[PAGE_SIZE:])
    assert back == first
    assert set(ways) == {"next"}
    assert page(ways["next"])[0] == second
    middle, ways = page(f"{WALL}?before={photos[PAGE_SIZE + 2].wall_key}")
    assert middle == names[2 : PAGE_SIZE + 2]
    assert page(ways["prev"])[0] == names[:2]


def test_room_and_colours_of_a_picture_are_there_before_it(client):
    photo = public_photo()
    Photo.objects.filter(pk=photo.pk).update(
        width=1500, height=2000, has_avif=True, placeholder="aabbcc" + "d8352a" * 8
    )

    html = client.get(WALL).content.decode()

    card = re.search(r'<li class="tile tile--75".*?</li>', html, re.S).group()
    name = f"/photos/{photo.file_name}"
    assert 'width="360" height="480"' in card
    assert '<rect x="0" y="0" width="1" height="1" fill="#aabbcc"/>' in card
    assert card.count("<rect") == 9
    assert f'type="image/avif" srcset="{name}/wall.avif 360w, {name}/wall2.avif 720w"' in card
    assert f'srcset="{name}/wall.webp 360w, {name}/wall2.webp 720w"' in card
    assert f'href="{photo.page_url}"' in card


def test_counts_stay_exact_whatever_happens_to_photos(call, partners):
    """A random sequence of everything that can happen; a planted difference is found."""
    draw = random.Random(20221209)
    photos: list[Photo] = []

    def differences() -> dict:
        real = Counter(Photo.objects.public().values_list("call", "message_language", "partner"))
        kept = {
            (row.call_id, row.language, row.partner_id): row.number
            for row in WallCount.objects.filter(number__gt=0)
        }
        return {
            key: (kept.get(key), real.get(key))
            for key in {*kept, *real}
            if kept.get(key) != real.get(key)
        }

    def send():
        details = services.PhotoDetails(
            message_language=draw.choice(["en", "fr", "ar"]),
            partner=draw.choice([*partners, None]),
            show_from=draw.choice([None, None, in_days(1)]),
        )
        photos.append(send_photo(call, details=details, consent_wall=draw.random() > 0.2))

    def with_photo(verb):
        return lambda: verb(draw.choice(photos))

    verbs = [
        send,
        with_photo(lambda p: services.approve_photo(photo=p, moderator=None, alt_text="A sign")),
        with_photo(lambda p: services.approve_photo(photo=p, moderator=None, alt_text="A sign")),
        with_photo(lambda p: services.reject_photo(photo=p, moderator=None, reason="other")),
        with_photo(lambda p: services.undo_decision(photo=p, moderator=None)),
        with_photo(lambda p: services.withdraw_photo(p)),
        with_photo(lambda p: services.withdraw_consent(p, purpose=draw.choice(Purpose.values))),
        with_photo(lambda p: services.take_down_photo(photo=p, moderator=None)),
        with_photo(lambda p: services.keep_reported_photo(photo=p, moderator=None)),
        with_photo(report),
    ]
    for _ in range(8):
        send()
    done = Counter()
    for _ in range(120):
        verb = draw.choice(verbs)
        with contextlib.suppress(services.PhotoError):
            verb()
            done[verbs.index(verb)] += 1
        if draw.random() < 0.3:
            send()
    assert len(done) == len(verbs)
    assert differences() == {}
    delayed = send_photo(call, details=services.PhotoDetails(show_from=in_days(1)))
    services.approve_photo(photo=delayed, moderator=None, alt_text="A sign")
    assert differences() == {}
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        assert services.show_delayed_photos()
    assert differences() == {}
    assert call.public_count == Photo.objects.public().count() > 0

    WallCount.objects.filter(number__gt=0)[0].delete()
    assert len(differences()) == 1


def report(photo: Photo) -> None:
    services.report_photo(
        photo=photo,
        kind="me",
        words="",
        email="",
        language="en",
        form_key=uuid.uuid4(),
        form_digest="",
    )


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
        ("fr", "Elles et ils répondent présent"),
        ("nl", "Kijk wie er meedoet"),
    ],
)
def test_wall_speaks_each_language(client, language, heading):
    assert heading in client.get(f"/{language}/solidarity/test-call/wall/").content.decode()
