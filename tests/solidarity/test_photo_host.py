"""Pictures of the wall on a host of their own, which has nothing else."""

import pytest
from django.conf import settings as django_settings
from django.test import override_settings

from campaign_site.photo_host import check_photo_host
from solidarity import services
from tests.factories import make_photo_call
from tests.solidarity.sending import public_photo, send_photo

pytestmark = pytest.mark.django_db

BASE = "https://photos.example.net"
HOST = "photos.example.net"


@pytest.fixture(autouse=True)
def own_host(settings):
    make_photo_call()
    settings.PHOTO_BASE_URL = BASE
    settings.ALLOWED_HOSTS = ["testserver", HOST]


def on_the_host(client, path: str, **headers):
    return client.get(path, headers={"host": HOST, **headers})


def test_pictures_come_from_there_and_can_do_nothing(client):
    photo = public_photo()
    address = photo.picture_url("wall")

    response = on_the_host(client, address.removeprefix(BASE))

    assert address.startswith(f"{BASE}/photos/")
    assert response.status_code == 200
    assert response["Content-Type"] == "image/webp"
    assert response["Content-Security-Policy"].startswith("default-src 'none'; sandbox;")
    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Robots-Tag"] == "noindex, noimageindex, noarchive"
    assert response["Cache-Control"] == "public, max-age=60"
    assert not response.cookies
    again = on_the_host(client, address.removeprefix(BASE), **{"if-none-match": response["ETag"]})
    assert again.status_code == 304


def test_nothing_else_is_there(client):
    waiting, gone = send_photo(), services.withdraw_photo(public_photo())
    paths = ["/", "/en/", "/admin/", "/static/css/site.css", "/robots.txt", "/healthz", "/photos/"]
    paths += ["/embed/test-call/", "/en/solidarity/test-call/", "/sitemap.xml", "/documents/1/x"]
    paths += [photo.picture_url("wall").removeprefix(BASE) for photo in (waiting, gone)]

    for path in paths:
        response = on_the_host(client, path)

        assert response.status_code == 404, path
        assert response["Content-Type"] == "text/plain"
        assert response.content == b"There is no such picture.\n"
        assert not response.cookies
    assert client.post("/en/my-solidarity/", headers={"host": HOST}).status_code == 404


def test_site_itself_has_the_pages_and_no_pictures(client):
    photo = public_photo()
    path = photo.picture_url("wall").removeprefix(BASE)

    page = client.get("/en/solidarity/test-call/wall/")

    assert client.get(path).status_code == 404
    assert photo.picture_url("wall") in page.content.decode()
    assert f"img-src 'self' {BASE};" in page["Content-Security-Policy"] + ";"
    with override_settings(PHOTO_BASE_URL=""):
        assert client.get(path).status_code == 200
        same = client.get("/en/solidarity/test-call/wall/")["Content-Security-Policy"]
    assert "img-src 'self';" in same + ";"


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("", []),
        (BASE, []),
        ("http://photos.example.net", ["photo_host.W001"]),
        ("https://photos.example.net/", ["photo_host.E001"]),
        ("photos.example.net", ["photo_host.E001"]),
        (django_settings.SITE_URL, ["photo_host.E002"]),
    ],
)
def test_address_that_would_not_protect_anybody_is_complained_of(settings, address, found):
    settings.PHOTO_BASE_URL = address

    assert [message.id for message in check_photo_host(None)] == found
