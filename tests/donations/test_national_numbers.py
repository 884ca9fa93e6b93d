"""National numbers that a payer typed are put out of sight; nothing else is."""

import pytest
from stdnum import iban

from donations.national_numbers import mask

# The examples of the National Register's own documentation have these check digits.
BORN_1985 = "85073003328"
BORN_2017 = "17073003384"


def check(first_nine: str, *, born_from_2000: bool = False) -> str:
    return f"{97 - int(('2' if born_from_2000 else '') + first_nine) % 97:02}"


BIS_1985 = "852730033" + check("852730033")
BIS_KNOWN_SEX = "054730033" + check("054730033", born_from_2000=True)


@pytest.mark.parametrize("number", [BORN_1985, BORN_2017, BIS_1985, BIS_KNOWN_SEX])
def test_national_number_is_put_out_of_sight(number):
    assert mask(f"gift, my number is {number}.") == f"gift, my number is {'•' * 11}."


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("85.07.30-033.28", "••.••.••-•••.••"),
        ("85.07.30-033-28", "••.••.••-•••-••"),
        ("85 07 30 033 28", "•• •• •• ••• ••"),
        ("850730 033 28", "•••••• ••• ••"),
        ("850730-03328", "••••••-•••••"),
        ("85/07/30 - 033/28 thanks", "••/••/•• - •••/•• thanks"),
        ("NN:85073003328 and 17.07.30-033.84", "NN:••••••••••• and ••.••.••-•••.••"),
        ("03/12 85.07.30-033.28", "03/12 ••.••.••-•••.••"),
    ],
)
def test_it_is_found_as_people_write_it(typed, shown):
    assert mask(typed) == shown


def test_unknown_day_of_birth_counts_too():
    number = "850000033" + check("850000033")

    assert mask(number) == "•" * 11


@pytest.mark.parametrize(
    "text",
    [
        "85073003329",  # check digits
        "85133003328",  # no thirteenth month
        "85073203328",
        "+++085/0730/03328+++",  # a structured communication, whatever its digits are
        "***850/7300/33280***",
        "850730033280",
        "085073003328",
        "BE68 5390 0754 7034",
        "BE68539007547034",
        "539-0075470-34",
        "+32 475 12 34 56",
        "0032475123456",
        "32475123456",
        "invoice 2026-03-02, 125.50",
        "",
        "thank you",
    ],
)
def test_other_numbers_stay(text):
    assert mask(text) == text


def test_digits_within_an_account_stay():
    rest = f"MALT{BORN_1985}ABCDEFGHIJKL"
    account = f"MT{iban.calc_check_digits('MT00' + rest)}{rest}"

    assert mask(f"{account} {BORN_1985}") == f"{account} {'•' * 11}"
    assert mask(f"MT00{rest}") == f"MT00{rest}".replace(BORN_1985, "•" * 11)


def test_long_text_of_digits_takes_no_time():
    text = "85073003329 " * 5000

    assert mask(text) == text
