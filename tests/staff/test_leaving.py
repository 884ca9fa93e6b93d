"""Somebody leaves: their work passes on and their account is closed, all or nothing."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone
from wagtail.models import Locale, ModelLogEntry
from wagtail_localize.models import Translation, TranslationSource

from events.services.door import make_pass
from newsroom.models import CampaignUpdate, JointPublication, TranslationMark
from staff import hand_over
from staff.hand_over import Holding, Piece
from staff.members import leaving
from staff.members.people import MemberError
from tests.factories import in_days, make_event, make_staff, notatarget

pytestmark = pytest.mark.django_db

User = get_user_model()


@pytest.fixture
def administrator():
    return make_staff("Administrators", "boss")


@pytest.fixture
def leaver():
    return make_staff("Editors", "leaver")


@pytest.fixture
def heir():
    return make_staff("Editors", "heir")


@pytest.fixture
def work(leaver):
    """A draft, a locked page, a plan, a translation, an update and a pass for a door."""
    page = notatarget("en")
    page.lead = "Not yet published."
    page.save_revision(user=leaver)
    locked = notatarget("fr")
    locked.locked, locked.locked_by, locked.locked_at = True, leaver, timezone.now()
    locked.save()
    source = TranslationSource.objects.get_for_instance(page)
    translation = Translation.objects.get(
        source=source, target_locale=Locale.objects.get(language_code="fr")
    )
    mark, _ = TranslationMark.objects.update_or_create(
        translation=translation, defaults={"assigned_to": leaver}
    )
    plan = JointPublication.objects.create(
        page=page,
        languages=["en", "fr"],
        due_at=timezone.now() + timedelta(days=1),
        planned_by=leaver,
    )
    update = CampaignUpdate.objects.create(
        campaign_key=page.translation_key, title="News", made_by=leaver
    )
    door_pass, _code = make_pass(event=make_event(day=in_days(1)), label="Door", user=leaver)
    return {
        "page": page,
        "locked": locked,
        "mark": mark,
        "plan": plan,
        "update": update,
        "pass": door_pass,
    }


def fresh(work):
    for row in work.values():
        row.refresh_from_db()
    return work


def heirs_of(leaver, heir):
    return {one.holding.key: heir for one in leaving.held_by(leaver) if one.needs_heir}


def test_everything_passes_on_in_one_go(client, administrator, leaver, heir, work):
    client.force_login(administrator)
    theirs = Client()
    theirs.force_login(leaver)
    Authenticator.objects.create(user=heir, type=Authenticator.Type.TOTP, data={})
    address = f"/admin/members/{leaver.pk}/leave/"
    page = client.get(address)
    assert "unpublished drafts" in page.text.lower()
    assert "Door" in page.text

    answer = client.post(address, dict.fromkeys(heirs_of(leaver, heir), heir.pk))

    assert answer.url == f"/admin/members/{leaver.pk}/"
    fresh(work)
    assert work["page"].owner == heir
    assert work["page"].has_unpublished_changes
    assert not work["locked"].locked
    assert work["mark"].assigned_to == heir
    assert work["plan"].planned_by == heir
    assert work["plan"].state == JointPublication.State.PLANNED
    assert work["update"].made_by == heir
    assert work["pass"].ended_at
    leaver.refresh_from_db()
    assert not leaver.is_active
    assert not leaver.has_usable_password()
    assert not leaver.groups.exists()
    assert leaver.staff_member.left_at
    assert leaver.staff_member.handed_over_to == heir
    # Out at the next click; the heir keeps the factor.
    assert theirs.get("/admin/").url.startswith("/admin/login/")
    assert Authenticator.objects.filter(user=heir).exists()
    entry = ModelLogEntry.objects.get(action="staff.close_account")
    assert entry.data["counts"]["updates"] == 1
    with pytest.raises(MemberError, match="This account is closed"):
        leaving.close_account(user=leaver, heirs={}, by=administrator)


def test_nothing_is_left_to_nobody(client, administrator, leaver, heir, work):
    client.force_login(administrator)
    chosen = dict.fromkeys(heirs_of(leaver, heir), heir.pk)
    del chosen["updates"]

    page = client.post(f"/admin/members/{leaver.pk}/leave/", chosen)

    assert page.status_code == 200
    assert "Say who goes on with this" in page.text
    leaver.refresh_from_db()
    assert leaver.is_active
    assert fresh(work)["mark"].assigned_to == leaver


def test_heir_must_be_allowed_the_work(administrator, leaver, heir, work):
    treasurer = make_staff("Treasurers")
    heirs = {**heirs_of(leaver, heir), "translations-fr": treasurer}

    with pytest.raises(MemberError) as refusal:
        leaving.close_account(user=leaver, heirs=heirs, by=administrator)

    assert refusal.value.field == "translations-fr"
    leaver.refresh_from_db()
    assert leaver.is_active
    assert fresh(work)["page"].owner != heir


def test_a_translator_of_another_language_is_no_heir(leaver, work):
    french, dutch = make_staff("Translators (French)"), make_staff("Translators (Dutch)")
    (held,) = [one for one in leaving.held_by(leaver) if one.holding.key == "translations-fr"]

    suited = leaving.heirs_for(held.holding, leaver)

    assert french in suited
    assert dutch not in suited


def test_a_failure_half_way_changes_nothing(administrator, leaver, heir, work, monkeypatch):
    def fail(user, heir):
        raise RuntimeError("the disk is full")

    broken = Holding("broken", "broken", "", lambda user: [Piece("x")], pass_on=fail)
    # Last, so that everything else has passed on before.
    monkeypatch.setattr(hand_over, "_holdings", {**hand_over._holdings, "broken": broken})

    with pytest.raises(RuntimeError):
        leaving.close_account(
            user=leaver, heirs={**heirs_of(leaver, heir), "broken": heir}, by=administrator
        )

    leaver.refresh_from_db()
    assert leaver.is_active
    assert leaver.groups.exists()
    fresh(work)
    assert work["mark"].assigned_to == leaver
    assert work["pass"].ended_at is None
    assert not ModelLogEntry.objects.filter(action="staff.close_account").exists()


def test_nobody_closes_their_own_account(administrator):
    make_staff("Administrators", "other")

    with pytest.raises(MemberError, match="their own account"):
        leaving.close_account(user=administrator, heirs={}, by=administrator)


def test_last_administrator_cannot_leave(administrator):
    operator = User.objects.create_superuser("operator", "operator@example.org", "x" * 20)

    with pytest.raises(MemberError, match="last administrator"):
        leaving.close_account(user=administrator, heirs={}, by=operator)

    administrator.refresh_from_db()
    assert administrator.is_active
    administrator.groups.set([Group.objects.get(name="Editors")])
    make_staff("Administrators", "second")
    leaving.close_account(user=administrator, heirs={}, by=operator)
    administrator.refresh_from_db()
    assert not administrator.is_active


def test_who_holds_nothing_just_leaves(client, administrator):
    user = make_staff("Moderators")
    client.force_login(administrator)

    assert "nothing to hand over" in client.get(f"/admin/members/{user.pk}/leave/").text
    client.post(f"/admin/members/{user.pk}/leave/")

    user.refresh_from_db()
    assert not user.is_active
    page = client.get(f"/admin/members/{user.pk}/")
    assert "This account is closed" in page.text
    # Nothing can be done with a closed account.
    client.post(f"/admin/members/{user.pk}/roles/", {"roles": [1]})
    assert not user.groups.exists()
