"""Somebody is invited, takes it up, and can log in; nobody else can do anything with the link."""

import re
from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.utils import timezone
from wagtail.models import ModelLogEntry
from wagtail.users.models import UserProfile

from campaign_site import links
from staff.members import invitations
from staff.members.people import MemberError
from staff.members.tasks import invitation_url
from staff.models import Invitation
from tests.factories import make_staff

pytestmark = pytest.mark.django_db

User = get_user_model()
PASSWORD = "orange lantern 27 boats"
INVITE = "/admin/members/invite/"
_LINK = re.compile(r"http://testserver(/admin/invitation/\S+)")


@pytest.fixture
def administrator():
    return make_staff("Administrators")


@pytest.fixture
def admin(client, administrator):
    client.force_login(administrator)
    return client


def group(name: str) -> Group:
    return Group.objects.get(name=name)


def invited(administrator, *, email="new@example.org", roles=("Moderators",), language="fr"):
    return invitations.invite(
        email=email,
        name="Nele Nieuw",
        language=language,
        roles=[group(name) for name in roles],
        by=administrator,
    )


def path_of(invitation: Invitation) -> str:
    return invitation_url(invitation).removeprefix("http://testserver")


def take_up(client, invitation: Invitation, password: str = PASSWORD):
    return client.post(path_of(invitation), {"password": password, "again": password})


def test_administrator_invites_and_the_mail_leads_to_an_account(
    admin, client, run_tasks, mailoutbox
):
    answer = admin.post(
        INVITE,
        {
            "name": "Nele Nieuw",
            "email": "new@example.org",
            "language": "fr",
            "roles": [group("Moderators").pk, group("Event hosts").pk],
        },
    )

    assert answer.url == "/admin/members/"
    run_tasks()
    mail = mailoutbox[-1]
    assert mail.to == ["new@example.org"]
    assert mail.extra_headers["Content-Language"] == "fr"
    assert Invitation.objects.get().sent_at
    page = client.get(_LINK.search(mail.body)[1])
    assert page.status_code == 200
    assert 'lang="fr"' in page.text
    assert not User.objects.filter(email="new@example.org").exists()

    client.logout()
    done = client.post(_LINK.search(mail.body)[1], {"password": PASSWORD, "again": PASSWORD})

    assert done.url == "/admin/login/"
    user = User.objects.get(email="new@example.org")
    assert user.check_password(PASSWORD)
    assert {one.name for one in user.groups.all()} == {"Moderators", "Event hosts"}
    assert not (user.is_superuser or user.is_staff)
    assert UserProfile.objects.get(user=user).preferred_language == "fr"
    # The link logs nobody in.
    assert "_auth_user_id" not in client.session
    assert set(ModelLogEntry.objects.values_list("action", flat=True)) >= {
        "staff.invite",
        "staff.accept_invitation",
    }


@pytest.mark.parametrize(
    "role", ["Editors", "Moderators", "Treasurers", "Event hosts", "Translators (French)"]
)
def test_nobody_else_invites(client, role):
    client.force_login(make_staff(role))

    answer = client.post(
        INVITE,
        {
            "name": "Friend",
            "email": "friend@example.org",
            "language": "en",
            "roles": [group("Administrators").pk],
        },
    )

    assert answer.url == "/admin/"
    assert not Invitation.objects.exists()


def test_link_works_once(client, administrator):
    invitation = invited(administrator)
    take_up(client, invitation)

    again = take_up(client, invitation, "another password 99")

    assert again.status_code == 404
    assert User.objects.get(email="new@example.org").check_password(PASSWORD)


def test_link_ends_after_three_days(client, administrator):
    invitation = invited(administrator)
    assert client.get(path_of(invitation)).status_code == 200
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert client.get(path_of(invitation)).status_code == 404
    assert take_up(client, invitation).status_code == 404
    assert not User.objects.filter(email="new@example.org").exists()


def test_withdrawn_invitation_opens_nothing(admin, client, administrator):
    invitation = invited(administrator)

    admin.post(f"/admin/members/invitations/{invitation.public_id}/withdraw/")

    assert take_up(client, invitation).status_code == 404
    assert not User.objects.filter(email="new@example.org").exists()


def test_sent_anew_takes_the_earlier_link_back(admin, client, administrator, run_tasks, mailoutbox):
    invitation = invited(administrator)
    run_tasks()
    Invitation.objects.update(expires_at=timezone.now() - timedelta(hours=1))
    assert "expired" in admin.get("/admin/members/").text

    admin.post(f"/admin/members/invitations/{invitation.public_id}/again/")
    run_tasks()

    assert len(mailoutbox) == 2
    assert client.get(path_of(invitation)).status_code == 404
    assert client.get(_LINK.search(mailoutbox[-1].body)[1]).status_code == 200


def test_mail_of_a_withdrawn_invitation_does_not_leave(administrator, run_tasks, mailoutbox):
    invitations.withdraw(invitation=invited(administrator), by=administrator)

    run_tasks()

    assert not mailoutbox


def test_made_up_and_foreign_links_open_nothing(client, administrator):
    invitation = invited(administrator)
    other = links.make_token("signup", invitation.public_id, invitation.link_version)

    assert client.get("/admin/invitation/nothing/").status_code == 404
    assert client.get(f"/admin/invitation/{other}/").status_code == 404


@pytest.mark.parametrize(
    ("password", "again", "said"),
    [
        ("short", "short", "at least 15 characters"),
        (PASSWORD, "something else entirely", "not the same password"),
        ("nele nieuw nele nieuw"[:10] + " new@example.org", None, "too much like"),
    ],
)
def test_weak_or_mistyped_password_makes_no_account(client, administrator, password, again, said):
    invitation = invited(administrator, language="en")

    answer = client.post(path_of(invitation), {"password": password, "again": again or password})

    assert answer.status_code == 200
    assert said in answer.text
    assert not User.objects.filter(email="new@example.org").exists()


def test_somebody_who_works_here_is_not_invited(administrator):
    make_staff("Moderators", "known")

    with pytest.raises(MemberError) as refusal:
        invited(administrator, email="MODERATORS@example.org")

    assert refusal.value.field == "email"
    assert not Invitation.objects.exists()


def test_one_invitation_at_a_time(administrator):
    invited(administrator)

    with pytest.raises(MemberError):
        invited(administrator, email="NEW@example.org")

    assert Invitation.objects.count() == 1


def test_who_comes_back_gets_the_old_account_and_only_the_new_roles(client, administrator):
    take_up(client, invited(administrator))
    user = User.objects.get(email="new@example.org")
    User.objects.filter(pk=user.pk).update(is_active=False)
    user.groups.clear()

    take_up(client, invited(administrator, roles=("Event hosts",)), "second password 4 me")

    assert User.objects.filter(email="new@example.org").count() == 1
    user.refresh_from_db()
    assert user.is_active
    assert user.check_password("second password 4 me")
    assert [one.name for one in user.groups.all()] == ["Event hosts"]


def test_command_prints_the_link_of_the_first_administrator(client):
    out = StringIO()
    call_command(
        "invite_administrator", "first@example.org", "First", stdout=out, stderr=StringIO()
    )

    link = out.getvalue().strip().removeprefix("http://testserver")
    client.post(link, {"password": PASSWORD, "again": PASSWORD})

    user = User.objects.get(email="first@example.org")
    assert [one.name for one in user.groups.all()] == ["Administrators"]
    with pytest.raises(CommandError):
        call_command("invite_administrator", "first@example.org", "First", stderr=StringIO())
    with pytest.raises(CommandError):
        call_command("invite_administrator", "no address", "First", stderr=StringIO())
