"""Camt.053 messages of our own: what is read of each version, what is doubted, what is refused."""

import os
import subprocess
import sys
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from donations.statements import camt
from donations.statements.shape import (
    Balance,
    Closed,
    Doubtful,
    Entry,
    Event,
    Opened,
    Refusal,
    StatementError,
)
from tests.donations.camt_files import (
    balance_xml,
    camt_file,
    camt_message,
    entry_xml,
    statement_xml,
    structured_xml,
)
from tests.donations.reading import Reading
from tests.donations.statement_files import ACCOUNT, Movement

CASES = int(os.environ.get("STATEMENT_CASES", "150"))
GIFT = Movement("25.00", "Ann Peeters & Zoon", "BE71096123456769", text="for the campaign")
VERSIONS = [f"{version:02}" for version in range(2, 15)]


READING = Reading(camt.read)
events, entries = READING.events, READING.entries
doubts, refusal = READING.doubts, READING.refusal


def statement_with(entry: str, **told) -> bytes:
    return camt_message(statement_xml(entries=entry, closing="1", **told))


def written(body: str, amount: str = '<Amt Ccy="EUR">5.00</Amt>', sign: str = "CRDT") -> str:
    return f"<Ntry>{amount}<CdtDbtInd>{sign}</CdtDbtInd><Sts>BOOK</Sts>{body}</Ntry>"


def payment(body: str) -> str:
    return f"<NtryDtls><TxDtls>{body}</TxDtls></NtryDtls>"


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_is_read_alike(version):
    batch = Movement(
        "30.00", details=[Movement("10.00", "Eva", "BE71096123456769"), Movement("20.00", "Bob")]
    )
    refund = Movement("-7.50", "Jan", "NL91ABNA0417164300", bank_reference="R1")

    found = events(camt_file([GIFT, batch, refund], version=version, number=7, opening="100"))

    assert found[0] == Opened(
        account=ACCOUNT,
        currency="EUR",
        number="7",
        opening=Balance(Decimal("100.00"), date(2026, 3, 2)),
        closing=Balance(Decimal("147.50"), date(2026, 3, 3)),
        holder="SAMPLE NGO VZW",
        bic="GKCCBEBB",
        created_on=date(2026, 3, 4),
    )
    assert found[-1] == Closed(Balance(Decimal("147.50"), date(2026, 3, 3)))
    gift, together, back = found[1:-1]
    assert (gift.amount, gift.counterparty_name, gift.counterparty_account, gift.free_text) == (
        Decimal("25.00"),
        "Ann Peeters & Zoon",
        "BE71096123456769",
        "for the campaign",
    )
    assert gift.booked_on == gift.valued_on == date(2026, 3, 3)
    assert [(one.amount, one.counterparty_name) for one in together.details] == [
        (Decimal("10.00"), "Eva"),
        (Decimal("20.00"), "Bob"),
    ]
    assert together.amount == Decimal("30.00") and not together.counterparty_name
    assert (back.amount, back.counterparty_name) == (Decimal("-7.50"), "Jan")
    assert back.bank_reference == "R1" and not gift.details and not gift.end_to_end_reference


@pytest.mark.parametrize("version", ["01", "15", "99"])
def test_unknown_versions_are_refused(version):
    error = refusal(camt_file([GIFT], version=version))

    assert (error.reason, error.found) == (Refusal.VERSION, f"camt.053.001.{version}")


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16", "ISO-8859-1", "windows-1252"])
@pytest.mark.parametrize("prefix", ["", "ns2"])
def test_prefixes_and_encodings_make_no_difference(prefix, encoding):
    gifts = [Movement(f"{n}.00", f"Zoë {n}", text="élan") for n in range(1, 6)]

    found = entries(camt_file(gifts, prefix=prefix, encoding=encoding))

    assert [one.counterparty_name for one in found] == [f"Zoë {n}" for n in range(1, 6)]
    assert [one.free_text for one in found] == ["élan"] * 5


@pytest.mark.parametrize(
    "message", ["camt.052.001.08", "camt.054.001.02", "camt.054.001.08", "pain.001.001.09"]
)
def test_other_messages_are_refused_by_their_name(message):
    error = refusal(camt_file([GIFT]).replace(b"camt.053.001.08", message.encode()))

    assert (error.reason, error.found) == (Refusal.OTHER_MESSAGE, message)


@pytest.mark.parametrize(
    ("reference", "kept"),
    [
        ("090933755493", "090933755493"),
        ("+++090/9337/55493+++", "090933755493"),
        ("RF18 5390 0754 7034", "RF18539007547034"),
        ("rf18539007547034", "RF18539007547034"),
    ],
)
def test_structured_references_are_kept_compact(reference, kept):
    body = payment(f"<RmtInf>{structured_xml(reference)}</RmtInf>")

    (entry,) = entries(statement_with(written(body)))

    assert (entry.structured_reference, entry.free_text) == (kept, "")


def test_a_second_reference_stays_with_the_text():
    more = structured_xml("INV 7")
    remittance = f"<Ustrd>gift</Ustrd>{structured_xml('090933755493')}{more}"

    (entry,) = entries(statement_with(written(payment(f"<RmtInf>{remittance}</RmtInf>"))))

    assert (entry.structured_reference, entry.free_text) == ("090933755493", "gift INV7")


def test_lines_of_free_text_are_joined_as_the_bank_cut_them():
    long = "x" * 139 + "y"
    lines = f"<Ustrd>{long}</Ustrd><Ustrd>z end</Ustrd><Ustrd>of\n text</Ustrd>"

    (entry,) = entries(statement_with(written(payment(f"<RmtInf>{lines}</RmtInf>"))))

    assert entry.free_text == f"{long}z end of text"


def test_what_the_bank_adds_is_the_text_where_there_is_no_other():
    told = "<AddtlNtryInf>Account fees</AddtlNtryInf>"
    gift = payment("<RmtInf><Ustrd>gift</Ustrd></RmtInf>")

    fees, with_text = entries(statement_with(written(told) + written(gift + told)))

    assert (fees.free_text, with_text.free_text) == ("Account fees", "gift")


def test_returns_name_the_one_who_gets_or_gives_the_money_back():
    parties = (
        "<RltdPties><Dbtr><Nm>SAMPLE NGO VZW</Nm></Dbtr><Cdtr><Nm>Supplier</Nm></Cdtr></RltdPties>"
    )
    reasons = "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>"
    returned, marked, plain = entries(
        statement_with(
            written(payment(parties + reasons))
            + written("<RvslInd>true</RvslInd>" + payment(parties))
            + written("<RvslInd>false</RvslInd>" + payment(parties))
        )
    )

    assert (returned.is_return, returned.counterparty_name) == (True, "Supplier")
    assert (marked.is_return, marked.counterparty_name) == (True, "Supplier")
    assert (plain.is_return, plain.counterparty_name) == (False, "SAMPLE NGO VZW")


def test_the_payer_is_the_debtor_and_only_else_the_ultimate_one():
    ultimate = "<UltmtDbtr><Nm>Group</Nm></UltmtDbtr>"
    both = f"<RltdPties><Dbtr><Nm>Payer</Nm></Dbtr>{ultimate}</RltdPties>"
    account = "<DbtrAcct><Id><Othr><Id>12 34</Id></Othr></Id></DbtrAcct>"

    first, second = entries(
        statement_with(
            written(payment(both)) + written(payment(f"<RltdPties>{ultimate}{account}</RltdPties>"))
        )
    )

    assert first.counterparty_name == "Payer"
    assert (second.counterparty_name, second.counterparty_account) == ("Group", "1234")


@pytest.mark.parametrize(
    ("status", "is_pending", "kinds"),
    [
        ("BOOK", False, []),
        ("PDNG", True, []),
        ("INFO", True, []),
        ("FUTR", True, []),
        ("WHAT", True, [Doubtful.SYMBOLS]),
    ],
)
def test_only_booked_entries_are_not_pending(status, is_pending, kinds):
    data = camt_message(statement_xml(entries=entry_xml(GIFT, status=status)))

    (entry,) = entries(data)

    assert entry.is_pending is is_pending
    assert [doubt.kind for doubt in doubts(data)] == kinds


def test_an_entry_without_a_status_is_booked():
    entry = '<Ntry><Amt Ccy="EUR">5</Amt><CdtDbtInd>DBIT</CdtDbtInd></Ntry>'

    (found,) = entries(statement_with(entry))

    assert (found.amount, found.is_pending, found.booked_on) == (Decimal("-5.00"), False, None)


@pytest.mark.parametrize(
    ("day", "expected", "kinds"),
    [
        ("<DtTm>2026-03-31T23:30:00+02:00</DtTm>", date(2026, 3, 31), []),
        ("<DtTm>2026-03-31T23:30:00-11:00</DtTm>", date(2026, 3, 31), []),
        ("<Dt>2026-03-31Z</Dt>", date(2026, 3, 31), []),
        ("<Dt>2026-02-30</Dt>", None, [Doubtful.DATE]),
        ("<Dt>20260331</Dt>", None, [Doubtful.DATE]),
        ("", None, []),
    ],
)
def test_days_are_taken_as_written(day, expected, kinds):
    data = statement_with(written(f"<BookgDt>{day}</BookgDt>"))

    assert entries(data)[0].booked_on == expected
    assert [doubt.kind for doubt in doubts(data)] == kinds


@pytest.mark.parametrize(
    ("text", "amount", "kinds"),
    [
        ("8.850", "8.85", []),
        ("5", "5.00", []),
        ("29194819.2", "29194819.20", []),
        ("0.00001", "0.00001", [Doubtful.DECIMALS]),
    ],
)
def test_amounts_have_the_decimals_of_their_currency(text, amount, kinds):
    data = statement_with(written("", f'<Amt Ccy="EUR">{text}</Amt>'))

    assert str(entries(data)[0].amount) == amount
    assert [doubt.kind for doubt in doubts(data)] == kinds


@pytest.mark.parametrize(
    "text", ["", "-5.00", "5,00", "1e3", "NaN", "Infinity", "1_000", "٣", "1" * 19, "0.000001"]
)
def test_what_is_no_amount_is_refused(text):
    error = refusal(statement_with(written("", f'<Amt Ccy="EUR">{text}</Amt>')))

    assert error.reason == Refusal.BAD_AMOUNT


def test_an_amount_given_twice_is_none():
    twice = '<Amt Ccy="EUR">5.00</Amt><Amt Ccy="EUR">6.00</Amt>'

    assert refusal(statement_with(written("", twice))).reason == Refusal.BAD_AMOUNT


def test_an_entry_without_direction_is_refused():
    assert refusal(statement_with(written("", sign="BOTH"))).reason == Refusal.BAD_RECORD


def test_other_currencies_are_named_and_doubted_in_balances():
    data = statement_with(written("", '<Amt Ccy="USD">5.00</Amt>') + written(""), currency="EUR")
    odd = data.replace(b'<Amt Ccy="EUR">1</Amt>', b'<Amt Ccy="SEK">1</Amt>')

    assert [one.currency for one in entries(data)] == ["USD", ""]
    assert not doubts(data)
    assert [(doubt.kind, doubt.values) for doubt in doubts(odd)] == [
        (Doubtful.CURRENCY, {"expected": "EUR", "found": "SEK"})
    ]


def test_parts_that_do_not_make_up_the_sum_are_left_out():
    batch = Movement("30.00", details=[Movement("10.00", "Eva"), Movement("19.99", "Bob")])
    data = camt_file([batch])

    (entry,) = entries(data)

    assert (entry.amount, entry.details) == (Decimal("30.00"), [])
    assert [(doubt.kind, doubt.values) for doubt in doubts(data)] == [
        (Doubtful.BATCH_TOTAL, {"expected": Decimal("30.00"), "found": Decimal("29.99")})
    ]


def test_parts_have_their_own_direction():
    parts = [("8.00", "CRDT"), ("3.00", "DBIT")]
    inner = "".join(
        f'<TxDtls><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd></TxDtls>'
        for amount, sign in parts
    )

    (entry,) = entries(statement_with(written(f"<NtryDtls>{inner}</NtryDtls>")))

    assert [part.amount for part in entry.details] == [Decimal("8.00"), Decimal("-3.00")]


def test_a_batch_told_by_its_total_alone_is_checked():
    def batch(total: str) -> bytes:
        told = f'<NtryDtls><Btch><NbOfTxs>9</NbOfTxs><TtlAmt Ccy="EUR">{total}</TtlAmt></Btch>'
        return statement_with(written(f"{told}</NtryDtls>"))

    assert not doubts(batch("5.00"))
    assert [doubt.kind for doubt in doubts(batch("6.00"))] == [Doubtful.BATCH_TOTAL]


def test_a_thousand_parts_of_a_batch_are_read_over_many_chunks():
    parts = [Movement("0.01", f"Donor {n} é", text="x" * 100) for n in range(1000)]

    (entry,) = entries(camt_file([Movement("10.00", details=parts)]))

    assert [part.counterparty_name for part in entry.details] == [
        f"Donor {n} é" for n in range(1000)
    ]


def test_control_totals_are_checked():
    def summary(name: str, count: int, total: str) -> bytes:
        text = f"<{name}><NbOfNtries>{count}</NbOfNtries><Sum>{total}</Sum></{name}>"
        refund = Movement("-5.00")
        return camt_message(statement_xml([GIFT, refund], summary=f"<TxsSummry>{text}</TxsSummry>"))

    def kinds(data: bytes) -> list[Doubtful]:
        return [doubt.kind for doubt in doubts(data)]

    assert kinds(summary("TtlNtries", 2, "30.00")) == []
    assert kinds(summary("TtlNtries", 3, "30.00")) == [Doubtful.RECORD_COUNT]
    assert kinds(summary("TtlNtries", 2, "30.01")) == [Doubtful.TOTAL]
    assert kinds(summary("TtlCdtNtries", 1, "25.00")) == []
    assert kinds(summary("TtlCdtNtries", 1, "24.00")) == [Doubtful.CREDIT_TOTAL]
    assert kinds(summary("TtlDbtNtries", 1, "5.00")) == []
    assert kinds(summary("TtlDbtNtries", 1, "4.00")) == [Doubtful.DEBIT_TOTAL]


def test_totals_may_or_may_not_count_what_is_pending():
    one = camt_file([GIFT], pending=[Movement("5.00")])
    both = one.replace(b"<Sum>25.00</Sum>", b"<Sum>30.00</Sum>")

    assert not doubts(one)
    assert not doubts(both)


@pytest.mark.parametrize(
    ("balances", "opening", "closing"),
    [
        ([("PRCD", "1"), ("CLBD", "2")], "1.00", "2.00"),
        ([("CLBD", "2"), ("OPBD", "1"), ("PRCD", "9")], "1.00", "2.00"),
        ([("OPBD", "1"), ("ITBD", "3")], "1.00", "3.00"),
        ([("ITBD", "3"), ("CLBD", "2")], "3.00", "2.00"),
        ([("ITBD", "3"), ("ITBD", "4")], "3.00", "4.00"),
        ([("CLAV", "9"), ("OPAV", "9"), ("FWAV", "9")], None, None),
        ([("CLBD", "-2")], None, "-2.00"),
    ],
)
def test_only_booked_balances_bound_a_statement(balances, opening, closing):
    head = f"<Acct><Id><IBAN>{ACCOUNT}</IBAN></Id></Acct>"
    told = "".join(balance_xml(code, amount, "2026-03-03") for code, amount in balances)

    first, last = events(camt_message(f"<Stmt><Id>S</Id>{head}{told}</Stmt>"))

    found = [one and str(one.amount) for one in (first.opening, first.closing)]
    assert found == [opening, closing]
    assert last.closing == first.closing


def test_pages_that_are_not_the_last_are_doubted():
    header = "<MsgId>M</MsgId><MsgPgntn><PgNb>1</PgNb><LastPgInd>{}</LastPgInd></MsgPgntn>"
    page = "<Stmt><StmtPgntn><PgNb>1</PgNb><LastPgInd>{}</LastPgInd></StmtPgntn></Stmt>"

    def kinds(message_is_last: str, statement_is_last: str) -> list[Doubtful]:
        data = camt_message(page.format(statement_is_last), header=header.format(message_is_last))
        return [doubt.kind for doubt in doubts(data)]

    assert kinds("true", "true") == []
    assert kinds("false", "true") == kinds("true", "false") == [Doubtful.INCOMPLETE]


def test_copies_and_wrong_account_numbers_are_doubted():
    assert not doubts(camt_file())
    (copy,) = doubts(camt_file(is_duplicate=True))
    (account,) = doubts(camt_file(account="BE00539007547034"))

    assert copy.kind == Doubtful.DUPLICATE
    assert (account.kind, account.values) == (Doubtful.ACCOUNT, {"found": "BE00539007547034"})


def test_several_statements_keep_their_own_heads():
    two = statement_xml([GIFT], number=1) + statement_xml(number=2, account="BE71096123456769")

    found = events(camt_message(two))

    assert [type(event) for event in found] == [Opened, Entry, Closed, Opened, Closed]
    assert [found[0].number, found[3].number] == ["1", "2"]
    assert found[3].account == "BE71096123456769"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", Refusal.EMPTY),
        (b"date;amount\n2026-03-01;12.40\n", Refusal.UNKNOWN),
        (b"PK\x03\x04", Refusal.UNKNOWN),
        (b"<html><body/></html>", Refusal.OTHER_MESSAGE),
        (camt_file([GIFT])[:-8], Refusal.CUT_OFF),
        (camt_file([GIFT])[:700], Refusal.CUT_OFF),
        (camt_file([GIFT]).replace(b"&amp;", b"& "), Refusal.BROKEN_XML),
        (camt_file([GIFT]) + b"<more/>", Refusal.BROKEN_XML),
        (camt_file([Movement("1", "Zoë")]).replace("ë".encode(), b"\xeb"), Refusal.ENCODING),
        (camt_file([GIFT]).replace(b"UTF-8", b"UTF-7"), Refusal.ENCODING),
        (camt_message(""), Refusal.BAD_RECORD),
        (camt_message(statement_xml([GIFT])).replace(b"GrpHdr", b"Other"), Refusal.BAD_RECORD),
        (b"<a>" * 5000, Refusal.OTHER_MESSAGE),
        (camt_message("<a>" * 5000), Refusal.BAD_RECORD),
        (statement_with(written("") + balance_xml("CLBD", "1", "2026-03-03")), Refusal.ORDER),
    ],
)
def test_what_is_no_whole_statement_is_refused(data, reason):
    assert refusal(data).reason == reason


BOMB = """<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa">{}]>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">&b30;</Document>""".format(
    "".join(f'<!ENTITY b{n} "{f"&b{n - 1};" * 10 if n else "&a;" * 10}">' for n in range(31))
)


@pytest.mark.parametrize(
    "data",
    [
        BOMB,
        '<!DOCTYPE d SYSTEM "file:///etc/passwd"><d/>',
        '<!DOCTYPE d SYSTEM "http://127.0.0.1:9/"><d/>',
        '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>',
        '<!DOCTYPE d [<!ENTITY % p SYSTEM "http://127.0.0.1:9/">%p;]><d/>',
        "<!DOCTYPE Document><d/>",
        f"<!-- {'x' * 100_000} --><!DOCTYPE d><d/>",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_document_types_are_refused_before_they_are_read(data, encoding):
    assert refusal(data.encode(encoding)).reason == Refusal.FORBIDDEN_XML


def test_hostile_files_cost_neither_time_nor_memory(tmp_path):
    head = camt_file().partition(b"<GrpHdr>")[0].decode()
    files = {
        "bomb": BOMB,
        "deep": head + "<a>" * 3_000_000,
        "wide": f"{head}<a {' '.join(f'b{n}="1"' for n in range(300_000))}>",
        "long": f"{head}<GrpHdr><CreDtTm>{'2' * 20_000_000}",
        "many": f"{head}<Stmt><Ntry><NtryDtls><TxDtls><RmtInf>{'<Ustrd>a</Ustrd>' * 400_000}",
        "empty": f"{head}<Stmt><Ntry>{'<Amt Ccy="EUR"/>' * 400_000}",
        "flat": f"{head}<Stmt>{'<Bal><a/></Bal>' * 200_000}",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    program = (
        "import sys, time\n"
        "from donations.statements import camt\n"
        "from donations.statements.shape import StatementError\n"
        "for name in sys.argv[1:]:\n"
        "    start = time.process_time()\n"
        "    try: list(camt.read(open(name, 'rb')))\n"
        "    except StatementError: pass\n"
        "    else: sys.exit(name)\n"
        "    assert time.process_time() - start < 1, name\n"
        "with open('/proc/self/status') as status:\n"
        "    most = next(line for line in status if line.startswith('VmHWM'))\n"
        "assert int(most.split()[1]) < 200 * 1024, most\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", program, *(str(tmp_path / name) for name in files)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")


# --- Entries that are read by their shape


def walked(data: bytes, monkeypatch) -> list[Event]:
    """Read without any shapes: every element is walked through."""
    with monkeypatch.context() as context:
        context.setattr(camt.Shapes, "learn", lambda *_told: None)
        return events(data)


ODD = [
    "",
    "\n  ",
    "<!-- </Ntry><Ntry> -->",
    "<?bank </Ntry>?>",
    written(payment("<RmtInf><Ustrd>a <![CDATA[</Ntry><b>]]> c</Ustrd></RmtInf>")),
    written(payment("<RmtInf><Ustrd>a &amp; b &#66;</Ustrd></RmtInf>")),
    written(payment("<RmtInf><Ustrd> spaced </Ustrd></RmtInf>")),
    written(payment("<RmtInf><Ustrd>two\r\nlines</Ustrd></RmtInf>")),
    written(payment("<RmtInf><Ustrd>\u00a0é\u2003</Ustrd></RmtInf>")),
    written(payment("<RmtInf><Ustrd></Ustrd></RmtInf>")),
    written(payment("<RmtInf><Ustrd/></RmtInf>")),
    written(payment("<RmtInf><Ustrd>one</Ustrd><Ustrd>two</Ustrd></RmtInf>")),
    written(payment("<RmtInf><Ustrd>one</Ustrd></RmtInf>") + "<AddtlNtryInf>more</AddtlNtryInf>"),
    written(payment("")),
    written("<NtryDtls/>"),
    written("<BookgDt><Dt>2026-03-03</Dt></BookgDt><ValDt><Dt>2026-03-04</Dt></ValDt>"),
    written("<ValDt><Dt>2026-03-04</Dt></ValDt><BookgDt><Dt>2026-03-03</Dt></BookgDt>"),
    written('<Splm xmlns="urn:x"><Amt Ccy="USD">9</Amt></Splm>'),
    written('<x:Amt xmlns:x="urn:x" Ccy="USD">9</x:Amt>'),
    written("", "<Amt Ccy='USD'>7.00</Amt>"),
    written("", '<Amt Ccy="USD" >7.00</Amt >'),
    written("", "<Amt>7.00</Amt>"),
    written("", sign="DBIT"),
    written(payment('<Amt Ccy="EUR">5.00</Amt>') + payment('<Amt Ccy="EUR">0.00</Amt>')),
]


def test_shapes_read_what_a_walk_reads(monkeypatch):
    plain = "".join(written(payment(f"<RmtInf><Ustrd>{n}</Ustrd></RmtInf>")) for n in range(3))
    data = camt_message(
        statement_xml(entries=plain + "".join(one + one + plain for one in ODD * 2))
    )

    found = events(data)

    assert found == walked(data, monkeypatch)
    assert sum(isinstance(event, Entry) for event in found) > 200


def test_most_entries_are_read_by_their_shape(monkeypatch):
    booked = []
    book = camt._Message._end_entry
    monkeypatch.setattr(camt._Message, "_end_entry", lambda one: (booked.append(1), book(one)))
    gifts = [Movement(f"{n}.00", f"Donor {n}", text="gift") for n in range(1, 2001)]

    found = entries(camt_file(gifts))

    assert [one.counterparty_name for one in found] == [f"Donor {n}" for n in range(1, 2001)]
    assert 0 < len(booked) < 100


def test_a_shape_does_not_outlive_its_statement():
    foreign = statement_xml([GIFT] * 3).replace("<Stmt>", '<Stmt xmlns="urn:x">')
    data = camt_message(statement_xml([GIFT] * 3) + foreign)

    assert len(entries(data)) == 3


def test_broken_bytes_between_entries_of_one_shape_are_found():
    gifts = [Movement("1.00", f"Donor {n}", text="gift") for n in range(100)]
    data = camt_file(gifts)

    assert refusal(data.replace(b"Donor 77<", b"Donor \xff<")).reason == Refusal.ENCODING
    assert refusal(data.replace(b"Donor 77<", b"Donor \x01<")).reason == Refusal.BROKEN_XML
    assert refusal(data.replace(b"Donor 77<", b"Donor ]]><")).reason == Refusal.BROKEN_XML


# --- Anything at all

SAMPLE = camt_file(
    [
        GIFT,
        Movement("30.00", details=[Movement("10.00", "Eva"), Movement("20.00", "Bob")]),
        *[Movement(f"{n}.00", f"Donor {n}", structured="090933755493") for n in range(1, 6)],
        Movement("-3.00", "Jan", return_type="2"),
    ],
    pending=[GIFT],
    opening="10",
)
PIECES = [
    b"<Ntry>", b"</Ntry>", b"<TxDtls>", b"</Stmt><Stmt>", b"<Amt Ccy='EUR'>1</Amt>", b"]]>", b"&x;",
    b"<!DOCTYPE a>", b"<!--", b"-->", b"<![CDATA[", b"\xff", b"\x00", b"&#0;", b"&#55296;", b"DBIT",
    b"-", b"9" * 40, b"2026-02-30", b"\xed\xa0\x80", b"<?xml version='1.0' encoding='utf-16'?>",
]  # fmt: skip


def read_or_refused(data: bytes) -> None:
    """Fail with anything that is raised but ``StatementError``."""
    try:
        events(data)
    except StatementError as error:
        assert error.reason in Refusal


@pytest.mark.fuzz
@settings(max_examples=CASES, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_changed_statements_are_read_or_refused(data):
    changed = bytearray(SAMPLE)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(changed)))
        length = data.draw(st.integers(0, 30))
        piece = data.draw(st.one_of(st.sampled_from(PIECES), st.binary(max_size=6)))
        changed[at : at + length] = piece

    read_or_refused(bytes(changed))


@pytest.mark.fuzz
@settings(max_examples=CASES, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([b"", SAMPLE[:120], SAMPLE[:1500], b"\xff\xfe"]))
def test_any_bytes_are_read_or_refused(noise, head):
    read_or_refused(head + noise)


# All that XML 1.0 may hold (section 2.2), but for controls.
CHARACTERS = st.characters(
    codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"
)
TEXT = st.text(CHARACTERS, max_size=20)


@pytest.mark.fuzz
@settings(max_examples=CASES, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.decimals("-99999", "99999", places=2), TEXT, TEXT, st.sampled_from(["", "1", "2"])
        ),
        max_size=8,
    ),
    st.sampled_from(["02", "08"]),
    st.sampled_from(["", "p"]),
)
def test_what_is_written_is_read(told, version, prefix):
    movements = [
        Movement(amount, name, text=text, bank_reference=reference)
        for amount, name, text, reference in told
    ]

    found = entries(camt_file(movements, version=version, prefix=prefix))

    assert [
        (one.amount, one.counterparty_name, one.free_text, one.bank_reference) for one in found
    ] == [
        (amount, " ".join(name.split()), " ".join(text.split()), reference)
        for amount, name, text, reference in told
    ]
