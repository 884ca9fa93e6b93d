"""The one door: password, second factor, recovery codes, slowing down, what the log says."""

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache
from django.core.checks import run_checks
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from wagtail.models import ModelLogEntry

from pages.models import HomePage
from staff.login import checks
from staff.sessions import StaffSessionMiddleware
from tests.factories import make_staff
from tests.staff.admin_urls import admin_urls
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
HOME = "/admin/"
# The door, what invitations lead to, and the admin's words and icons, which tell nothing.
OPEN = (
    "/admin/login/",
    "/admin/logout/",
    "/admin/invitation/",
    "/admin/jsi18n/",
    "/admin/sprite/",
)


@pytest.fixture(autouse=True)
def required(settings) -> None:
    settings.STAFF_SECOND_FACTOR = "required"
    settings.STAFF_EXPORT_ASKS_AGAIN = True


@pytest.fixture
def editor():
    return with_password(make_staff("Editors"))


def actions() -> list[str]:
    entries = ModelLogEntry.objects.filter(action__startswith="staff.").order_by("pk")
    return [entry.action for entry in entries]


def is_in(client) -> bool:
    return client.get(HOME).status_code == 200


def test_password_and_code_let_in(client, editor):
    with_app(editor)
    response = give_password(client, editor, next="/admin/images/")
    assert response.headers["Location"] == "/admin/login/code/"
    assert not is_in(client)
    response = give_code(client, code_of(SECRET))
    assert response.headers["Location"] == "/admin/images/"
    assert is_in(client)
    assert actions() == ["staff.login"]


def test_email_address_does_as_well_as_user_name(client, editor):
    with_app(editor)
    client.post("/admin/login/", {"username": "EDITORS@example.org", "password": PASSWORD})
    assert give_code(client, code_of(SECRET)).status_code == 302
    assert is_in(client)


def test_next_leads_to_no_other_site(client, editor):
    with_app(editor)
    give_password(client, editor, next="https://evil.example/")
    assert give_code(client, code_of(SECRET)).headers["Location"] == HOME


def test_first_log_in_leads_to_enrolment_and_nowhere_else(client, editor, run_tasks, mailoutbox):
    give_password(client, editor)
    assert client.get(HOME).headers["Location"].startswith("/admin/login/")
    assert client.get("/admin/login/").headers["Location"] == "/admin/login/enrol/"
    page = client.get("/admin/login/enrol/app/")
    secret = "".join(page.context["secret"])
    assert f"secret={secret}" in page.content.decode()
    wrong = client.post("/admin/login/enrol/app/", {"code": "000000"})
    assert wrong.status_code == 200
    assert "".join(wrong.context["secret"]) == secret
    code = code_of(secret)
    done = client.post("/admin/login/enrol/app/", {"code": code})
    assert done.headers["Location"] == "/admin/login/codes/"
    # Not in before the recovery codes are put away.
    assert not is_in(client)
    shown = client.get("/admin/login/codes/").context["codes"]
    assert len(set(shown)) == 10
    file = client.get("/admin/login/codes/recovery-codes.txt")
    assert all(one in file.content.decode() for one in shown)
    assert client.post("/admin/login/codes/", {}).status_code == 200
    assert client.post("/admin/login/codes/", {"kept": "on"}).headers["Location"] == HOME
    assert is_in(client)
    # And never again.
    assert client.get("/admin/login/codes/").status_code == 302
    assert client.get("/admin/login/codes/recovery-codes.txt").status_code == 302
    client.post("/admin/logout/")
    give_password(client, editor)
    # The code that set the app up is used up like any other.
    assert give_code(client, code).status_code == 200
    assert give_code(client, shown[0]).status_code == 302
    assert is_in(client)
    run_tasks()
    assert [mail.to for mail in mailoutbox] == [["editors@example.org"]] * 2
    assert "A second factor was added" in mailoutbox[0].body
    assert "9 codes are left" in mailoutbox[1].body


def test_browser_closed_before_codes_were_put_away_shows_them_at_next_log_in(client, editor):
    with_app(editor)
    kept = Authenticator.objects.get(type="recovery_codes")
    del kept.data["confirmed_at"]
    kept.save()
    log_in(client, editor)
    assert not is_in(client)
    assert client.get("/admin/login/", follow=True).redirect_chain[-1][0] == "/admin/login/codes/"
    client.post("/admin/login/codes/", {"kept": "on"})
    assert is_in(client)


def test_secrets_are_encrypted_at_rest(editor):
    codes = with_app(editor)
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert SECRET not in kept
    assert not any(code in kept for code in codes)


def test_code_is_good_once(client, editor):
    with_app(editor)
    code = code_of(SECRET)
    give_password(client, editor)
    give_code(client, code)
    client.post("/admin/logout/")
    give_password(client, editor)
    assert give_code(client, code).status_code == 200
    assert not is_in(client)
    assert give_code(client, code_of(SECRET, steps=1)).status_code == 302
    assert "staff.code_wrong" in actions()


def test_recovery_code_is_good_once_and_told_by_mail(client, editor, run_tasks, mailoutbox):
    [first, *_rest] = with_app(editor)
    give_password(client, editor)
    assert give_code(client, f"{first[:5]}-{first[5:]}").status_code == 302
    assert is_in(client)
    client.post("/admin/logout/")
    give_password(client, editor)
    assert give_code(client, first).status_code == 200
    assert not is_in(client)
    run_tasks()
    [mail] = mailoutbox
    assert "recovery code" in mail.body
    assert actions()[:2] == ["staff.recovery_used", "staff.login"]


def test_six_wrong_codes_close_the_second_step(client, editor):
    with_app(editor)
    give_password(client, editor)
    for _attempt in range(5):
        assert "not right" in give_code(client, "000000").content.decode()
    assert "five minutes" in give_code(client, code_of(SECRET)).content.decode()
    assert not is_in(client)
    # In another process too: nothing of it lies in this one's memory.
    cache._cache.clear()
    cache._expire_info.clear()
    assert "five minutes" in give_code(client, code_of(SECRET, steps=1)).content.decode()


def test_wrong_passwords_are_slowed_for_the_account_under_each_of_its_names(client, editor):
    for name in ["editors", "editors@example.org"] * 2 + ["Editors@example.org"]:
        response = client.post("/admin/login/", {"username": name, "password": "wrong"})
        assert "do not go together" in response.content.decode()
    assert "five minutes" in give_password(client, editor).content.decode()
    assert actions() == ["staff.password_wrong"] * 5
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM staff_login_attempts")
        keys = " ".join(row[0] for row in cursor.fetchall())
    assert keys
    assert "editors" not in keys.lower()
    assert "127.0.0" not in keys


def test_network_is_slowed_whatever_the_names(client, editor, settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login_failed": "3/m/ip"}
    for number in range(3):
        client.post("/admin/login/", {"username": f"nobody{number}", "password": "wrong"})
    assert "five minutes" in give_password(client, editor).content.decode()
    elsewhere = client.post(
        "/admin/login/", {"username": "editors", "password": PASSWORD}, REMOTE_ADDR="203.0.113.9"
    )
    assert elsewhere.status_code == 302


def test_unknown_wrong_and_disabled_say_the_same(client, editor):
    disabled = with_password(make_staff("Moderators"))
    disabled.is_active = False
    disabled.save()
    answers = {
        client.post("/admin/login/", {"username": name, "password": password})
        .content.decode()
        .partition('role="alert"')[2]
        .partition("</div>")[0]
        for name, password in [
            ("nobody", PASSWORD),
            ("editors", "wrong"),
            ("moderators", PASSWORD),
        ]
    }
    assert len(answers) == 1
    assert "do not go together" in answers.pop()


def test_what_was_typed_is_in_no_log(client, editor, caplog):
    with caplog.at_level("INFO"):
        client.post("/admin/login/", {"username": "my-secret-typed-as-name", "password": "wrong"})
        give_password(client, editor, "another-secret")
    written = caplog.text + str(list(ModelLogEntry.objects.values()))
    assert "my-secret-typed-as-name" not in written
    assert "another-secret" not in written


def test_forged_session_is_nobody(client, editor, settings):
    # Who could write rows of sessions, but not what a log-in writes into them.
    settings.STAFF_SECOND_FACTOR = "optional"
    client.force_login(editor)
    assert is_in(client)
    session = client.session
    del session["staff_since"]
    session.save()
    assert not is_in(client)
    settings.STAFF_SECOND_FACTOR = "required"
    client.force_login(editor)
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "at": 2**40}]
    session["account_authentication_methods_user"] = "999"
    session.save()
    assert not is_in(client)


def test_side_doors_lead_to_the_one(client, editor):
    assert client.get("/admin/password_reset/").headers["Location"] == "/admin/login/forgotten/"
    assert client.get("/admin/password_reset/confirm/x/y/").status_code == 302
    assert client.get("/admin/logout/").headers["Location"] == "/admin/login/"
    with_app(editor)
    log_in(client, editor)
    # Following a link logs nobody out.
    assert client.get("/admin/logout/").status_code == 200
    assert is_in(client)
    assert client.post("/admin/logout/").headers["Location"] == "/admin/login/"
    assert not is_in(client)
    assert actions()[-1] == "staff.logout"


def test_account_settings_change_neither_password_nor_address(client, editor):
    with_app(editor)
    log_in(client, editor)
    html = client.get("/admin/account/").content.decode()
    assert "/admin/login/security/" in html
    assert 'name="email-' not in html
    client.post(
        "/admin/account/",
        {
            "name_email-email": "evil@example.org",
            "name_email-first_name": "E",
            "name_email-last_name": "E",
            "password-old_password": PASSWORD,
            "password-new_password1": "evil evil evil evil",
            "password-new_password2": "evil evil evil evil",
        },
    )
    editor.refresh_from_db()
    assert editor.email == "editors@example.org"
    assert editor.check_password(PASSWORD)


def test_door_is_strict_private_and_in_three_languages(client):
    response = client.get("/admin/login/")
    policy = response.headers["Content-Security-Policy"]
    assert "unsafe-inline" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "no-store" in response.headers["Cache-Control"]
    assert "publickey-credentials-get=(self)" in response.headers["Permissions-Policy"]
    for language in ["fr", "nl", "en"]:
        html = client.get("/admin/login/", {"lang": language}).content.decode()
        assert f'<html lang="{language}"' in html
    assert '<html lang="nl"' in client.get("/admin/login/?lang=nl").content.decode()
    assert '<html lang="nl"' in client.get("/admin/login/").content.decode()


def test_public_pages_never_ask_the_table_of_attempts(client):
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/en/").status_code == 200
    assert len(queries)
    assert not any("staff_login_attempts" in query["sql"] for query in queries)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("STAFF_SECOND_FACTOR", "optional"),
        ("STAFF_EXPORT_ASKS_AGAIN", False),
        ("MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN", True),
    ],
)
def test_public_site_cannot_skip_it(settings, name, value):
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = False
    settings.IS_DEVELOPMENT_SITE = False
    assert checks.second_factor_is_required(None) == []
    setattr(settings, name, value)
    [error] = [one for one in run_checks() if one.id.startswith("staff.")]
    assert name in error.msg
    settings.IS_DEVELOPMENT_SITE = True
    assert checks.second_factor_is_required(None) == []


def test_password_alone_is_nobody_at_every_address_of_the_admin(client, rf):
    """Whom nobody is let in as, the matrix of roles shows for each address."""
    administrator = with_password(make_staff("Administrators"))
    give_password(client, administrator)
    session = client.session
    assert session["_auth_user_id"] == str(administrator.pk)
    seen = []

    def view(request):
        seen.append(request.user.is_authenticated)
        return HttpResponse()

    def ask(path: str) -> None:
        request = rf.get(path)
        request.session, request.user = session, administrator
        StaffSessionMiddleware(view)(request)

    addresses = sorted({one.path for one in admin_urls() if not one.path.startswith(OPEN)})
    assert len(addresses) > 300
    for path in [*addresses, "/documents/1/x.pdf", "/en/", "/photos/1/wall.webp"]:
        ask(path)
    assert not any(seen)
    # At the door alone it is somebody.
    ask("/admin/login/enrol/")
    assert seen[-1]


def test_password_alone_is_led_to_the_door(client):
    give_password(client, with_password(make_staff("Administrators")))
    for path in ["", "pages/", "images/", "reports/", "people/newsletter/", "api/main/pages/"]:
        response = client.get(HOME + path)
        assert response.headers["Location"].startswith("/admin/login/?next=/admin/")
    draft = HomePage.objects.first()
    assert client.get(f"/admin/pages/{draft.pk}/view_draft/").status_code == 302
    assert client.post("/admin/people/newsletter/export/").status_code == 302


def test_used_code_is_known_to_every_process(editor):
    """The table that all processes share takes a used code once: the second finds it there."""
    with_app(editor)
    app = Authenticator.objects.get(type="totp")
    first, second = app.wrap(), Authenticator.objects.get(pk=app.pk).wrap()
    code = code_of(SECRET)
    assert [first.validate_code(code), second.validate_code(code)] == [True, False]
    # Were it kept in each process's memory, another process would take it again.
    local = LocMemCache("another process", {})
    assert local.add(first._get_used_cache_key(code), "y")
