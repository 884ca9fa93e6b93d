"""The staff screens of bank accounts: who sees them, who proposes, who decides."""

import html
import re

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import RequestFactory
from django.urls import reverse

from donations.models import AccountChange, BankAccount
from donations.services import propose_change
from donations.services.accounts import current_values
from donations.treasury.accounts import AccountsViewSet
from donations.treasury.to_do import accounts_to_do
from tests.factories import in_days, make_account, make_appeal, make_pledge, make_staff, notatarget

pytestmark = pytest.mark.django_db

DATA = {
    "iban": "BE68 5390 0754 7034",
    "bic": "",
    "payee_name": "Viva Salud",
    "reference_line": "text",
    "used_from": "",
    "used_until": "",
    "reason": "Letter of the bank of 3 March",
}
PROPOSE = "change_bankaccount"
APPROVE = "approve_accountchange"


def person(name: str, *permissions: str):
    user = get_user_model().objects.create_user(name, f"{name}@example.org", "x" * 20)
    names = ("access_admin", "view_bankaccount", *permissions)
    user.user_permissions.add(*Permission.objects.filter(codename__in=names))
    return user


def url(name: str, *args) -> str:
    return reverse(f"donations_treasury:{name}", args=args)


def text_of(response) -> str:
    assert response.status_code == 200
    return html.unescape(response.content.decode())


def is_refused(response) -> bool:
    return response.status_code == 302 and response.headers["Location"] == reverse(
        "wagtailadmin_home"
    )


def proposed(by, account=None, **changes) -> AccountChange:
    values = {"iban": "BE68539007547034", "payee_name": "Viva Salud", "reference_line": "text"}
    before = current_values(account) if account else {}
    return propose_change(
        account=account, values={**before, **values, **changes}, label="New", reason="Move", by=by
    )


def test_account_is_proposed_on_one_screen_and_approved_on_another(client):
    account = make_account()
    ada, bob = person("ada", PROPOSE), person("bob", APPROVE)

    client.force_login(ada)
    answer = client.post(url("account_propose", account.pk), DATA)
    change = AccountChange.objects.get()
    assert answer.headers["Location"] == url("account_change", change.pk)
    page = text_of(client.get(answer.headers["Location"]))
    assert "You proposed this change yourself" in page
    assert url("account_approve", change.pk) not in page

    client.force_login(bob)
    page = text_of(client.get(url("account_change", change.pk)))
    row = re.search(r'<tr class="accounts__changed">\s*<th[^>]*>IBAN.*?</tr>', page, re.DOTALL)[0]
    assert re.findall(r"<td>([^<]*)</td>", row) == ["BE71 0961 2345 6769", "BE68 5390 0754 7034"]
    assert "Letter of the bank of 3 March" in page
    client.post(url("account_approve", change.pk))

    account.refresh_from_db()
    assert (account.iban, account.payee_name) == ("BE68539007547034", "Viva Salud")
    shown = text_of(client.get(url("account", account.pk)))
    assert "Approved" in shown
    assert "BE68 5390 0754 7034" in shown


def test_new_account_is_proposed_with_label_and_purpose(client):
    client.force_login(person("ada", PROPOSE, "add_bankaccount"))
    data = {**DATA, "label": "Emergency", "purpose": "Emergencies", "used_from": "2027-01-01"}

    client.post(url("account_new"), data)

    account = BankAccount.objects.get(label="Emergency")
    assert (account.purpose, str(account.used_from)) == ("Emergencies", "2027-01-01")
    assert not account.is_confirmed
    assert "two people have not agreed" in text_of(client.get(url("accounts")))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"iban": "BE68 5390 0754 7035"}, "not a valid IBAN"),
        ({"reason": ""}, "required"),
        ({"bic": "GKCC"}, "not a BIC"),
        ({"used_from": "2027-02-01", "used_until": "2027-01-01"}, "cannot come before the first"),
    ],
)
def test_wrong_proposal_keeps_what_was_typed(client, wrong, words):
    account = make_account()
    client.force_login(person("ada", PROPOSE))

    page = text_of(client.post(url("account_propose", account.pk), {**DATA, **wrong}))

    assert words in page
    assert 'value="Viva Salud"' in page
    assert not AccountChange.objects.exists()


def test_proposer_cannot_approve_even_by_hand(client):
    account = make_account()
    ada = person("ada", PROPOSE, APPROVE)
    change = proposed(ada, account)
    client.force_login(ada)

    page = text_of(client.post(url("account_approve", change.pk), follow=True))

    assert "You proposed this change yourself" in page
    account.refresh_from_db()
    assert account.iban == "BE71096123456769"


def test_second_person_refuses_and_the_proposer_withdraws(client):
    account = make_account()
    ada, bob = person("ada", PROPOSE), person("bob", APPROVE)
    refused = proposed(ada, account)

    client.force_login(bob)
    client.post(url("account_refuse", refused.pk))
    withdrawn = proposed(ada, account)
    client.force_login(ada)
    client.post(url("account_withdraw", withdrawn.pk))

    states = AccountChange.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["refused", "withdrawn"]
    account.refresh_from_db()
    assert account.iban == "BE71096123456769"


@pytest.mark.parametrize(
    ("permissions", "allowed"),
    [
        ([], {"accounts", "account", "account_change"}),
        ([PROPOSE], {"account_propose", "account_describe"}),
        (["add_bankaccount"], {"account_new"}),
    ],
)
def test_screens_open_to_those_who_need_them(client, permissions, allowed):
    account = make_account()
    change = proposed(person("ada"), account)
    client.force_login(person("bob", *permissions))
    arguments = {"accounts": [], "account_new": [], "account_change": [change.pk]}
    always = {"accounts", "account", "account_change"}

    for name in (*always, "account_propose", "account_describe", "account_new"):
        response = client.get(url(name, *arguments.get(name, [account.pk])))
        assert is_refused(response) is (name not in allowed | always), name


@pytest.mark.parametrize("permissions", [[], [PROPOSE]])
def test_deciding_takes_the_permission(client, permissions):
    change = proposed(person("ada"), make_account())
    client.force_login(person("bob", *permissions))

    for name in ("account_approve", "account_refuse"):
        assert is_refused(client.post(url(name, change.pk)))

    change.refresh_from_db()
    assert change.state == "proposed"


@pytest.mark.parametrize("group", ["Moderators", "Editors"])
def test_others_see_no_account(client, group):
    account = make_account()
    client.force_login(make_staff(group))

    for address in (url("accounts"), url("account", account.pk), url("account_new")):
        assert is_refused(client.get(address))


def test_visitors_are_asked_to_log_in(client):
    assert client.get(url("accounts")).headers["Location"].startswith("/admin/login/")


def test_looking_does_not_decide(client):
    change = proposed(person("ada"), make_account())
    client.force_login(person("bob", PROPOSE, APPROVE))

    for name in ("account_approve", "account_refuse", "account_withdraw"):
        assert client.get(url(name, change.pk)).status_code == 405

    change.refresh_from_db()
    assert change.state == "proposed"


def test_change_names_the_pages_and_the_promises_that_it_touches(client):
    account = make_account()
    appeal = make_appeal(account=account)
    for _ in range(2):
        make_pledge(appeal=appeal, account=account)
    change = proposed(person("ada"), account)
    client.force_login(person("bob", APPROVE))

    page = text_of(client.get(url("account_change", change.pk)))

    assert f'href="{appeal.pages.get().url}"' in page
    assert "2 promises awaited" in page
    assert "2 people have still to transfer" in page


def test_list_tells_of_promises_and_pages_that_say_otherwise(client):
    account = make_account()
    make_pledge(appeal=make_appeal(account=account), account=account, shown_payee_name="Viva")
    change = proposed(person("ada"), account)
    page = notatarget("en")
    page.lead = "Give to BE43 0689 9999 9501"
    page.save_revision().publish()
    client.force_login(person("bob"))

    shown = text_of(client.get(url("accounts")))

    assert "1 awaited promise was shown something else." in shown
    assert url("account_change", change.pk) in shown
    assert "BE43068999999501 is not an account of ours" in shown
    assert reverse("wagtailadmin_pages:edit", args=[page.pk]) in shown


def test_label_is_changed_alone(client):
    account = make_account()
    client.force_login(person("ada", PROPOSE))

    client.post(url("account_describe", account.pk), {"label": "Main", "iban": "BE43068999999501"})

    account.refresh_from_db()
    assert (account.label, account.iban) == ("Main", "BE71096123456769")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "In use"),
        ({"is_confirmed": False}, "Takes no gifts: two people"),
        ({"used_from": in_days(2)}, "Takes gifts from"),
        ({"used_until": in_days(-2)}, "Takes no gifts since"),
    ],
)
def test_list_says_whether_an_account_takes_gifts(client, fields, words):
    account = make_account(**fields)
    client.force_login(person("ada"))

    assert words in text_of(client.get(url("account", account.pk)))


def to_approve(user) -> list[tuple[int, str]]:
    request = RequestFactory().get("/admin/")
    request.user = user
    items = {item.key: item for item in accounts_to_do(request)}
    return [(item.number, item.label) for item in [items.get("account-changes")] if item]


def test_first_page_counts_what_a_person_may_approve():
    ada, bob, cas = person("ada", APPROVE), person("bob", APPROVE), person("cas", PROPOSE)
    assert to_approve(bob) == [(0, "changes of bank accounts to approve")]

    proposed(ada, make_account())

    assert to_approve(bob) == [(1, "change of a bank account to approve")]
    assert to_approve(ada) == [(0, "changes of bank accounts to approve")]
    assert to_approve(cas) == []


def test_menu_leads_to_the_accounts():
    item = AccountsViewSet().get_menu_item()
    request = RequestFactory().get("/admin/")

    assert item.url == url("accounts")
    request.user = person("ada")
    assert item.is_shown(request)
    request.user = make_staff("Moderators")
    assert not item.is_shown(request)
