"""“To do today”: each role finds its own work with number and link, and nothing of the others."""

import uuid
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.test import RequestFactory
from django.urls import get_resolver, reverse
from django.utils import timezone, translation
from wagtail.admin.menu import SubmenuMenuItem, admin_menu, reports_menu
from wagtail.log_actions import log
from wagtail.models import Page
from wagtail.users.models import UserProfile

from donations.models import RewardDelivery
from donations.services.accounts import current_values, propose_change
from newsroom.models import CampaignUpdate
from solidarity.models import Edition, PhotoReport
from staff import to_do
from staff.models import Invitation
from supporters.models import DataRequest, FailedMail
from tests.donations.payments import make_payment
from tests.factories import (
    in_days,
    make_account,
    make_delivery,
    make_event,
    make_staff,
    notatarget,
)
from tests.solidarity.editions import call_with_office, frozen, photos_of
from tests.solidarity.sending import public_photo, send_photo
from tests.to_do import done_for, home_of, waiting_for

pytestmark = pytest.mark.django_db

# What this module is about; other subjects add cards of their own.
OURS = {
    "photos-reported",
    "photos",
    "editions",
    "payments",
    "account-changes",
    "account-pages",
    "rewards",
    "events",
    "data-requests",
    "failed-mails",
    "updates",
    "invitations",
}
GROUPS = (
    "Editors",
    "Translators (French)",
    "Moderators",
    "Treasurers",
    "Event hosts",
    "Administrators",
)


def user(name: str):
    return get_user_model().objects.create_user(name)


def waiting(client) -> dict[str, str]:
    return {key: words for key, words in waiting_for(client).items() if key in OURS}


def request_of(member):
    request = RequestFactory().get("/admin/")
    request.user = member
    return request


@pytest.fixture
def busy_house():
    """One thing of each kind waits; somebody who is none of the roles began it."""
    somebody = user("somebody")
    send_photo()
    PhotoReport.objects.create(photo=public_photo(), kind=PhotoReport.Kind.values[0], language="en")
    call = call_with_office(slug="with-office")
    photos_of(call, 1)
    edition = frozen(call)
    type(edition).objects.update(frozen_by=somebody)
    account = make_account(label="Other", iban="BE68539007547034")
    make_payment(account, on=timezone.localdate() - timedelta(days=1))
    values = {**current_values(account), "payee_name": "New name"}
    propose_change(account=account, values=values, label="", reason="Move", by=somebody)
    make_delivery(state=RewardDelivery.State.ARRANGED, arranged_at=timezone.now())
    make_event(day=in_days(2))
    DataRequest.objects.create(kind="other", due_on=in_days(3))
    FailedMail.objects.create(task_name="send_something", error="SMTPException")
    CampaignUpdate.objects.create(campaign_key=uuid.uuid4(), title="News", state="stopped")
    over = timezone.now() - timedelta(hours=1)
    Invitation.objects.create(email="new@example.org", name="New", language="en", expires_at=over)


def test_each_role_finds_its_own_work_and_every_link_opens(client, busy_house):
    expected = {
        "Editors": {"updates"},
        "Translators (French)": set(),
        "Moderators": {"photos-reported", "photos", "editions"},
        "Treasurers": {"payments", "account-changes", "rewards"},
        "Event hosts": {"events"},
        "Administrators": OURS - {"account-pages"},
    }
    for group, keys in expected.items():
        client.force_login(make_staff(group))
        cards = {card["data-to-do"]: card for card in home_of(client).select("[data-to-do]")}

        assert OURS & set(cards) == keys, group
        for key in keys:
            address = cards[key].a["href"]
            assert client.get(address, follow=True).status_code == 200, (group, address)


def test_urgent_things_stand_first_with_the_reason(client, busy_house):
    client.force_login(make_staff("Administrators"))

    cards = waiting(client)

    urgent = [key for key, words in cards.items() if words.startswith("Urgent ")]
    assert list(cards)[: len(urgent)] == urgent == ["data-requests", "photos-reported"]
    assert cards["data-requests"] == (
        "Urgent 1 request to answer The law leaves 3 days for the first."
    )
    assert cards["payments"] == "1 payment to match The oldest came yesterday."
    DataRequest.objects.update(due_on=in_days(20))
    assert "Urgent" not in waiting(client)["data-requests"]


def test_nobody_is_asked_to_approve_what_they_froze_themselves(client):
    ada, bob = make_staff("Moderators", "ada"), make_staff("Moderators", "bob")
    call = call_with_office(slug="with-office")
    Edition.objects.create(
        call=call, office=call.office, number=1, language="nl", status="frozen", frozen_by=ada
    )

    client.force_login(bob)
    assert waiting(client) == {"editions": "1 dossier to approve"}
    client.force_login(ada)
    assert waiting(client) == {}


def test_empty_house_says_so_and_folds_what_is_done(client):
    client.force_login(make_staff("Treasurers"))

    page = home_of(client)

    assert page.select_one(".today__nothing").text.startswith("Nothing waits for you.")
    assert done_for(client) == ["payments", "rewards"]
    client.force_login(make_staff("Editors"))
    assert done_for(client) == []


def test_week_has_today_and_the_six_days_after_it(client):
    for days in (-1, 0, 6, 7):
        make_event(slug=f"in-{days}", day=in_days(days), capacity=40, places_taken=12)
    make_event(slug="off", day=in_days(1), cancelled_at=timezone.now())
    client.force_login(make_staff("Event hosts"))

    page = home_of(client)

    rows = page.select("[data-event]")
    assert [row["data-event"] for row in rows] == ["in-0", "in-6"]
    assert "12 of 40" in rows[0].text
    assert waiting(client)["events"].startswith("Urgent 2 events this week")
    client.force_login(make_staff("Moderators"))
    assert not home_of(client).select("[data-event]")


def test_pages_edited_last_are_ones_own_that_one_may_still_edit(client):
    editor, page = make_staff("Editors"), notatarget("fr")
    log(instance=page, action="wagtail.edit", user=editor)
    log(instance=notatarget("nl"), action="wagtail.edit", user=user("somebody"))

    client.force_login(editor)
    links = [link["href"] for link in home_of(client).select(".today__part tbody a")]
    assert links == [f"/admin/pages/{page.pk}/edit/"]

    Page.objects.filter(pk=page.pk).update(locked=True, locked_by=editor)
    assert "Locked by you" in home_of(client).text
    editor.groups.clear()
    moderator = make_staff("Moderators")
    log(instance=page, action="wagtail.edit", user=moderator)
    client.force_login(moderator)
    assert "Pages that you edited last" not in home_of(client).text


def test_first_page_costs_few_queries_however_much_waits(
    client, busy_house, django_assert_max_num_queries
):
    for group in GROUPS:
        member = make_staff(group)
        for language in ("en", "fr", "nl"):
            log(instance=notatarget(language), action="wagtail.edit", user=member)
        client.force_login(member)
        home_of(client)  # what pages say of accounts is read once
        with django_assert_max_num_queries(32 if group == "Administrators" else 25):
            home_of(client)


def test_words_are_in_the_language_that_the_person_chose(client):
    member = make_staff("Moderators")
    client.force_login(member)
    assert "Hello" in home_of(client).text

    UserProfile.objects.create(user=member, preferred_language="fr")

    page = home_of(client)
    assert page.html["lang"] == "fr"
    assert any(month in page.select_one(".today__greeting").text for month in FRENCH_MONTHS)


FRENCH_MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)


def menu_of(group: str) -> dict[str, list[str]]:
    """Return what the sidebar offers a member of ``group``: name → names below it."""
    assert get_resolver().url_patterns  # reading the addresses registers all screens
    request = request_of(make_staff(group))
    return {
        item.name: [below.name for below in item.menu.menu_items_for_request(request)]
        if isinstance(item, SubmenuMenuItem)
        else []
        for item in admin_menu.menu_items_for_request(request)
    }


def test_menu_has_what_a_role_needs():
    expected = {
        "Editors": ({"today", "explorer", "images"}, set()),
        "Translators (French)": ({"today"}, {"photos", "people", "images", "settings"}),
        "Moderators": ({"today", "photos", "delivery"}, {"explorer", "people", "settings"}),
        "Treasurers": ({"today"}, {"explorer", "photos", "people", "images", "settings"}),
        "Event hosts": ({"today"}, {"explorer", "photos", "people", "images", "settings"}),
        "Administrators": ({"today", "explorer", "photos", "people", "reports"}, set()),
    }
    for group, (there, not_there) in expected.items():
        menu = menu_of(group)
        assert there <= set(menu), group
        assert not not_there & set(menu), group
        below = {name for names in menu.values() for name in names}
        assert not [name for name in below if name.startswith(("whats-new", "workflow", "site-h"))]
        assert ("log" in below) is (group == "Administrators")
        assert ("to-moderate" in below) is (group in ("Moderators", "Administrators"))
        assert "users" not in below


@pytest.mark.parametrize("language", ["en", "nl"])
def test_menu_leaves_out_the_list_that_ours_replaces_in_every_language(language):
    with translation.override(language):
        request = request_of(make_staff("Treasurers"))
        links = [item.url for item in reports_menu.menu_items_for_request(request)]

    assert reverse("newsroom_reporting:index") in links
    assert reverse("wagtail_localize:translations_report") not in links


def test_empty_entries_of_the_menu_are_left_out():
    for group in GROUPS:
        request = request_of(make_staff(group))
        for item in admin_menu.menu_items_for_request(request):
            if isinstance(item, SubmenuMenuItem):
                assert item.menu.menu_items_for_request(request), (group, item.name)


def test_admin_is_branded(client):
    client.force_login(make_staff("Editors"))

    page = home_of(client)

    assert page.title.text.strip() == "To do today - Viva Salud"
    assert [link["href"] for link in page.select("link[rel=icon]")] == ["/static/art/favicon.svg"]
    assert page.select("link[href$='css/admin/brand.css']")
    # Nothing of Wagtail's own about itself.
    assert "guide.wagtail.org" not in str(page)


@pytest.mark.parametrize(
    ("days", "note"),
    [
        (-1, "The oldest came today."),
        (0, "The oldest came today."),
        (1, "The oldest came yesterday."),
    ],
)
def test_note_on_the_oldest(days, note):
    assert to_do.waits_since(in_days(-days)) == note
    assert to_do.waits_since(timezone.now() - timedelta(days=days)) == note
    assert to_do.waits_since(None) == ""


def test_note_names_the_day_of_what_is_older():
    assert to_do.waits_since(in_days(-2)).startswith("The oldest has waited since ")


def test_provider_is_asked_once_however_often_it_is_registered(monkeypatch):
    monkeypatch.setattr(to_do, "_providers", {})
    calm = to_do.Item("calm", "calm", 1, "/")
    urgent = to_do.Item("urgent", "urgent", 1, "/", is_urgent=True)
    none_left = to_do.Item("none", "none", 0, "/", is_urgent=True, keep_when_done=True)
    untold = to_do.Item("untold", "untold", 0, "/")

    def provider(request):
        return [calm, none_left, untold, urgent]

    to_do.register(provider, order=20)
    to_do.register(provider, order=20)
    to_do.register(lambda request: [to_do.Item("early", "early", 1, "/")], order=10)

    items = to_do.items_for(None)
    assert [item.key for item in to_do.open_items(items)] == ["urgent", "early", "calm"]
    assert to_do.done_items(items) == [none_left]
