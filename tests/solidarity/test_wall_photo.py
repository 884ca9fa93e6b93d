"""A photo's own page, the frame for other sites and the slideshow: public photos and no others."""

import re

import pytest

from pages.models import PhotoCallPage
from solidarity import services
from solidarity.models import Partner, Photo, PhotoCall
from tests.factories import in_days, make_photo_call
from tests.solidarity.sending import public_photo, send_photo

pytestmark = pytest.mark.django_db

EMBED = "/embed/test-call/"
SLIDES = "/en/solidarity/test-call/slideshow/"


@pytest.fixture(autouse=True)
def call():
    return make_photo_call()


def pending():
    return send_photo()


def withdrawn():
    return services.withdraw_photo(public_photo())


def without_the_wall():
    return public_photo(consent_wall=False)


def hidden():
    photo = public_photo()
    Photo.objects.filter(pk=photo.pk).update(is_hidden=True)
    services.refresh_wall(photo)
    return photo


def of_another_call():
    photo = public_photo(call=make_photo_call(slug="another"))
    photo.call = PhotoCall.objects.get(slug="test-call")
    return photo


def test_page_of_a_photo_shows_it_and_leads_to_its_neighbours(client):
    partner = Partner.objects.create(slug="gaza", name_en="Gaza", name_fr="Gaza", name_nl="Gaza")
    details = services.PhotoDetails(partner=partner, message_language="nl")
    photos = [
        public_photo(message="Samen <b>sterk</b>", display_name="Aïcha", details=details)
        for _ in range(3)
    ]
    first, middle, last = sorted(photos, key=lambda photo: photo.wall_key)

    html = client.get(middle.page_url).content.decode()
    ends = [client.get(photo.page_url).content.decode() for photo in (first, last)]

    assert f'src="{middle.picture_url("large")}"' in html
    assert 'lang="nl" dir="ltr">Samen &lt;b&gt;sterk&lt;/b&gt;</q>' in html
    assert "Aïcha" in html
    assert "For Gaza" in html
    ways = dict(re.findall(r'href="([^"]+)" rel="(prev|next)"', html))
    assert ways == {first.page_url: "prev", last.page_url: "next"}
    assert [re.findall(r'rel="(prev|next)"', end) for end in ends] == [["next"], ["prev"]]
    assert f'href="{middle.page_url}report/"' in html


def test_page_of_a_photo_is_indexed_by_nobody_and_offers_no_face(client, settings, call):
    photo = public_photo(display_name="Aïcha", message="Hold on")

    response = client.get(photo.page_url)
    html = response.content.decode()

    robots = "noindex, noimageindex, noarchive"
    assert response["X-Robots-Tag"] == robots
    assert f'<meta name="robots" content="{robots}">' in html
    assert response["Cache-Control"] == "public, max-age=0, s-maxage=60"
    assert not response.cookies
    meta = dict(re.findall(r'<meta property="(og:\w+)" content="([^"]*)"', html))
    page = PhotoCallPage.objects.get(photo_call=call)
    assert meta["og:url"] == settings.SITE_URL + photo.page_url
    assert meta["og:title"] == page.title
    assert f"/share-cards/{page.pk}-" in meta["og:image"]
    assert photo.file_name not in "".join(meta.values())
    head = html.partition("</head>")[0]
    assert not {"Aïcha", "Hold on", photo.file_name} & set(re.findall(r"[\w ]+", head))
    assert f'value="{settings.SITE_URL}{photo.page_url}"' in html
    assert photo.page_url not in client.get("/sitemap.xml").content.decode()


def test_card_of_the_call_is_there(client):
    html = client.get(public_photo().page_url).content.decode()
    address = re.search(r'property="og:image" content="http://testserver([^"]+)"', html).group(1)

    response = client.get(address)

    assert response.status_code == 200
    assert response["Content-Type"] == "image/png"


@pytest.mark.parametrize("make", [pending, withdrawn, without_the_wall, hidden, of_another_call])
def test_photo_that_is_not_on_the_wall_is_told_so_kindly(client, make):
    photo = make()

    response = client.get(photo.page_url)
    unknown = client.get("/en/solidarity/test-call/photos/5/")
    french = client.get(photo.page_url.replace("/en/", "/fr/"))

    assert response.status_code == unknown.status_code == french.status_code == 404
    html = response.content.decode()
    assert "This photo is not on the wall" in html
    assert photo.file_name not in html
    assert '<html lang="fr">' in french.content.decode()
    assert html.replace(str(photo.wall_key), "5") == unknown.content.decode()


def test_what_is_no_place_on_the_wall_is_told_so(client):
    assert client.get(f"/en/solidarity/test-call/photos/{2**63}/").status_code == 404
    assert client.get(f"/en/solidarity/test-call/photos/{'9' * 50}/").status_code == 404


def test_page_of_a_photo_costs_few_queries(client, django_assert_max_num_queries):
    photos = [public_photo() for _ in range(3)]
    client.get(photos[0].page_url)

    with django_assert_max_num_queries(8):
        client.get(photos[1].page_url)


def test_frame_for_other_sites_speaks_the_language_it_is_asked_for(client):
    photo = public_photo(message="Hold on")

    def language_of(query: str, accepted: str = "") -> str:
        response = client.get(EMBED + query, headers={"accept-language": accepted})
        html = response.content.decode()
        language = re.search(r'<html lang="(\w+)">', html).group(1)
        assert photo.picture_url("wall") in html
        assert f"/{language}/solidarity/test-call/wall/" in html
        assert f'href="/{language}/solidarity/test-call/"' in html
        assert response["Content-Language"] == language
        return language

    assert language_of("?lang=fr", "nl") == "fr"
    assert language_of("?lang=xx", "nl") == "nl"
    assert language_of("", "de") == "en"


def test_only_the_frame_may_be_framed(client):
    photo = public_photo()

    embed, wall = client.get(EMBED + "?lang=fr"), client.get("/en/solidarity/test-call/wall/")

    assert "frame-ancestors *" in embed["Content-Security-Policy"]
    assert "X-Frame-Options" not in embed
    assert embed["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert embed["Cache-Control"] == "public, max-age=0, s-maxage=60"
    assert embed["X-Robots-Tag"] == "noindex, noimageindex, noarchive"
    assert not embed.cookies
    assert "<script" not in embed.content.decode()
    for response in (wall, client.get(photo.page_url), client.get(photo.page_url + "report/")):
        assert "frame-ancestors 'none'" in response["Content-Security-Policy"]
        assert response["X-Frame-Options"] == "DENY"


def test_frame_shows_twelve_photos_and_those_that_are_public(client):
    photos = [public_photo() for _ in range(13)]
    services.withdraw_photo(photos[0])
    waiting = send_photo()

    html = client.get(EMBED).content.decode()

    assert html.count("<figure") == 12
    assert photos[0].file_name not in html
    assert waiting.file_name not in html


def test_wall_has_the_lines_for_the_frame(client):
    public_photo()

    html = client.get("/fr/solidarity/test-call/wall/").content.decode()

    lines = "&lt;iframe src=&quot;http://testserver/embed/test-call/?lang=fr&quot;"
    assert html.count(lines) == 2
    assert "data-copy" in html


def test_unknown_call_has_neither_frame_nor_slideshow(client):
    assert client.get("/embed/nowhere/", follow=True).status_code == 404
    assert client.get("/en/solidarity/nowhere/slideshow/").status_code == 404


def test_slideshow_goes_round_one_photo_at_a_time(client):
    photos = sorted((public_photo() for _ in range(3)), key=lambda photo: photo.wall_key)
    address, seen = SLIDES, []

    for _ in range(4):
        html = client.get(address).content.decode()
        seen += re.findall(r'src="/photos/([0-9a-f]{32})/large', html)
        address = SLIDES + re.search(r'href="(\?at=\d+)" rel="next"', html).group(1)

    assert seen == [photo.file_name for photo in [*photos, photos[0]]]


def test_slideshow_leaves_out_what_was_taken_back(client):
    first, second = sorted((public_photo() for _ in range(2)), key=lambda photo: photo.wall_key)
    services.withdraw_photo(first)

    html = client.get(f"{SLIDES}?at={first.wall_key}").content.decode()

    assert second.picture_url("large") in html
    assert first.file_name not in html
    assert 'rel="next"' not in html


def test_empty_slideshow_says_so(client, call):
    assert "The wall is still empty." in client.get(SLIDES).content.decode()
    call.closes_on = in_days(-1)
    call.save()
    assert "The wall of this call is empty." in client.get(SLIDES).content.decode()
