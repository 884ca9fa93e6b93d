"""Standing orders: recognised in what came, expected for nobody's sum."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from donations.models import Pledge
from donations.standing_orders import standing_orders
from donations.totals import totals_of
from tests.donations.gifts import make_gift, undo
from tests.factories import in_days, make_appeal, make_pledge, make_staff

pytestmark = pytest.mark.django_db

PAYER = "a" * 64


def give(appeal, days_ago: list[int], *, amounts=None, payer: str = PAYER, **fields):
    amounts = amounts or ["10"] * len(days_ago)
    return [
        make_gift(appeal=appeal, on=in_days(-days), amount=amount, payer=payer, **fields)
        for days, amount in zip(days_ago, amounts, strict=True)
    ]


def test_three_payments_a_month_apart_are_one():
    appeal = make_appeal()
    give(appeal, [70, 40, 10])

    (order,) = standing_orders()

    assert (order.appeal, order.payments, str(order.amount_eur)) == (appeal, 3, "10.000")
    assert (order.since, order.last_on) == (in_days(-70), in_days(-10))
    assert not order.is_late
    assert order.pledge is order.supporter is None


@pytest.mark.parametrize(
    ("days", "amounts"),
    [
        ([40, 10], None),
        ([60, 40, 10], None),
        ([90, 46, 10], None),
        ([70, 40, 10], ["10", "50", "10"]),
        ([200, 170, 140], None),
    ],
    ids=["two", "too close", "too far", "other amounts", "ended"],
)
def test_these_are_none(days, amounts):
    give(make_appeal(), days, amounts=amounts)

    assert standing_orders() == []


@pytest.mark.parametrize(("gap", "number"), [(25, 0), (26, 1), (35, 1), (36, 0)])
def test_months_differ_a_little(gap, number):
    give(make_appeal(), [2 * gap, gap, 0])

    assert len(standing_orders()) == number


def test_row_begins_anew_where_it_was_broken():
    give(make_appeal(), [160, 70, 40, 10])

    (order,) = standing_orders()

    assert order.payments == 3
    assert order.since == in_days(-70)


def test_gifts_of_others_and_undone_ones_make_no_row():
    appeal = make_appeal()
    give(appeal, [70, 10])
    give(appeal, [40], payer="b" * 64)
    give(appeal, [70, 40, 10], payer="")
    undo(give(appeal, [40])[0])

    assert standing_orders() == []


def test_payments_of_a_monthly_promise_are_one_whatever_the_account():
    pledge = make_pledge(amount_eur=10, frequency=Pledge.Frequency.MONTHLY)
    for days, payer in ((70, "a"), (40, "b"), (10, "c")):
        make_gift(
            pledge=pledge,
            on=in_days(-days),
            amount="10",
            payer=payer * 64,
            circumstance="instalment",
        )

    (order,) = standing_orders()

    assert order.pledge == pledge
    assert order.supporter == pledge.supporter


def test_next_payment_is_expected_in_the_month_after():
    appeal = make_appeal()
    for on in (date(2025, 10, 31), date(2025, 11, 30), date(2025, 12, 31)):
        make_gift(appeal=appeal, on=on, payer=PAYER)

    (order,) = standing_orders(date(2026, 1, 10))
    (late,) = standing_orders(date(2026, 2, 10))

    assert order.next_on == date(2026, 1, 31)
    assert (order.is_late, late.is_late) == (False, True)


def test_what_is_expected_is_in_no_sum():
    appeal = make_appeal()
    give(appeal, [70, 40, 10])

    assert standing_orders()[0].next_on > in_days(0) - timedelta(days=1)
    totals = totals_of(appeal)
    assert (str(totals.received_eur), str(totals.promised_eur)) == ("30.00", "0.00")


@pytest.mark.parametrize(("group", "is_shown"), [("Treasurers", True), ("Editors", False)])
def test_screen_is_for_the_treasurer(client, group, is_shown):
    give(make_appeal(), [70, 40, 10])
    client.force_login(make_staff(group))

    response = client.get(reverse("donations_treasury:standing_orders"))

    assert (response.status_code == 200) is is_shown
    assert ("Test appeal" in response.content.decode()) is is_shown
