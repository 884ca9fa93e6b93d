"""Cookies, session keys, and the way out."""

import math
import re

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from tests.factories import make_staff
from tests.staff.authenticator import PASSWORD, give_password, with_password

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor():
    return with_password(make_staff("Editors"))


def test_cookies_are_locked_to_the_host(public_client, editor):
    public_client.get("/admin/login/")
    given = public_client.post(
        "/admin/login/",
        {"username": editor.get_username(), "password": PASSWORD},
        headers={"origin": "https://testserver", "referer": "https://testserver/admin/login/"},
    )
    assert given.status_code == 302

    cookies = public_client.cookies
    assert set(cookies) == {"__Host-session", "__Host-csrf"}
    for name, cookie in cookies.items():
        assert cookie["secure"], name
        assert cookie["httponly"], name
        assert cookie["samesite"] == "Lax", name
        assert (cookie["path"], cookie["domain"]) == ("/", ""), name
        assert len(name) + len(cookie.value) < 4096


def test_no_visitor_gets_a_cookie(public_client):
    for path in ("/en/", "/fr/", "/en/nothing/", "/robots.txt"):
        assert not public_client.get(path).cookies
    assert dict(public_client.cookies) == {}


def test_session_keys_are_long_random_and_new(editor):
    keys = set()
    for _ in range(5):
        browser = Client()
        browser.cookies["sessionid"] = "a" * 32
        give_password(browser, editor)
        keys.add(browser.cookies["sessionid"].value)

    assert len(keys) == 5
    signs = 26 + 10
    for key in keys:
        assert re.fullmatch(r"[a-z0-9]{32}", key)
        assert len(key) * math.log2(signs) > 128
    assert Session.objects.filter(pk__in=keys).count() == 5
    assert "a" * 32 not in keys


def test_logging_out_ends_the_session_and_empties_the_cache(client, editor):
    give_password(client, editor)
    key = client.cookies["sessionid"].value
    assert client.get("/admin/").status_code == 200

    left = client.post("/admin/logout/")

    assert left.headers["Clear-Site-Data"] == '"cache"'
    assert not Session.objects.filter(pk=key).exists()
    client.cookies["sessionid"] = key
    assert client.get("/admin/").status_code == 302
    assert "Clear-Site-Data" not in client.get("/admin/login/").headers


def test_every_staff_page_offers_the_way_out(client):
    client.force_login(make_staff("Administrators"))

    for path in ("/admin/", "/admin/images/", "/admin/account/", "/admin/login/security/"):
        page = client.get(path, follow=True).content.decode()
        assert "/admin/logout/" in page, path


def test_no_account_comes_with_the_site():
    """The first content, and nothing before the first invitation (`seed_site`)."""
    from django.contrib.auth import get_user_model
    from wagtail.models import Page

    assert Page.objects.count() > 20
    assert get_user_model().objects.count() == 0
