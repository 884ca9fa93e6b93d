"""Who sees and changes what about gifts in the staff screens."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from donations.models import Appeal, BankAccount, Pledge
from tests.factories import make_account, make_appeal, make_pledge, make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def log_in(client):
    def log_in_as(group: str):
        client.force_login(make_staff(group))
        return client

    return log_in_as


def is_shown(response) -> bool:
    """Whether a staff screen came, and not the way back to the start with a refusal."""
    if response.status_code == 302:
        assert response.headers["Location"] == reverse("wagtailadmin_home")
    return response.status_code == 200


@pytest.mark.parametrize(
    ("group", "pledges", "accounts", "appeals"),
    [
        ("Treasurers", True, True, True),
        ("Administrators", True, True, True),
        ("Editors", False, False, True),
        ("Moderators", False, False, False),
    ],
)
def test_lists_are_shown_to_those_who_need_them(log_in, group, pledges, accounts, appeals):
    pledge = make_pledge()
    staff = log_in(group)

    assert is_shown(staff.get(reverse("pledge:index"))) is pledges
    assert is_shown(staff.get(reverse("pledge:inspect", args=[pledge.pk]))) is pledges
    assert is_shown(staff.get(reverse("pledge:edit", args=[pledge.pk]))) is pledges
    assert is_shown(staff.get(reverse("bankaccount:index"))) is accounts
    assert is_shown(staff.get(reverse("appeal:index"))) is appeals


def test_visitors_see_no_list(client):
    for name in ("pledge:index", "bankaccount:index", "appeal:index"):
        assert client.get(reverse(name)).headers["Location"].startswith("/admin/login/")


def test_menu_leads_to_gifts_only_where_they_are_shown(log_in):
    treasurer = log_in("Treasurers").get(reverse("wagtailadmin_home")).content.decode()
    moderator = log_in("Moderators").get(reverse("wagtailadmin_home")).content.decode()

    assert reverse("pledge:index") in treasurer
    assert reverse("pledge:index") not in moderator
    assert "BE71" not in moderator


def test_list_of_pledges_names_nobody(log_in):
    pledge = make_pledge(amount_eur="1250.50")

    page = log_in("Treasurers").get(reverse("pledge:index")).content.decode()

    assert pledge.communication in page
    assert "€1,250.50" in page
    assert "Sam Sample" not in page
    assert "sam@example.org" not in page


def test_inspecting_a_pledge_shows_who_made_it(log_in):
    pledge = make_pledge()

    page = log_in("Treasurers").get(reverse("pledge:inspect", args=[pledge.pk])).content.decode()

    for shown in (pledge.communication, "Sam Sample", "sam@example.org", "€25"):
        assert shown in page


def test_erased_person_leaves_a_pledge_that_can_be_inspected(log_in):
    pledge = make_pledge(supporter=None)

    response = log_in("Treasurers").get(reverse("pledge:inspect", args=[pledge.pk]))

    assert response.status_code == 200


@pytest.mark.parametrize("written", ["+++{}/{}/{}+++", "{}{}{}", "***{}/{}/{}***"])
def test_pledge_is_found_by_the_communication_on_a_statement(log_in, written):
    wanted = make_pledge()
    other = make_pledge(appeal=wanted.appeal)
    digits = "".join(re.findall(r"\d", wanted.communication))
    typed = written.format(digits[:3], digits[3:7], digits[7:])

    page = (
        log_in("Treasurers").get(reverse("pledge:index"), {"communication": typed}).content.decode()
    )

    assert wanted.communication in page
    assert other.communication not in page


def test_mistyped_communication_is_pointed_out(log_in):
    make_pledge()

    response = log_in("Treasurers").get(
        reverse("pledge:index"), {"communication": "+++123/4567/89012+++"}
    )

    assert response.status_code == 200
    assert "check its twelve digits" in response.content.decode()


def test_status_is_all_that_staff_change_of_a_pledge(log_in):
    pledge = make_pledge()
    data = {"status": "cancelled", "amount_eur": "1.00", "name": "Other"}

    log_in("Treasurers").post(reverse("pledge:edit", args=[pledge.pk]), data)

    stored = Pledge.objects.get(pk=pledge.pk)
    assert stored.status == Pledge.Status.CANCELLED
    assert str(stored.amount_eur) == "25.00"
    assert stored.name == "Sam Sample"


def test_nobody_adds_or_deletes_a_pledge(client):
    pledge = make_pledge()
    client.force_login(get_user_model().objects.create_superuser("root", "root@example.org", "x"))

    assert not is_shown(client.get(reverse("pledge:add")))
    client.post(reverse("pledge:delete", args=[pledge.pk]))

    assert is_shown(client.get(reverse("pledge:index")))
    assert Pledge.objects.filter(pk=pledge.pk).exists()


ACCOUNT = {"label": "Gifts", "payee_name": "Viva Salud", "iban": "BE68 5390 0754 7034", "bic": ""}


def test_administrator_changes_an_account(log_in):
    account = make_account()

    log_in("Administrators").post(reverse("bankaccount:edit", args=[account.pk]), ACCOUNT)

    account.refresh_from_db()
    assert account.iban == "BE68539007547034"


@pytest.mark.parametrize("group", ["Treasurers", "Editors", "Moderators"])
def test_others_do_not_change_an_account(log_in, group):
    account = make_account()

    staff = log_in(group)
    staff.post(reverse("bankaccount:edit", args=[account.pk]), ACCOUNT)
    staff.post(reverse("bankaccount:add"), {**ACCOUNT, "label": "Mine"})

    account.refresh_from_db()
    assert account.iban == "BE71096123456769"
    assert not BankAccount.objects.filter(label="Mine").exists()


def test_wrong_account_number_is_refused(log_in):
    account = make_account()
    data = {**ACCOUNT, "iban": "BE68 5390 0754 7035"}

    page = log_in("Administrators").post(reverse("bankaccount:edit", args=[account.pk]), data)

    assert "not a valid IBAN" in page.content.decode()
    account.refresh_from_db()
    assert account.iban == "BE71096123456769"


def appeal_data(account: BankAccount, **changes) -> dict:
    data = {
        "slug": "spring",
        "name_en": "Spring",
        "name_fr": "Printemps",
        "name_nl": "Lente",
        "account": account.pk,
        "opens_on": "2027-03-01",
        "closes_on": "2027-05-31",
    }
    return {**data, **changes}


def test_treasurer_opens_an_appeal(log_in):
    data = appeal_data(make_account())

    log_in("Treasurers").post(reverse("appeal:add"), data)

    appeal = Appeal.objects.get(slug="spring")
    assert str(appeal.closes_on) == "2027-05-31"


@pytest.mark.parametrize("group", ["Editors", "Moderators"])
def test_others_open_no_appeal(log_in, group):
    log_in(group).post(reverse("appeal:add"), appeal_data(make_account()))

    assert not Appeal.objects.filter(slug="spring").exists()


def test_appeal_that_ends_before_it_begins_is_refused(log_in):
    data = appeal_data(make_account(), closes_on="2027-02-01")

    page = log_in("Treasurers").post(reverse("appeal:add"), data)

    assert "The last day cannot come before the first" in page.content.decode()
    assert not Appeal.objects.filter(slug="spring").exists()


def test_list_of_appeals_shows_what_is_promised(log_in):
    appeal = make_appeal()
    make_pledge(appeal=appeal, amount_eur="25.00")
    make_pledge(appeal=appeal, amount_eur="12.50")
    make_pledge(appeal=appeal, amount_eur="999.00", status=Pledge.Status.CANCELLED)

    page = log_in("Treasurers").get(reverse("appeal:index")).content.decode()

    assert "€37.50" in page


def test_list_of_pledges_costs_the_same_for_one_and_for_many(log_in):
    appeal = make_pledge().appeal
    staff = log_in("Treasurers")
    staff.get(reverse("pledge:index"))
    with CaptureQueriesContext(connection) as one:
        staff.get(reverse("pledge:index"))
    for _ in range(4):
        make_pledge(appeal=appeal)

    with CaptureQueriesContext(connection) as many:
        staff.get(reverse("pledge:index"))

    assert len(many) == len(one)


def test_export_names_nobody(log_in):
    pledge = make_pledge()

    response = log_in("Treasurers").get(reverse("pledge:index"), {"export": "csv"})

    rows = b"".join(response.streaming_content).decode()
    assert pledge.communication in rows
    assert "25.00" in rows
    assert "Sam" not in rows
    assert "sam@example.org" not in rows
