"""Lists of gifts and pledges for treasurers, and what they do for a donor who asks."""

from datetime import date, datetime, timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from wagtail.models import ModelLogEntry

from donations.models import Allocation, Pledge
from donations.services import place_on_pledge
from tests.donations.gifts import make_gift, undo
from tests.donations.payments import make_payment
from tests.factories import (
    make_account,
    make_appeal,
    make_holder,
    make_pledge,
    make_reward,
    make_staff,
)

pytestmark = pytest.mark.django_db
GIFTS = "donations_treasury:gifts"


@pytest.fixture
def staff(client):
    client.force_login(make_staff("Treasurers"))
    return client


def listed(client, **filters) -> str:
    return client.get(reverse(GIFTS), filters).content.decode()


def total(page: str, label: str) -> str:
    """The figure that stands beside ``label`` above the list."""
    return page.split(f"<dt>{label}</dt><dd>")[1].split("</dd>")[0]


@pytest.mark.parametrize(
    ("group", "is_shown"),
    [("Treasurers", True), ("Administrators", True), ("Editors", False), ("Moderators", False)],
)
def test_gifts_are_shown_to_those_who_need_them(client, group, is_shown):
    gift = make_gift(appeal=make_appeal(), amount="31.50")
    client.force_login(make_staff(group))

    for name in (GIFTS, "donations_treasury:gifts_results"):
        response = client.get(reverse(name))
        assert ("€31.50" in response.content.decode()) is is_shown
        assert response.status_code == (200 if is_shown else 302)
    link = reverse("donations_treasury:payment", args=[gift.entry_id])
    assert (link in listed(client)) is is_shown


def test_visitors_see_no_gifts(client):
    assert client.get(reverse(GIFTS)).headers["Location"].startswith("/admin/login/")


def test_gift_says_where_it_belongs_how_it_stands_and_that_it_was_thanked_for(staff):
    pledge = make_pledge()
    make_gift(
        pledge=pledge,
        rule=Allocation.Rule.REFERENCE,
        circumstance=Allocation.Circumstance.EXACT,
        thanked_at=timezone.make_aware(datetime(2026, 10, 4, 12)),
    )

    page = listed(staff)

    for shown in (
        pledge.communication,
        "Test appeal",
        "structured communication",
        "the amount promised",
        "4 October 2026",
    ):
        assert shown in page
    assert "Sam Sample" not in page


def test_totals_are_those_of_the_ledger_and_follow_the_filters(staff):
    one = make_appeal()
    other = make_appeal(slug="other", name_en="Other", account=one.account)
    make_gift(appeal=one, amount="25.00")
    make_gift(appeal=one, amount="10.00")
    make_gift(appeal=one, amount="-10.00", kind=Allocation.Kind.RETURN)
    make_gift(appeal=other, amount="1000.00")
    undo(make_gift(appeal=one, amount="7.00"))

    page = listed(staff)
    assert total(page, "Gifts") == "3"
    assert total(page, "Donated") == "€1,035"
    assert total(page, "Sent back") == "€10"
    assert total(page, "Received, less what was sent back") == "€1,025"

    page = listed(staff, appeal=one.pk)
    assert total(page, "Donated") == "€35"
    assert total(page, "Received, less what was sent back") == "€25"


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"on_from": "2026-03-01", "on_to": "2026-03-31"}, "€11"),
        ({"rule": "by_hand"}, "€22"),
        ({"circumstance": "free"}, "€22"),
        ({"least": "20"}, "€22"),
        ({"most": "11.00"}, "€11"),
        ({"kind": "return"}, None),
    ],
)
def test_gifts_are_filtered(staff, filters, found):
    appeal = make_appeal()
    make_gift(appeal=appeal, amount="11.00", on=date(2026, 3, 15), rule="reference")
    make_gift(
        appeal=appeal, amount="22.00", on=date(2026, 4, 1), rule="by_hand", circumstance="free"
    )

    page = listed(staff, **filters)

    if found is None:
        assert total(page, "Gifts") == "0"
    else:
        assert total(page, "Gifts") == "1"
        assert total(page, "Donated") == found


def test_gifts_of_one_account_are_found(staff):
    make_gift(appeal=make_appeal(), amount="11.00")
    account = make_account(label="Second", iban="BE68539007547034")
    make_gift(appeal=make_appeal(slug="second", account=account), amount="22.00")

    assert total(listed(staff, account=account.pk), "Donated") == "€22"


@pytest.mark.parametrize("screen", [GIFTS, "donations_treasury:reports"])
def test_one_gift_and_thirty_cost_the_same(staff, screen):
    appeal = make_appeal()
    make_gift(pledge=make_pledge(appeal=appeal))
    staff.get(reverse(screen))
    with CaptureQueriesContext(connection) as one:
        staff.get(reverse(screen))
    for days in range(29):
        on = timezone.localdate() - timedelta(days=days)
        make_gift(pledge=make_pledge(appeal=appeal), on=on)

    with CaptureQueriesContext(connection) as many:
        staff.get(reverse(screen))

    assert len(many) == len(one)


def pledges_listed(client, **filters) -> str:
    return client.get(reverse("pledge:index"), filters).content.decode()


def test_list_of_pledges_shows_what_was_received_beside_what_was_promised(staff):
    pledge = make_pledge(amount_eur="40.00")
    make_gift(pledge=pledge, amount="15.00")

    page = pledges_listed(staff)

    assert "€40" in page
    assert "€15" in page
    assert "partly received" in page


def test_pledges_are_filtered_by_whether_they_are_waited_for(staff):
    appeal = make_appeal()
    new = make_pledge(appeal=appeal)
    old = make_pledge(appeal=appeal)
    monthly = make_pledge(appeal=appeal, frequency="monthly")
    long_ago = timezone.now() - timedelta(days=20)
    Pledge.objects.filter(pk__in=[old.pk, monthly.pk]).update(created_hour=long_ago)
    ended = make_pledge(appeal=appeal, status="expired", ended="expired")
    found = {
        "awaited": {new, old, monthly},
        "overdue": {old},
        "over": {ended},
    }

    for waiting, expected in found.items():
        page = pledges_listed(staff, waiting=waiting)
        shown = {one for one in (new, old, monthly, ended) if one.communication in page}
        assert shown == expected, waiting


def test_pledges_are_filtered_by_reward_and_by_how_often(staff):
    reward = make_reward()
    with_reward = make_holder(reward)
    monthly = make_pledge(appeal=reward.appeal, frequency="monthly")

    page = pledges_listed(staff, reward=reward.pk)
    assert with_reward.communication in page
    assert monthly.communication not in page
    page = pledges_listed(staff, frequency="monthly")
    assert monthly.communication in page
    assert with_reward.communication not in page


def inspected(client, pledge: Pledge) -> str:
    return client.get(reverse("pledge:inspect", args=[pledge.pk])).content.decode()


def test_pledge_shows_its_payments_reward_and_reminders(staff):
    reward = make_reward()
    pledge = make_holder(reward, amount_eur="30.00", reminder_count=1, wants_reminders=False)
    gift = make_gift(pledge=pledge, amount="12.34", circumstance="part")
    undo(make_gift(pledge=pledge, amount="5.55"))

    page = inspected(staff, pledge)

    assert "€12.34" in page
    assert reverse("donations_treasury:payment", args=[gift.entry_id]) in page
    assert "€5.55" not in page
    assert "Test T-shirt" in page
    assert "set aside until the money arrives" in page
    assert "1 reminder was sent." in page
    assert "The donor asked for no reminders." in page


def test_treasurer_sends_the_payment_details_again_once(staff, run_tasks):
    pledge = make_pledge(instructions_sent_at=timezone.now())
    address = reverse("donations_treasury:pledge_resend", args=[pledge.pk])
    assert address in inspected(staff, pledge)

    staff.post(address)
    page = staff.post(address, follow=True).content.decode()
    run_tasks()

    assert "on its way already" in page
    assert [sent.to for sent in mail.outbox] == [["sam@example.org"]]
    logged = ModelLogEntry.objects.filter(action="donations.resend_instructions")
    assert [entry.user.username for entry in logged] == ["treasurers"]
    assert "Payment mail sent again" in inspected(staff, pledge)


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "paid"},
        {"status": "cancelled", "ended": "cancelled"},
        {"supporter": None},
    ],
)
def test_payment_details_are_not_sent_where_nobody_is_to_pay(staff, run_tasks, fields):
    pledge = make_pledge(instructions_sent_at=timezone.now(), **fields)
    address = reverse("donations_treasury:pledge_resend", args=[pledge.pk])
    assert address not in inspected(staff, pledge)

    page = staff.post(address, follow=True).content.decode()
    run_tasks()

    assert "No email was sent" in page
    assert mail.outbox == []
    assert not ModelLogEntry.objects.filter(action="donations.resend_instructions").exists()


def test_treasurer_takes_a_promise_back_and_its_reward_is_free(staff):
    reward = make_reward(stock=5)
    pledge = make_holder(reward)
    address = reverse("donations_treasury:pledge_take_back", args=[pledge.pk])
    assert address in inspected(staff, pledge)

    staff.post(address)
    page = staff.post(address, follow=True).content.decode()

    pledge.refresh_from_db()
    reward.refresh_from_db()
    assert (pledge.status, pledge.ended, reward.taken) == ("cancelled", "cancelled", 0)
    assert escape("Nothing was changed") in page
    assert ModelLogEntry.objects.filter(action="donations.take_back_pledge").count() == 1
    assert address not in inspected(staff, pledge)


def test_others_send_and_take_back_nothing(client, run_tasks):
    pledge = make_pledge(instructions_sent_at=timezone.now())
    client.force_login(make_staff("Editors"))

    for name in ("pledge_resend", "pledge_take_back"):
        client.post(reverse(f"donations_treasury:{name}", args=[pledge.pk]))
    run_tasks()

    pledge.refresh_from_db()
    assert pledge.status == Pledge.Status.PROMISED
    assert mail.outbox == []


def test_payment_placed_by_hand_appears_among_the_gifts(staff):
    pledge = make_pledge()
    entry = make_payment(pledge.appeal.account)
    place_on_pledge(entry=entry, pledge=pledge, by=make_staff("Administrators"), rule="by_hand")

    page = listed(staff)

    assert pledge.communication in page
    assert total(page, "Donated") == "€25"
