"""Read the CSV files of banks: KBC, Belfius, BNP Paribas Fortis, ING, or any by a ``Mapping``.

There is no standard for these files. What is said here of each bank comes from files that people
have published. A bank's search result is no statement: it may leave out movements, it is written
newest first, and it has balances only where a column gives them.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import BinaryIO

from stdnum import iban as iban_check

from donations.references import check_digits
from donations.statements import csv_tables
from donations.statements.csv_columns import (
    Header,
    Mapping,
    header_of,
    plain_name,
    read_date,
    signature_of,
)
from donations.statements.shape import (
    Balance,
    Closed,
    Doubt,
    Doubtful,
    Entry,
    Event,
    Opened,
    Refusal,
    StatementError,
    decimals_of,
    in_decimals,
)

__all__ = ["Header", "Mapping", "columns", "read"]

# Each account of a file is read in a turn of its own.
_MAX_ACCOUNTS = 20
# A file with more rows than this that cannot be read is read with the wrong mapping.
_MAX_UNREADABLE = 1000
_MAX_DIGITS = 15

_BOOKED = {"", "geaccepteerd", "accepte", "accepted", "uitgevoerd", "execute", "executed"}
_REFUSED = {"geweigerd", "refuse", "refused", "rejected", "geannuleerd", "annule", "cancelled"}
_OUT = {"d", "dbit", "debet", "debit", "af", "uit", "out", "-", "sortie"}
_IN = {"c", "crdt", "credit", "bij", "in", "+", "entree"}
# The bank's own number of a movement stands within its words.
_REFERENCES = {
    "Belfius": re.compile(r"\bREF\. ?: ?(\S+)"),
    "BNP Paribas Fortis": re.compile(
        r"\b(?:BANKREFERENTIE|REFERENCE BANQUE|BANK REFERENCE) ?: ?(\S+)"
    ),
}
_COMMUNICATION = re.compile(r"(\*{3}|\+{3}) ?\d{3} ?/ ?\d{4} ?/ ?\d{5} ?\1", re.ASCII)
_TWELVE_DIGITS = re.compile(r"\d{12}", re.ASCII)
_CREDITOR_REFERENCE = re.compile(r"RF\d{2}[0-9A-Z]{1,21}")
_BELGIAN_NUMBER = re.compile(r"\d{3}-?\d{7}-?\d{2}", re.ASCII)
_ACCOUNT = re.compile(r"[0-9A-Z]{4,34}")


class _UnreadableError(Exception):
    """A row that says nothing we could use; the text is the kind of cell."""


@dataclass(slots=True)
class _Figures:
    """What a row says in figures."""

    account: str
    currency: str
    booked_on: date
    amount: Decimal
    balance: Decimal | None


@dataclass(slots=True)
class _Account:
    """What the rows of one account have said on the first reading."""

    first: _Figures
    last: _Figures
    numbers: set[str]
    steps_up: int = 0  # balances that follow from the row before
    steps_down: int = 0  # balances that follow from the row behind

    def add(self, row: _Figures, number: str) -> None:
        before, self.last = self.last, row
        self.numbers.add(number)
        if before.balance is not None and row.balance is not None:
            self.steps_up += row.balance == before.balance + row.amount
            self.steps_down += before.balance == row.balance + before.amount

    def opened(self) -> Opened:
        newest_first = self.steps_down > self.steps_up or (
            self.steps_down == self.steps_up and self.first.booked_on > self.last.booked_on
        )
        oldest, newest = (self.last, self.first) if newest_first else (self.first, self.last)
        opening = closing = None
        if oldest.balance is not None and newest.balance is not None:
            opening = Balance(oldest.balance - oldest.amount)
            closing = Balance(newest.balance, newest.booked_on)
        number = next(iter(self.numbers)) if len(self.numbers) == 1 else ""
        return Opened(self.first.account, self.first.currency, number, opening, closing)


def columns(file: BinaryIO) -> Header:
    """Return the names and first rows of a CSV file, for a treasurer to say what they mean.

    Raises ``StatementError`` for a file that is no table.
    """
    return header_of(file)


def read(file: BinaryIO, mapping: Mapping | None = None) -> Iterator[Event]:
    """Yield the movements of a bank's CSV file, a statement for each account and currency in it.

    ``mapping`` is for files of a bank we do not know, and is used where it fits: its signature is
    that of the file. Rows come in the order of the file, once they have all been looked at: the
    balance before the first of them may stand in the last. A row that cannot be read is left out
    with a ``Doubt``; a movement that the bank has refused, without. ``number`` is empty where the
    rows come from several statements. Raises ``StatementError``: ``UNMAPPED`` where nobody has
    said what the columns are, ``BAD_RECORD`` where not a single row can be read.
    """
    encoding, has_gaps = csv_tables.encoding_of(file)
    header = header_of(file)
    used = header.guess if header.guess and header.guess.bank else mapping
    if used is None or used.signature != header.signature:
        raise StatementError(Refusal.UNMAPPED, found=header.signature)
    if used.encoding not in ("", encoding.removesuffix("-sig")):
        # UTF-8 is never anything else; Windows-1252 and code page 850 cannot be told apart.
        encoding = used.encoding if encoding == "cp1252" else encoding
        has_gaps = has_gaps and encoding == "cp1252"
    yield from _Reading(file, replace(used), header, encoding, has_gaps).events()


class _Reading:
    """The reading of one file, by its mapping."""

    def __init__(
        self, file: BinaryIO, mapping: Mapping, header: Header, encoding: str, has_gaps: bool
    ) -> None:
        self.file = file
        self.mapping = mapping
        self.header = header
        self.encoding = encoding
        self.has_gaps = has_gaps
        self.read_amount = lru_cache(maxsize=4096)(_amount_reader(mapping.decimal))
        self.read_day = lru_cache(maxsize=4096)(lambda text: read_date(text, mapping.date_order))
        width = len(header.names)
        # A delimiter that a payer typed makes one cell too many. In the last column that does no
        # harm: the cells are put together again.
        self.ends_in_text = width - 1 in (*mapping.free_text, mapping.description)
        self.width = width

    def events(self) -> Iterator[Event]:
        accounts = self.accounts()
        if self.has_gaps:
            yield Doubt(Doubtful.ENCODING)
        for turn, (key, account) in enumerate(accounts.items()):
            opened = account.opened()
            yield opened
            if not _is_account(opened.account):
                yield Doubt(Doubtful.ACCOUNT, {"found": opened.account}, statement=opened.number)
            yield from self.entries(key, is_first_turn=turn == 0)
            yield Closed(opened.closing)

    def accounts(self) -> dict[tuple[str, str], _Account]:
        """Go through all rows once: which accounts there are, and their balances."""
        accounts: dict[tuple[str, str], _Account] = {}
        unreadable, problem, line = 0, "", None
        for number, cells in self.rows():
            try:
                row = self.figures(cells)
            except _UnreadableError as error:
                unreadable, problem, line = unreadable + 1, problem or str(error), line or number
                if unreadable > _MAX_UNREADABLE:
                    raise StatementError(Refusal.BAD_RECORD, line=line, found=problem) from error
                continue
            if row is None:
                continue
            key = (row.account, row.currency)
            if key not in accounts:
                if len(accounts) == _MAX_ACCOUNTS:
                    raise StatementError(Refusal.BAD_RECORD, line=number, found="account")
                accounts[key] = _Account(row, row, {self.statement_number(cells)})
            else:
                accounts[key].add(row, self.statement_number(cells))
        if not accounts:
            reason = Refusal.BAD_RECORD if unreadable else Refusal.EMPTY
            raise StatementError(reason, line=line, found=problem)
        return accounts

    def entries(self, key: tuple[str, str], *, is_first_turn: bool) -> Iterator[Event]:
        for number, cells in self.rows():
            try:
                row = self.figures(cells)
            except _UnreadableError as error:
                if is_first_turn:
                    yield Doubt(Doubtful.ROW, {"found": str(error)}, line=number)
                continue
            if row is None or (row.account, row.currency) != key:
                continue
            exponent = row.amount.as_tuple().exponent
            if isinstance(exponent, int) and -exponent > decimals_of(row.currency):
                yield Doubt(Doubtful.DECIMALS, {"found": str(row.amount)}, line=number)
            yield self.entry(row, cells)

    def rows(self) -> Iterator[csv_tables.Record]:
        lines = csv_tables.lines_of(self.file, self.encoding)
        for _ in range(self.header.line - 1):
            next(lines, None)
        records = csv_tables.records_of(lines, self.mapping.delimiter, self.width, self.header.line)
        for number, cells in records:
            # Two exports put together have the names of the columns in their middle again.
            if cells[0] != self.header.names[0] or signature_of(cells) != self.header.signature:
                yield number, self.in_width(cells)

    def in_width(self, cells: list[str]) -> list[str]:
        if len(cells) == self.width:
            return cells
        if len(cells) < self.width:
            return cells + [""] * (self.width - len(cells))
        if self.ends_in_text:
            last = self.mapping.delimiter.join(cells[self.width - 1 :])
            return [*cells[: self.width - 1], last.rstrip(self.mapping.delimiter)]
        return cells if any(cell.strip() for cell in cells[self.width :]) else cells[: self.width]

    def figures(self, cells: list[str]) -> _Figures | None:
        """Return what a row says in figures, or None for a movement that the bank has refused."""
        mapping = self.mapping
        if len(cells) > self.width or max(map(len, cells)) > csv_tables.MAX_CELL:
            raise _UnreadableError("cells")
        if mapping.status is not None and plain_name(cells[mapping.status]) in _REFUSED:
            return None
        booked_on = self.read_day(cells[mapping.booked_on])
        if booked_on is None:
            raise _UnreadableError("date")
        account = mapping.account_number
        if mapping.account is not None:
            account = account_number(cells[mapping.account]) or account
        currency = mapping.currency_code
        if mapping.currency is not None:
            currency = cells[mapping.currency].strip().upper() or currency
        if not (len(currency) == 3 and currency.isascii() and currency.isalpha()):
            raise _UnreadableError("currency")
        balance = None
        if mapping.balance is not None and cells[mapping.balance].strip():
            balance = self.read_amount(cells[mapping.balance])
            balance = None if balance is None else in_decimals(balance, currency)
        return _Figures(
            account, currency, booked_on, in_decimals(self.amount(cells), currency), balance
        )

    def amount(self, cells: list[str]) -> Decimal:
        mapping = self.mapping
        if mapping.amount is not None:
            amount = self.read_amount(cells[mapping.amount])
            if amount is None:
                raise _UnreadableError("amount")
            if mapping.direction is None:
                return amount
            word = plain_name(cells[mapping.direction])
            if word in _OUT:
                return -abs(amount)
            if word not in _IN:
                raise _UnreadableError("amount")
            return abs(amount)
        credit = self.one_sided(cells, mapping.credit)
        debit = self.one_sided(cells, mapping.debit)
        if bool(credit) == bool(debit):
            raise _UnreadableError("amount")
        return abs(credit) if credit else -abs(debit)

    def one_sided(self, cells: list[str], column: int | None) -> Decimal:
        if column is None or not cells[column].strip():
            return Decimal(0)
        amount = self.read_amount(cells[column])
        if amount is None:
            raise _UnreadableError("amount")
        return amount

    def entry(self, row: _Figures, cells: list[str]) -> Entry:
        mapping = self.mapping
        structured, free_text = self.communications(cells)
        words = _text(cells, mapping.description)
        valued_on = None
        if mapping.valued_on is not None:
            valued_on = self.read_day(cells[mapping.valued_on])
        counterparty = _text(cells, mapping.counterparty_account)
        status = "" if mapping.status is None else plain_name(cells[mapping.status])
        return Entry(
            amount=row.amount,
            booked_on=row.booked_on,
            valued_on=valued_on,
            counterparty_name=_text(cells, mapping.counterparty_name),
            counterparty_account=account_number(counterparty),
            structured_reference=structured,
            free_text=free_text or ("" if structured else words),
            bank_reference=_text(cells, mapping.bank_reference) or self.reference_in(words),
            sequence=self.sequence(cells),
            is_pending=status not in _BOOKED,
            balance_after=row.balance,
        )

    def communications(self, cells: list[str]) -> tuple[str, str]:
        """Return the structured reference and the free text of a row.

        Where both share a column, a cell that is nothing but a communication between asterisks or
        plus signs is a structured one. What stands in the column for structured ones and is none
        goes to the free text, so that nothing a payer wrote is lost.
        """
        mapping = self.mapping
        free_text = " ".join(filter(None, (_text(cells, at) for at in mapping.free_text)))
        if mapping.structured_reference is None:
            if _COMMUNICATION.fullmatch(free_text):
                return "".join(filter(str.isdigit, free_text)), ""
            return "", free_text
        given = _text(cells, mapping.structured_reference)
        structured = structured_reference(given)
        if given and not structured:
            free_text = f"{given} {free_text}".strip()
        return structured, free_text

    def reference_in(self, words: str) -> str:
        pattern = _REFERENCES.get(self.mapping.bank)
        found = pattern.search(words) if pattern else None
        return found[1] if found else ""

    def statement_number(self, cells: list[str]) -> str:
        text = _text(cells, self.mapping.statement_number)
        if self.mapping.bank == "KBC" and len(text) == 8 and text.isdigit():
            text = text[-3:]  # 02026031: number 31 of the year 2026
        return text.lstrip("0")

    def sequence(self, cells: list[str]) -> str:
        """Return the bank's number of a movement, behind that of the statement if there is one.

        BNP Paribas Fortis and Belfius leave it out until they have given one: "2026-", "".
        """
        text = _text(cells, self.mapping.sequence)
        number = text if not text.isdigit() else text.lstrip("0")
        if not number or number.endswith("-"):
            return ""
        statement = self.statement_number(cells)
        return f"{statement}/{number}" if statement else number


def _text(cells: list[str], column: int | None) -> str:
    """Return a cell as one line of letters that can be shown."""
    if column is None:
        return ""
    text = " ".join(cells[column].split())
    return text if text.isprintable() else "".join(filter(str.isprintable, text))


def _amount_reader(decimal: str) -> Callable[[str], Decimal | None]:
    def read_amount(text: str) -> Decimal | None:
        return amount_of(text, decimal)

    return read_amount


_AMOUNT = re.compile(
    r"(?:[A-Z]{3}|€)?(?P<sign>[+-]?)(?:€)?(?P<number>\d[\d.,]*)(?P<behind>[+-]?)(?:[A-Z]{3}|€)?",
    re.ASCII,
)
_GROUPED = {
    ",": re.compile(r"(\d+|\d{1,3}(?:\.\d{3})+)(?:,(\d+))?", re.ASCII),
    ".": re.compile(r"(\d+|\d{1,3}(?:,\d{3})+)(?:\.(\d+))?", re.ASCII),
}


def amount_of(text: str, decimal: str = ",") -> Decimal | None:
    """Return the amount that ``text`` writes with this decimal mark, or None.

    With ``decimal`` empty, either mark is taken where it can only be one: ``1.234,56``, ``-3.5``,
    but not ``1.234``, which may be a thousand times more. Signs may stand behind (``12,50-``).
    """
    bare = "".join(text.split()).replace("−", "-").replace("'", "")
    written = _AMOUNT.fullmatch(bare)
    if written is None or (written["sign"] and written["behind"]):
        return None
    number = written["number"]
    mark = decimal or _only_mark(number)
    parts = _GROUPED[mark].fullmatch(number) if mark else None
    if parts is None:
        return None
    whole, cents = parts[1].replace(".", "").replace(",", ""), parts[2] or ""
    if len(whole) + len(cents) > _MAX_DIGITS:
        return None
    try:
        amount = Decimal(f"{whole}.{cents}" if cents else whole)
    except InvalidOperation:
        return None
    return -amount if "-" in (written["sign"], written["behind"]) else amount


def _only_mark(number: str) -> str:
    """Return the mark in front of the cents of ``number``, or "" where it could be either."""
    marks = [letter for letter in number if letter in ".,"]
    if not marks:
        return "."
    if len(set(marks)) == 2:
        return marks[-1]
    if len(marks) > 1:
        return "." if marks[0] == "," else ","
    return "" if len(number.rpartition(marks[0])[2]) == 3 else marks[0]


def structured_reference(text: str) -> str:
    """Return the compact reference that a column for structured communications gives, or ""."""
    bare = "".join(text.split()).strip("*+").replace("/", "")
    if _TWELVE_DIGITS.fullmatch(bare):
        return bare
    bare = bare.upper()
    return bare if _CREDITOR_REFERENCE.fullmatch(bare) else ""


@lru_cache(maxsize=4096)
def account_number(text: str) -> str:
    """Return an account number without spaces, a Belgian one of before IBAN as the IBAN it became.

    Returns "" for what is no number; some banks write their own words in that column.
    """
    bare = "".join(text.split()).upper()
    if _BELGIAN_NUMBER.fullmatch(bare):
        digits = bare.replace("-", "")
        if check_digits(int(digits[:10])) == int(digits[10:]):
            return f"BE{iban_check.calc_check_digits('BE00' + digits)}{digits}"
    bare = bare.replace("-", "")
    is_number = _ACCOUNT.fullmatch(bare) and any(letter.isdigit() for letter in bare)
    return bare if is_number else ""


def _is_account(number: str) -> bool:
    """Say whether the check digits of an IBAN are right; other numbers have none that we know."""
    looks_like_iban = re.fullmatch(r"[A-Z]{2}\d{2}[0-9A-Z]+", number, re.ASCII)
    return not looks_like_iban or iban_check.is_valid(number, check_country=False)
