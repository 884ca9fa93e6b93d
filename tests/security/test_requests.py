"""What strange requests get: nothing that they should not."""

import pytest
from django.conf import settings
from django.db import connection

from campaign_site.client_network import client_network
from donations.models import Pledge
from tests.donations.test_views import fill_in
from tests.factories import make_appeal, make_photo_call
from tests.security.smuggling import PAIRS, answers_of_gunicorn
from tests.solidarity.sending import public_photo, stored_files

pytestmark = pytest.mark.django_db
UP = ("../", "..%2f", "%2e%2e/", "%252e%252e%252f", "..\\", "....//")


def test_a_path_is_decoded_once(client):
    """%2565 is "%65" to whoever decodes once, and an "e" to whoever goes on."""
    assert client.get("/%65n/").status_code == 200
    assert client.get("/%2565n/").status_code == 404


@pytest.mark.parametrize(
    "folder", ["/static/", "/media/", "/media/images/", "/photos/", "/documents/1/"]
)
def test_no_path_leads_out_of_its_folder(client, settings, folder, tmp_path):
    """A file beside the folders is asked for in every way; the same file inside is found."""
    settings.WHITENOISE_AUTOREFRESH = settings.WHITENOISE_USE_FINDERS = False  # as in production
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir()
    (tmp_path / "media" / "images").mkdir(parents=True)
    (tmp_path / "secrets.json").write_text("canary")
    (tmp_path / "media" / "secrets.json").write_text("canary")
    (tmp_path / "media" / "images" / "inside.webp").write_bytes(b"canary")
    found = client.get("/media/images/inside.webp")
    assert b"canary" in b"".join(found.streaming_content if found.streaming else [found.content])

    for up in UP:
        for way in (f"{up}secrets.json", f"{up * 3}etc/passwd"):
            answer = client.get(f"{folder}{way}")
            if answer.streaming:
                list(answer.streaming_content)
            assert answer.status_code in {301, 400, 404}, way


def test_no_folder_is_listed(client):
    photo = public_photo()
    assert stored_files()

    for path in (
        "/static/",
        "/static/css/",
        "/media/",
        "/media/images/",
        "/photos/",
        "/documents/",
    ):
        answer = client.get(path)
        assert answer.status_code == 404, path
        assert photo.file_name not in answer.content.decode()


def test_nothing_of_the_code_is_served(client):
    paths = (
        ".git/HEAD", ".git/config", ".env", "manage.py", "campaign_site/settings/production.py",
        "requirements.txt", "docs/asvs.csv", "secrets.json", ".local/secrets.json", "erasures.txt",
        "static/css/../../manage.py", "api/v2/pages/", "django-admin/doc/", "server-status",
        "admin/api/", "metrics", "debug/", "__debug__/", "schema/", "openapi.json",
    )  # fmt: skip
    for path in paths:
        answer = client.get(f"/{path}", follow=True)
        known = "/admin/login/" in answer.request["PATH_INFO"]
        assert known or answer.status_code == 404, path


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PUT", "PATCH", "DELETE", "PROPFIND", "X"])
def test_unknown_methods_are_refused(client, method):
    appeal = make_appeal(slug="asked")
    for path in (
        "/en/",
        f"/en/donations/{appeal.slug}/",
        "/healthz",
        "/robots.txt",
        "/static/css/site.css",
    ):
        answer = client.generic(method, path, "body", headers={"x-canary": "told-back"})
        assert answer.status_code in {404, 405}, path
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert b"told-back" not in body


def test_a_method_cannot_be_put_on_over_another(client):
    forged = {"x-http-method-override": "POST", "x-method-override": "POST"}
    appeal = make_appeal(slug="asked")

    client.get(f"/en/donations/{appeal.slug}/?_method=POST&amount=10", headers=forged)

    assert Pledge.objects.count() == 0


def test_forged_hosts_and_addresses_change_nothing(client, rf, settings):
    settings.TRUSTED_PROXY_COUNT = 0
    forged = {
        "x-forwarded-host": "elsewhere.example",
        "x-forwarded-port": "444",
        "x-forwarded-server": "elsewhere.example",
        "x-original-url": "/admin/",
        "x-rewrite-url": "/admin/",
        "x-forwarded-prefix": "/elsewhere",
        "forwarded": "host=elsewhere.example;proto=http",
    }
    plain, told = client.get("/en/"), client.get("/en/", headers=forged)

    assert "elsewhere" not in told.content.decode()
    assert told.content == plain.content
    assert client.get("/en", headers=forged).headers["Location"] == "/en/"
    request = rf.get("/", headers={"x-forwarded-for": "203.0.113.9", "x-real-ip": "203.0.113.9"})
    assert client_network(request) == "127.0.0.0/24"
    assert client.get("/en/", headers={"host": "elsewhere.example"}).status_code == 400


def test_language_switch_stays_on_the_site(client):
    for path in (
        "//elsewhere.example/",
        "/en//elsewhere.example/",
        "/\\elsewhere.example/",
        "/en/%0d%0aLocation:%20x/",
    ):
        answer = client.get(path)
        location = answer.headers.get("Location", "/")
        assert location.startswith("/"), path
        assert not location.startswith(("//", "/\\")), path
        assert "\r" not in location
        assert "\n" not in location


def test_a_field_sent_twice_or_in_the_address_decides_nothing(client):
    """One amount counts, that of the body, and what a query says of a form is no part of it."""
    appeal = make_appeal(slug="asked")
    twice = {**fill_in(client, appeal), "amount_eur": ["5", "25"]}

    query = "amount_eur=999&email=other@example.org&received_eur=25"
    client.post(f"/en/donations/{appeal.slug}/?{query}", twice)

    assert [str(one.amount_eur) for one in Pledge.objects.all()] == ["25.00"]
    assert Pledge.objects.get().supporter.email == "sam@example.org"
    assert Pledge.objects.get().received_eur == 0


def test_two_lengths_are_refused(tmp_path):
    """The application server takes no request whose end two readers could see at two places."""
    good = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"

    *refused, taken = answers_of_gunicorn([*PAIRS.values(), good], tmp_path)

    assert taken.startswith(b"HTTP/1.1 200")
    let_in = {name for name, one in zip(PAIRS, refused, strict=True) if b" 200 " in one[:20]}
    assert let_in == set()
    assert all(answer.count(b"HTTP/1.1 ") <= 1 for answer in refused)


def test_zero_bytes_and_broken_letters_are_no_mistake_of_ours(client):
    make_photo_call(slug="test-call")
    for path in (
        "/en/search/?q=%00",
        "/en/%00/",
        "/en/%ff%fe/",
        "/en/?page=%00",
        "/en/news/?theme=%ff",
    ):
        assert client.get(path).status_code < 500, path
    assert connection.is_usable()
    assert settings.DEBUG is False
