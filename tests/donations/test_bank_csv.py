"""CSV files of banks: by their names, by a mapping, and what is none."""

import io
import json
import os
import tracemalloc
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from donations.statements import bank_csv
from donations.statements.bank_csv import Mapping, account_number, amount_of
from donations.statements.shape import (
    Closed,
    Doubt,
    Doubtful,
    Entry,
    Opened,
    Refusal,
    StatementError,
)
from tests.donations.csv_files import (
    ACCOUNT,
    PAYER,
    belfius_csv,
    bnp_csv,
    ing_csv,
    kbc_csv,
    row,
)

CASES = int(os.environ.get("STATEMENT_CASES", "150"))


def read(content: bytes, mapping: Mapping | None = None) -> list:
    return list(bank_csv.read(io.BytesIO(content), mapping))


def entries(events: list) -> list[Entry]:
    return [event for event in events if isinstance(event, Entry)]


def doubts(events: list) -> list[tuple[Doubtful, int | None]]:
    return [(event.kind, event.line) for event in events if isinstance(event, Doubt)]


def refusal(content: bytes, mapping: Mapping | None = None) -> Refusal:
    with pytest.raises(StatementError) as raised:
        read(content, mapping)
    return raised.value.reason


@pytest.mark.parametrize("language", ["nl", "fr"])
@pytest.mark.parametrize("ends", ["\r", "\n", "\r\n"])
def test_kbc_file_is_read(language, ends):
    content = kbc_csv(
        row("32,00", structured="***090/9337/55493***", balance="132,00", statement="02026031"),
        row("-1.250,50", text="Huur  maart", balance="-1118,50", day="11/03/2026"),
        language=language,
        ends=ends,
    )

    opened, first, second, closed = read(content)

    assert (opened.account, opened.currency) == (ACCOUNT, "EUR")
    assert (opened.opening.amount, opened.closing.amount) == (
        Decimal("100.00"),
        Decimal("-1118.50"),
    )
    assert first == Entry(
        amount=Decimal("32.00"),
        booked_on=date(2026, 3, 9),
        valued_on=date(2026, 3, 10),
        counterparty_name="Lien Peeters",
        counterparty_account=PAYER,
        structured_reference="090933755493",
        balance_after=Decimal("132.00"),
    )
    assert (second.amount, second.free_text) == (Decimal("-1250.50"), "Huur maart")
    assert closed == Closed(opened.closing)


def test_number_of_a_kbc_statement_is_that_of_its_year():
    [opened, *_] = read(kbc_csv(row("1,00", statement="02026031")))

    assert opened.number == "31"


def test_structured_column_with_other_words_keeps_them_as_free_text():
    [entry] = entries(read(kbc_csv(row("1,00", structured="Verjaardag", text="van oma"))))

    assert (entry.structured_reference, entry.free_text) == ("", "Verjaardag van oma")


def test_creditor_reference_is_read():
    [entry] = entries(read(kbc_csv(row("1,00", structured="RF18 5390 0754 7034"))))

    assert entry.structured_reference == "RF18539007547034"


def test_banks_own_words_stand_in_where_the_payer_wrote_nothing():
    plain, structured = entries(
        read(kbc_csv(row("-3,40", words="BIJDRAGE"), row("5,00", structured="090933755493")))
    )

    assert plain.free_text == "BIJDRAGE"
    assert structured.free_text == ""


@pytest.mark.parametrize(
    ("language", "encoding"),
    [("nl", "utf-8"), ("fr", "cp1252"), ("fr", "utf-8"), ("fr", "utf-8-sig")],
)
def test_belfius_file_is_read(language, encoding):
    content = belfius_csv(
        row("1299,56", number="33", text="***090/9337/55493***", name="Zoé Lefèvre"),
        row("-3,59", number="034", text="", words="VIREMENT REF. : 0905403Q3A7 VAL. 03-10"),
        language=language,
        encoding=encoding,
    )

    opened, first, second, closed = read(content)

    assert opened == Opened(account=ACCOUNT, currency="EUR", number="12")
    assert first == Entry(
        amount=Decimal("1299.56"),
        booked_on=date(2026, 3, 9),
        valued_on=date(2026, 3, 10),
        counterparty_name="Zoé Lefèvre",
        counterparty_account=PAYER,
        structured_reference="090933755493",
        sequence="12/33",
    )
    assert (second.bank_reference, second.sequence) == ("0905403Q3A7", "12/34")
    assert closed == Closed()


def test_number_that_belfius_has_not_given_yet_is_none():
    opened, entry, _ = read(belfius_csv(row("5,00", statement="", number="")))

    assert (opened.number, entry.sequence) == ("", "")


def test_rows_of_several_statements_leave_the_number_open():
    [opened, *_] = read(belfius_csv(row("5,00", statement="12"), row("5,00", statement="13")))

    assert opened.number == ""


@pytest.mark.parametrize("language", ["nl", "fr"])
@pytest.mark.parametrize("amount", ["18", "18,00", "18.00"])
def test_bnp_paribas_fortis_file_is_read(language, amount):
    details = "OVERSCHRIJVING BANKREFERENTIE : 2606171025209289"
    content = bnp_csv(
        row(amount, number="00124", text="+++090/9337/55493+++", words=details),
        row("-5,30", number="", payer="BETALING MET BANKKAART", text="", words=details),
        language=language,
    )

    first, second = entries(read(content))

    assert first.amount == Decimal("18.00")
    assert first.structured_reference == "090933755493"
    assert (first.bank_reference, first.sequence) == ("2606171025209289", "2026-00124")
    assert (second.sequence, second.counterparty_account) == ("", "")
    assert second.free_text == details


def test_what_the_bank_has_refused_is_no_movement():
    statuses = ["Geaccepteerd", "Geweigerd", "Accepté", "Refusé", "In behandeling"]

    read_entries = entries(read(bnp_csv(*(row("10,00", status=status) for status in statuses))))

    assert [entry.is_pending for entry in read_entries] == [False, False, True]


@pytest.mark.parametrize("language", ["nl", "fr"])
def test_ing_file_is_read(language):
    words = "Instantoverschrijving in euro Van: JAN JANS Mededeling: +++090/9337/55493+++"
    content = ing_csv(
        row("625,00", account="539-0075470-34", payer="", number="976", words=words, text="a;b"),
        language=language,
    )

    opened, entry, _ = read(content)

    assert opened.account == ACCOUNT
    assert (entry.amount, entry.sequence, entry.structured_reference) == (Decimal("625"), "976", "")
    assert entry.free_text == "a;b"


def test_ing_words_stand_in_for_a_message():
    words = "Overschrijving Van: JAN JANS Mededeling: +++090/9337/55493+++"

    [entry] = entries(read(ing_csv(row("625,00", words=words))))

    assert entry.free_text == words


@pytest.mark.parametrize("newest_first", [True, False])
def test_balances_hold_whichever_way_the_rows_run(newest_first):
    rows = [
        row("10,00", balance="110,00"),
        row("-30,00", balance="80,00"),
        row("5,00", balance="85,00"),
    ]
    [opened, *_] = read(kbc_csv(*(reversed(rows) if newest_first else rows)))

    assert opened.opening.amount == Decimal("100.00")
    assert opened.closing.amount == Decimal("85.00")
    assert opened.closing.on == date(2026, 3, 9)


def test_each_account_and_currency_is_a_statement_of_its_own():
    other = "BE43068999999501"
    content = kbc_csv(
        row("1,00"), row("2,00", account=other), row("3,00"), row("4,00", currency="USD")
    )

    events = read(content)

    opened = [(event.account, event.currency) for event in events if isinstance(event, Opened)]
    assert opened == [(ACCOUNT, "EUR"), (other, "EUR"), (ACCOUNT, "USD")]
    assert [str(entry.amount) for entry in entries(events)] == ["1.00", "3.00", "2.00", "4.00"]
    assert [type(event) for event in events].count(Closed) == 3


def test_row_that_cannot_be_read_is_left_out_and_told():
    content = kbc_csv(
        row("1,00"), row("1,00", day="31/02/2026"), row("one"), row("2,00", currency="euro")
    )

    events = read(content)

    assert [entry.amount for entry in entries(events)] == [Decimal("1.00")]
    assert doubts(events) == [(Doubtful.ROW, 3), (Doubtful.ROW, 4), (Doubtful.ROW, 5)]
    found = [event.values["found"] for event in events if isinstance(event, Doubt)]
    assert found == ["date", "amount", "currency"]


def test_delimiter_within_a_name_never_moves_the_amount():
    [good, bad] = [row("1,00"), row("1,00", name="Jansens; Jan")]

    events = read(belfius_csv(good, bad))

    assert len(entries(events)) == 1
    assert doubts(events) == [(Doubtful.ROW, 15)]


def test_file_whose_rows_cannot_be_read_is_refused():
    assert refusal(kbc_csv(row("much"), row("more"))) is Refusal.BAD_RECORD
    assert refusal(kbc_csv(*(row("much") for _ in range(1001)), row("1,00"))) is Refusal.BAD_RECORD


def test_file_without_rows_is_refused():
    assert refusal(kbc_csv()) is Refusal.EMPTY
    assert refusal(bnp_csv(row("1,00", status="Geweigerd"))) is Refusal.EMPTY


def test_wrong_check_digits_of_the_account_are_told():
    events = read(kbc_csv(row("1,00", account="BE00000000000000")))

    assert doubts(events) == [(Doubtful.ACCOUNT, None)]
    assert doubts(read(kbc_csv(row("1,00")))) == []


def test_more_decimals_than_the_currency_has_are_told():
    events = read(kbc_csv(row("1,005"), row("1,500")))

    assert [str(entry.amount) for entry in entries(events)] == ["1.005", "1.50"]
    assert doubts(events) == [(Doubtful.DECIMALS, 2)]


def test_letters_that_nothing_explains_are_told():
    content = belfius_csv(row("1,00", name="Zo"), encoding="cp1252").replace(b"Zo", b"Z\xe9\x81")

    events = read(content)

    assert doubts(events) == [(Doubtful.ENCODING, None)]
    assert entries(events)[0].counterparty_name == "Zé\N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ('"Peeters; Lien"', "gift", ("Peeters; Lien", "gift")),
        ('"Peeters ""Lien"""', "gift", ('Peeters "Lien"', "gift")),
        ('Lien "Pee" Peeters', "gift", ('Lien "Pee" Peeters', "gift")),
        ("Peeters", '"one\ntwo"', ("Peeters", "one two")),
        ("Peeters", 'for "all', ("Peeters", 'for "all')),
        ("Peeters", '"for all', ("Peeters", '"for all')),
    ],
)
def test_quotation_marks_quote_or_stand_as_they_are(name, text, expected):
    content = kbc_csv(
        row("1,00", name=name, text=text), row("2,00", text="second", name="An"), ends="\n"
    )

    first, second = entries(read(content))

    assert (first.counterparty_name, first.free_text) == expected
    assert (second.counterparty_name, second.free_text) == ("An", "second")


def test_open_quote_swallows_no_row():
    rows = [row(f"{number},00", text='"open') for number in range(1, 30)]

    assert len(entries(read(kbc_csv(*rows)))) == 29


def test_names_of_columns_in_the_middle_are_no_row():
    content = kbc_csv(row("1,00"), ends="\n") + kbc_csv(row("2,00"), ends="\n")

    events = read(content)

    assert len(entries(events)) == 2
    assert doubts(events) == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", Refusal.EMPTY),
        (b"\xef\xbb\xbf \r\n", Refusal.EMPTY),
        (b"Rekeningnummer;Datum\0;Bedrag\n", Refusal.ENCODING),
        ("Datum;Bedrag;Naam\n1;2;3\n".encode("utf-16"), Refusal.ENCODING),
        (b"a;b\n1;2\n", Refusal.UNKNOWN),
        (b"no table at all\nbut words\n", Refusal.UNKNOWN),
        (b"x" * 3_000_000, Refusal.BAD_RECORD),
        (b"Datum;Bedrag;Naam\n01/02/2026;1,00;" + b"x" * 3_000_000, Refusal.BAD_RECORD),
        (b"Datum;Bedrag;Naam\n01/02/2026;1,00;Jan\n", Refusal.UNMAPPED),
        (b"<html><body>one, two, three\nfour, five, six</body></html>\n", Refusal.UNMAPPED),
    ],
    ids=str,
)
def test_what_is_no_statement_is_refused(content, reason):
    assert refusal(content) is reason


def test_cell_that_is_too_long_makes_the_row_unreadable():
    events = read(kbc_csv(row("1,00"), row("2,00", text="x" * 70_000)))

    assert len(entries(events)) == 1
    assert doubts(events) == [(Doubtful.ROW, 3)]


CRELAN = (
    b"Boekdatum,Bedrag,Munt,Tegenpartij,IBAN tegenpartij,Mededeling\n"
    b'2026-03-09,"1,250.50",EUR,Lien Peeters,BE71 0961 2345 6769,+++090/9337/55493+++\n'
    b"2026-03-10,-3.59,EUR,Bank,,kosten\n"
)


def test_unknown_file_is_proposed_by_the_names_of_its_columns():
    header = bank_csv.columns(io.BytesIO(CRELAN))

    assert header.names[:2] == ("Boekdatum", "Bedrag")
    assert header.signature == "boekdatum;bedrag;munt;tegenpartij;iban tegenpartij;mededeling"
    assert header.sample_rows[1] == ("2026-03-10", "-3.59", "EUR", "Bank", "", "kosten")
    guess = header.guess
    assert (guess.delimiter, guess.date_order, guess.decimal) == (",", "ymd", ".")
    assert (guess.booked_on, guess.amount, guess.currency, guess.free_text) == (0, 1, 2, (5,))
    assert (guess.counterparty_name, guess.counterparty_account, guess.bank) == (3, 4, "")


def test_unknown_file_is_read_by_the_mapping_that_somebody_set():
    guess = bank_csv.columns(io.BytesIO(CRELAN)).guess
    kept = json.loads(json.dumps(guess.to_json() | {"account_number": ACCOUNT}))

    opened, first, second, _ = read(CRELAN, Mapping.from_json(kept))

    assert (opened.account, opened.currency) == (ACCOUNT, "EUR")
    assert (first.amount, first.structured_reference) == (Decimal("1250.50"), "090933755493")
    assert (second.amount, second.booked_on) == (Decimal("-3.59"), date(2026, 3, 10))


def test_mapping_of_another_layout_does_not_read_a_file():
    guess = bank_csv.columns(io.BytesIO(CRELAN)).guess

    assert refusal(CRELAN.replace(b"Munt", b"Valuta"), guess) is Refusal.UNMAPPED
    assert refusal(CRELAN) is Refusal.UNMAPPED


def test_known_bank_is_read_by_what_we_know_whatever_mapping_is_given():
    guess = bank_csv.columns(io.BytesIO(CRELAN)).guess

    [entry] = entries(read(kbc_csv(row("7,00")), guess))

    assert entry.amount == Decimal("7.00")


def test_file_that_names_no_columns_is_mapped_by_their_number():
    content = b"09-03-2026\t25,00\tLien\tgift\n10-03-2026\t5,00\tJan\tgift\n"
    header = bank_csv.columns(io.BytesIO(content))
    mapping = Mapping(
        signature=header.signature, booked_on=0, amount=1, free_text=(3,), delimiter="\t"
    )

    assert (header.signature, header.names) == ("#4", ("",) * 4)
    assert [entry.amount for entry in entries(read(content, mapping))] == [25, 5]


@pytest.mark.parametrize(
    ("line", "amount"),
    [
        ("09/03/2026;12,00;;Jan;;", "12.00"),
        ("09/03/2026;;12,00;Jan;;", "-12.00"),
        ("09/03/2026;;-12,00;Jan;;", "-12.00"),
        ("09/03/2026;12,00;0,00;Jan;;", "12.00"),
        ("09/03/2026;12,00;3,00;Jan;;", None),
        ("09/03/2026;;;Jan;;", None),
        ("09/03/2026;twelve;;Jan;;", None),
    ],
)
def test_amounts_in_two_columns(line, amount):
    content = f"Datum;Credit;Debet;Naam;Tekst;X\n{line}\n01/03/2026;1,00;;An;;\n".encode()
    mapping = bank_csv.columns(io.BytesIO(content)).guess

    amounts = [str(entry.amount) for entry in entries(read(content, mapping))]

    assert amounts == ([amount, "1.00"] if amount else ["1.00"])


@pytest.mark.parametrize(
    ("word", "amount"), [("Af", "-5.00"), ("Bij", "5.00"), ("D", "-5.00"), ("?", None)]
)
def test_amounts_beside_a_direction(word, amount):
    content = f"Datum;Naam;Af Bij;Bedrag\n20260309;An;Bij;1,00\n20260309;Jan;{word};5,00\n".encode()
    mapping = bank_csv.columns(io.BytesIO(content)).guess

    amounts = [str(entry.amount) for entry in entries(read(content, mapping))]

    assert amounts == ["1.00", *([amount] if amount else [])]


@pytest.mark.parametrize(
    "change",
    [
        {"booked_on": None},
        {"booked_on": -1},
        {"booked_on": "0"},
        {"booked_on": True},
        {"booked_on": 100_000},
        {"amount": None},
        {"free_text": [1, "2"]},
        {"free_text": 3},
        {"delimiter": ""},
        {"encoding": "rot13"},
        {"decimal": "x"},
        {"date_order": "ydm"},
        {"signature": None},
        {"account_number": 7},
    ],
    ids=str,
)
def test_mapping_that_makes_no_sense_is_refused(change):
    sound = {"signature": "#3", "booked_on": 0, "amount": 1}
    assert Mapping.from_json(sound).amount == 1

    with pytest.raises(ValueError, match=r".+"):
        Mapping.from_json(sound | change)
    with pytest.raises(ValueError, match="not a mapping"):
        Mapping.from_json([])


@pytest.mark.parametrize(
    ("text", "decimal", "amount"),
    [
        ("1.234,56", ",", "1234.56"),
        ("-3,59", ",", "-3.59"),
        ("- 12,50", ",", "-12.50"),
        ("+12,00", ",", "12.00"),
        ("12,50-", ",", "-12.50"),
        ("1 234,56", ",", "1234.56"),
        ("1\u202f234,56 EUR", ",", "1234.56"),
        ("\N{MINUS SIGN}5,00", ",", "-5.00"),
        ("€ 5,00", ",", "5.00"),
        ("1234.56", ".", "1234.56"),
        ("1,234.56", ".", "1234.56"),
        ("-,50", ",", None),
        ("1234.56", ",", None),
        ("1,234.56", ",", None),
        ("1.23,45", ",", None),
        ("1234.56", "", "1234.56"),
        ("1.234,5", "", "1234.5"),
        ("1,234.5", "", "1234.5"),
        ("1.234.567", "", "1234567"),
        ("1.234", "", None),
        ("1,234", "", None),
        ("", ",", None),
        ("--5", ",", None),
        ("-5-", ",", None),
        ("NaN", ",", None),
        ("1e5", ",", None),
        ("\u0661\u0662", ",", None),
        ("9" * 16, ",", None),
    ],
)
def test_amounts_are_read_as_written_or_not_at_all(text, decimal, amount):
    assert amount_of(text, decimal) == (None if amount is None else Decimal(amount))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("BE68 5390 0754 7034", ACCOUNT),
        ("539-0075470-34", ACCOUNT),
        ("539007547034", ACCOUNT),
        ("539-0075470-35", "539007547035"),
        ("nl91 abna 0417 1643 00", "NL91ABNA0417164300"),
        ("BETALING MET KAART", ""),
        ("", ""),
    ],
)
def test_account_numbers_are_made_one(text, number):
    assert account_number(text) == number


def test_long_file_is_read_in_little_memory():
    line = kbc_csv(row("5,00", structured="***090/9337/55493***"), ends="\n").splitlines()
    file = io.BytesIO(b"\n".join([line[0], *[line[1]] * 10_000]))
    tracemalloc.start()
    try:
        number = sum(isinstance(event, Entry) for event in bank_csv.read(file))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert number == 10_000
    assert peak < len(file.getvalue()) / 4


HEADERS = [kbc_csv(ends="\n"), belfius_csv(), bnp_csv(), ing_csv(), b"Datum;Bedrag;Naam\n"]
CELLS = st.one_of(
    st.sampled_from(
        [ACCOUNT, "EUR", "09/03/2026", "12,50", "-1.250,00", "***090/9337/55493***", '"', "\r", ""]
    ),
    st.text(max_size=12),
)
ROWS = st.lists(
    st.lists(CELLS, min_size=8, max_size=20).map(";".join).map(str.strip), max_size=6
).map(lambda rows: "\n".join(rows).encode("utf-8", "surrogatepass"))
SOUND = kbc_csv(row("1,00"), row("2,00", text='"x"'), ends="\n")
CHANGED = st.tuples(st.integers(0, len(SOUND)), st.integers(0, len(SOUND)), st.binary(max_size=4))


@pytest.mark.fuzz
@settings(max_examples=CASES, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.one_of(
        st.binary(max_size=400),
        st.tuples(st.sampled_from(HEADERS), ROWS).map(b"".join),
        CHANGED.map(lambda cut: SOUND[: cut[0]] + cut[2] + SOUND[cut[1] :]),
    )
)
def test_whatever_the_bytes_are_only_a_statement_error_is_raised(content):
    mapping = Mapping(signature="datum;bedrag;naam", booked_on=0, amount=1, free_text=(2,))
    try:
        events = read(content, mapping)
    except StatementError:
        return
    opened = [event for event in events if isinstance(event, Opened)]
    assert len(opened) == sum(isinstance(event, Closed) for event in events) >= 1
    assert all(isinstance(entry.amount, Decimal) for entry in entries(events))
