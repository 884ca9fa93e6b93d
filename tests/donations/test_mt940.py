"""MT940 messages of our own, in the dialects of several banks."""

import os
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from donations.statements import mt940
from donations.statements.shape import (
    Balance,
    Closed,
    Doubt,
    Doubtful,
    Entry,
    Opened,
    Refusal,
    StatementError,
)
from tests.donations.camt_files import mt940_file
from tests.donations.reading import Reading
from tests.donations.statement_files import ACCOUNT, Movement

CASES = int(os.environ.get("STATEMENT_CASES", "150"))
GIFT = Movement(
    "25.00",
    "Ann Peeters",
    "BE71096123456769",
    text="for the campaign against something long enough to be cut",
    bank_reference="B2603030001",
    end_to_end="E2E-1",
)


READING = Reading(mt940.read)
events, entries = READING.events, READING.entries
doubts, refusal = READING.doubts, READING.refusal


def message(*lines: str, closing: str = ":62F:C260303EUR0,") -> bytes:
    """Return a message with lines of our own between its head and its closing balance."""
    head = (":20:X", f":25:{ACCOUNT}", ":28C:1", ":60F:C260302EUR0,")
    return "\r\n".join([*head, *lines, closing, "-", ""]).encode()


@pytest.mark.parametrize("newline", ["\r\n", "\n"])
@pytest.mark.parametrize("envelope", [False, True])
@pytest.mark.parametrize("dialect", ["slashes", "questions"])
def test_dialects_and_envelopes_are_read_alike(dialect, envelope, newline):
    refund = Movement("-7.50", "Jan", "NL91ABNA0417164300", text="sorry")
    data = mt940_file(
        [GIFT, refund],
        number=7,
        opening="100",
        dialect=dialect,
        envelope=envelope,
        newline=newline,
    )

    opened, gift, back, closed = events(data)

    assert opened == Opened(
        account=ACCOUNT,
        currency="EUR",
        number="7",
        opening=Balance(Decimal("100.00"), date(2026, 3, 2)),
    )
    assert closed == Closed(Balance(Decimal("117.50"), date(2026, 3, 3)))
    assert gift == Entry(
        amount=Decimal("25.00"),
        booked_on=date(2026, 3, 3),
        valued_on=date(2026, 3, 3),
        counterparty_name="Ann Peeters",
        counterparty_account="BE71096123456769",
        free_text="for the campaign against something long enough to be cut",
        bank_reference="B2603030001",
        end_to_end_reference="E2E-1",
        transaction_code="NTRF",
    )
    assert (back.amount, back.counterparty_name) == (Decimal("-7.50"), "Jan")
    assert (back.free_text, back.end_to_end_reference) == ("sorry", "")


def test_plain_text_is_kept_as_one_line():
    (entry,) = entries(mt940_file([GIFT], dialect="plain"))

    assert entry.free_text == f"BE71096123456769 Ann Peeters {GIFT.text}"
    assert (entry.counterparty_name, entry.end_to_end_reference) == ("", "E2E-1")


def test_short_lines_of_plain_text_are_parted_and_full_ones_joined():
    full = "x" * 65
    data = message(":61:2603030303C5,NTRFNONREF", f":86:{full}", "y end", "-", "of text")

    assert entries(data)[0].free_text == f"{full}y end - of text"


def test_structured_references_are_read():
    gift = Movement("5.00", "Eva", structured="090933755493")

    (entry,) = entries(mt940_file([gift]))

    assert (entry.structured_reference, entry.free_text) == ("090933755493", "")


def test_a_communication_in_the_text_stays_there():
    gift = Movement("5.00", "Eva", text="+++090/9337/55493+++")

    (entry,) = entries(mt940_file([gift]))

    assert (entry.structured_reference, entry.free_text) == ("", "+++090/9337/55493+++")


@pytest.mark.parametrize(
    ("line", "amount", "is_return", "is_pending"),
    [
        ("2603030303C5,NTRFNONREF", "5.00", False, False),
        ("2603030303D5,5NTRFNONREF", "-5.50", False, False),
        ("2603030303RC5,00NTRFNONREF", "-5.00", True, False),
        ("2603030303RD5,00NTRFNONREF", "5.00", True, False),
        ("2603030303CR5,00NTRFNONREF", "5.00", False, False),
        ("2603030303DR5,00NTRFNONREF", "-5.00", False, False),
        ("260303C000000000005,00N102EREF", "5.00", False, False),
        ("260303    DD5,00NMSCNONREF//", "-5.00", False, False),
        ("2603030303EC5,00NTRFNONREF", "5.00", False, True),
        ("2603030303C5,00NRTINONREF", "5.00", True, False),
    ],
)
def test_marks_say_which_way_the_money_goes(line, amount, is_return, is_pending):
    (entry,) = entries(message(f":61:{line}"))

    assert (str(entry.amount), entry.is_return, entry.is_pending) == (
        amount,
        is_return,
        is_pending,
    )
    assert entry.booked_on == entry.valued_on == date(2026, 3, 3)


@pytest.mark.parametrize(
    ("days", "valued_on", "booked_on", "kinds"),
    [
        ("2512310102", date(2025, 12, 31), date(2026, 1, 2), []),
        ("2601021231", date(2026, 1, 2), date(2025, 12, 31), []),
        ("2602300302", None, date(2026, 3, 2), [Doubtful.DATE]),
        ("2603030230", date(2026, 3, 3), None, [Doubtful.DATE]),
        ("9912311231", date(1999, 12, 31), date(1999, 12, 31), []),
    ],
)
def test_entry_days_lie_near_the_value_date(days, valued_on, booked_on, kinds):
    data = message(f":61:{days}C5,NTRFNONREF")

    (entry,) = entries(data)

    assert (entry.valued_on, entry.booked_on) == (valued_on, booked_on)
    assert [(doubt.kind, doubt.line) for doubt in doubts(data)] == [(kind, 5) for kind in kinds]


def test_ing_lines_that_were_cut_are_joined():
    data = message(
        ":61:2603030303C32,00NTRFEREF//000000000010",
        "11",
        "/TRCD/00108/",
        ":86:/EREF/15814016//CNTP/BE71096123456769/KREDBEBB/J.J",
        "anssen/Gent//REMI/USTD//thank",
        "-",
        "you/",
    ).replace(f":25:{ACCOUNT}".encode(), f":25:{ACCOUNT}EUR".encode())
    data = data.replace(b":28C:1", b":28C:0000\r\n7")

    opened, entry, _closed = events(data)

    assert (opened.account, opened.number) == (ACCOUNT, "7")
    assert (entry.bank_reference, entry.end_to_end_reference) == ("00000000001011", "15814016")
    assert (entry.counterparty_name, entry.free_text) == ("J.Janssen", "thank-you")


def test_the_second_line_of_a_movement_may_be_the_account():
    data = message(
        ":61:260303C5,00N102EREF",
        "BE71096123456769",
        ":86:/ORDP//NAME/Eva/REMI/gift/ISDT/2026-03-03",
    )

    (entry,) = entries(data)

    assert (entry.counterparty_account, entry.counterparty_name, entry.free_text) == (
        "BE71096123456769",
        "Eva",
        "gift",
    )


def test_pages_are_one_statement():
    first = mt940_file([GIFT], number=3, page=1, opening="10", is_last_page=False)
    second = mt940_file([GIFT], number=3, page=2, opening="35", is_first_page=False)
    wrong = mt940_file([GIFT], number=3, page=2, opening="36", is_first_page=False)

    whole = events(first + second)

    assert [type(event) for event in whole] == [Opened, Entry, Entry, Closed]
    assert (whole[0].opening.amount, whole[-1].closing.amount) == (Decimal("10.00"), Decimal(60))
    assert [doubt.kind for doubt in doubts(first)] == [Doubtful.INCOMPLETE]
    assert [doubt.kind for doubt in doubts(first + wrong)] == [Doubtful.CHAIN]


def test_the_page_of_another_statement_is_not_taken_for_the_next():
    first = mt940_file([GIFT], number=3, opening="10", is_last_page=False)
    other = mt940_file([GIFT], number=4, opening="35")

    found = events(first + other)

    assert [type(event) for event in found] == [Opened, Entry, Doubt, Closed, Opened, Entry, Closed]


def test_messages_follow_each_other_with_or_without_an_end():
    two = mt940_file([GIFT], number=1) + mt940_file(number=2)
    without = two.replace(b"-\r\n:20:", b":20:")

    assert [type(event) for event in events(two)] == [Opened, Entry, Closed, Opened, Closed]
    assert events(without) == events(two)


def test_what_stands_behind_the_closing_balance_changes_nothing():
    more = b":64:C260303EUR9,\r\n:65:C260304EUR9,\r\n:86:/SUM/1/0/25,00/0,00/\r\n-\r\n"
    data = mt940_file([GIFT])

    assert events(data.removesuffix(b"-\r\n") + more) == events(data)


def test_unknown_fields_are_doubted_and_known_ones_left_out():
    assert not doubts(message(":13D:2603031200+0100", ":34F:EURD0,", ":NS:22SALDO"))
    (doubt,) = doubts(message(":99:what"))

    assert (doubt.kind, doubt.values, doubt.line) == (Doubtful.RECORD, {"found": ":99:"}, 5)


def test_letters_of_windows_and_of_none_are_told_apart():
    gift = Movement("5.00", "Zoë")
    windows = mt940_file([gift], encoding="cp1252")

    assert entries(windows)[0].counterparty_name == "Zoë"
    assert entries(mt940_file([gift]))[0].counterparty_name == "Zoë"
    assert not doubts(windows)
    assert [doubt.kind for doubt in doubts(windows.replace(b"\xeb", b"\x81"))] == [
        Doubtful.ENCODING
    ]


def test_decimals_currencies_and_account_numbers_are_doubted():
    data = message(":61:2603030303C5,001NTRFNONREF", closing=":62F:C260303USD5,001")

    assert [(doubt.kind, doubt.line) for doubt in doubts(data)] == [
        (Doubtful.DECIMALS, 5),
        (Doubtful.DECIMALS, 6),
        (Doubtful.CURRENCY, 6),
    ]
    (doubt,) = doubts(mt940_file(account="BE00539007547034"))
    assert (doubt.kind, doubt.values) == (Doubtful.ACCOUNT, {"found": "BE00539007547034"})


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", Refusal.EMPTY),
        (b"\r\n\r\n", Refusal.UNKNOWN),
        (b"date;amount\r\n2026-03-03;5\r\n", Refusal.UNKNOWN),
        (b"{1:F01X}{2:O9420500260304X}{4:\r\n:20:X\r\n-}\r\n", Refusal.OTHER_MESSAGE),
        (mt940_file([GIFT])[:120], Refusal.CUT_OFF),
        (mt940_file([GIFT], envelope=True).replace(b":62F:", b":64:"), Refusal.CUT_OFF),
        (mt940_file([GIFT])[:120] + b"\r\n" + mt940_file(), Refusal.ORDER),
        (b":25:BE68539007547034\r\n" + mt940_file(), Refusal.ORDER),
        (mt940_file([GIFT]).replace(b":60F:", b":64:"), Refusal.ORDER),
        (mt940_file() + b":61:2603030303C5,NTRFNONREF\r\n", Refusal.ORDER),
        (message(":61:2603030303X5,NTRFNONREF"), Refusal.BAD_RECORD),
        (message(":61:2603030303C5,0,0NTRFNONREF"), Refusal.BAD_AMOUNT),
        (message(closing=":62F:C260303EUR-5,"), Refusal.BAD_AMOUNT),
        (message(closing=":62F:260303EUR5,"), Refusal.BAD_RECORD),
        (message(":61:2603030303C5,NTRF", ":86:x", *["y"] * 300), Refusal.BAD_RECORD),
        (message(":61:2603030303C5,NTRF", ":86:" + "x" * 5000), Refusal.BAD_RECORD),
    ],
)
def test_what_is_no_whole_statement_is_refused(data, reason):
    assert refusal(data).reason == reason


# --- Anything at all

SAMPLE = (
    mt940_file([GIFT, Movement("-3.00", "Jan")], number=1, is_last_page=False, dialect="slashes")
    + mt940_file([GIFT], number=1, opening="22", is_first_page=False, dialect="questions")
    + mt940_file([GIFT], number=2, envelope=True, dialect="plain")
)
PIECES = [
    b":20:", b":61:", b":86:", b":62F:", b"\r\n", b"\n-\n", b"-}", b"{4:", b"?20", b"?3", b"/REMI/",
    b"/CNTP/", b"\x81", b"\xeb", b"\x00", b",", b"9" * 20, b"260230", b"\xd9\xa3", b"//", b":25P:",
]  # fmt: skip


@pytest.mark.parametrize(
    "data",
    [
        b":86:Peeters Noor BE62510007547061\n",
        b":20:X\n:61:260102C25,00NTRFNONREF//Peeters Noor\n",
        message(":61:260102C25,00 for Peeters Noor"),
    ],
)
def test_refusal_tells_nothing_of_a_payer(data):
    found = refusal(data).found

    assert found.startswith((":86:", ":61:"))
    assert "Peeters" not in found


def read_or_refused(data: bytes) -> None:
    """Fail with anything that is raised but ``StatementError``."""
    try:
        events(data)
    except StatementError as error:
        assert error.reason in Refusal


@pytest.mark.fuzz
@settings(max_examples=CASES, deadline=None)
@given(st.data())
def test_changed_statements_are_read_or_refused(data):
    changed = bytearray(SAMPLE)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(changed)))
        length = data.draw(st.integers(0, 12))
        piece = data.draw(st.one_of(st.sampled_from(PIECES), st.binary(max_size=6)))
        changed[at : at + length] = piece

    read_or_refused(bytes(changed))


@pytest.mark.fuzz
@settings(max_examples=CASES, deadline=None)
@given(
    st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=40)), max_size=12),
    st.sampled_from([b"", SAMPLE[:90], SAMPLE[:200]]),
)
def test_any_bytes_are_read_or_refused(noise, head):
    read_or_refused(head + b"".join(noise))
