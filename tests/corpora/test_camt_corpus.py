"""Camt.053 messages that others published, read as their own tests say.

Run by ``make corpora``, which sets CORPORA to the folder that holds ``camt053/expected.json``.
"""

import ast
import csv
import json
import os
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from donations.statements import camt
from donations.statements.shape import (
    Closed,
    Doubt,
    Doubtful,
    Entry,
    Opened,
    Refusal,
    StatementError,
)

pytestmark = pytest.mark.corpora

REFUSED = {
    "genkgo-camt053.v2.wrong.xml": Refusal.BAD_RECORD,
    "genkgo-camt052.v2.xml": Refusal.OTHER_MESSAGE,
    "oca-test-camt053.zip": Refusal.UNKNOWN,  # a ZIP holds two files here: unpack it first
}
HOSTILE = {
    "billion-laughs-camt.xml": Refusal.FORBIDDEN_XML,
    "xxe-file-in-golden.xml": Refusal.FORBIDDEN_XML,
    "xxe-classic-patt.xml": Refusal.FORBIDDEN_XML,
    "bare-ampersand.xml": Refusal.BROKEN_XML,
    "latin1-bytes-declared-utf8.xml": Refusal.ENCODING,
    "cut-off.xml": Refusal.CUT_OFF,
    "csv-named-xml.xml": Refusal.UNKNOWN,
}
GOLDEN = ["ekwo-golden.camt.053.001.02.xml", "ekwo-golden.camt.053.001.08.xml"]


class Statement:
    """The events of one statement."""

    def __init__(self, opened: Opened):
        self.opened = opened
        self.entries: list[Entry] = []
        self.doubts: list[Doubt] = []
        self.closed: Closed | None = None


def folder() -> Path:
    return Path(os.environ["CORPORA"]) / "camt053"


def read(name: str) -> list[Statement]:
    statements: list[Statement] = []
    with (folder() / name).open("rb") as file:
        for event in camt.read(file):
            match event:
                case Opened():
                    statements.append(Statement(event))
                case Entry():
                    statements[-1].entries.append(event)
                case Doubt():
                    statements[-1].doubts.append(event)
                case Closed():
                    statements[-1].closed = event
    return statements


@pytest.fixture(scope="module")
def expected() -> dict[str, dict]:
    with (folder() / "expected.json").open(encoding="utf-8") as file:
        return json.load(file)["files"]


def as_day(written: str | None) -> date | None:
    return date.fromisoformat(written[:10]) if written else None


def signed(balance: dict) -> Decimal:
    return Decimal(balance["amount"]) * (-1 if balance["sign"] == "DBIT" else 1)


def check_entry(entry: Entry, told: dict) -> None:
    """Compare an entry with what the collector's reader found."""
    assert entry.amount == Decimal(told["amount"])
    assert entry.is_pending == (told.get("status", "BOOK") != "BOOK")
    assert entry.booked_on == as_day(told.get("booking"))
    assert entry.valued_on == as_day(told.get("value"))
    # The collector falls back on the number of the entry within its statement.
    assert told.get("ref", "") in (entry.bank_reference, entry.sequence, "")
    details = told.get("details", [])
    if len(details) == 1:
        check_payment(entry, details[0])
    elif entry.details:
        for part, detail in zip(entry.details, details, strict=True):
            assert abs(part.amount) == Decimal(detail["amount"])
            check_payment(part, detail)


def check_payment(found, told: dict) -> None:
    end_to_end = told.get("end_to_end", "")
    assert found.end_to_end_reference == ("" if end_to_end == "NOTPROVIDED" else end_to_end)
    assert found.structured_reference == (told.get("structured_refs") or [""])[0]
    if "unstructured" in told:
        assert found.free_text == " ".join(told["unstructured"])
    if found.counterparty_name:
        assert found.counterparty_name in (told.get("debtor"), told.get("creditor"))
    if "debtor_iban" in told or "creditor_iban" in told:
        ibans = (told.get("debtor_iban"), told.get("creditor_iban"), "")
        assert found.counterparty_account in ibans


def test_statements_are_read_as_the_collector_read_them(expected):
    compared = 0
    for name, told in expected.items():
        if name in REFUSED:
            continue
        statements = read(name)
        for statement, other in zip(
            statements, told["computed_by_collector"]["statements"], strict=True
        ):
            opened = statement.opened
            assert opened.account == (other["iban"] or other["other_account_id"])
            if other["currency"]:
                assert opened.currency == other["currency"]
            if other["electronic_seq"]:
                assert opened.number == other["electronic_seq"]
            by_type = {one["type"]: one for one in other["balances"]}
            opening = by_type.get("OPBD") or by_type.get("PRCD")
            for balance, one in (
                (opened.opening, opening),
                (opened.closing, by_type.get("CLBD")),
                (statement.closed.closing, by_type.get("CLBD")),
            ):
                if one is None:
                    assert balance is None
                else:
                    assert (balance.amount, balance.on) == (signed(one), as_day(one["date"]))
            for entry, one in zip(statement.entries, other["entries"], strict=True):
                check_entry(entry, one)
                compared += 1
            booked = sum(one.amount for one in statement.entries if not one.is_pending)
            assert booked == Decimal(other["sum_booked_entries"])
    assert compared >= 40


@pytest.mark.parametrize("name", GOLDEN)
def test_the_golden_statement_says_what_its_source_says(expected, name):
    told = expected[name]["stated_by_source_tests"]
    head = told["statement"]
    (statement,) = read(name)
    opened = statement.opened
    lines = [part for entry in statement.entries for part in entry.details or [entry]]

    assert (opened.account, opened.currency) == (head["iban"], head["currency"])
    assert (opened.number, opened.holder) == (head["electronic_seq"], head["owner"])
    assert opened.bic == head["servicer_bic"]
    assert [str(opened.opening.amount), str(opened.opening.on)] == head["opening"][1:]
    assert [str(opened.closing.amount), str(opened.closing.on)] == head["closing"][1:]
    assert [str(line.amount) for line in lines] == told["signed_lines_after_splitting_batches"]
    assert lines[0].structured_reference == told["line_1"]["structured"][0]
    assert lines[0].counterparty_name == told["line_1"]["counterparty"]
    assert lines[0].counterparty_account == told["line_1"]["account"]
    assert lines[2].is_return and lines[2].counterparty_name == told["line_3"]["counterparty"]
    assert [entry.is_return for entry in statement.entries].count(True) == 1
    assert lines[7].counterparty_name == "Troisième Payeur"
    assert len({line.end_to_end_reference for line in lines[5:8]}) == 3
    pending = lines[10]
    assert (pending.is_pending, pending.booked_on) == (True, None)
    assert str(pending.valued_on) == told["line_11"]["value_date"]
    last = lines[11]
    assert [last.free_text] == told["line_12"]["unstructured"]
    assert last.structured_reference == told["line_12"]["structured"][0]
    assert (last.counterparty_name, last.counterparty_account) == (
        told["line_12"]["counterparty"],
        told["line_12"]["account"],
    )
    assert last.booked_on == date(2026, 3, 31)
    assert not statement.doubts
    booked = sum(entry.amount for entry in statement.entries if not entry.is_pending)
    assert opened.opening.amount + booked == opened.closing.amount


def test_the_versions_of_the_golden_statement_are_read_alike():
    first, second = (read(name)[0] for name in GOLDEN)

    assert (first.opened, first.entries) == (second.opened, second.entries)


def test_what_other_sources_say_is_found():
    first, second = read("ekwo-two-statements.camt.053.001.02.xml")
    assert str(first.opened.opening.amount) == "10.00" and not first.doubts
    assert [doubt.kind for doubt in second.doubts] == [Doubtful.ACCOUNT]
    assert second.opened.opening is None and second.entries[0].booked_on is None

    (okane,) = read("okane-test1.xml")
    assert [okane.opened.opening.amount, okane.closed.closing.amount] == [1000, 2000]
    assert [entry.amount for entry in okane.entries] == [1500, -500]
    assert [entry.free_text for entry in okane.entries] == ["Incoming payment", "Outbound payment"]

    (partial,) = read("resilio-camt053_collective_partial.xml")
    assert (partial.entries[0].amount, partial.entries[0].details) == (Decimal("-15000.00"), [])
    assert [doubt.kind for doubt in partial.doubts] == [Doubtful.BATCH_TOTAL]

    (empty,) = read("oca-test-camt053-no-ntry.xml")
    assert not empty.entries


@pytest.mark.parametrize("version", ["v2.minimal", "v4", "v2.five.decimals", "v2.multi.statement"])
def test_entries_and_balances_are_those_that_genkgo_found(version):
    with (folder() / f"genkgo-camt053.{version}.genkgo.json").open(encoding="utf-8") as file:
        told = json.load(file)
    statements = read(f"genkgo-camt053.{version}.xml")
    found = [entry for statement in statements for entry in statement.entries]

    # Of several statements, the source tells the entries and balances of the last.
    entries = told["getEntries"]
    for entry, other in zip(found[-len(entries) :], entries, strict=True):
        assert entry.amount == Decimal(other["getAmount"]["getAmount"]) / 100
        assert (entry.amount < 0) == (other["getCreditDebitIndicator"] == "DBIT")
        assert entry.booked_on == as_day(other["getBookingDate"]["0"])
        assert entry.valued_on == as_day(other["getValueDate"]["0"])
        assert entry.is_return == bool(other["getReversalIndicator"])
        code = other["getBankTransactionCode"]
        if code["getProprietary"]:
            assert entry.transaction_code == code["getProprietary"]["getCode"]
    balances = {
        one["getType"]: Decimal(one["getAmount"]["getAmount"])
        for one in entries[0]["getRecord"]["getBalances"]
    }
    assert statements[-1].opened.opening.amount == balances["opening"] / 100
    assert statements[-1].opened.closing.amount == balances["closing"] / 100
    if version in ("v2.minimal", "v4"):
        assert found[0].structured_reference == "4654654654654654"


def test_entries_are_those_that_odoo_expects():
    text = (folder() / "oca-test-camt053.golden.pydata").read_text(encoding="utf-8")
    currency, account, (told,) = ast.literal_eval(text)
    (statement,) = read("oca-test-camt053.xml")
    lines = [(entry, part) for entry in statement.entries for part in (entry.details or [entry])]

    assert (statement.opened.currency, statement.opened.account) == (currency, account)
    assert statement.opened.opening.amount == Decimal(str(told["balance_start"]))
    assert statement.closed.closing.amount == Decimal(str(told["balance_end_real"]))
    for (entry, part), other in zip(lines, told["transactions"], strict=True):
        assert part.amount == Decimal(str(other["amount"]))
        assert (part.counterparty_name, part.counterparty_account) == (
            other["partner_name"],
            other["account_number"],
        )
        assert str(entry.booked_on) == other["date"]
        assert part.end_to_end_reference == other["ref"]
        assert entry.transaction_code == other["transaction_type"]
        assert entry.is_return == ("Reversal Indicator" in other["narration"])


@pytest.mark.parametrize(("name", "reason"), REFUSED.items())
def test_what_is_no_statement_is_refused(name, reason):
    with pytest.raises(StatementError) as raised:
        read(name)

    assert raised.value.reason == reason


def test_hostile_files_are_refused_quickly_and_within_little_memory():
    with (folder() / "hostile" / "index.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert {row["file"] for row in rows if row["should be read"] == "no"} == HOSTILE.keys()
    program = (
        "import sys, time\n"
        "from donations.statements import camt\n"
        "from donations.statements.shape import StatementError\n"
        "start = time.process_time()\n"
        "try: list(camt.read(open(sys.argv[1], 'rb')))\n"
        "except StatementError as error: print(error.reason.name)\n"
        "assert time.process_time() - start < 1\n"
        "with open('/proc/self/status') as status:\n"
        "    most = next(line for line in status if line.startswith('VmHWM'))\n"
        "assert int(most.split()[1]) < 200 * 1024, most\n"
    )

    for name, reason in HOSTILE.items():
        done = subprocess.run(
            [sys.executable, "-c", program, str(folder() / "hostile" / name)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.stdout.strip(), done.stderr) == (reason.name, ""), name
