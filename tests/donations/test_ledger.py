"""The ledger equals the statements, and the database itself insists on it."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from donations.models import Allocation, BankEntry, Pledge
from donations.services import settle
from tests.donations.importing_files import PAYER, imported, our_account, our_pledge, paid, sums
from tests.donations.statement_files import Movement, coda_file

pytestmark = pytest.mark.django_db


def check_now() -> None:
    """Have the deferred checks done as at the end of a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@pytest.fixture
def booked() -> Pledge:
    pledge = our_pledge()
    movements = [paid(pledge), Movement("40", text="a gift", account=PAYER), Movement("-3")]
    imported(coda_file(movements))
    return pledge


def test_sum_of_the_ledger_is_the_sum_of_the_statements(booked):
    assert sums() == (Decimal("62"), Decimal("62"))


def undo_a_line() -> None:
    line = Allocation.objects.filter(kind="suspense").first()
    Allocation.objects.filter(pk=line.pk).update(undone_at=timezone.now())


def add_a_line() -> None:
    line = Allocation.objects.first()
    line.pk = None
    line.save()


def change_a_line() -> None:
    Allocation.objects.filter(kind="gift").update(amount=Decimal("24.99"))


def change_an_entry() -> None:
    BankEntry.objects.filter(amount=25).update(amount=Decimal("250"))


def delete_a_line() -> None:
    Allocation.objects.filter(kind="gift").delete()


def move_a_line() -> None:
    one, other = BankEntry.objects.order_by("pk")[:2]
    Allocation.objects.filter(entry=one).update(entry=other)


@pytest.mark.parametrize(
    "damage",
    [undo_a_line, add_a_line, change_a_line, change_an_entry, delete_a_line, move_a_line],
)
def test_database_refuses_a_ledger_that_does_not_add_up(booked, damage):
    refused = pytest.raises(IntegrityError, match="ledger_equals_statements|is placed as")
    with refused, transaction.atomic():
        damage()
        check_now()

    assert sums() == (Decimal("62"), Decimal("62"))


def test_database_refuses_a_batch_that_is_not_its_parts():
    our_account()
    imported(coda_file([Movement("40", details=[Movement("25"), Movement("15")])]))
    part = BankEntry.objects.exclude(batch=None).first()

    with pytest.raises(IntegrityError, match="is placed as"), transaction.atomic():
        BankEntry.objects.filter(pk=part.pk).update(batch=None)
        check_now()

    check_now()


def test_line_may_give_way_to_others_of_the_same_sum(booked):
    suspense = Allocation.objects.get(kind="suspense", amount=40)
    Allocation.objects.filter(pk=suspense.pk).update(undone_at=timezone.now())
    for amount in (Decimal("15"), Decimal("25")):
        Allocation.objects.create(entry=suspense.entry, kind="other", amount=amount, on=suspense.on)

    check_now()
    assert sums() == (Decimal("62"), Decimal("62"))


# What pledges have received


@pytest.mark.parametrize(
    ("amounts", "fields", "status", "received"),
    [
        ([], {}, "promised", "0"),
        ([], {"ended": "expired"}, "expired", "0"),
        ([], {"ended": "cancelled"}, "cancelled", "0"),
        (["10"], {}, "part_paid", "10"),
        (["25"], {}, "paid", "25"),
        (["10", "15"], {}, "paid", "25"),
        (["26"], {}, "overpaid", "26"),
        (["25"], {"ended": "cancelled"}, "paid", "25"),
        (["25", "25"], {"frequency": "monthly"}, "paid", "50"),
        (["5"], {"frequency": "monthly"}, "paid", "5"),
    ],
)
def test_pledge_is_settled_from_the_ledger(amounts, fields, status, received):
    pledge = our_pledge(**fields)
    if amounts:
        imported(coda_file([paid(pledge, amount) for amount in amounts]))

    settle([pledge.pk])
    settle([pledge.pk, pledge.pk])

    pledge.refresh_from_db()
    assert (pledge.status, pledge.received_eur) == (status, Decimal(received))


def test_pledge_whose_money_went_back_is_returned():
    pledge = our_pledge()
    imported(coda_file([paid(pledge), paid(pledge, "-25", return_type="2")]))
    back = Allocation.objects.get(kind="suspense")
    Allocation.objects.filter(pk=back.pk).update(undone_at=timezone.now())
    Allocation.objects.create(
        entry=back.entry,
        kind="return",
        amount=back.amount,
        pledge=pledge,
        appeal=pledge.appeal,
        on=back.on,
    )
    settle([pledge.pk])
    check_now()

    pledge.refresh_from_db()
    assert (pledge.status, pledge.received_eur) == ("returned", Decimal("0"))


def test_settling_nobody_asks_the_database_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        settle([])
