"""Communications, account numbers and payment codes that others published.

Run by ``make corpora``, which sets CORPORA to the folder that holds ``iban`` and ``epcqr``.
"""

import csv
import os
from decimal import Decimal
from pathlib import Path

import pytest
import zxingcpp
from django.core.exceptions import ValidationError
from PIL import Image

from donations.models import validate_iban
from donations.payment_qr import payload, read_payload
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


def test_international_references_are_judged_as_published():
    rows = read_rows("iban/rf-iso11649.tsv")
    assert len(rows) >= 50
    for row in rows:
        assert row["verdict"] == "valid", row
        assert payload(**{**GIFT, "structured": row["value"]}).split("\n")[9] == row["value"]
        # One digit more or less in the check, and nothing takes it.
        wrong = f"RF{(int(row['value'][2:4]) + 1) % 100:02d}{row['value'][4:]}"
        with pytest.raises(ValueError, match="reference"):
            payload(**{**GIFT, "structured": wrong})


GIFT = {"name": "Viva Test", "iban": "BE71096123456769", "amount_eur": Decimal("25.00")}


def folder() -> Path:
    return Path(os.environ["CORPORA"]) / "epcqr"


def test_payment_codes_are_read_as_published():
    rows = [row for row in read_rows("epcqr/index.tsv") if row["file"].endswith(".txt")]
    assert len(rows) >= 6
    for row in rows:
        assert row["verdict"].startswith("valid"), row
        found = read_payload((folder() / row["file"]).read_bytes())
        assert len(found.name) >= 4
        assert found.iban[:2] in ("BE", "DE", "FR")


def test_code_is_read_from_its_published_picture():
    (found,) = zxingcpp.read_barcodes(Image.open(folder() / "segno-spende-wikipedia.png"))

    assert found.bytes == (folder() / "segno-wikimedia.txt").read_bytes()
    assert read_payload(found.bytes).amount_eur == 20


WRITTEN = b"BCD\n002\n1\nSCT\n\n%(name)s\nBE71096123456769\n%(amount)s\n\n%(structured)s\n%(text)s"


def test_limits_of_the_elements_are_those_published():
    rows = read_rows("epcqr/field-limits.tsv")
    assert len(rows) >= 10
    for row in rows:
        assert row["verdict"].startswith("invalid"), row
        elements = {"name": "Viva", "amount": "EUR1.00", "structured": "", "text": "gift"}
        kind, value = row["field"], row["value"]
        version = b"002"
        if kind == "amount":
            elements["amount"] = f"EUR{value}"
        elif kind in ("name", "text"):
            elements[kind] = "a" * int(value.split()[0])
        elif kind == "text+reference":
            elements["structured"] = "RF18539007547034"
        else:
            assert kind == "version 001", row
            version = b"001"
        written = WRITTEN % {name.encode(): text.encode() for name, text in elements.items()}
        with pytest.raises(ValueError, match=r"\w"):
            read_payload(written.replace(b"002", version, 1))
        # We only ever write version 002, and amounts as numbers.
        if kind == "version 001" or "," in value:
            continue
        changes = {key: elements[key] for key in ("name", "structured", "text")}
        amount_eur = Decimal(value) if kind == "amount" else GIFT["amount_eur"]
        with pytest.raises(ValueError, match=r"\w"):
            payload(**{**GIFT, **changes, "amount_eur": amount_eur})


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
