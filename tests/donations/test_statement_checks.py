"""What the statements of any format must add up to, and how they are told apart."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest

from donations.statements import recognition
from donations.statements.checks import checked
from donations.statements.recognition import format_of, read_statement, recognise
from donations.statements.shape import (
    Balance,
    Closed,
    Detail,
    Doubt,
    Doubtful,
    Entry,
    Event,
    Format,
    Opened,
    Refusal,
    StatementError,
)
from tests.donations.statement_files import Movement, coda_file

CAMT = b'<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"/>'


def statement(
    opening="0",
    *entries,
    closing="0",
    account="BE68539007547034",
    number="1",
    on=date(2026, 3, 3),
) -> list[Event]:
    return [
        Opened(
            account=account,
            currency="EUR",
            number=number,
            opening=opening and Balance(Decimal(opening)),
            created_on=on,
        ),
        *(entry if isinstance(entry, Entry) else Entry(Decimal(entry)) for entry in entries),
        Closed(closing and Balance(Decimal(closing))),
    ]


def doubts_in(events) -> list[Doubt]:
    return [event for event in checked(events) if isinstance(event, Doubt)]


def test_a_statement_that_adds_up_is_not_doubted():
    events = statement("10.00", "5.50", "-2.25", closing="13.25")
    assert list(checked(events)) == events


def test_entries_that_do_not_lead_to_the_closing_balance_are_doubted():
    (doubt,) = doubts_in(statement("10.00", "5.50", closing="15.00", number="7"))
    assert doubt == Doubt(
        Doubtful.BALANCE,
        {"expected": Decimal("15.50"), "found": Decimal("15.00")},
        statement="7",
    )


def test_pending_entries_are_not_counted():
    pending = Entry(Decimal("99.00"), is_pending=True)
    assert doubts_in(statement("10.00", "5.50", pending, closing="15.50")) == []


@pytest.mark.parametrize(("opening", "closing"), [(None, "7"), ("7", None), (None, None)])
def test_a_balance_that_is_not_given_is_not_missed(opening, closing):
    assert doubts_in(statement(opening, "5.50", closing=closing)) == []


def test_statements_of_an_account_must_follow_each_other():
    first = statement("0", "5", closing="5", number="1")
    assert doubts_in([*first, *statement("5", "1", closing="6", number="2")]) == []
    (doubt,) = doubts_in([*first, *statement("4", "1", closing="5", number="2")])
    assert doubt == Doubt(
        Doubtful.CHAIN, {"expected": Decimal(5), "found": Decimal(4)}, statement="2"
    )


def test_statements_of_another_account_stand_for_themselves():
    first = statement("0", "5", closing="5", number="1")
    other = statement("40", "1", closing="41", number="9", account="BE71096123456769")
    again = statement("5", closing="5", number="2")
    assert doubts_in([*first, *other, *again]) == []


@pytest.mark.parametrize("number", ["9", "10", "1", "", "2026/12"])
def test_numbers_that_may_follow_are_not_doubted(number):
    assert doubts_in([*statement(number="9"), *statement(number=number)]) == []


@pytest.mark.parametrize("number", ["12", "8", "00"])
def test_a_missing_number_is_doubted(number):
    (doubt,) = doubts_in([*statement(number="9"), *statement(number=number)])
    assert doubt.kind is Doubtful.GAP
    assert doubt.values == {"expected": 10, "found": int(number)}


def test_numbers_that_are_the_days_of_the_year_need_not_follow():
    friday, monday = date(2026, 3, 6), date(2026, 3, 9)
    assert doubts_in([*statement(number="65", on=friday), *statement(number="68", on=monday)]) == []


def test_the_details_of_a_batch_must_make_its_amount():
    batch = Entry(Decimal("30.00"), details=[Detail(Decimal("10.00")), Detail(Decimal("20.00"))])
    assert doubts_in(statement("0", batch, closing="30")) == []
    batch.details.pop()
    (doubt,) = doubts_in(statement("0", batch, closing="30"))
    assert doubt.kind is Doubtful.BATCH_TOTAL
    assert doubt.values == {"expected": Decimal("30.00"), "found": Decimal("10.00")}


def test_details_in_another_currency_cannot_be_compared():
    batch = Entry(Decimal("30.00"), details=[Detail(Decimal("33.00"), currency="USD")])
    assert doubts_in(statement("0", batch, closing="30")) == []


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (coda_file(), Format.CODA),
        (b"\xef\xbb\xbf" + coda_file(), Format.CODA),
        (b"\r\n" + coda_file(version=1), Format.CODA),
        (coda_file(is_duplicate=True), Format.CODA),
        (CAMT, Format.CAMT_053),
        (b"\xef\xbb\xbf \n" + CAMT, Format.CAMT_053),
        (CAMT.decode().encode("utf-16"), Format.CAMT_053),
        (b"<Document>", Format.CAMT_053),
        (b"{1:F01GKCCBEBBXXXX0000000000}{2:I940}{4:\r\n:20:X\r\n", Format.MT940),
        (b"\r\n:20:STARTUMS\r\n:25:BE68539007547034\r\n", Format.MT940),
        (b"ABNANL2A\r\n940\r\nABNANL2A\r\n:20:X\r\n:25:1\r\n", Format.MT940),
        (b":940:\r\n:20:X\r\n:25:NL00\r\n", Format.MT940),
        (b"Rekening;Datum;Bedrag\r\n1;2;3\r\n", Format.CSV),
        (b'"Account","Date"\n"1","2"\n', Format.CSV),
        ("Compte;Libellé\n1;2\n".encode("utf-16"), Format.CSV),
    ],
)
def test_a_format_is_recognised_by_what_is_in_the_file(head, expected):
    assert recognise(head) is expected


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        (b"", Refusal.EMPTY),
        (b"\xef\xbb\xbf \r\n\t ", Refusal.EMPTY),
        (b"<!DOCTYPE html><html>", Refusal.UNKNOWN),
        (b"  <HTML><body>Session expired", Refusal.UNKNOWN),
        (b"PK\x03\x04;;;;", Refusal.UNKNOWN),
        (b"PK\x03\x04\0\0;;", Refusal.UNKNOWN),
        (b"%PDF-1.7\n1,2\n3,4\n", Refusal.UNKNOWN),
        (b'{"a": 1,\n"b": 2,\n"c": 3}', Refusal.UNKNOWN),
        (b"# a comment, and\n# another, too\n" + coda_file(), Refusal.UNKNOWN),
        (b"Dear treasurer\nhere is nothing\n", Refusal.UNKNOWN),
        (b"Dear treasurer,\nhere is nothing\n", Refusal.UNKNOWN),
        (b"{1", Refusal.UNKNOWN),
    ],
)
def test_what_is_none_of_the_formats_is_refused(head, reason):
    with pytest.raises(StatementError) as caught:
        recognise(head)
    assert caught.value.reason is reason


def test_a_file_is_read_from_its_beginning_and_checked():
    file = BytesIO(coda_file([Movement("10")], closing="11"))
    file.read(50)
    assert format_of(file) is Format.CODA
    events = list(read_statement(file))
    assert [event.kind for event in events if isinstance(event, Doubt)] == [Doubtful.BALANCE]


def test_a_file_that_is_too_big_is_refused_unread(monkeypatch):
    data = coda_file()
    monkeypatch.setattr(recognition, "MOST_BYTES", len(data))
    assert format_of(BytesIO(data)) is Format.CODA
    with pytest.raises(StatementError) as caught:
        read_statement(BytesIO(data + b"\n"))
    assert caught.value.reason is Refusal.TOO_BIG
