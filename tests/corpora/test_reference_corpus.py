"""Communications, account numbers and payment codes that others published.

Run by ``make corpora``, which sets CORPORA to the folder that holds ``iban`` and ``epcqr``.
"""

import csv
import os
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError

from donations.models import validate_iban
from donations.payment_qr import payload
from donations.references import read_communication, structured_communication

pytestmark = pytest.mark.corpora


def read_rows(name: str) -> list[dict[str, str]]:
    path = Path(os.environ["CORPORA"]) / name
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


# We read what people copy from statements, whatever stands around the twelve digits.
READ_ALL_THE_SAME = {"*** 000 / 0000 / 00101 +++": "mixed signs, but its check digits are right"}

# Invented for other programs' tests: the last two digits do not fit, so no bank has given them out.
REFUSED_ALL_THE_SAME = {"BE96999000000101", "BE74999000000303", "BE19999000000808"}


def test_communications_are_judged_as_published():
    rows = read_rows("iban/ogm.tsv")
    assert len(rows) >= 25
    for row in rows:
        try:
            number = read_communication(row["value"])
        except ValueError:
            assert row["verdict"] == "invalid", row
        else:
            assert row["verdict"] == "valid" or row["value"] in READ_ALL_THE_SAME, row
            digits = "".join(c for c in row["value"] if c.isdigit())
            written = structured_communication(number)
            assert "".join(c for c in written if c.isdigit()) == digits


def test_account_numbers_are_judged_as_published():
    rows = read_rows("iban/iban.tsv")
    assert len(rows) >= 150
    for row in rows:
        try:
            validate_iban(row["value"])
        except ValidationError:
            assert row["verdict"] == "invalid" or row["value"] in REFUSED_ALL_THE_SAME, row
        else:
            assert row["verdict"] == "valid", row


def test_payment_codes_are_written_as_published():
    text = (Path(os.environ["CORPORA"]) / "epcqr/segno-wikimedia.txt").read_bytes().decode()
    lines = text.split("\n")

    written = payload(
        bic=lines[4],
        name=lines[5],
        iban=lines[6],
        amount_eur=Decimal(lines[7].removeprefix("EUR")),
        text=lines[10],
    )

    assert written.split("\n")[4:7] == lines[4:7]
    assert Decimal(written.split("\n")[7].removeprefix("EUR")) == Decimal(lines[7][3:])
    assert written.split("\n")[8:11] == lines[8:11]
