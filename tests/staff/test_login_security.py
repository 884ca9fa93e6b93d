"""A member's own page: factors, codes, password, and what a stolen session cannot do there."""

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.test import Client
from wagtail.models import ModelLogEntry

from tests.factories import make_staff
from tests.staff.authenticator import (
    PASSWORD,
    SECRET,
    code_of,
    give_code,
    give_password,
    log_in,
    with_app,
    with_password,
)

pytestmark = pytest.mark.django_db
PAGE = "/admin/login/security/"
NEW = "another horse another battery"


@pytest.fixture
def editor():
    return with_password(make_staff("Editors"))


@pytest.fixture
def inside(client, editor, settings) -> Client:
    settings.STAFF_SECOND_FACTOR = "required"
    with_app(editor)
    log_in(client, editor)
    return client


def make_stale(client) -> None:
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 16 * 60
    session.save()


def passkey(user, name: str = "My laptop") -> Authenticator:
    return Authenticator.objects.create(
        user=user, type="webauthn", data={"name": name, "credential": {}}
    )


def app_of(user) -> Authenticator:
    return Authenticator.objects.get(user=user, type="totp")


def test_page_shows_what_guards_the_account(inside, editor):
    passkey(editor)
    html = inside.get(PAGE).content.decode()
    assert "My laptop" in html
    assert "10 recovery codes left" in html
    assert Client().get(PAGE).status_code == 302


def test_only_factor_stays_and_one_of_two_goes(inside, editor, run_tasks, mailoutbox):
    only = app_of(editor)
    inside.post(f"{PAGE}{only.pk}/remove/")
    assert Authenticator.objects.filter(pk=only.pk).exists()
    passkey(editor)
    assert inside.get(f"{PAGE}{only.pk}/remove/").status_code == 200
    assert Authenticator.objects.filter(pk=only.pk).exists()
    inside.post(f"{PAGE}{only.pk}/remove/")
    assert not Authenticator.objects.filter(pk=only.pk).exists()
    run_tasks()
    assert ["A second factor was removed" in mail.body for mail in mailoutbox] == [True]


def test_where_it_is_optional_the_last_factor_goes_with_its_codes(inside, editor, settings):
    settings.STAFF_SECOND_FACTOR = "optional"
    inside.post(f"{PAGE}{app_of(editor).pk}/remove/")
    assert not Authenticator.objects.filter(user=editor).exists()


def test_nobody_touches_the_factors_of_another(inside, editor):
    other = make_staff("Moderators")
    theirs = passkey(other)
    for act in ["remove", "rename"]:
        assert inside.post(f"{PAGE}{theirs.pk}/{act}/", {"name": "mine"}).status_code == 404
    theirs.refresh_from_db()
    assert theirs.data["name"] == "My laptop"


def test_passkey_is_renamed(inside, editor):
    key = passkey(editor)
    inside.post(f"{PAGE}{key.pk}/rename/", {"name": "Key in the drawer"})
    key.refresh_from_db()
    assert key.data["name"] == "Key in the drawer"
    assert inside.post(f"{PAGE}{key.pk}/rename/", {"name": ""}).status_code == 200


@pytest.mark.parametrize("path", ["codes/", "password/", "{pk}/remove/"])
def test_stale_session_is_asked_again_before_anything_changes(inside, editor, path):
    before = list(Authenticator.objects.order_by("pk").values_list("pk", "data"))
    make_stale(inside)
    posted = {"old_password": PASSWORD, "password1": NEW, "password2": NEW}
    response = inside.post(PAGE + path.format(pk=app_of(editor).pk), posted)
    assert response.headers["Location"].startswith("/admin/login/again/?next=")
    assert list(Authenticator.objects.order_by("pk").values_list("pk", "data")) == before
    editor.refresh_from_db()
    assert editor.check_password(PASSWORD)
    # Its password opens nothing here; a code does.
    again = response.headers["Location"]
    assert inside.post(again, {"password": PASSWORD}).status_code == 200
    assert inside.post(again, {"code": "000000"}).status_code == 200
    assert inside.post(again, {"code": code_of(SECRET)}).headers["Location"] == PAGE
    response = inside.post(PAGE + path.format(pk=app_of(editor).pk), posted)
    assert not response.headers["Location"].startswith("/admin/login/again/")


def test_adding_a_factor_needs_a_fresh_one(inside, editor):
    make_stale(inside)
    assert "/admin/login/again/" in inside.get("/admin/login/enrol/passkey/").headers["Location"]
    inside.post("/admin/login/again/", {"code": code_of(SECRET)})
    assert inside.get("/admin/login/enrol/passkey/").status_code == 200


def test_password_alone_cannot_add_a_factor_beside_the_first(client, editor, settings):
    settings.STAFF_SECOND_FACTOR = "required"
    give_password(client, editor)
    assert client.get("/admin/login/enrol/app/").status_code == 200
    # Meanwhile the owner set one up elsewhere.
    with_app(editor)
    assert client.get("/admin/login/enrol/passkey/").headers["Location"] == "/admin/login/"
    page = client.post("/admin/login/enrol/app/", {"code": "000000"})
    assert page.headers["Location"] == "/admin/login/"
    assert client.get("/admin/login/").status_code == 200
    assert not client.session.get("_auth_user_id")


def test_new_codes_replace_the_old(inside, editor):
    [old, *_rest] = Authenticator.objects.get(type="recovery_codes").wrap().generate_codes()
    assert inside.post(f"{PAGE}codes/").headers["Location"] == "/admin/login/codes/"
    [new, *_rest] = inside.get("/admin/login/codes/").context["codes"]
    inside.post("/admin/login/codes/", {"kept": "on"})
    inside.post("/admin/logout/")
    give_password(inside, editor)
    assert give_code(inside, old).status_code == 200
    assert give_code(inside, new).status_code == 302


def test_password_is_changed_and_other_sessions_end(inside, editor, run_tasks, mailoutbox):
    other = Client()
    give_password(other, editor)
    give_code(other, code_of(SECRET, steps=1))
    assert other.get(PAGE).status_code == 200
    wrong = {"old_password": "wrong", "password1": NEW, "password2": NEW}
    assert inside.post(f"{PAGE}password/", wrong).status_code == 200
    short = {"old_password": PASSWORD, "password1": "short", "password2": "short"}
    assert "15" in inside.post(f"{PAGE}password/", short).content.decode()
    good = {"old_password": PASSWORD, "password1": NEW, "password2": NEW}
    assert inside.post(f"{PAGE}password/", good).headers["Location"] == PAGE
    assert inside.get(PAGE).status_code == 200
    assert other.get(PAGE).status_code == 302
    run_tasks()
    assert ["password was changed" in mail.body for mail in mailoutbox] == [True]


def test_last_administrator_is_helped_on_the_command_line(inside, editor, run_tasks, mailoutbox):
    call_command("reset_second_factor", "editors@example.org")
    assert not Authenticator.objects.filter(user=editor).exists()
    assert inside.get(PAGE).status_code == 302
    run_tasks()
    assert "taken away" in mailoutbox[0].body
    entry = ModelLogEntry.objects.get(action="staff.factors_reset")
    assert entry.user is None
    with pytest.raises(CommandError):
        call_command("reset_second_factor", "nobody")
    give_password(inside, editor)
    assert inside.get("/admin/login/").headers["Location"] == "/admin/login/enrol/"
