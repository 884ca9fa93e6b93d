"""CSV files of banks that others published.

Run by ``make corpora``, which sets CORPORA to the folder that holds ``bankcsv``.
"""

import json
import os
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from donations.references import read_communication
from donations.statements import bank_csv
from donations.statements.shape import Doubt, Entry

pytestmark = pytest.mark.corpora

FOLDER = Path(os.environ.get("CORPORA", "")) / "bankcsv"


def read(name: str) -> list:
    with (FOLDER / name).open("rb") as file:
        return list(bank_csv.read(file))


def expected(name: str) -> dict:
    return json.loads((FOLDER / "expected.json").read_text())[name]


def names_a_pledge(entry: Entry) -> bool:
    try:
        read_communication(entry.structured_reference or entry.free_text)
    except ValueError:
        return False
    return True


def test_kbc_file_is_read_as_published():
    stated = expected("kbc-ogm.csv")
    opened, *events, _ = read("kbc-ogm.csv")
    entries = [event for event in events if isinstance(event, Entry)]

    with_communication = [
        line for line, entry in enumerate(entries, start=2) if names_a_pledge(entry)
    ]
    assert with_communication == stated["parsed_line_numbers"]
    assert entries[3].structured_reference == "190506321291"  # line 5: wrong check digits
    assert entries[4].free_text == "adlkfjasdlkj"
    assert (entries[5].structured_reference, entries[5].free_text) == ("", "***190/5063/21290***")
    amount, currency = stated["amount"].split()
    assert {(str(entry.amount), entry.booked_on) for entry in entries} == {
        (amount, date.fromisoformat(stated["date"]))
    }
    assert opened.currency == currency
    assert len(entries) == 6


def test_belfius_file_is_read_as_published():
    stated = expected("belfius-metadata-prefix.csv")
    opened, entry, _ = read("belfius-metadata-prefix.csv")

    assert opened.account == stated["account"].replace(" ", "")
    assert entry.amount == Decimal(stated["amount"])
    assert entry.booked_on == date.fromisoformat(stated["date"])
    assert entry.booked_on == date.fromisoformat(stated["period_start"])
    assert stated["rows"] == 1


def test_no_row_is_left_out():
    for name in ("kbc-ogm.csv", "belfius-metadata-prefix.csv"):
        assert all(event.kind.name != "ROW" for event in read(name) if isinstance(event, Doubt)), (
            name
        )
