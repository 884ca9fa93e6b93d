"""The screens about members: the list, roles, and a lost second factor."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client
from wagtail.models import ModelLogEntry
from wagtail.users.models import UserProfile

from staff.members import role_changes
from staff.members.people import MemberError
from staff.models import Invitation
from tests.factories import make_staff
from tests.html_validity import problems

pytestmark = pytest.mark.django_db

User = get_user_model()
_LINK = re.compile(r"http://testserver(/admin/invitation/\S+)")


@pytest.fixture
def administrator():
    return make_staff("Administrators", "boss")


@pytest.fixture
def admin(client, administrator):
    client.force_login(administrator)
    return client


def group(name: str) -> Group:
    return Group.objects.get(name=name)


def screen(user, name: str = "") -> str:
    return f"/admin/members/{user.pk}/{name}"


def _ours(html: str) -> str:
    """Our part of a screen as a document; the frame around it is Wagtail's."""
    part = html[html.index('<div class="nice-padding members">') : html.index("</main>")]
    return (
        '<!DOCTYPE html><html lang="en"><head><title>x</title></head>'
        f"<body><main><h1>x</h1><div>{part}</main></body></html>"
    )


def names(user) -> list[str]:
    return sorted(user.groups.values_list("name", flat=True))


def test_list_tells_roles_factors_and_invitations(admin):
    user = make_staff("Moderators")
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})
    Invitation.objects.create(email="new@example.org", name="Nele", language="nl")

    page = admin.get("/admin/members/")

    assert "moderators@example.org" in page.text
    row = page.text[page.text.index("moderators@example.org") :].partition("</tr>")[0]
    assert "Moderator" in row
    assert "yes" in row
    assert "new@example.org" in page.text


def test_list_costs_the_same_for_many(admin, django_assert_max_num_queries):
    for number in range(30):
        make_staff("Moderators", f"number{number}")

    with django_assert_max_num_queries(20):
        admin.get("/admin/members/")


def test_every_screen_is_valid_in_three_languages(admin, administrator):
    profile = UserProfile.objects.create(user=administrator)
    user = make_staff("Moderators")
    Invitation.objects.create(email="new@example.org", name="Nele", language="nl")
    shown = {}
    for language in ("en", "fr", "nl"):
        profile.preferred_language = language
        profile.save()
        for address in (
            "/admin/members/",
            "/admin/members/invite/",
            screen(user),
            screen(administrator),
            screen(user, "roles/"),
            screen(user, "new-start/"),
            screen(user, "leave/"),
        ):
            html = admin.get(address).text
            assert f'lang="{language}"' in html
            shown[f"{language} {address}"] = _ours(html)

    assert problems(shown) == []


def test_roles_change_at_once_and_a_mail_says_so(admin, run_tasks, mailoutbox):
    user = make_staff("Moderators")

    admin.post(screen(user, "roles/"), {"roles": [group("Treasurers").pk]})

    assert names(user) == ["Treasurers"]
    entry = ModelLogEntry.objects.get(action="staff.change_roles")
    assert entry.data == {"before": ["Moderators"], "after": ["Treasurers"]}
    run_tasks()
    assert mailoutbox[-1].to == ["moderators@example.org"]
    assert "Treasurer" in mailoutbox[-1].body


def test_nobody_changes_their_own_roles(admin, administrator):
    make_staff("Administrators", "other")

    page = admin.post(
        screen(administrator, "roles/"),
        {"roles": [group("Administrators").pk, group("Treasurers").pk]},
    )

    assert page.status_code == 200
    assert "Nobody changes their own roles" in page.text
    assert names(administrator) == ["Administrators"]


def test_last_administrator_stays(administrator):
    # Somebody with all rights who is in no group, as an operator may be.
    operator = User.objects.create_superuser("operator", "operator@example.org", "x" * 20)

    with pytest.raises(MemberError, match="last administrator"):
        role_changes.change_roles(user=administrator, roles=[group("Editors")], by=operator)

    assert names(administrator) == ["Administrators"]
    make_staff("Administrators", "second")
    assert role_changes.change_roles(user=administrator, roles=[group("Editors")], by=operator)


def test_no_role_at_all_is_refused(admin):
    user = make_staff("Moderators")

    page = admin.post(screen(user, "roles/"), {})

    assert "Choose at least one role" in page.text
    assert names(user) == ["Moderators"]


def test_others_reach_no_screen(client):
    user = make_staff("Moderators")
    client.force_login(make_staff("Editors"))

    for name in ("", "roles/", "new-start/", "leave/"):
        for answer in (client.get(screen(user, name)), client.post(screen(user, name))):
            # The screen that only shows takes no POST at all.
            assert answer.status_code == 405 or answer.url == "/admin/", name


def test_lost_factor_ends_everything_and_brings_a_new_password(
    admin, administrator, run_tasks, mailoutbox
):
    user = make_staff("Moderators")
    third = make_staff("Administrators", "third")
    User.objects.filter(pk=third.pk).update(email="third@example.org")
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})
    theirs = Client()
    theirs.force_login(user)
    assert theirs.get("/admin/account/").status_code in (200, 302)

    admin.post(screen(user, "new-start/"), {"proof": "called"})
    run_tasks()

    user.refresh_from_db()
    assert not user.has_usable_password()
    assert not Authenticator.objects.filter(user=user).exists()
    assert theirs.get("/admin/").url.startswith("/admin/login/")
    assert ModelLogEntry.objects.get(action="staff.new_start").data == {"proof": "called"}
    mails = {mail.to[0]: mail for mail in mailoutbox}
    assert set(mails) == {"moderators@example.org", "third@example.org"}
    assert "/admin/invitation/" not in mails["third@example.org"].body

    link = _LINK.search(mails["moderators@example.org"].body)[1]
    stranger = Client()
    assert stranger.get(link).status_code == 200
    password = "orange lantern 27 boats"
    done = stranger.post(link, {"password": password, "again": password})
    assert done.url == "/admin/login/"
    user.refresh_from_db()
    assert user.check_password(password)
    assert "_auth_user_id" not in stranger.session
    # Once.
    assert stranger.get(link).status_code == 404


def test_lost_factor_needs_a_proof_and_never_ones_own(admin, administrator):
    user = make_staff("Moderators")

    assert "Say how you made sure" in admin.post(screen(user, "new-start/"), {}).text
    own = admin.post(screen(administrator, "new-start/"), {"proof": "met"})

    assert "Nobody does this for themselves" in own.text
    user.refresh_from_db()
    administrator.refresh_from_db()
    assert user.has_usable_password()
    assert administrator.has_usable_password()


@pytest.mark.parametrize(
    "address", ["users/", "users/new/", "users/edit/1/", "groups/new/", "bulk/auth/user/delete/"]
)
def test_screens_of_wagtail_lead_to_ours_even_for_a_superuser(client, address):
    before = User.objects.create_superuser("operator", "operator@example.org", "x" * 20)
    client.force_login(before)

    shown = client.get(f"/admin/{address}")
    sent = client.post(
        f"/admin/{address}",
        {"username": "new", "password1": "y" * 20, "password2": "y" * 20, "is_superuser": "on"},
    )

    assert shown.url == sent.url == "/admin/members/"
    assert User.objects.count() == 1 + User.objects.exclude(pk=before.pk).count()
    assert not User.objects.filter(username="new").exists()


def test_screens_of_wagtail_are_closed_to_everybody_else(client):
    client.force_login(make_staff("Editors"))
    assert client.get("/admin/users/").url == "/admin/"
    client.logout()
    assert client.get("/admin/users/").url.startswith("/admin/login/")
