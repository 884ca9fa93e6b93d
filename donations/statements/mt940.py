"""Read SWIFT MT940 customer statements, with or without the SWIFT envelope.

A message is a list of fields, each on a line that begins with its tag; what follows on the next
lines belongs to it. SWIFT leaves the field 86, what the payment says, to the banks. Three dialects
of it are read: code words between slashes (/CNTP/…/REMI/…, as in Belgium and the Netherlands),
numbered subfields (?20…?32…, as in Germany and Poland), and plain text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import BinaryIO

from stdnum import iban as iban_check

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

_MAX_LINE_BYTES = 4096  # SWIFT allows 65 letters
_MAX_FIELD_LINES = 200  # SWIFT allows 6
_FULL_LINE = 65  # a line of this length was cut, and goes on in the next

_FIELD = re.compile(r":([0-9]{2}[A-Z]?|NS):(.*)", re.DOTALL)
_MESSAGE_TYPE = re.compile(r"\{2:[IO]([0-9]{3})")
_NUMBER = re.compile(r"([0-9]{1,5})(?:/([0-9]{1,5}))?")
_BALANCE = re.compile(r"([CD])([0-9]{6})([A-Z]{3})(.+)", re.DOTALL)
_AMOUNT = re.compile(r"(?=[0-9,]{1,16}$)[0-9]+(?:,[0-9]*)?")
# Value date, entry date, mark (E: expected, R: takes back), third letter of the currency, amount,
# type, reference of the account holder, reference of the bank.
_MOVEMENT = re.compile(
    r"([0-9]{6})([0-9]{4}|[ ]{4})?\s*([ER]?[CD])([A-Z])?([0-9][0-9,]*)"
    r"([A-Z][A-Z0-9]{3})(.*?)(?://(.*))?"
)
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{8,30}")
_OLD_ACCOUNT = re.compile(r"P?[0-9]{9,10}")  # second line of a field 61 of Rabobank

# Fields that say nothing which is wanted here: related reference, time, limit, available balances,
# sums, and what German banks add.
_LEFT_OUT = {"13", "13D", "21", "34F", "64", "65", "90C", "90D", "NS"}

_SUBFIELDS = re.compile(r"\s*([0-9]{3})([^0-9A-Za-z\s])(?=[0-9]{2})")
_PURPOSE = {*range(20, 30), *range(60, 64)}
_PURPOSE_LENGTH = 27
# Words of the German banks within the purpose, and what returns are called by (business codes).
_SEPA_WORD = re.compile(
    r"\b(EREF|KREF|MREF|CRED|DEBT|SVWZ|ABWA|ABWE|IBAN|BIC|COAM|OAMT|PURP|MTLG)[+:]"
)
_RETURN_CODES = {"108", "109", "159"}

_CODE_WORD = re.compile(
    r"/(ADDR|BENM|BIC|BUSP|CHGS|CNTP|CSID|EREF|EXCH|IBAN|ID|ISDT|MARF|NAME|OAMT|ORDP|PREF|PURP"
    r"|REMI|RTRN|SVCL|TRCD|TRTP|UCRD|UDTR|ULTB|ULTC|ULTD)/"
)
_NO_REFERENCE = {"NONREF", "NOTPROVIDED", "EREF", "PREF", "MARF", "KREF", "KREF+", "EREF+"}


@dataclass
class _Field:
    """A field with its lines, as yet uninterpreted."""

    tag: str
    lines: list[str]
    number: int  # of its first line, from 1

    @property
    def text(self) -> str:
        """The lines put together again, for fields that have one value."""
        return "".join(self.lines).strip()

    def refused(self, reason: Refusal) -> StatementError:
        # Of who paid, and what they wrote, an error tells nothing; the number of the line is there.
        told = "" if self.tag in ("61", "86") else self.lines[0]
        return StatementError(reason, line=self.number, found=f":{self.tag}:{told}")


@dataclass
class _Message:
    """What is known of the message that is being read."""

    account: str = ""
    number: str = ""
    bic: str = ""
    opened: Opened | None = None
    closing: Balance | None = None
    is_closed: bool = False
    is_page: bool = False  # ends with an intermediate balance: another message goes on
    entry: Entry | None = None  # waits for its field 86


@dataclass
class _Reading:
    """The statement that is open over the messages that make it up."""

    events: list[Event] = field(default_factory=list)
    message: _Message | None = None
    page: _Message | None = None  # ended with an intermediate balance, not closed yet
    count: int = 0

    def begin(self, at: _Field) -> None:
        if self.message is not None and not self.message.is_closed:
            raise at.refused(Refusal.ORDER)
        self.end()
        self.message = _Message()

    def end(self) -> None:
        """End the message, and with it the statement unless another page of it may come."""
        message, self.message = self.message, None
        if message is None:
            return
        self.flush(message)
        self.count += 1
        if message.is_page:
            self.page = message
        else:
            self.events.append(Closed(message.closing))

    def end_pages(self) -> None:
        """Close a statement whose next page does not come."""
        page, self.page = self.page, None
        if page is not None:
            self.events.append(Doubt(Doubtful.INCOMPLETE, statement=page.number))
            self.events.append(Closed(page.closing))

    def flush(self, message: _Message) -> None:
        if message.entry is not None:
            self.events.append(message.entry)
            message.entry = None

    def doubt(self, kind: Doubtful, line: int | None, **values: object) -> None:
        number = self.message.number if self.message else ""
        self.events.append(Doubt(kind, values, line=line, statement=number))


def read(file: BinaryIO) -> Iterator[Event]:
    """Yield what the messages of a file say, statement by statement.

    A statement that the bank has divided over several messages (intermediate balances 60M and 62M)
    is one statement. Raises ``StatementError`` when there is no message, or when one of them is cut
    off, has its fields in another order, or has an amount that is none.
    """
    file.seek(0)
    reading = _Reading()
    for one in _fields(file, reading):
        _take(one, reading)
        yield from reading.events
        reading.events.clear()
    if reading.message is not None and not reading.message.is_closed:
        raise StatementError(Refusal.CUT_OFF)
    reading.end()
    reading.end_pages()
    if not reading.count:
        raise StatementError(Refusal.UNKNOWN if file.tell() else Refusal.EMPTY)
    yield from reading.events


def _fields(file: BinaryIO, reading: _Reading) -> Iterator[_Field]:
    """Divide the lines into fields; the end of a message yields a field without a tag."""
    current: _Field | None = None
    is_in_message = is_doubtful = False
    for number, (line, is_known) in enumerate(_lines(file), 1):
        if not is_known and not is_doubtful:
            is_doubtful = True
            reading.doubt(Doubtful.ENCODING, number)
        if line.startswith("{"):
            _check_type(line, number)
            line = line.rpartition("{4:")[2] if "{4:" in line else ""
        found = _FIELD.fullmatch(line)
        if found:
            if current is not None:
                yield current
            current = _Field(found[1], [found[2]], number)
            is_in_message = True
        elif is_in_message and _is_end(line, current, reading):
            yield current
            current = None
            is_in_message = False
            yield _Field("", [line], number)
        elif current is not None:
            if len(current.lines) >= _MAX_FIELD_LINES:
                raise current.refused(Refusal.BAD_RECORD)
            current.lines.append(line)
        # Outside of a message, banks put headers of their own.
    if current is not None:
        yield current


def _lines(file: BinaryIO) -> Iterator[tuple[str, bool]]:
    """Yield the lines, in UTF-8 or the encoding of Windows, and whether all letters are known."""
    while line := file.readline(_MAX_LINE_BYTES):
        if len(line) == _MAX_LINE_BYTES:
            raise StatementError(Refusal.BAD_RECORD)
        line = line.removeprefix(b"\xef\xbb\xbf").rstrip(b"\r\n").replace(b"\0", b"\x81")
        try:
            yield line.decode("utf-8"), b"\x81" not in line
        except UnicodeDecodeError:
            try:
                yield line.decode("cp1252"), True
            except UnicodeDecodeError:
                yield line.decode("cp1252", errors="replace"), False


def _check_type(line: str, number: int) -> None:
    kind = _MESSAGE_TYPE.search(line)
    if kind and kind[1] != "940":
        raise StatementError(Refusal.OTHER_MESSAGE, line=number, found=f"MT{kind[1]}")


def _is_end(line: str, current: _Field | None, reading: _Reading) -> bool:
    """Return whether a line ends the message; a lone dash may also belong to a text."""
    if line.startswith("-}"):
        return True
    if line.strip() != "-" or current is None:
        return False
    return current.tag in ("62F", "62M") or (
        reading.message is not None and reading.message.is_closed
    )


def _take(one: _Field, reading: _Reading) -> None:
    """Take in one field."""
    if one.tag == "20":
        reading.begin(one)
        return
    message = reading.message
    if one.tag == "":
        if message is None or not message.is_closed:
            raise StatementError(Refusal.CUT_OFF, line=one.number)
        reading.end()
        return
    if message is None:
        raise one.refused(Refusal.ORDER)
    if one.tag in ("25", "25P"):
        message.account = "".join(one.lines[0].split()) if one.lines else ""
        if one.tag == "25P" and len(one.lines) > 1:
            message.bic = one.lines[1].strip()
        elif one.tag == "25":
            message.account = "".join(one.text.split())
    elif one.tag in ("28", "28C"):
        number = _NUMBER.fullmatch(one.text)
        if number is None:
            reading.doubt(Doubtful.RECORD, one.number, found=f":{one.tag}:{one.text}"[:40])
        else:
            message.number = number[1].lstrip("0") or "0"
    elif one.tag in ("60F", "60M"):
        _open(one, reading, message)
    elif message.opened is None:
        if one.tag in ("61", "62F", "62M"):
            raise one.refused(Refusal.ORDER)
    elif one.tag == "61":
        if message.is_closed:
            raise one.refused(Refusal.ORDER)
        reading.flush(message)
        message.entry = _movement(one, reading, message.opened)
    elif one.tag == "86":
        # Behind the closing balance it says something about the whole statement.
        if message.entry is not None and not message.is_closed:
            _explain(message.entry, one.lines)
            reading.flush(message)
    elif one.tag in ("62F", "62M"):
        reading.flush(message)
        message.closing, currency = _balance(one, reading)
        if currency != message.opened.currency:
            told = {"expected": message.opened.currency, "found": currency}
            reading.doubt(Doubtful.CURRENCY, one.number, **told)
        message.is_closed = True
        message.is_page = one.tag == "62M"
    elif one.tag not in _LEFT_OUT:
        reading.doubt(Doubtful.RECORD, one.number, found=f":{one.tag}:")


def _open(one: _Field, reading: _Reading, message: _Message) -> None:
    """Open a statement, or go on with the one whose page ended before."""
    if message.opened is not None:
        raise one.refused(Refusal.ORDER)
    balance, currency = _balance(one, reading)
    account = _without_currency(message.account, currency)
    page = reading.page
    if (
        one.tag == "60M"
        and page is not None
        and page.opened is not None
        and page.closing is not None
        and (page.opened.account, page.number) == (account, message.number)
    ):
        reading.page = None
        message.opened = page.opened
        if page.closing.amount != balance.amount:
            told = {"expected": page.closing.amount, "found": balance.amount}
            reading.doubt(Doubtful.CHAIN, one.number, **told)
        return
    # What was noted about this message belongs behind the end of the one before.
    noted, reading.events = reading.events, []
    reading.end_pages()
    message.opened = Opened(
        account=account,
        currency=currency,
        number=message.number,
        opening=balance,
        bic=message.bic,
    )
    reading.events += [message.opened, *noted]
    if _IBAN.fullmatch(account) and not iban_check.is_valid(account, check_country=False):
        reading.doubt(Doubtful.ACCOUNT, one.number, found=account)


def _without_currency(account: str, currency: str) -> str:
    """Return the account without the currency that ING writes behind it."""
    bare = account.removesuffix(currency)
    return bare if _IBAN.fullmatch(bare) else account


def _balance(one: _Field, reading: _Reading) -> tuple[Balance, str]:
    balance = _BALANCE.fullmatch(one.text)
    if balance is None:
        raise one.refused(Refusal.BAD_RECORD)
    sign, day, currency, written = balance.groups()
    amount = _amount(written, currency, one, reading)
    return Balance(-amount if sign == "D" else amount, _day(day, one, reading)), currency


def _amount(written: str, currency: str, one: _Field, reading: _Reading) -> Decimal:
    if _AMOUNT.fullmatch(written) is None:
        raise StatementError(Refusal.BAD_AMOUNT, line=one.number, found=written)
    amount = in_decimals(Decimal(written.replace(",", ".")), currency)
    if -amount.as_tuple().exponent > decimals_of(currency):
        reading.doubt(Doubtful.DECIMALS, one.number, found=str(amount))
    return amount


def _day(written: str, one: _Field, reading: _Reading) -> date | None:
    """Return the day of six digits; German banks write 30 February, which is left empty."""
    year = int(written[:2])
    day = _date(1900 + year if year >= 80 else 2000 + year, written[2:])
    if day is None:
        reading.doubt(Doubtful.DATE, one.number, found=written)
    return day


def _date(year: int, month_and_day: str) -> date | None:
    try:
        return date(year, int(month_and_day[:2]), int(month_and_day[2:]))
    except ValueError:
        return None


def _movement(one: _Field, reading: _Reading, opened: Opened) -> Entry:
    found = _MOVEMENT.fullmatch(one.lines[0].rstrip())
    if found is None:
        raise one.refused(Refusal.BAD_RECORD)
    value, entry_day, mark, _letter, written, kind, reference, bank_reference = found.groups()
    amount = _amount(written, opened.currency, one, reading)
    valued_on = booked_on = _day(value, one, reading)
    if entry_day and entry_day.strip():
        booked_on = _entry_day(entry_day, valued_on, opened)
        if booked_on is None:
            reading.doubt(Doubtful.DATE, one.number, found=entry_day)
    # RC takes back a credit, so money goes out; RD the other way round.
    is_out = mark in ("D", "ED", "RC")
    entry = Entry(
        amount=-amount if is_out else amount,
        booked_on=booked_on,
        valued_on=valued_on,
        bank_reference=(bank_reference or "").strip(),
        transaction_code=kind,
        is_return=mark in ("RC", "RD") or kind == "NRTI",
        is_pending=mark.startswith("E"),
    )
    if reference.strip().upper() not in _NO_REFERENCE:
        entry.end_to_end_reference = reference.strip()
    _supplement(entry, one.lines[1:])
    return entry


def _entry_day(written: str, valued_on: date | None, opened: Opened) -> date | None:
    """Return the day of four digits in the year that brings it nearest to the value date."""
    near = valued_on or (opened.opening.on if opened.opening else None)
    if near is None:
        return None
    days = [_date(near.year + more, written) for more in (-1, 0, 1)]
    known = [day for day in days if day is not None]
    return min(known, key=lambda day: abs(day - near)) if known else None


def _supplement(entry: Entry, lines: list[str]) -> None:
    """Read the lines behind the first of a field 61: where a bank is done with its reference."""
    if lines and re.fullmatch(r"[0-9]{1,5}", lines[0]) and 0 < len(entry.bank_reference) <= 15:
        entry.bank_reference += lines.pop(0)  # cut in the middle
    text = "".join(lines).strip()
    if _IBAN.fullmatch(text) or _OLD_ACCOUNT.fullmatch(text):
        entry.counterparty_account = text
    elif not text.startswith("/TRCD/"):
        entry.free_text = _one_line(text)


def _explain(entry: Entry, lines: list[str]) -> None:
    """Fill in what a field 86 says about the movement."""
    text = "".join(lines)
    subfields = _SUBFIELDS.match(text)
    if subfields:
        _from_subfields(entry, text[subfields.end() :], subfields[1], subfields[2])
    elif _CODE_WORD.match(text):
        _from_code_words(entry, text)
    else:
        # Some banks count the tag as part of the first line.
        cut = [_FULL_LINE - len(":86:"), *[_FULL_LINE] * (len(lines) - 1)]
        joined = "".join(
            line if len(line) in (full, _FULL_LINE) else f"{line} "
            for line, full in zip(lines, cut, strict=True)
        )
        entry.free_text = _one_line(joined) or entry.free_text


def _from_subfields(entry: Entry, text: str, code: str, separator: str) -> None:
    parts: dict[int, str] = {}
    for part in re.split(f"{re.escape(separator)}(?=[0-9]{{2}})", text):
        number = int(part[:2])
        parts[number] = parts.get(number, "") + part[2:]
    purpose = ""
    for number in sorted(_PURPOSE & parts.keys()):
        part = parts[number]
        purpose += part if len(part) >= _PURPOSE_LENGTH else f"{part} "
    first, *tagged = _SEPA_WORD.split(purpose)
    words = dict(zip(tagged[::2], tagged[1::2], strict=True))
    if words:
        entry.free_text = _one_line(words.get("SVWZ") or words.get("MTLG") or first)
        end_to_end = _one_line(words.get("EREF", ""))
        if end_to_end:
            entry.end_to_end_reference = "" if end_to_end in _NO_REFERENCE else end_to_end
    else:
        entry.free_text = _one_line(purpose)
    entry.free_text = entry.free_text or _one_line(parts.get(0, ""))
    entry.counterparty_name = _one_line(parts.get(32, "") + parts.get(33, ""))
    entry.counterparty_account = "".join((parts.get(38) or parts.get(31) or "").split())
    entry.is_return = entry.is_return or code in _RETURN_CODES


def _from_code_words(entry: Entry, text: str) -> None:
    _, *found = _CODE_WORD.split(text)
    words: dict[str, str] = {}
    for word, value in zip(found[::2], found[1::2], strict=True):
        words.setdefault(word, value.strip("/"))
    if "CNTP" in words:  # account, BIC, name, town
        account, _, rest = words["CNTP"].partition("/")
        name = rest.split("/")[1:2]
        # With no account, or no BIC, nothing stands between the slashes.
        if text[text.index("/CNTP/") + 6 :].startswith("/"):
            account, name = "", words["CNTP"].split("/")[1:2]
        entry.counterparty_account = "".join(account.split())
        entry.counterparty_name = _one_line("".join(name))
    entry.counterparty_name = _one_line(words.get("NAME", "")) or entry.counterparty_name
    if words.get("IBAN"):
        entry.counterparty_account = "".join(words["IBAN"].split())
    if words.get("EREF"):
        reference = _one_line(words["EREF"])
        entry.end_to_end_reference = "" if reference.upper() in _NO_REFERENCE else reference
    remittance = words.get("REMI", "")
    structured = re.fullmatch(r"STRD/(?:[A-Z]+/)?(.*)", remittance, re.DOTALL)
    if structured:
        entry.structured_reference = "".join(structured[1].split())
    elif remittance:
        entry.free_text = _one_line(remittance.removeprefix("USTD/").strip("/"))
    entry.is_return = entry.is_return or "RTRN" in words


def _one_line(text: str) -> str:
    return " ".join(text.split())
