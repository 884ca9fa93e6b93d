import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from wagtail.models import GroupCollectionPermission, GroupPagePermission

from staff.groups import PERMISSIONS, ensure_groups
from tests.factories import make_staff, notatarget

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("group", "allowed", "denied"),
    [
        ("Editors", "pages.change_sitewords", "solidarity.moderate_photo"),
        ("Editors", "events.change_event", "donations.view_pledge"),
        ("Editors", "events.add_event", "events.view_signup"),
        ("Editors", "events.view_event", "events.view_needs"),
        ("Editors", "events.view_event", "events.message_attendees"),
        ("Event hosts", "events.add_event", "events.delete_event"),
        ("Event hosts", "events.view_signup", "donations.view_pledge"),
        ("Event hosts", "events.view_needs", "supporters.view_supporter"),
        ("Event hosts", "events.export_signup", "supporters.export_newsletter"),
        ("Event hosts", "events.message_attendees", "pages.change_sitewords"),
        ("Event hosts", "events.manage_door", "solidarity.view_photo"),
        ("Moderators", "solidarity.view_photo", "events.view_event"),
        ("Treasurers", "donations.view_pledge", "events.manage_door"),
        ("Administrators", "events.view_needs", "events.delete_signup"),
        ("Moderators", "solidarity.moderate_photo", "donations.view_pledge"),
        ("Moderators", "wagtailadmin.access_admin", "donations.view_bankaccount"),
        ("Treasurers", "donations.view_pledge", "solidarity.view_photo"),
        ("Treasurers", "donations.change_bankaccount", "donations.delete_bankaccount"),
        ("Administrators", "donations.change_bankaccount", "auth.add_group"),
        ("Administrators", "staff.manage_members", "auth.change_user"),
        ("Editors", "newsroom.send_campaignupdate", "staff.manage_members"),
        ("Treasurers", "newsroom.view_reports", "staff.view_auditlog"),
        ("Translators (French)", "wagtail_localize.submit_translation", "pages.change_sitewords"),
        ("Administrators", "supporters.add_retentionperiod", "supporters.change_consent"),
        ("Administrators", "supporters.view_supporter", "supporters.delete_retentionperiod"),
        ("Editors", "events.view_event", "supporters.view_supporter"),
        ("Moderators", "solidarity.view_photo", "supporters.view_datarequest"),
        ("Treasurers", "donations.view_pledge", "supporters.view_failedmail"),
        ("Editors", "solidarity.change_office", "solidarity.prepare_edition"),
        ("Moderators", "solidarity.approve_edition", "solidarity.change_office"),
        ("Treasurers", "donations.view_pledge", "solidarity.approve_edition"),
    ],
)
def test_group_may_do_its_work_and_no_more(group, allowed, denied):
    user = make_staff(group)

    assert user.has_perm(allowed)
    assert not user.has_perm(denied)


def test_running_again_takes_away_what_was_added_by_hand():
    from django.contrib.auth.models import Permission

    group = Group.objects.get(name="Moderators")
    group.permissions.add(Permission.objects.get(codename="view_pledge"))

    ensure_groups()

    assert group.permissions.count() == len(PERMISSIONS["Moderators"])


def test_only_editors_and_administrators_may_publish(client):
    from wagtail.models import Page

    page = Page.objects.get(url_path="/home/")
    for group, may in [
        ("Editors", True),
        ("Administrators", True),
        ("Moderators", False),
        ("Treasurers", False),
        ("Event hosts", False),
    ]:
        assert page.permissions_for_user(make_staff(group)).can_publish() is may


@pytest.mark.parametrize(
    ("role", "own", "other"),
    [("Translators (French)", "fr", "nl"), ("Translators (Dutch)", "nl", "fr")],
)
def test_translators_change_the_pages_of_their_language_and_publish_none(role, own, other):
    user = make_staff(role)

    assert notatarget(own).permissions_for_user(user).can_edit()
    assert not notatarget(own).permissions_for_user(user).can_publish()
    assert not notatarget(own).permissions_for_user(user).can_add_subpage()
    for language in (other, "en"):
        assert not notatarget(language).permissions_for_user(user).can_edit()


def test_migrating_restores_what_was_taken_away_and_keeps_the_members():
    group = Group.objects.get(name="Translators (French)")
    user = make_staff(group.name)
    group.permissions.clear()
    GroupPagePermission.objects.filter(group=group).delete()

    call_command("migrate", verbosity=0)

    assert group.permissions.count() == len(PERMISSIONS[group.name])
    assert notatarget("fr").permissions_for_user(make_staff(group.name, "other")).can_edit()
    assert list(user.groups.all()) == [group]


def test_groups_wait_until_the_database_is_migrated_to_the_end(monkeypatch):
    from staff import apps, groups

    class HalfWay(apps.MigrationExecutor):
        def migration_plan(self, targets, clean_start=False):
            return ["a migration that is not applied yet"]

    monkeypatch.setattr(groups, "ensure_groups", lambda: pytest.fail("too early"))
    monkeypatch.setattr(apps, "MigrationExecutor", HalfWay)

    apps._restore_groups(using="default")


def test_moderators_add_the_picture_of_a_delivery_and_change_no_other():
    choosers = {
        name: GroupCollectionPermission.objects.filter(
            group__name=name, permission__codename__in=["choose_image", "add_image", "change_image"]
        ).count()
        for name in ("Editors", "Moderators", "Treasurers", "Event hosts")
    }

    assert choosers == {"Editors": 3, "Moderators": 2, "Treasurers": 0, "Event hosts": 0}


def test_development_staff_log_in_with_what_the_file_says(client, settings, tmp_path):
    from pages import demonstration

    path = tmp_path / "logins.txt"
    demonstration.ensure_staff(path)
    before = path.read_text()
    demonstration.ensure_staff(path)

    assert path.read_text() == before
    assert path.stat().st_mode & 0o077 == 0
    name, password = before.splitlines()[0].split()
    assert client.login(username=name, password=password)
    assert not client.login(username=name, password="wrong" * 4)
    call_command("check")
