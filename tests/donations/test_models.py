"""Accounts, appeals and pledges: what the rows themselves refuse."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from donations.models import BankAccount, Pledge, validate_iban
from donations.totals import totals_of
from tests.factories import in_days, make_appeal, make_pledge

DEMO_IBAN = "BE71 0961 2345 6769"
TEXTBOOK_IBAN = "BE68 5390 0754 7034"


@pytest.mark.parametrize("iban", [DEMO_IBAN, TEXTBOOK_IBAN, "NL91ABNA0417164300"])
def test_true_account_number_is_taken(iban):
    validate_iban(iban)


@pytest.mark.parametrize(
    "iban",
    [
        "BE71 0961 2345 6768",  # the last digit
        "BE54 3101 0027 0000",  # the second pair of check digits
        "GB00 HLFX 1101 6111 4553 65",  # check digits that cannot be
        "BE68 5390 0754 70",
        "BE68 ABCD 0754 7034",
        "XX68 5390 0754 7034",
        "",
        "IBAN",
    ],
)
def test_wrong_account_number_is_refused(iban):
    with pytest.raises(ValidationError, match="not a valid IBAN"):
        validate_iban(iban)


def test_account_is_stored_without_spaces_and_shown_in_fours():
    typed = {"iban": "be71 0961 2345 6769", "bic": "gkcc be bb"}
    account = BankAccount(label="Gifts", payee_name="Viva Salud", **typed)

    account.full_clean(validate_unique=False)

    assert (account.iban, account.bic) == ("BE71096123456769", "GKCCBEBB")
    assert account.iban_grouped == DEMO_IBAN


@pytest.mark.parametrize(
    ("opens", "closes", "is_open", "is_past"),
    [
        (None, None, True, False),
        (0, 0, True, False),
        (-5, -1, False, True),
        (1, 5, False, False),
        (None, -1, False, True),
    ],
)
def test_appeal_is_open_from_its_first_to_its_last_day(opens, closes, is_open, is_past, db):
    appeal = make_appeal(
        opens_on=None if opens is None else in_days(opens),
        closes_on=None if closes is None else in_days(closes),
    )

    assert (appeal.is_open, appeal.is_past) == (is_open, is_past)


@pytest.mark.parametrize("closes", [None, 5])
def test_appeal_that_staff_closed_is_past_whatever_its_days_say(closes, db):
    appeal = make_appeal(closes_on=closes and in_days(closes), is_closed=True)

    assert (appeal.is_open, appeal.is_past) == (False, True)


def test_account_stays_while_somebody_has_still_to_pay(db):
    appeal = make_appeal()
    pledge = make_pledge(appeal=appeal)
    appeal.account = None
    with pytest.raises(ValidationError, match="need an account"):
        appeal.full_clean()

    Pledge.objects.filter(pk=pledge.pk).update(status=Pledge.Status.CANCELLED)

    appeal.full_clean()


def test_promises_add_up_without_those_taken_back(db):
    appeal = make_appeal()
    make_pledge(appeal=appeal, amount_eur="25.00")
    make_pledge(appeal=appeal, amount_eur="12.50")
    make_pledge(appeal=appeal, amount_eur="100.00", status=Pledge.Status.CANCELLED)

    assert str(totals_of(appeal).promised_eur) == "37.50"


@pytest.mark.parametrize("amount", ["0.99", "10000.01"])
def test_database_refuses_amounts_out_of_range(amount, db):
    appeal = make_appeal()

    with pytest.raises(IntegrityError), transaction.atomic():
        make_pledge(appeal=appeal, amount_eur=amount)


def test_names_are_unreadable_in_the_database(db):
    pledge = make_pledge(name="Sam Sample")

    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM donations_pledge WHERE id = %s", [pledge.pk])
        (stored,) = cursor.fetchone()
    assert "Sam" not in stored
    assert Pledge.objects.get(pk=pledge.pk).name == "Sam Sample"
