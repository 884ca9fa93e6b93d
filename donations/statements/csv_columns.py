"""What the columns of a bank's CSV file mean: by their names, or as a treasurer has said."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from itertools import islice
from typing import BinaryIO, Self

from donations.statements import csv_tables
from donations.statements.shape import Refusal, StatementError

DELIMITERS = (";", ",", "\t", "|")
ENCODINGS = ("", "utf-8", "cp1252", "cp850")
DATE_ORDERS = ("dmy", "ymd", "mdy")
# Belfius writes eleven lines about the search in front of the names of the columns.
_LINES_BEFORE_HEADER = 40
_SAMPLE_ROWS = 5
_MAX_LINE = 32 * 1024
_MAX_COLUMNS = 200


@dataclass(frozen=True, slots=True)
class Mapping:
    """Where a bank's CSV file has what; columns count from 0, None where there is no such column.

    ``signature`` is that of the files this fits. ``encoding`` "" finds out; ``decimal`` is "," or
    ".", or "" for a bank that writes either. An amount stands in one signed column, or in
    ``credit`` and ``debit``, or unsigned beside a ``direction`` (credit or debit, in words).
    ``free_text`` may be spread over several columns; ``description``, the bank's own words, is
    taken where the payer has written nothing. ``account_number`` and ``currency_code`` hold for
    files that have no column for them. ``status`` tells what the bank has refused. ``bank`` is the
    name of a bank that we know.
    """

    signature: str
    booked_on: int
    delimiter: str = ";"
    encoding: str = ""
    date_order: str = "dmy"
    decimal: str = ","
    valued_on: int | None = None
    amount: int | None = None
    credit: int | None = None
    debit: int | None = None
    direction: int | None = None
    counterparty_name: int | None = None
    counterparty_account: int | None = None
    structured_reference: int | None = None
    free_text: tuple[int, ...] = ()
    description: int | None = None
    bank_reference: int | None = None
    sequence: int | None = None
    statement_number: int | None = None
    account: int | None = None
    currency: int | None = None
    balance: int | None = None
    status: int | None = None
    account_number: str = ""
    currency_code: str = "EUR"
    bank: str = ""

    def __post_init__(self) -> None:
        """Refuse with ``ValueError`` what no file could be read with."""
        columns = [getattr(self, name) for name in COLUMNS]
        columns = [*(column for column in columns if column is not None), *self.free_text]
        if not all(type(column) is int and 0 <= column < _MAX_COLUMNS for column in columns):
            raise ValueError("a column counts from 0")
        texts = (self.signature, self.account_number, self.currency_code, self.bank)
        if not all(isinstance(text, str) for text in texts):
            raise ValueError("a text is expected")
        if self.booked_on is None or (self.amount, self.credit, self.debit) == (None, None, None):
            raise ValueError("a mapping names at least a day and an amount")
        if self.direction is not None and self.amount is None:
            raise ValueError("a direction stands beside an amount")
        if (
            self.delimiter not in DELIMITERS
            or self.encoding not in ENCODINGS
            or self.date_order not in DATE_ORDERS
            or self.decimal not in (",", ".", "")
        ):
            raise ValueError("an unknown way to write a file")

    def to_json(self) -> dict[str, object]:
        """Return plain values that ``from_json`` takes back."""
        return {**asdict(self), "free_text": list(self.free_text)}

    @classmethod
    def from_json(cls, values: dict[str, object]) -> Self:
        """Return the mapping that was kept; raises ``ValueError`` when it is none."""
        try:
            known = {key: value for key, value in values.items() if key in _FIELDS}
            return cls(**{**known, "free_text": tuple(known.get("free_text") or ())})
        except (TypeError, AttributeError) as error:
            raise ValueError("not a mapping") from error


_FIELDS = frozenset(item.name for item in fields(Mapping))
# The fields that name one column each.
COLUMNS = (
    "booked_on", "valued_on", "amount", "credit", "debit", "direction", "counterparty_name",
    "counterparty_account", "structured_reference", "description", "bank_reference", "sequence",
    "statement_number", "account", "currency", "balance", "status",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Header:
    """What stands above the rows of a file, to name its columns from.

    ``names`` are empty texts where the file names none. ``guess`` is how the file would be read:
    certain where ``guess.bank`` is filled, a proposal otherwise, None where nothing fits.
    """

    signature: str
    names: tuple[str, ...]
    sample_rows: tuple[tuple[str, ...], ...] = field(repr=False)  # names and accounts of payers
    guess: Mapping | None
    delimiter: str
    encoding: str
    line: int  # where the rows begin


# As the banks name their columns, in Dutch, French and (KBC) English; without accents and capitals.
# The first that a file has is taken. KBC also stands for CBC, BNP Paribas Fortis for Fintro and
# Hello bank!, which export alike.
_BANKS: dict[str, dict[str, str]] = {
    "KBC": {
        "account": "rekeningnummer|numero de compte|account number",
        "currency": "munt|devise|currency",
        "statement_number": "afschriftnummer|numero de l'extrait|statement number",
        "booked_on": "datum|date",
        "description": "omschrijving|description",
        "valued_on": "valuta|valeur|value date",
        "amount": "bedrag|montant|amount",
        "balance": "saldo|solde|balance",
        "counterparty_account": "rekeningnummer tegenpartij|rekening tegenpartij"
        "|numero de compte contrepartie|counterparty's account number",
        "counterparty_name": "naam tegenpartij|nom contrepartie|counterparty name",
        "structured_reference": "gestructureerde mededeling|communication structuree"
        "|standard-format reference",
        "free_text": "vrije mededeling|communication libre|free-format reference",
    },
    "Belfius": {
        "account": "rekening|compte",
        "booked_on": "boekingsdatum|date de comptabilisation",
        "statement_number": "rekeninguittrekselnummer|afschriftnummer|numero d'extrait"
        "|no d'extrait",
        "sequence": "transactienummer|numero de transaction|no de transaction",
        "counterparty_account": "rekening tegenpartij|compte contrepartie"
        "|compte de la contrepartie",
        "counterparty_name": "naam tegenpartij bevat|nom contrepartie contient",
        "description": "transactie|transaction",
        "valued_on": "valutadatum|date valeur",
        "amount": "bedrag|montant",
        "currency": "devies|devise",
        "free_text": "mededelingen|communications",
    },
    "BNP Paribas Fortis": {
        "sequence": "volgnummer|no de sequence|numero de sequence",
        "booked_on": "uitvoeringsdatum|date d'execution",
        "valued_on": "valutadatum|date valeur",
        "amount": "bedrag|montant",
        "currency": "valuta rekening|devise du compte",
        "account": "rekeningnummer|numero de compte",
        "counterparty_account": "tegenpartij|contrepartie",
        "counterparty_name": "naam van de tegenpartij|nom de la contrepartie"
        "|tegenpartij van de verrichting|contrepartie de la transaction",
        "free_text": "mededeling|communication",
        "description": "details",
        "status": "status|statut",
    },
    "ING": {
        "account": "rekeningnummer|numero de compte",
        "counterparty_account": "rekening tegenpartij|compte contrepartie|compte partie adverse",
        "sequence": "omzetnummer|numero de mouvement",
        "booked_on": "boekingsdatum|date comptable",
        "valued_on": "valutadatum|date valeur",
        "amount": "bedrag|montant",
        "currency": "munteenheid|devise",
        "description": "omschrijving|libelles",
        "free_text": "bericht|message",
    },
}
# What makes sure that it is this bank's file and no other's; some of the rest may be missing.
_TELLING = {
    "KBC": ("account", "currency", "statement_number", "booked_on", "valued_on", "amount"),
    "Belfius": ("account", "booked_on", "statement_number", "amount", "currency", "free_text"),
    "BNP Paribas Fortis": ("sequence", "booked_on", "amount", "currency", "account", "description"),
    "ING": ("account", "sequence", "booked_on", "amount", "currency", "description", "free_text"),
}
# BNP Paribas Fortis has been seen with a comma and with a point, in files of one layout.
_WRITES_EITHER = {"BNP Paribas Fortis"}
_GENERIC = {
    "booked_on": "booking date|boekdatum|date d'operation|date operation|transaction date"
    "|uitvoeringsdatum|date d'execution|verrichtingsdatum|datum verrichting|started date"
    "|completed date",
    "valued_on": "value date|date de valeur|rentedatum",
    "credit": "credit|bij|bijschrijving|money in|paid in",
    "debit": "debet|debit|af|afschrijving|money out|paid out",
    "direction": "af bij|af/bij|debet/credit|debit/credit|d/c|sens|dc",
    "counterparty_name": "tegenpartij|contrepartie|naam|nom|name|payee|begunstigde|beneficiaire",
    "counterparty_account": "tegenrekening|iban tegenpartij|iban contrepartie"
    "|counterparty account|iban",
    "structured_reference": "structured communication|structured reference",
    "free_text": "mededeling|communication|omschrijving|description|libelle|details|reference"
    "|opmerking|notities",
    "bank_reference": "bankreferentie|reference banque|bank reference|referentie|transaction id",
    "account": "mijn rekening|eigen rekening|iban rekening|account",
    "currency": "valuta|muntcode|code devise",
    "balance": "saldo na mutatie|nieuw saldo|nouveau solde",
}


def header_of(file: BinaryIO) -> Header:
    """Return the names and first rows of a CSV file, and how we would read it.

    Raises ``StatementError`` for a file that is no table.
    """
    encoding, _ = csv_tables.encoding_of(file)
    lines = [
        line if len(line) <= _MAX_LINE else ""
        for line in islice(csv_tables.lines_of(file, encoding), _LINES_BEFORE_HEADER)
    ]
    for delimiter in DELIMITERS:
        for number, line in enumerate(lines, start=1):
            names = csv_tables.split_quoted(line, delimiter)
            mapping = _known_bank(names, delimiter)
            if mapping:
                return _header(lines, encoding, delimiter, number, names, mapping)
    return _unknown_table(lines, encoding)


def _header(
    lines: list[str],
    encoding: str,
    delimiter: str,
    number: int,
    names: list[str],
    mapping: Mapping | None,
) -> Header:
    rows = csv_tables.records_of(iter(lines[number:]), delimiter, len(names))
    return Header(
        signature=signature_of(names),
        names=tuple(name.strip() for name in names),
        sample_rows=tuple(tuple(row) for _, row in islice(rows, _SAMPLE_ROWS)),
        guess=mapping,
        delimiter=delimiter,
        encoding=encoding,
        line=number + 1,
    )


def signature_of(names: list[str]) -> str:
    """Return what tells the layout of a file: its names in order, or how many there are."""
    plain = [plain_name(name) for name in names]
    return ";".join(plain) if any(plain) else f"#{len(plain)}"


def plain_name(name: str) -> str:
    """Return ``name`` without accents, capitals and surplus spaces."""
    decomposed = unicodedata.normalize("NFKD", name.replace("°", "o").replace("’", "'"))
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return " ".join(bare.casefold().split())


def _known_bank(names: list[str], delimiter: str) -> Mapping | None:
    if len(names) < 5:
        return None
    plain = [plain_name(name) for name in names]
    for bank, words in _BANKS.items():
        found = _named_columns(plain, words)
        if all(name in found for name in _TELLING[bank]):
            free_text = (found.pop("free_text"),) if "free_text" in found else ()
            decimal = "" if bank in _WRITES_EITHER else ","
            return Mapping(
                signature=signature_of(names),
                delimiter=delimiter,
                decimal=decimal,
                free_text=free_text,
                bank=bank,
                **found,
            )
    return None


def _named_columns(plain: list[str], words: dict[str, str]) -> dict[str, int]:
    """Return the column of each field that one of its ``words`` names."""
    found: dict[str, int] = {}
    for name, spellings in words.items():
        for spelling in spellings.split("|"):
            if spelling in plain and plain.index(spelling) not in found.values():
                found[name] = plain.index(spelling)
                break
    return found


def _unknown_table(lines: list[str], encoding: str) -> Header:
    """Return the header of a file of no bank we know: the likeliest delimiter and what fits it."""
    delimiter, width = max(
        ((candidate, _usual_width(lines, candidate)) for candidate in DELIMITERS),
        key=lambda found: (_lines_of_width(lines, *found), found[1]),
    )
    if not 3 <= width <= _MAX_COLUMNS:
        raise StatementError(Refusal.UNKNOWN)
    number, names = next(
        (number, cells)
        for number, line in enumerate(lines, start=1)
        if len(cells := csv_tables.split_quoted(line, delimiter)) == width
    )
    if any(read_date(cell, order) for cell in names for order in DATE_ORDERS):
        # The first row is a payment already: the file does not name its columns.
        names, number = [""] * width, number - 1
    header = _header(lines, encoding, delimiter, number, names, None)
    if not header.sample_rows:
        raise StatementError(Refusal.UNKNOWN)
    guess = _guess(header)
    return Header(
        header.signature, header.names, header.sample_rows, guess, delimiter, encoding, header.line
    )


def _usual_width(lines: list[str], delimiter: str) -> int:
    widths = [len(csv_tables.split_quoted(line, delimiter)) for line in lines if line.strip()]
    return max(set(widths), key=lambda width: (width > 1, widths.count(width), width), default=0)


def _lines_of_width(lines: list[str], delimiter: str, width: int) -> int:
    if width < 3:
        return 0
    return sum(len(csv_tables.split_quoted(line, delimiter)) == width for line in lines)


def _guess(header: Header) -> Mapping | None:
    plain = [plain_name(name) for name in header.names]
    found = _named_columns(plain, _all_words())
    if "amount" in found:
        found.pop("credit", None)
        found.pop("debit", None)
    else:
        found.pop("direction", None)
    for name in ("booked_on", "valued_on"):
        if name in found and not any(_orders_of(header, found[name])):
            found.pop(name)
    if "booked_on" not in found and "valued_on" in found:
        found["booked_on"] = found.pop("valued_on")
    money = [found[name] for name in ("amount", "credit", "debit") if name in found]
    if "booked_on" not in found or not money:
        return None
    free_text = (found.pop("free_text"),) if "free_text" in found else ()
    return Mapping(
        signature=header.signature,
        delimiter=header.delimiter,
        date_order=next(_orders_of(header, found["booked_on"])),
        decimal=_decimal_of(header, money),
        free_text=free_text,
        **found,
    )


def _all_words() -> dict[str, str]:
    # BNP Paribas Fortis calls an account what others call a name.
    banks = [names for bank, names in _BANKS.items() if bank != "BNP Paribas Fortis"]
    words: dict[str, str] = {}
    for spellings in (*banks, _GENERIC):
        for name, more in spellings.items():
            words[name] = f"{words[name]}|{more}" if name in words else more
    return words


def _orders_of(header: Header, column: int) -> Iterator[str]:
    cells = [row[column] for row in header.sample_rows if len(row) > column and row[column].strip()]
    return (order for order in DATE_ORDERS if cells and all(read_date(c, order) for c in cells))


def _decimal_of(header: Header, columns: list[int]) -> str:
    cells = [row[column] for row in header.sample_rows for column in columns if len(row) > column]
    marks = {cell.strip()[-3:-2] for cell in cells}
    return next((mark for mark in (",", ".") if mark in marks), ",")


_DATE_SHAPES = {
    "dmy": re.compile(r"(?P<d>\d{1,2})([/.-])(?P<m>\d{1,2})\2(?P<y>\d{4}|\d{2})(?:[ T].*)?", re.A),
    "mdy": re.compile(r"(?P<m>\d{1,2})([/.-])(?P<d>\d{1,2})\2(?P<y>\d{4}|\d{2})(?:[ T].*)?", re.A),
    "ymd": re.compile(r"(?P<y>\d{4})([/.-]?)(?P<m>\d{2})\2(?P<d>\d{2})(?:[ T].*)?", re.A),
}


def read_date(text: str, order: str) -> date | None:
    """Return the day that ``text`` says, whatever stands between its numbers, or None."""
    written = _DATE_SHAPES[order].fullmatch(text.strip())
    if written is None:
        return None
    year = int(written["y"])
    try:
        return date(year if year > 99 else 2000 + year, int(written["m"]), int(written["d"]))
    except ValueError:
        return None
