"""``manage.py read_statement``, and the sentences about what is wrong with a statement."""

import json
import os
import subprocess
import sys
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import override

from donations.statement_words import DOUBTS, REFUSALS, doubt_sentence, refusal_sentence
from donations.statements.shape import (
    Closed,
    Doubt,
    Doubtful,
    Entry,
    Opened,
    Refusal,
    StatementError,
)
from tests.donations.statement_files import ACCOUNT, Movement, coda_file

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def describe(tmp_path):
    """Return a function that writes bytes to a file and reads the file with the command."""

    def run(data: bytes, name="statement.xml") -> dict:
        path = tmp_path / name
        path.write_bytes(data)
        out = StringIO()
        call_command("read_statement", str(path), stdout=out)
        return json.loads(out.getvalue())

    return run


def test_a_statement_is_one_object(describe):
    parts = [Movement("10", name="Zoë"), Movement("20", structured="010806817183", text="MERCI")]
    gift = Movement("-1.50", name="BANK", account="BE71096123456769", bank_reference="R1")
    data = coda_file([gift, Movement("30", text="BATCH", details=parts)], opening="5", number=12)

    found = describe(data)

    assert list(found) == ["format", "statements", "warnings"]
    assert (found["format"], found["warnings"]) == ("CODA", [])
    (statement,) = found["statements"]
    assert list(statement) == [
        "account",
        "currency",
        "number",
        "opening",
        "closing",
        "entries",
        "pending",
    ]
    assert [statement[name] for name in ("account", "currency", "number")] == [ACCOUNT, "EUR", "12"]
    assert statement["opening"] == {"date": "2026-03-02", "amount": "5.00"}
    assert statement["closing"] == {"date": "2026-03-03", "amount": "33.50"}
    single, batch = statement["entries"]
    assert single == {
        "booked_on": "2026-03-03",
        "valued_on": "2026-03-03",
        "amount": "-1.50",
        "counterparty_name": "BANK",
        "counterparty_account": "BE71096123456769",
        "structured_reference": "",
        "free_text": "",
        "bank_reference": "R1",
        "details": [],
    }
    assert batch["amount"] == "30.00"
    assert [part["amount"] for part in batch["details"]] == ["10.00", "20.00"]
    assert batch["details"][1] == {
        "amount": "20.00",
        "counterparty_name": "",
        "counterparty_account": "",
        "structured_reference": "010806817183",
        "free_text": "MERCI",
        "bank_reference": "REF0120000020002",
    }
    assert batch["details"][0]["counterparty_name"] == "Zoë"
    assert statement["pending"] == []


def test_several_statements_stand_one_after_the_other(describe):
    first = coda_file([Movement("1"), Movement("2")], another_follows=True)
    found = describe(first + coda_file(number=2, opening="3"))
    assert found["warnings"] == []
    assert [one["number"] for one in found["statements"]] == ["1", "2"]
    assert [len(one["entries"]) for one in found["statements"]] == [2, 0]


def test_what_is_pending_stands_apart(describe, monkeypatch):
    pending = Entry(Decimal("2.00"), is_pending=True)
    events = [Opened("BE68539007547034", "EUR"), Entry(Decimal("1.00")), pending, Closed()]
    module = "donations.statements.management.commands.read_statement"
    monkeypatch.setattr(f"{module}.read_statement", lambda _file: iter(events))
    (statement,) = describe(coda_file())["statements"]
    assert [entry["amount"] for entry in statement["entries"]] == ["1.00"]
    assert [entry["amount"] for entry in statement["pending"]] == ["2.00"]


def test_what_does_not_add_up_is_said_and_read_all_the_same(describe):
    found = describe(coda_file([Movement("10")], closing="1234.5"))
    assert len(found["statements"][0]["entries"]) == 1
    assert found["warnings"] == [
        "The opening balance and the movements make 10.00, but the closing balance is 1,234.50. "
        "(Statement 1.)"
    ]


def test_days_and_balances_that_are_not_given_are_null(describe):
    data = coda_file([Movement("10")]).replace(b"030326001500000", b"000000001500000")
    lines = [line for line in data.split(b"\r\n") if not line.startswith(b"8")]
    (statement,) = describe(b"\r\n".join(lines))["statements"]
    assert statement["entries"][0]["valued_on"] is None
    assert statement["closing"] is None


@pytest.mark.parametrize("data", [b"", b"<html></html>", coda_file([Movement("1")])[:200]])
def test_a_file_that_is_no_statement_ends_with_status_2(describe, data):
    with pytest.raises(CommandError) as caught:
        describe(data)
    assert caught.value.returncode == 2
    assert str(caught.value)


@pytest.mark.parametrize("name", ["missing.cod", ""])
def test_a_file_that_is_not_there_is_named(tmp_path, name):
    path = tmp_path / name
    with pytest.raises(CommandError) as caught:
        call_command("read_statement", str(path))
    assert caught.value.returncode == 2
    assert str(path) in str(caught.value)


def test_the_command_needs_no_database(tmp_path):
    """Nothing answers at this address; what the file says is on standard output alone."""
    path = tmp_path / "statement.cod"
    path.write_bytes(coda_file([Movement("1", name="Zoë")]))
    settings = {
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing",
        "DJANGO_SETTINGS_MODULE": "campaign_site.settings.test",
        "PYTHONIOENCODING": "utf-8",
    }
    done = subprocess.run(
        [sys.executable, "manage.py", "read_statement", str(path)],
        cwd=ROOT,
        env=os.environ | settings,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["statements"][0]["entries"][0]["counterparty_name"] == "Zoë"
    assert "Zoë".encode() in done.stdout


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_every_doubt_and_every_refusal_has_its_words(language):
    assert set(DOUBTS) == set(Doubtful)
    assert set(REFUSALS) == set(Refusal)
    with override(language):
        for kind in Doubtful:
            sentence = doubt_sentence(Doubt(kind, {"expected": 1, "found": 2}, 3, "4"))
            assert "%" not in sentence
            assert sentence.endswith(".)")
        for reason in Refusal:
            sentence = refusal_sentence(StatementError(reason, line=3, found="x"))
            assert "%" not in sentence
            assert sentence.endswith(".)")


@pytest.mark.parametrize(
    ("language", "written"), [("en", "-1,234.50"), ("fr", "-1\u202f234,50"), ("nl", "-1.234,50")]
)
def test_amounts_are_written_as_the_reader_writes_them(language, written):
    values = {"expected": Decimal("-1234.50"), "found": "0.00"}
    with override(language):
        assert written in doubt_sentence(Doubt(Doubtful.BALANCE, values))


def test_a_sentence_says_where_as_far_as_it_is_known():
    assert doubt_sentence(Doubt(Doubtful.ENCODING)).endswith("misspelt.")
    assert doubt_sentence(Doubt(Doubtful.LINKS, line=3)).endswith("(Line 3.)")
    assert doubt_sentence(Doubt(Doubtful.GAP, statement="7")).endswith("(Statement 7.)")
    where = doubt_sentence(Doubt(Doubtful.LINKS, line=3, statement="7"))
    assert where.endswith("(Statement 7, line 3.)")
    assert refusal_sentence(StatementError(Refusal.CUT_OFF)).endswith("again.")
