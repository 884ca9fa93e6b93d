"""Amounts as people type them: read in one way, or refused."""

from decimal import Decimal

import pytest

from donations.amounts import AmountError, Problem, read_euros


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("25", "25.00"),
        ("25,00", "25.00"),
        ("25.00", "25.00"),
        ("25,5", "25.50"),
        ("0.50", "0.50"),
        ("1 250", "1250.00"),
        ("1\u00a0250", "1250.00"),
        ("1\u202f250,50", "1250.50"),
        ("1.250,50", "1250.50"),
        ("1,250.50", "1250.50"),
        ("1.250.000", "1250000.00"),
        ("€ 25", "25.00"),
        ("€25", "25.00"),
        ("25\u00a0€", "25.00"),
        ("EUR 25", "25.00"),
        ("25 euros", "25.00"),
        ("25,-", "25.00"),
        ("25,–", "25.00"),
        ("  25  ", "25.00"),
    ],
)
def test_amount_is_read(typed, amount):
    read = read_euros(typed)

    assert str(read) == amount
    assert isinstance(read, Decimal)


@pytest.mark.parametrize("typed", ["1.250", "1,250", "25.000", "999,999", "€ 1.250"])
def test_amount_with_two_readings_is_refused(typed):
    with pytest.raises(AmountError) as caught:
        read_euros(typed)

    assert caught.value.problem is Problem.TWO_READINGS


@pytest.mark.parametrize("typed", ["0,125", "1250.500", "25.0000", "1.250,505"])
def test_amount_with_part_cents_is_refused(typed):
    with pytest.raises(AmountError) as caught:
        read_euros(typed)

    assert caught.value.problem is Problem.TOO_PRECISE


@pytest.mark.parametrize(
    "typed",
    ["", "€", "abc", "-5", "25-", "12 50", "25..5", "25,", ".5", "1.25.30", "1e3", "٢٥", "²5"]
    + ["1,250,30", "25€50", "1.250 50", "25 26", "+25", "0x10", "NaN", "1_000"],
)
def test_what_is_no_amount_is_refused(typed):
    with pytest.raises(AmountError) as caught:
        read_euros(typed)

    assert caught.value.problem is Problem.UNREADABLE


def test_whatever_is_typed_gives_an_amount_or_an_amount_error():
    pieces = ["1", "25", "000", ".", ",", " ", "€", "-"]
    for first in pieces:
        for second in pieces:
            for third in pieces:
                for fourth in pieces:
                    typed = first + second + third + fourth
                    try:
                        amount = read_euros(typed)
                    except AmountError:
                        continue
                    digits = "".join(c for c in typed if c.isdecimal())
                    # Never more than the digits alone say, and never another order of them.
                    assert amount <= Decimal(digits)
                    assert amount.as_tuple().exponent == -2
