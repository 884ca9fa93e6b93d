"""CODA files that banks and other programs published, against what their own tests say of them.

Run by ``make corpora``, which sets CORPORA to the folder that holds ``coda``.
"""

import json
import os
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from donations.statements.coda import encoding_of
from donations.statements.recognition import read_statement
from donations.statements.shape import Doubt, Doubtful, Entry

pytestmark = pytest.mark.corpora

REFUSED = {
    "codademo-commented.txt": "not a bank statement",
    "codars-CODA-bad.txt": "(Line 2.)",
    "derived-html-error-page.cod": "not a bank statement",
}


def folder() -> Path:
    return Path(os.environ["CORPORA"]) / "coda"


def expected() -> dict[str, dict]:
    return json.loads((folder() / "expected.json").read_text(encoding="utf-8"))["files"]


def names() -> list[str]:
    return list(expected()) if "CORPORA" in os.environ else []


def describe(name: str) -> dict:
    out = StringIO()
    call_command("read_statement", str(folder() / name), stdout=out)
    return json.loads(out.getvalue())


def entries_of(name: str) -> list[Entry]:
    with (folder() / name).open("rb") as file:
        return [event for event in read_statement(file) if isinstance(event, Entry)]


def doubts_of(name: str) -> set[Doubtful]:
    with (folder() / name).open("rb") as file:
        return {event.kind for event in read_statement(file) if isinstance(event, Doubt)}


def is_same(one: str, other: str) -> bool:
    return Decimal(one) == Decimal(other)


def test_the_corpus_is_whole():
    files = {path.name for path in folder().iterdir()} - {"SOURCES.md", "expected.json"}
    assert files == set(expected())
    assert len(files) == 21


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_statement_is_refused(name):
    with pytest.raises(CommandError) as caught:
        describe(name)
    assert caught.value.returncode == 2
    assert REFUSED[name] in str(caught.value)


@pytest.mark.parametrize("name", [name for name in names() if name not in REFUSED])
def test_every_file_is_read_as_the_collector_read_it(name):
    computed = expected()[name]["computed_by_collector"]["statements"]
    found = describe(name)
    assert found["format"] == "CODA"
    assert len(found["statements"]) == len(computed)
    entries = iter(entries_of(name))
    for statement, other in zip(found["statements"], computed, strict=True):
        assert statement["account"] == other["account"]
        assert statement["currency"] == other["currency"]
        assert is_same(statement["opening"]["amount"], other["old_balance"])
        assert statement["opening"]["date"] == other["old_balance_date"]
        assert is_same(statement["closing"]["amount"], other["new_balance"])
        assert statement["closing"]["date"] == other["new_balance_date"]
        assert len(statement["entries"]) == other["top_level_movements"]
        assert statement["pending"] == []
        total = sum(Decimal(entry["amount"]) for entry in statement["entries"])
        assert total == Decimal(other["sum_top_level"])
        _compare_movements(statement, other["movement_list"], other["record21_count"])
        _compare_communications(statement, other["structured_communications_101_102"])
        for entry in statement["entries"]:
            assert next(entries).amount == Decimal(entry["amount"])
    assert next(entries, None) is None


def parts_of(statement: dict) -> list[dict]:
    """Movements and details as they stand in the file, one after the other."""
    parts = []
    for entry in statement["entries"]:
        parts.append(entry)
        parts += entry["details"]
    return parts


def _compare_movements(statement: dict, movements: list[dict], count: int) -> None:
    parts = parts_of(statement)
    assert len(parts) == count
    assert len(movements) == min(count, 60)
    for part, movement in zip(parts, movements, strict=False):
        assert is_same(part["amount"], movement["amount"])
        assert ("details" in part) is (movement["detail"] == "0000")
        assert part["bank_reference"] == movement["bank_ref"]
        # The collector cut names at 35 characters, in version 1 too, and took the currency for
        # part of an account; his CP850 letters are those of cp1252. A name that he does not have
        # may come from an information record.
        account = (movement["counterparty_account"] or "").removesuffix(" EUR")
        assert part["counterparty_account"] == account
        if movement["counterparty"]:
            name = movement["counterparty"].replace("CITRO‰", "CITROë")
            assert name.startswith(part["counterparty_name"])
            assert part["counterparty_name"]
        if "details" in part:
            assert part["valued_on"] == movement["value_date"]
            assert part["booked_on"] == movement["entry_date"]


def _compare_communications(statement: dict, communications: list[dict]) -> None:
    found = [part for part in parts_of(statement) if part["structured_reference"]]
    told = [(part["structured_reference"], Decimal(part["amount"])) for part in found]
    assert told == [(one["digits"], Decimal(one["amount"])) for one in communications]


def test_what_does_not_add_up_is_doubted_and_nothing_else_is():
    """The collector compared the sums too; his verdicts and ours must agree, either way."""
    for name, entry in expected().items():
        if name in REFUSED:
            continue
        kinds = doubts_of(name)
        computed = entry["computed_by_collector"]["statements"]
        for verdict, ours in (
            ("balance_check_old_plus_top_equals_new", {Doubtful.BALANCE}),
            ("trailer_record_count_matches", {Doubtful.RECORD_COUNT}),
            ("trailer_sums_match_top_level", {Doubtful.DEBIT_TOTAL, Doubtful.CREDIT_TOTAL}),
        ):
            assert all(one[verdict] for one in computed) is not bool(kinds & ours), (name, verdict)
        assert (Doubtful.INCOMPLETE in kinds) is computed[-1]["another_file_follows"], name
        assert Doubtful.BATCH_TOTAL not in kinds, name


def test_real_files_of_banks_are_not_doubted():
    for name in (
        "bc-ontvangen-2009-04-16.cod",
        "bc-07022000.008-pseudonymised.cod",
        "febelfin-CODA.txt",
        "triptyk-ing-pseudonymised.bc2",
    ):
        assert doubts_of(name) == set(), name
    assert doubts_of("bc-fortis-210409.cod") == {Doubtful.INCOMPLETE}


def told_of(name: str) -> tuple[dict, dict]:
    """What the source's tests state, and the only statement of the file as we read it."""
    told = expected()[name]["stated_by_source_tests"]
    statements = describe(name)["statements"]
    assert len(statements) == told.get("statements", 1)
    return told, statements[0]


@pytest.mark.parametrize("name", ["codelicious-sample1.cod", "codelicious-sample7.cod"])
def test_codelicious_samples_1_and_7(name):
    told, statement = told_of(name)
    assert is_same(statement["opening"]["amount"], told["initial_balance"])
    assert is_same(statement["closing"]["amount"], told["new_balance"])
    assert statement["closing"]["date"] == told["statement_date"]
    # That program books the details of a batch; we count its total and keep them below.
    payments = [
        part
        for entry in statement["entries"]
        for part in (entry["details"] if entry["details"] else [entry])
    ]
    assert len(payments) == told["transactions"]
    first = told["first"]
    assert is_same(payments[0]["amount"], first["amount"])
    assert payments[0]["structured_reference"] == first["structured"]
    assert payments[0]["free_text"] == first["message"]
    assert payments[0]["counterparty_name"] == first["counterparty"]
    assert payments[0]["counterparty_account"] == first["counterparty_account"]


def test_codelicious_sample_3():
    told, statement = told_of("codelicious-sample3.cod")
    (entry,) = statement["entries"]
    texts = [entry["free_text"], *(detail["free_text"] for detail in entry["details"])]
    assert " ".join(texts) == told["first_message"]


def test_codelicious_sample_5():
    told, statement = told_of("codelicious-sample5.cod")
    assert statement["number"] == str(told["statement_sequence"])
    assert len(statement["entries"]) == told["transactions"]
    sequences = [int(entry.sequence) for entry in entries_of("codelicious-sample5.cod")]
    assert sequences == told["transaction_sequences"]


def test_codelicious_sample_9():
    told, statement = told_of("codelicious-sample9.cod")
    assert len(statement["entries"]) == told["transactions"]
    (entry,) = entries_of("codelicious-sample9.cod")
    assert entry.end_to_end_reference == told["client_reference"]


def test_codelicious_sample_11():
    told, statement = told_of("codelicious-sample11.cod")
    assert is_same(statement["opening"]["amount"], told["initial_balance"])
    assert is_same(statement["closing"]["amount"], told["new_balance"])
    assert statement["closing"]["date"] == told["statement_date"]
    (entry,) = statement["entries"]
    assert is_same(entry["amount"], *told["amounts"])
    assert entry["details"] == []


def test_pycoda_single_statement():
    told, statement = told_of("pycoda-single_statement.txt")
    assert len(parts_of(statement)) == told["movements_incl_details"]
    for name in ("account", "currency"):
        assert statement[name] == told[name]
    assert is_same(statement["opening"]["amount"], told["old_balance"])
    assert is_same(statement["closing"]["amount"], told["new_balance"])
    first = statement["entries"][0]
    assert is_same(first["amount"], told["first"]["amount"])
    # That program writes twelve digits of a card terminal as a structured communication, and
    # leaves the rest of the first record out.
    marked, number = told["first"]["communication"].split()
    digits = "".join(c for c in marked if c.isdigit())
    assert first["free_text"].startswith(told["first"]["type"] + digits)
    assert first["free_text"].endswith(number)


def test_pycoda_other_files():
    single = describe("pycoda-single_statement.txt")["statements"]
    several = describe("pycoda-multi_statements.txt")["statements"]
    faulty = describe("pycoda-faulty_globalisation.txt")["statements"]
    assert len(several) == 2
    assert several == single + faulty
    assert len(faulty[0]["entries"]) == 11
    assert all(entry["details"] == [] for entry in faulty[0]["entries"])
    told, foreign = told_of("pycoda-foreign_account.txt")
    assert (foreign["account"], foreign["currency"]) == (told["account"], told["currency"])


def test_febelfin_demonstration():
    told, statement = told_of("febelfin-CODA.txt")
    assert (statement["account"], statement["currency"]) == (told["account"], told["currency"])
    for ours, balance in (("opening", "old_balance"), ("closing", "new_balance")):
        assert is_same(statement[ours]["amount"], told[balance])
        assert statement[ours]["date"] == told[f"{balance}_date"]
    assert len(statement["entries"]) == told["moves_top_level"]
    first = statement["entries"][0]
    assert is_same(first["amount"], told["first"]["amount"])
    assert first["valued_on"] == told["first"]["value_date"]
    assert first["bank_reference"] == told["first"]["bank_reference"]
    assert first["free_text"] == told["first"]["communication"]
    entries = entries_of("febelfin-CODA.txt")
    assert entries[0].transaction_code == told["first"]["code"]
    (gift,) = (entry for entry in entries if entry.sequence == "0053")
    assert gift.structured_reference == told["move_0053_0000"]["communication"]


def test_tryton_and_fortis():
    told, statement = told_of("tryton-CODA.txt")
    (entry,) = statement["entries"]
    assert int(statement["number"]) == int(told["statement_number"])
    assert statement["closing"]["date"] == told["date"]
    assert is_same(statement["opening"]["amount"], told["start_balance"])
    assert is_same(statement["closing"]["amount"], told["end_balance"])
    assert entry["booked_on"] == told["first"]["date"]
    assert is_same(entry["amount"], told["first"]["amount"])
    assert entry["free_text"] == told["first"]["description"]
    assert entry["bank_reference"] == told["first"]["bank_reference"].strip()

    told, statement = told_of("bc-fortis-210409.cod")
    first, second = statement["entries"]
    assert int(statement["number"]) == int(told["statement_no"])
    assert statement["closing"]["date"] == told["statement_date"]
    assert is_same(statement["opening"]["amount"], told["balance_last_statement"])
    assert is_same(statement["closing"]["amount"], told["ending_balance"])
    assert first["bank_reference"] == told["first"]["bank_reference"].strip()
    assert is_same(first["amount"], told["first"]["amount"])
    assert is_same(second["amount"], told["second_amount"])


def test_version_1():
    told, statement = told_of("bc-07022000.008-pseudonymised.cod")
    (entry,) = statement["entries"]
    assert is_same(entry["amount"], "-" + told["amount_to_vendor"])
    assert entry["counterparty_name"] == "ZIVUCUK BVBA"


def test_coda_standard():
    told, statement = told_of("codastandard-coda.cod")
    assert statement["account"] == told["account"]
    assert is_same(statement["opening"]["amount"], told["old_balance"])
    assert len(statement["entries"]) == told["transactions"]
    for entry, one in zip(statement["entries"], (told["t1"], told["t2"]), strict=True):
        assert entry["bank_reference"] == one["reference"]
        assert entry["structured_reference"] == one["structured"]
        assert entry["counterparty_account"] == one["account"]
        assert entry["counterparty_name"] == one["name"]
        assert is_same(entry["amount"], one["amount"].removesuffix(" EUR").replace(",", "."))
    assert statement["entries"][0]["booked_on"] == told["t1"]["date"]


def test_a_collective_credit():
    told, statement = told_of("codademo-batch-vcs.txt")
    (batch,) = statement["entries"]
    assert len(batch["details"]) >= told["individual_transactions_at_least"]
    for one in told["contains"]:
        name, _, place = one.partition(" from ")
        town = place.split()[0]
        (detail,) = (part for part in batch["details"] if part["counterparty_name"] == name)
        assert town in detail["free_text"]


def test_letters_of_dos_and_of_windows():
    dos = entries_of("bc-ontvangen-2009-04-16.cod")
    assert any(part.counterparty_name.endswith(" CITROë") for part in _all(dos))
    # Of the letters of Windows, this file has some that nothing of ours is made of.
    with (folder() / "triptyk-ing-pseudonymised.bc2").open("rb") as file:
        assert encoding_of(file) == ("cp1252", False)


def _all(entries: list[Entry]) -> list:
    return [part for entry in entries for part in (entry, *entry.details)]
