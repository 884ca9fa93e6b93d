"""CODA statements of our own making, right ones and wrong ones."""

import contextlib
import os
from collections import Counter
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from donations.statements import coda
from donations.statements.shape import (
    Balance,
    Closed,
    Doubtful,
    Entry,
    Opened,
    Refusal,
    StatementError,
)
from tests.donations.reading import Reading
from tests.donations.statement_files import ACCOUNT, CLOSED, OPENED, Movement, coda_file

CASES = int(os.environ.get("STATEMENT_CASES", "150"))

GIFT = Movement(
    "12.50",
    name="An Peeters",
    account="BE71096123456769",
    structured="010806817183",
    bank_reference="GIFT REF 1",
    end_to_end="MY-OWN-NOTE",
)


READING = Reading(coda.read)
read, entries_of = READING.events, READING.entries
doubts_of, refusal_of = READING.doubts, READING.refusal


def kinds_of(data: bytes) -> list[Doubtful]:
    return [doubt.kind for doubt in doubts_of(data)]


def changed(data: bytes, begin: str, place: int, text: str) -> bytes:
    """Write ``text`` from ``place``, counted from 1, into the first line that begins so."""
    lines = data.decode("cp1252").split("\r\n")
    index = next(index for index, line in enumerate(lines) if line.startswith(begin))
    line = lines[index]
    lines[index] = line[: place - 1] + text + line[place - 1 + len(text) :]
    return "\r\n".join(lines).encode("cp1252")


def without(data: bytes, begin: str) -> bytes:
    lines = data.split(b"\r\n")
    lines.remove(next(line for line in lines if line.startswith(begin.encode())))
    return b"\r\n".join(lines)


def test_a_statement_says_whose_it_is_and_what_it_opens_and_closes_with():
    opened, entry, closed = read(coda_file([GIFT], opening="100", number=42))

    assert opened == Opened(
        account=ACCOUNT,
        currency="EUR",
        number="42",
        opening=Balance(Decimal("100.00"), OPENED),
        holder="SAMPLE NGO VZW",
        bic="GKCCBEBB",
        created_on=CLOSED,
    )
    assert entry == Entry(
        amount=Decimal("12.50"),
        booked_on=CLOSED,
        valued_on=CLOSED,
        counterparty_name="An Peeters",
        counterparty_account="BE71096123456769",
        structured_reference="010806817183",
        bank_reference="GIFT REF 1",
        end_to_end_reference="MY-OWN-NOTE",
        sequence="0001",
        transaction_code="00150000",
    )
    assert closed == Closed(Balance(Decimal("112.50"), CLOSED))
    assert str(entry.amount) == "12.50"


def test_a_file_of_version_1_has_the_name_without_the_address():
    movement = Movement("-7", name="ELECTRICITY BVBA", address="WETSTRAAT 1", text="BILL")
    opened, entry, closed = read(
        coda_file([movement], version=1, account="539007547034", opening="-3")
    )

    assert opened.account == "539007547034"
    assert opened.opening.amount == Decimal("-3.00")
    assert (entry.counterparty_name, entry.free_text) == ("ELECTRICITY BVBA", "BILL")
    assert closed.closing.amount == Decimal("-10.00")


@pytest.mark.parametrize("account", ["539007547034", ACCOUNT, "FR7630006000011234567890189"])
def test_an_account_is_read_in_every_structure(account):
    opened, *_rest = read(coda_file(account=account))
    assert (opened.account, opened.currency) == (account, "EUR")
    assert kinds_of(coda_file(account=account)) == []


@pytest.mark.parametrize("account", ["539007547035", "BE69539007547034"])
def test_wrong_check_digits_of_an_account_are_doubted(account):
    (doubt,) = doubts_of(coda_file(account=account))
    assert (doubt.kind, doubt.values, doubt.line) == (Doubtful.ACCOUNT, {"found": account}, 2)


def test_free_text_is_joined_as_the_bank_cut_it():
    text = "A gift for the nurses " + "0123456789" * 12
    (entry,) = entries_of(coda_file([Movement("1", name="X", text=text)]))
    assert entry.free_text == text


def test_text_behind_a_structured_communication_is_kept_apart():
    gift = Movement("1", name="X", structured="010806817183", text="THANK YOU")
    (entry,) = entries_of(coda_file([gift]))
    assert (entry.structured_reference, entry.free_text) == ("010806817183", "THANK YOU")


@pytest.mark.parametrize(
    ("text", "reference", "rest"),
    [
        ("102010806817183", "010806817183", ""),
        ("100RF18539007547034", "RF18539007547034", ""),
        ("101NOT TWELVE DIGITS", "", "101NOT TWELVE DIGITS"),
        ("114931384384900569504030912048", "", "114931384384900569504030912048"),
    ],
)
def test_other_types_of_structured_communications(text, reference, rest):
    data = coda_file([Movement("1", text=text)])
    (entry,) = entries_of(changed(data, "21", 62, "1"))
    assert (entry.structured_reference, entry.free_text) == (reference, rest)


def test_a_structured_communication_in_free_text_stays_there():
    (entry,) = entries_of(coda_file([Movement("1", text="+++010/8068/17183+++")]))
    assert (entry.structured_reference, entry.free_text) == ("", "+++010/8068/17183+++")


def test_the_address_stands_in_for_a_text_that_a_structured_gift_does_not_have():
    address = "WETSTRAAT 1                        1000        BRUSSEL"
    structured = Movement("1", name="X", structured="010806817183", address=address)
    plain = Movement("2", name="Y", text="Hello", address=address)
    silent = Movement("3", name="Z", address=address)
    texts = [entry.free_text for entry in entries_of(coda_file([structured, plain, silent]))]
    assert texts == [address, "Hello", ""]


def test_the_parts_of_a_batch_stand_below_its_total():
    parts = [
        Movement("10", name="A", structured="010806817183"),
        Movement("20.05", name="B", text="donation", address="STREET 1"),
    ]
    data = coda_file([Movement("30.05", text="BATCH", details=parts), Movement("1", text="after")])
    batch, after = entries_of(data)

    assert (batch.amount, batch.free_text) == (Decimal("30.05"), "BATCH")
    assert [(part.amount, part.counterparty_name) for part in batch.details] == [
        (Decimal("10.00"), "A"),
        (Decimal("20.05"), "B"),
    ]
    assert [part.structured_reference for part in batch.details] == ["010806817183", ""]
    assert batch.details[1].free_text == "donation"
    assert (after.amount, after.details) == (Decimal("1.00"), [])
    assert kinds_of(data) == []


def test_what_breaks_a_detail_down_is_not_counted_with_it():
    parts = [Movement("10", code="70150000"), Movement("9", code="90150000")]
    (batch,) = entries_of(coda_file([Movement("10", details=parts)]))
    assert [part.amount for part in batch.details] == [Decimal("10.00")]


def test_several_statements_in_a_file():
    data = coda_file([GIFT], another_follows=True) + coda_file([GIFT, GIFT], number=2)
    kinds = [type(event) for event in read(data)]
    assert kinds == [Opened, Entry, Closed, Opened, Entry, Entry, Closed]


@pytest.mark.parametrize(
    ("fields", "is_return"),
    [
        ({"return_type": "2", "return_reason": "AC04"}, True),
        ({"code": "00149000"}, True),
        ({"return_type": "2", "return_reason": "9999"}, False),
        ({"code": "00101000"}, False),
        ({"code": "03549000"}, False),
    ],
)
def test_a_return_is_told_from_a_payment(fields, is_return):
    (entry,) = entries_of(coda_file([Movement("-5", text="x", **fields)]))
    assert entry.is_return is is_return


def test_other_currencies_have_their_own_decimals():
    amounts = {"EUR": "12.00", "JPY": "12", "TND": "12.000"}
    for currency, written in amounts.items():
        (entry,) = entries_of(coda_file([Movement("12")], currency=currency))
        assert str(entry.amount) == written


def test_more_decimals_than_the_currency_has_are_kept_and_doubted():
    data = coda_file([Movement("12.345")])
    assert entries_of(data)[0].amount == Decimal("12.345")
    assert Doubtful.DECIMALS in kinds_of(data)


def test_an_amount_of_nothing_has_no_sign():
    (entry,) = entries_of(changed(coda_file([Movement("0")]), "21", 32, "1"))
    assert str(entry.amount) == "0.00"


@pytest.mark.parametrize("encoding", ["cp850", "cp1252", "utf-8", "utf-8-sig"])
@pytest.mark.parametrize("newline", ["\r\n", "\n"])
def test_names_are_read_in_every_encoding_and_with_every_line_end(encoding, newline):
    gift = Movement("1", name="Zoë Lefèbvre-Müller", text="pour la santé à Liège")
    data = coda_file([gift], encoding=encoding, newline=newline)
    (entry,) = entries_of(data)
    assert entry.counterparty_name == "Zoë Lefèbvre-Müller"
    assert entry.free_text == "pour la santé à Liège"
    assert kinds_of(data) == []


def test_a_letter_far_into_the_file_decides_for_the_whole_of_it():
    quiet = [Movement("1", name="X", text="donation")] * 3000
    data = coda_file([*quiet, Movement("1", name="Agnès")], encoding="cp850")
    assert entries_of(data)[-1].counterparty_name == "Agnès"


def test_a_letter_that_is_counted_as_two_bytes_moves_nothing_else():
    """Some banks fill lines up to 128 bytes in UTF-8, not to 128 letters."""
    data = coda_file([Movement("1", name="Zoé", text="donation", account="BE71096123456769")])
    lines = data.decode("cp1252").split("\r\n")
    lines = [line.replace("Zoé ", "Zoé") for line in lines]
    (entry,) = entries_of("\r\n".join(lines).encode())
    assert entry.counterparty_name == "Zoé"
    assert entry.counterparty_account == "BE71096123456769"


def test_bytes_that_are_no_letters_are_doubted():
    data = coda_file([Movement("1", name="AXB")]).replace(b"AXB", b"A\xdbB")
    assert kinds_of(data) == []
    data = coda_file([Movement("1", name="AXB")]).replace(b"AXB", b"A\xb1B")
    assert kinds_of(data) == [Doubtful.ENCODING]


def test_control_characters_never_get_into_a_text():
    """The database keeps no NUL, and DOS ends a file with one of them."""
    data = coda_file([Movement("1", name="AXB", text="1X2")])
    data = data.replace(b"AXB", b"A\0B").replace(b"1X2", b"1\x1b2") + b"\x1a"
    (entry,) = entries_of(data)
    assert (entry.counterparty_name, entry.free_text) == ("A B", "1 2")


def test_a_blank_more_or_less_at_the_end_is_read_and_doubted():
    data = coda_file([GIFT], version=1)
    lines = data.split(b"\r\n")
    closing = next(index for index, line in enumerate(lines) if line.startswith(b"8"))
    lines[closing] = lines[closing][:127].rstrip()
    lines[2] += b" "
    doubts = doubts_of(b"\r\n".join(lines))
    assert [doubt.kind for doubt in doubts] == [Doubtful.LINE_LENGTH] * 2
    assert [doubt.line for doubt in doubts] == [3, closing + 1]


def test_a_line_that_holds_more_is_refused():
    data = coda_file([GIFT]).replace(b"An Peeters", b"An Peeters and friends")
    error = refusal_of(data)
    assert (error.reason, error.line) == (Refusal.BAD_RECORD, 5)


@pytest.mark.parametrize("digits", ["000000", "      "])
def test_a_day_that_is_not_given_is_none(digits):
    (entry,) = entries_of(changed(coda_file([GIFT]), "21", 48, digits))
    assert (entry.valued_on, entry.booked_on) == (None, CLOSED)


@pytest.mark.parametrize("digits", ["310226", "AB0326", "²²0326"])
def test_a_day_that_is_none_is_left_empty_with_a_doubt(digits):
    data = changed(coda_file([GIFT]), "21", 116, digits)
    assert entries_of(data)[0].booked_on is None
    assert Doubtful.DATE in kinds_of(data)


def test_years_from_80_are_of_the_last_century():
    data = changed(coda_file([GIFT], version=1), "21", 48, "311299")
    assert entries_of(data)[0].valued_on == date(1999, 12, 31)


@pytest.mark.parametrize(
    ("begin", "place", "text", "kind", "values"),
    [
        ("9", 17, "000007", Doubtful.RECORD_COUNT, {"expected": 7, "found": 6}),
        ("9", 23, f"{5000:015}", Doubtful.DEBIT_TOTAL, {"expected": 5, "found": 0}),
        ("9", 38, f"{5000:015}", Doubtful.CREDIT_TOTAL, {"expected": 5, "found": Decimal("12.5")}),
        ("9", 128, "1", Doubtful.INCOMPLETE, {}),
        ("0", 17, "D", Doubtful.DUPLICATE, {}),
        ("0", 84, "00001", Doubtful.REPEATED, {}),
        ("210002", 126, "0", Doubtful.LINKS, {}),
        ("23", 128, "1", Doubtful.LINKS, {}),
        ("22", 3, "0009", Doubtful.LINKS, {}),
        ("8", 128, "1", Doubtful.LINKS, {}),
        ("21", 122, "077", Doubtful.NUMBER, {"expected": "1", "found": "77"}),
        (
            "8",
            5,
            "BE71096123456769",
            Doubtful.OTHER_ACCOUNT,
            {"expected": ACCOUNT, "found": "BE71096123456769"},
        ),
    ],
)
def test_each_check_doubts_what_is_wrong(begin, place, text, kind, values):
    data = coda_file([Movement("-0"), GIFT])
    assert kinds_of(data) == []
    (doubt,) = doubts_of(changed(data, begin, place, text))
    assert (doubt.kind, doubt.values) == (kind, values)


def test_movements_that_are_not_numbered_on_are_doubted():
    data = coda_file([Movement("1"), Movement("2"), Movement("3")])
    (doubt,) = doubts_of(changed(changed(data, "210003", 3, "0009"), "210002", 3, "0002"))
    assert (doubt.kind, doubt.values) == (Doubtful.SEQUENCE, {"expected": 3, "found": 9})
    assert (doubt.line, doubt.statement) == (5, "1")


def test_numbers_begin_again_after_9999():
    data = coda_file([Movement("1")] * 10_001)
    assert kinds_of(data) == []
    assert len(entries_of(data)) == 10_001


def test_a_line_of_a_kind_that_no_version_has_is_left_out_and_doubted():
    data = coda_file([Movement("1"), Movement("2")])
    lines = data.split(b"\r\n")
    lines.insert(3, b"24" + lines[2][2:])
    data = b"\r\n".join(lines)
    assert len(entries_of(data)) == 2
    assert Doubtful.RECORD in kinds_of(data)


def test_a_detail_without_its_total_is_left_out_and_doubted():
    data = changed(coda_file([Movement("1"), Movement("2")]), "210002", 7, "0001")
    data = changed(data, "210002", 3, "0005")
    assert [entry.amount for entry in entries_of(data)] == [Decimal("1.00")]
    assert Doubtful.RECORD in kinds_of(data)


def test_the_number_of_a_statement_may_stand_at_its_movements_only():
    data = changed(coda_file([GIFT], number=7), "1", 3, "000")
    assert (read(data)[0].number, kinds_of(data)) == ("7", [])


def test_free_messages_are_passed_over():
    data = coda_file([GIFT], messages=["New opening hours", "from Monday"])
    assert [type(event) for event in read(data)] == [Opened, Entry, Closed]


def test_a_statement_without_its_record_8_has_no_closing_balance():
    data = without(coda_file([GIFT]), "8")
    assert read(data)[-1].kind is Doubtful.RECORD_COUNT
    assert Closed() in read(data)


def test_a_file_that_is_wrong_on_every_line_does_not_say_so_on_every_line():
    lines = coda_file([Movement("1")] * 200).split(b"\r\n")
    data = b"\r\n".join(line[:-1] + b"1" if line[:2] == b"21" else line for line in lines)
    assert Counter(kinds_of(data)) == {Doubtful.LINKS: 20}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", Refusal.EMPTY),
        (b"\r\n  \r\n\x1a", Refusal.EMPTY),
        (b"<html><body>Session expired</body></html>", Refusal.UNKNOWN),
        (b"x" * 200_000, Refusal.BAD_RECORD),
        (coda_file([GIFT])[:-132], Refusal.CUT_OFF),
        (coda_file([GIFT])[:-300], Refusal.CUT_OFF),
        (coda_file([GIFT])[: 130 * 3], Refusal.CUT_OFF),
        (coda_file([GIFT])[: 130 * 3 + 60], Refusal.CUT_OFF),
        (coda_file([GIFT])[: 130 * 2 + 40], Refusal.CUT_OFF),
        (coda_file([GIFT])[:-180], Refusal.CUT_OFF),
        (coda_file([GIFT])[:-90], Refusal.CUT_OFF),
        (coda_file([GIFT])[130:], Refusal.UNKNOWN),
        (without(coda_file([GIFT]), "1"), Refusal.ORDER),
        (coda_file([GIFT])[:-130] + coda_file([GIFT]), Refusal.ORDER),
        (changed(coda_file([GIFT]), "0", 128, "3"), Refusal.VERSION),
        (changed(coda_file([GIFT]), "1", 40, "E1R"), Refusal.BAD_RECORD),
        (changed(coda_file([GIFT]), "1", 2, "7"), Refusal.BAD_RECORD),
        (changed(coda_file([GIFT]), "1", 43, "5"), Refusal.BAD_AMOUNT),
        (changed(coda_file([GIFT]), "21", 32, " "), Refusal.BAD_AMOUNT),
        (changed(coda_file([GIFT]), "21", 33, "00000000001_000"), Refusal.BAD_AMOUNT),
        (changed(coda_file([GIFT]), "21", 33, "0000000000012.5"), Refusal.BAD_AMOUNT),
        (changed(coda_file([GIFT]), "21", 3, "00A1"), Refusal.BAD_RECORD),
        (changed(coda_file([GIFT]), "9", 17, "ABCDEF"), Refusal.BAD_RECORD),
        (changed(coda_file([GIFT]), "22", 1, "# a comment"), Refusal.BAD_RECORD),
    ],
)
def test_what_is_no_statement_is_refused_with_the_reason(data, reason):
    assert refusal_of(data).reason is reason


def test_a_movement_with_records_without_end_is_refused():
    lines = coda_file([Movement("1", name="X", address="Y")]).split(b"\r\n")
    place = next(index for index, line in enumerate(lines) if line.startswith(b"32"))
    lines[place:place] = [lines[place]] * 10_000
    assert refusal_of(b"\r\n".join(lines)).reason is Refusal.BAD_RECORD


def test_a_batch_with_details_without_end_is_refused():
    lines = coda_file([Movement("1", details=[Movement("1")])]).split(b"\r\n")
    place = next(index for index, line in enumerate(lines) if line.startswith(b"2100010001"))
    lines[place:place] = [lines[place]] * 10_000
    assert refusal_of(b"\r\n".join(lines)).reason is Refusal.BAD_RECORD


# What a statement looks like to hypothesis: lines of a right file, cut, doubled, put in another
# order and written over.
SAMPLE = coda_file(
    [
        GIFT,
        Movement("-3", text="x" * 140, name="Agnès", address="STREET 1"),
        Movement("30", details=[Movement("10", name="A"), Movement("20", address="B")]),
    ],
    messages=["One", "Two"],
)
LINES = st.sampled_from(SAMPLE.split(b"\r\n"))
SCRAPS = st.one_of(
    st.binary(max_size=6),
    st.text("0123456789 -+_.,AR²\u0663\u00a0\u2028\0", max_size=8).map(str.encode),
)


@st.composite
def mutated_lines(draw) -> bytes:
    line = draw(LINES)
    for _change in range(draw(st.integers(0, 2))):
        place = draw(st.integers(0, 128))
        scrap = draw(SCRAPS)
        kept = place + (len(scrap) if draw(st.booleans()) else 0)
        line = line[:place] + scrap + line[kept:]
    return line


@st.composite
def mutated_files(draw) -> bytes:
    lines = SAMPLE.split(b"\r\n")
    for _change in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(lines)))
        lines[place : place + draw(st.integers(0, 1))] = draw(st.lists(mutated_lines(), max_size=2))
    data = draw(st.sampled_from([b"\r\n", b"\n"])).join(lines)
    return data[: draw(st.integers(0, len(data)))] if draw(st.booleans()) else data


@pytest.mark.fuzz
@given(data=st.one_of(mutated_files(), st.lists(LINES, max_size=12).map(b"\n".join), st.binary()))
@settings(max_examples=CASES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
def test_whatever_the_bytes_are_only_a_statement_error_is_raised(data):
    # Events before the refusal keep to the shape as well.
    is_open = False
    with contextlib.suppress(StatementError):
        for event in coda.read(BytesIO(data)):
            if isinstance(event, Opened):
                assert not is_open
                is_open = True
            elif isinstance(event, Entry):
                assert is_open
                assert isinstance(event.amount, Decimal)
                assert event.amount.is_finite()
                assert "\0" not in event.free_text + event.counterparty_name
            elif isinstance(event, Closed):
                assert is_open
                is_open = False
        assert not is_open
