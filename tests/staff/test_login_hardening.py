"""What somebody tries who is half in, was in before, or sits at the browser of another member."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.utils import timezone
from wagtail.models import ModelLogEntry

from staff import sessions
from staff.login import enrolment, form_keys, passwords
from staff.login.password_rules import NotOfKnownWords
from staff.login.tidying import forget_old_sessions
from staff.members import invitations, leaving, role_changes
from staff.models import Invitation
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

NEW = "another horse another battery"
OURS = {"Origin": "http://testserver"}


@pytest.fixture
def editor():
    return with_password(make_staff("Editors"))


def enter(browser: Client, user) -> str:
    """Log in as a browser does, whose forms carry the key; return that of the pages inside."""
    token = str(browser.get("/admin/login/").context["csrf_token"])
    form = {"username": user.get_username(), "password": PASSWORD, "csrfmiddlewaretoken": token}
    assert browser.post("/admin/login/", form).status_code == 302
    return str(browser.get("/admin/login/security/").context["csrf_token"])


def test_page_of_one_member_is_not_saved_in_the_name_of_the_next(editor):
    browser = Client(enforce_csrf_checks=True)
    before = enter(browser, editor)
    browser.post("/admin/logout/", {"csrfmiddlewaretoken": before})
    enter(browser, with_password(make_staff("Administrators")))
    form = {"name": "typed <by> the first", "csrfmiddlewaretoken": before}

    answer = browser.post("/admin/members/invite/", form, headers=OURS)
    assert answer.status_code == 403
    html = answer.content.decode()
    assert "typed &lt;by&gt; the first" in html
    assert "You are logged in as administrators" in html
    assert before not in html

    # Whoever reads that and sends it once more does it in their own name.
    form["csrfmiddlewaretoken"] = str(answer.context["csrf_token"])
    assert browser.post("/admin/members/invite/", form, headers=OURS).status_code == 200
    for headers in [{}, {"Origin": "https://elsewhere.example"}]:
        forged = {**form, "csrfmiddlewaretoken": before}
        refused = browser.post("/admin/members/invite/", forged, headers=headers)
        assert refused.status_code == 403
        assert "typed" not in refused.content.decode()


def test_passwords_are_never_given_back(editor):
    browser = Client(enforce_csrf_checks=True)
    enter(browser, editor)
    answer = browser.post(
        "/admin/login/security/password/", {"old_password": "my secret"}, headers=OURS
    )
    assert answer.status_code == 403
    assert "my secret" not in answer.content.decode()


def test_key_that_somebody_planted_is_not_kept(editor):
    other = make_staff("Moderators")
    own, planted = form_keys.key_for(editor), "a" * 32
    assert form_keys.key_for(editor, own) == own
    for key in [planted, form_keys.key_for(other), own[:-1], own[:16] + "0" * 16]:
        assert form_keys.key_for(editor, key) not in (key, own)
    browser = Client(enforce_csrf_checks=True)
    browser.cookies["csrftoken"] = planted
    enter(browser, editor)
    assert browser.cookies["csrftoken"].value != planted


def test_asking_again_changes_the_key_of_the_session(client, editor, settings):
    settings.STAFF_SECOND_FACTOR = "required"
    with_app(editor)
    log_in(client, editor)
    before = client.session.session_key
    assert client.post("/admin/login/again/", {"code": code_of(SECRET)}).status_code == 302
    assert client.session.session_key != before
    old = Client()
    old.cookies["sessionid"] = before
    assert old.get("/admin/").status_code == 302


def test_guessing_the_old_password_from_inside_is_slowed(client, editor):
    client.post("/admin/login/", {"username": "editors", "password": PASSWORD})
    form = {"old_password": "guess", "password1": "x", "password2": "x"}
    page = "/admin/login/security/password/"
    assert [client.post(page, form).status_code for _ in range(6)] == [200] * 5 + [429]


def test_two_sessions_cannot_both_add_the_first_factor(editor, rf):
    late = get_user_model().objects.get(pk=editor.pk)
    request = rf.post("/")
    request.user = late
    late._has_second_factor = False  # as this request found it
    with_app(editor)
    second = Authenticator.objects.create(user=late, type="webauthn", data={"name": "intruder"})
    with pytest.raises(PermissionDenied):
        enrolment._welcome(request, second, "webauthn")


def test_link_for_a_new_password_dies_with_its_first_use(editor):
    number, token = passwords.reset_path(editor).strip("/").split("/")[-2:]
    assert passwords.find_by_link(number, token, hold=True) == editor
    editor.set_password("another horse another battery")
    editor.save()
    assert passwords.find_by_link(number, token, hold=True) is None


@pytest.mark.parametrize(
    "password",
    [
        "VivaSalud2026VivaSalud2026",
        "Viva Salud, solidarité 2026!",
        "motdepasse-motdepasse",
        "azertyuiopqsdfghjklm",
        "123456789012345",
        "aaaaaaaaaaaaaaaa",
    ],
)
def test_words_that_are_tried_first_make_no_password(password):
    with pytest.raises(ValidationError):
        NotOfKnownWords().validate(password)


@pytest.mark.parametrize(
    "password", [PASSWORD, "viva la lantern boats", "8371920456371920", "%$#@!^&*()-+=?<>"]
)
def test_other_passwords_are_free(password):
    NotOfKnownWords().validate(password)


def invite(by) -> Invitation:
    role = Group.objects.get(name="Treasurers")
    made = invitations.invite(
        email="second-me@example.org", name="Nele Nieuw", language="nl", roles=[role], by=by
    )
    assert Invitation.objects.open().filter(pk=made.pk).exists()
    return made


@pytest.mark.parametrize("way", ["leaves", "is no administrator any more"])
def test_links_of_whoever_may_not_invite_any_more_are_dead(way):
    boss, leaver = make_staff("Administrators", "boss"), make_staff("Administrators", "leaver")
    made = invite(leaver)
    if way == "leaves":
        assert leaving.close_account(user=leaver, heirs={}, by=boss) == {"invitations": 1}
    else:
        role_changes.change_roles(user=leaver, roles=[Group.objects.get(name="Editors")], by=boss)
    assert not Invitation.objects.open().filter(pk=made.pk).exists()


def test_invitation_stays_when_its_sender_gets_another_role_besides():
    boss, other = make_staff("Administrators", "boss"), make_staff("Administrators", "other")
    made = invite(other)
    both = Group.objects.filter(name__in=["Administrators", "Editors"])
    role_changes.change_roles(user=other, roles=list(both), by=boss)
    assert Invitation.objects.open().filter(pk=made.pk).exists()


def test_log_names_people_and_not_their_addresses(client):
    made = invite(make_staff("Administrators"))
    user = invitations.accept(invitation=made, password=PASSWORD)
    client.post("/admin/login/", {"username": user.email, "password": "wrong"})
    client.post("/admin/login/", {"username": user.email, "password": PASSWORD})
    labels = set(ModelLogEntry.objects.values_list("label", flat=True))
    assert "Nele Nieuw" in labels
    assert not [label for label in labels if "@" in label]


@pytest.mark.parametrize("way", ["new password", "sessions ended", "disabled", "nothing"])
def test_second_step_that_waits_ends_with_the_sessions(client, editor, way):
    with_app(editor)
    give_password(client, editor)
    if way == "new password":
        owner = Client()
        log_in(owner, editor)
        form = {"old_password": PASSWORD, "password1": NEW, "password2": NEW}
        assert owner.post("/admin/login/security/password/", form).status_code == 302
        assert owner.get("/admin/account/").status_code == 200
    elif way == "sessions ended":
        sessions.end_sessions(editor)
    elif way == "disabled":
        editor.is_active = False
        editor.save()
    lets_in = way == "nothing"
    answer = give_code(client, code_of(SECRET))
    assert answer.headers["Location"] == ("/admin/" if lets_in else "/admin/login/")
    assert (client.get("/admin/account/").status_code == 200) == lets_in


def test_invitations_that_nobody_took_up_are_forgotten_a_month_later():
    made = invite(make_staff("Administrators"))
    for days, left in [(29, 1), (31, 0)]:
        made.expires_at = timezone.now() - timedelta(days=days)
        made.save()
        forget_old_sessions(timestamp=0)
        assert Invitation.objects.count() == left
