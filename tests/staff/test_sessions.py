"""Sessions of the staff: nobody without a second factor, thirty minutes, twelve hours, endings."""

import time

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from staff.login.tidying import forget_old_sessions
from staff.sessions import end_sessions
from tests.factories import make_staff
from tests.staff.authenticator import (
    PASSWORD,
    SECRET,
    code_of,
    give_password,
    log_in,
    with_app,
    with_password,
)

pytestmark = pytest.mark.django_db
CLOCK, HERE = "/admin/login/session/", "/admin/login/session/here/"


@pytest.fixture
def editor():
    return with_password(make_staff("Editors"))


@pytest.fixture
def inside(client, editor, settings) -> Client:
    settings.STAFF_SECOND_FACTOR = "required"
    with_app(editor)
    log_in(client, editor)
    return client


def is_in(client) -> bool:
    return client.get("/admin/account/").status_code == 200


def move(client, **seconds: int) -> None:
    """Let the times in the session lie so many seconds further back."""
    session = client.session
    for name, distance in seconds.items():
        session[name] -= distance
    session.save()


def test_factor_is_asked_of_whoever_has_one_even_where_it_is_optional(client, editor, settings):
    assert settings.STAFF_SECOND_FACTOR == "optional"
    give_password(client, editor)
    assert is_in(client)
    with_app(editor)
    assert not is_in(client)
    log_in(client, editor)
    assert is_in(client)


def test_half_hour_without_activity_ends_it(inside):
    move(inside, staff_seen_at=29 * 60)
    assert is_in(inside)
    move(inside, staff_seen_at=31 * 60)
    assert not is_in(inside)
    # It does not come back.
    assert not inside.session.get("_auth_user_id")


def test_twelve_hours_end_it_whatever_happens(inside):
    move(inside, staff_since=12 * 3600 - 60)
    assert is_in(inside)
    move(inside, staff_since=61)
    assert not is_in(inside)


def test_activity_prolongs_it_and_is_written_once_a_minute(inside):
    before = inside.session["staff_seen_at"]
    inside.get("/admin/account/")
    assert inside.session["staff_seen_at"] == before
    move(inside, staff_seen_at=61)
    inside.get("/en/")
    assert inside.session["staff_seen_at"] == before - 61
    inside.get("/admin/account/")
    assert inside.session["staff_seen_at"] >= before


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/admin/editing-sessions/1/release/", {}),
        ("/admin/account/", {"X-Requested-With": "XMLHttpRequest"}),
        ("/admin/account/", {"Sec-Fetch-Dest": "empty"}),
        ("/admin/account/", {"Sec-Fetch-Dest": "iframe"}),
        (CLOCK, {}),
    ],
)
def test_what_pages_send_by_themselves_prolongs_nothing(inside, path, headers):
    move(inside, staff_seen_at=600)
    before = inside.session["staff_seen_at"]
    inside.get(path, headers=headers)
    assert inside.session["staff_seen_at"] == before


def test_clock_tells_and_typing_prolongs(inside, editor):
    move(inside, staff_seen_at=20 * 60)
    told = inside.get(CLOCK).json()
    assert told["user"] == editor.pk
    assert 590 <= told["left"] <= 600
    assert inside.get(HERE).status_code == 405
    assert inside.post(HERE).json()["left"] > 1790
    move(inside, staff_seen_at=31 * 60)
    assert inside.get(CLOCK).json() == {"left": 0, "user": None}
    assert inside.post(HERE).json() == {"left": 0, "user": None}


def test_clock_says_nothing_to_a_session_with_a_password_alone(client, editor, settings):
    settings.STAFF_SECOND_FACTOR = "required"
    give_password(client, editor)
    assert client.get(CLOCK).json() == {"left": 0, "user": None}


def test_disabled_member_is_out_at_the_next_request(inside, editor):
    assert is_in(inside)
    editor.is_active = False
    editor.save()
    assert not is_in(inside)


def test_ending_sessions_from_elsewhere(inside, editor):
    end_sessions(editor)
    assert not is_in(inside)
    log_in_again = Client()
    time.sleep(0.01)
    give_password(log_in_again, editor)
    assert log_in_again.get("/admin/login/code/").status_code == 200


def test_own_other_sessions_end_and_this_one_stays(inside, editor):
    inside_session = inside.session
    elsewhere = Client()
    elsewhere.force_login(editor)
    session = elsewhere.session
    session["account_authentication_methods"] = inside_session["account_authentication_methods"]
    session["account_authentication_methods_user"] = str(editor.pk)
    session.save()
    assert is_in(elsewhere)
    assert inside.post("/admin/login/security/sessions/").status_code == 302
    assert is_in(inside)
    assert not is_in(elsewhere)


def test_public_page_of_a_member_carries_no_cookie(inside):
    move(inside, staff_seen_at=600)
    response = inside.get("/en/")
    assert not response.cookies


def test_form_sent_after_the_end_comes_back_whole(inside, editor):
    move(inside, staff_seen_at=31 * 60)
    typed = {"title": "A & B <script>", "body": "first\r\nsecond", "csrfmiddlewaretoken": "x"}
    own = {"Origin": "http://testserver"}
    response = inside.post("/admin/images/add/", typed, headers=own)
    assert response.status_code == 401
    html = response.content.decode()
    assert '<textarea name="title" hidden>\nA &amp; B &lt;script&gt;</textarea>' in html
    assert 'action="/admin/images/add/"' in html
    # What another site makes a browser send is not shown back, and neither is a script's request.
    for headers in [
        {"Origin": "https://evil.example"},
        {**own, "Sec-Fetch-Site": "cross-site"},
        {**own, "Sec-Fetch-Dest": "empty"},
    ]:
        response = inside.post("/admin/images/add/", typed, headers=headers)
        assert response.status_code != 401
        assert "A &amp; B" not in response.content.decode()


def test_form_of_before_can_be_saved_after_logging_in_again(editor):
    with_app(editor)
    strict = Client(enforce_csrf_checks=True)
    token = strict.get("/admin/login/").context["csrf_token"]
    posted = {"username": "editors", "password": PASSWORD}
    strict.post("/admin/login/", {**posted, "csrfmiddlewaretoken": str(token)})

    def give(code: str, token: str):
        return strict.post("/admin/login/code/", {"code": code, "csrfmiddlewaretoken": token})

    assert give(code_of(SECRET), str(token)).status_code == 302
    page = strict.get("/admin/login/security/password/")
    old_token = str(page.context["csrf_token"])
    move(strict, staff_seen_at=31 * 60)
    assert not is_in(strict)
    strict.post("/admin/login/", {**posted, "csrfmiddlewaretoken": old_token})
    assert give(code_of(SECRET, steps=1), old_token).status_code == 302
    # The page that was open all the time still has its old key.
    form = {
        "old_password": posted["password"],
        "password1": "another horse another battery",
        "password2": "another horse another battery",
    }
    saved = strict.post(
        "/admin/login/security/password/", {**form, "csrfmiddlewaretoken": old_token}
    )
    assert saved.status_code == 302, saved.content
    editor.refresh_from_db()
    assert editor.check_password("another horse another battery")
    # A key of somebody else's does not do.
    assert strict.post("/admin/logout/", {"csrfmiddlewaretoken": "x" * 64}).status_code == 403


def test_every_night_what_is_over_is_removed(inside):
    stale = SessionStore()
    stale["staff_since"] = 1.0
    stale.save()
    Session.objects.filter(pk=stale.session_key).update(expire_date=timezone.now())
    cache.set("allauth:rl:old", [1.0], timeout=-1)
    cache.set("allauth:rl:new", [1.0], timeout=600)
    forget_old_sessions(timestamp=0)
    assert not Session.objects.filter(pk=stale.session_key).exists()
    assert is_in(inside)
    assert cache.get("allauth:rl:new") == [1.0]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM staff_login_attempts WHERE expires < now()")
        assert cursor.fetchone() == (0,)
