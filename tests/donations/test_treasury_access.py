"""Every address of the treasurer's screens is closed to whoever has no business there."""

import pytest
from django.test import Client
from django.urls import reverse

from donations import services
from donations.models import AccountChange, Allocation, BankEntry, Milestone, Pledge
from donations.services.accounts import current_values
from donations.treasury import urls
from tests.donations.gifts import make_gift
from tests.donations.payments import make_payment
from tests.factories import make_account, make_appeal, make_delivery, make_reward, make_staff

pytestmark = pytest.mark.django_db

# Editors tell on pages what appeals have reached.
OPEN_TO_EDITORS = {"milestones", "decide_milestone"}


@pytest.fixture
def rows():
    """A row behind each kind of number in an address, and the numbers."""
    account = make_account()
    appeal = make_appeal(account=account)
    entry = make_payment(account, name="Anna Waits")
    delivery = make_delivery(make_reward(appeal=appeal))
    make_gift(appeal=appeal)
    change = services.propose_change(
        account=account,
        values={**current_values(account), "payee_name": "Viva Test asbl"},
        reason="letter",
        by=make_staff("Administrators"),
    )
    milestone = Milestone.objects.create(appeal=appeal, amount_eur=1000)
    return {
        "account_id": account.pk,
        "change_id": change.pk,
        "entry_id": entry.pk,
        "delivery_id": delivery.pk,
        "pledge_id": delivery.pledge_id,
        "file_id": entry.statement.file_id,
        "milestone_id": milestone.pk,
    }


def addresses(rows) -> dict[str, str]:
    found = {}
    for route in urls.urlpatterns:
        values = {name: rows[name] for name in route.pattern.converters}
        found[route.name] = reverse(f"donations_treasury:{route.name}", kwargs=values)
    return found


def state() -> list:
    """What anybody who got in would have changed."""
    return [
        list(BankEntry.objects.order_by("pk").values_list("pk", "state")),
        Allocation.objects.count(),
        list(AccountChange.objects.values_list("state", flat=True)),
        list(Milestone.objects.values_list("state", flat=True)),
        list(Pledge.objects.order_by("pk").values_list("pk", "status", "ended")),
    ]


def answers(client: Client, address: str) -> list:
    """Of both ways to ask, those that the address takes at all."""
    data = {"target": "appeal-1", "kind": "csv", "names": "on"}
    asked = [client.get(address), client.post(address, data)]
    return [answer for answer in asked if answer.status_code != 405]


def test_visitors_are_asked_to_log_in_everywhere(client, rows):
    before = state()

    for name, address in addresses(rows).items():
        taken = answers(client, address)
        assert taken, name
        assert all(one.url.startswith("/admin/login/") for one in taken), name

    assert state() == before


@pytest.mark.parametrize("group", ["Editors", "Moderators"])
def test_others_of_staff_are_sent_away_everywhere(client, rows, group):
    client.force_login(make_staff(group))
    before = state()

    for name, address in addresses(rows).items():
        if group == "Editors" and name in OPEN_TO_EDITORS:
            continue
        taken = answers(client, address)
        assert taken, name
        assert all(one.status_code == 302 and one.url == "/admin/" for one in taken), name

    assert state() == before


def test_treasurers_get_in_everywhere(client, rows):
    client.force_login(make_staff("Treasurers"))

    for name, address in addresses(rows).items():
        taken = answers(client, address)
        assert taken, name
        assert all(getattr(one, "url", "") != "/admin/" for one in taken), name
        assert all(one.status_code in (200, 302) for one in taken), (name, taken)
