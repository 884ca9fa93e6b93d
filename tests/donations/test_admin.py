"""Who sees and changes what about gifts in the staff screens."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from donations.models import Appeal, BankAccount, Pledge
from tests.donations.gifts import make_gift
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
    assert is_shown(staff.get(reverse("donations_treasury:accounts"))) is accounts
    assert is_shown(staff.get(reverse("appeal:index"))) is appeals


def test_visitors_see_no_list(client):
    for name in ("pledge:index", "donations_treasury:accounts", "appeal:index"):
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


def test_nobody_adds_changes_or_deletes_a_pledge(client):
    pledge = make_pledge()
    client.force_login(get_user_model().objects.create_superuser("root", "root@example.org", "x"))
    index = reverse("pledge:index")

    for address in ("new/", f"edit/{pledge.pk}/", f"delete/{pledge.pk}/"):
        assert client.post(f"{index}{address}", {"status": "paid"}).status_code == 404

    assert is_shown(client.get(index))
    assert Pledge.objects.get(pk=pledge.pk).status == Pledge.Status.PROMISED


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


ROWS = {
    "communication": "donation  Spring",
    "goal_eur": "5000",
    "shows_promised": "on",
    "earmarks-TOTAL_FORMS": "2",
    "earmarks-INITIAL_FORMS": "0",
    "earmarks-0-name_en": "Palestine",
    "earmarks-0-name_fr": "Palestine",
    "earmarks-0-name_nl": "Palestina",
    "earmarks-0-sort_order": "0",
    "earmarks-0-is_offered": "on",
    "earmarks-1-sort_order": "0",
    "earmarks-1-is_offered": "on",
    "outside-TOTAL_FORMS": "1",
    "outside-INITIAL_FORMS": "0",
    "outside-0-amount_eur": "1500",
    "outside-0-on": "2027-03-02",
    "outside-0-is_at_least": "on",
    "outside-0-note_en": "A party",
    "outside-0-note_fr": "Une fête",
    "outside-0-note_nl": "Een feest",
}


def test_appeal_is_saved_with_its_goal_earmarks_and_amounts_from_elsewhere(log_in):
    staff = log_in("Treasurers")

    staff.post(reverse("appeal:add"), appeal_data(make_account(), **ROWS))

    appeal = Appeal.objects.get(slug="spring")
    assert (appeal.communication, str(appeal.goal_eur)) == ("donation Spring", "5000.00")
    assert [earmark.name_nl for earmark in appeal.earmarks.all()] == ["Palestina"]
    (outside,) = appeal.outside_amounts.all()
    assert (str(outside.amount_eur), outside.is_at_least) == ("1500.00", True)
    assert outside.entered_by.username == "treasurers"
    # Money from elsewhere reaches milestones as any other: a quarter of 5,000.
    assert appeal.milestones.filter(state="proposed").get().percent == 25
    page = staff.get(reverse("appeal:edit", args=[appeal.pk])).content.decode()
    assert 'value="Une fête"' in page
    assert 'value="Palestina"' in page


def test_amount_from_elsewhere_can_be_taken_away_and_rows_not_sent_stay(log_in):
    staff = log_in("Treasurers")
    account = make_account()
    staff.post(reverse("appeal:add"), appeal_data(account, **ROWS))
    appeal = Appeal.objects.get(slug="spring")
    edit = reverse("appeal:edit", args=[appeal.pk])

    staff.post(edit, appeal_data(account))
    assert (appeal.earmarks.count(), appeal.outside_amounts.count()) == (1, 1)

    amount = appeal.outside_amounts.get()
    sent = {key: value for key, value in ROWS.items() if key.startswith("outside-")}
    sent |= {"outside-INITIAL_FORMS": "1", "outside-0-id": amount.pk, "outside-0-DELETE": "on"}
    staff.post(edit, appeal_data(account, **sent))
    assert (appeal.earmarks.count(), appeal.outside_amounts.count()) == (1, 0)


def test_appeal_with_a_wrong_row_is_not_saved(log_in):
    data = appeal_data(make_account(), **{**ROWS, "outside-0-on": "never"})

    response = log_in("Treasurers").post(reverse("appeal:add"), data)

    assert response.status_code == 200
    assert not Appeal.objects.filter(slug="spring").exists()


def test_two_appeals_never_have_one_communication(log_in):
    make_appeal(communication="donation SPRING")

    data = appeal_data(Appeal.objects.get(slug="test-appeal").account, **ROWS)
    page = log_in("Treasurers").post(reverse("appeal:add"), data).content.decode()

    assert "gifts could not be told apart" in page
    assert not Appeal.objects.filter(slug="spring").exists()


@pytest.mark.parametrize("is_confirmed", [True, False])
def test_appeal_takes_only_an_account_that_two_people_agreed_to(log_in, is_confirmed):
    account = make_account(is_confirmed=is_confirmed)

    log_in("Treasurers").post(reverse("appeal:add"), appeal_data(account))

    assert Appeal.objects.filter(slug="spring").exists() is is_confirmed


def test_list_of_appeals_shows_what_is_promised(log_in):
    appeal = make_appeal()
    make_gift(appeal=appeal, amount="1234.50")
    make_pledge(appeal=appeal, amount_eur="25.00")
    make_pledge(appeal=appeal, amount_eur="12.50")
    make_pledge(appeal=appeal, amount_eur="999.00", status=Pledge.Status.CANCELLED)

    page = log_in("Treasurers").get(reverse("appeal:index")).content.decode()

    assert "€37.50" in page
    assert "€1,234.50" in page


def test_list_of_pledges_costs_the_same_for_one_and_for_many(log_in):
    appeal = make_pledge().appeal
    staff = log_in("Treasurers")
    staff.get(reverse("pledge:index"))
    with CaptureQueriesContext(connection) as one:
        staff.get(reverse("pledge:index"))
    for _ in range(29):
        make_pledge(appeal=appeal)

    with CaptureQueriesContext(connection) as many:
        staff.get(reverse("pledge:index"))

    assert len(many) == len(one)
