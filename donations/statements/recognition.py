"""Tell by its content which format a bank statement is in, and read it with the right reader."""

import codecs
import re
from collections.abc import Iterator
from importlib import import_module
from typing import BinaryIO

from donations.statements.checks import checked
from donations.statements.shape import Event, Format, Refusal, StatementError

MOST_BYTES = 96 * 1024 * 1024
_HEAD = 16 * 1024  # bytes

_READERS = {
    Format.CODA: "coda",
    Format.CAMT_053: "camt",
    Format.MT940: "mt940",
    Format.CSV: "bank_csv",
}
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# Record 0: zeros, the day of creation, the number of the bank, and 05 for statements.
_CODA = re.compile(r"0[0 ]{4}[0-9 ]{9}05[D ]")
# An envelope of SWIFT, or the reference of the message followed by the account.
_MT940 = re.compile(r"\{1:|(?:[^\n]*\r?\n){0,4}:20:[^\n]*\n(?:[^\n]*\n){0,3}:(?:25|28C?|60[FM])P?:")
_DELIMITERS = ";,\t|"


def recognise(head: bytes) -> Format:
    """Return the format of a file that begins with ``head``, whatever its name is.

    Raises ``StatementError``: EMPTY for blanks only, UNKNOWN for anything else. XML counts as
    CAMT.053 here; its reader knows the other messages.
    """
    text = _text(head)
    if not text:
        raise StatementError(Refusal.EMPTY)
    if text.startswith("<"):
        if re.match(r"<(?:!doctype\s+html|html|head|body|table)\b", text, re.IGNORECASE):
            raise StatementError(Refusal.UNKNOWN, found="HTML")
        return Format.CAMT_053
    if _CODA.match(text):
        return Format.CODA
    if _MT940.match(text):
        return Format.MT940
    if _is_table(text):
        return Format.CSV
    raise StatementError(Refusal.UNKNOWN)


def _text(head: bytes) -> str:
    """Return the beginning as text without the blanks in front; letters may be wrong in it."""
    if head.startswith(_WIDE):
        return head.decode("utf-16", errors="replace").strip()
    if b"\0" in head:
        raise StatementError(Refusal.UNKNOWN)
    return head.removeprefix(codecs.BOM_UTF8).decode("latin-1").strip()


def _is_table(text: str) -> bool:
    """Return whether lines are divided into cells; comments and JSON may hold commas too."""
    if text[0] in "#{[%" or text.startswith("PK\x03\x04"):
        return False
    lines = [line for line in text.splitlines()[:20] if line.strip()]
    return any(sum(mark in line for line in lines) >= min(2, len(lines)) for mark in _DELIMITERS)


def format_of(file: BinaryIO) -> Format:
    """Return the format of the file, which is rewound. Raises as ``recognise``, and TOO_BIG."""
    if file.seek(0, 2) > MOST_BYTES:
        raise StatementError(Refusal.TOO_BIG)
    file.seek(0)
    head = file.read(_HEAD)
    file.seek(0)
    return recognise(head)


def read_statement(file: BinaryIO, *, mapping: object = None) -> Iterator[Event]:
    """Return the checked events of a statement in any of the formats.

    ``mapping`` says what the columns of a CSV file are, where its header is not known. Raises
    ``StatementError`` at once for what is no statement, and while reading for what turns out to be
    none.
    """
    found = format_of(file)
    reader = import_module(f"donations.statements.{_READERS[found]}")
    events = reader.read(file, mapping=mapping) if found is Format.CSV else reader.read(file)
    return checked(events)
