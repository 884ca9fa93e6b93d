"""Bank statements of our own making, with balances and control totals that add up."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

ACCOUNT = "BE68539007547034"
OPENED, CLOSED = date(2026, 3, 2), date(2026, 3, 3)


@dataclass
class Movement:
    """One line of a statement; with ``details`` it is the total of a batch."""

    amount: Decimal | str
    name: str = ""
    account: str = ""
    structured: str = ""  # twelve digits, written as a type 101 communication
    text: str = ""
    booked_on: date = CLOSED
    valued_on: date = CLOSED
    bank_reference: str = ""
    end_to_end: str = ""
    code: str = ""  # eight digits; made up where empty
    address: str = ""  # written in information records, as banks do with a name
    return_type: str = " "  # "2" is a return
    return_reason: str = ""
    details: Sequence["Movement"] = field(default_factory=tuple)


def coda_file(
    movements: Sequence[Movement] = (),
    *,
    account: str = ACCOUNT,
    currency: str = "EUR",
    number: int = 1,
    opening: Decimal | str = "0",
    closing: Decimal | str | None = None,
    opened_on: date = OPENED,
    closed_on: date = CLOSED,
    holder: str = "SAMPLE NGO VZW",
    bic: str = "GKCCBEBB",
    version: int = 2,
    is_duplicate: bool = False,
    messages: Sequence[str] = (),
    another_follows: bool = False,
    encoding: str = "cp1252",
    newline: str = "\r\n",
) -> bytes:
    """Return one CODA statement, from its record 0 to its record 9.

    Statements may be put behind one another: the earlier ones with ``another_follows``.
    ``closing`` is what the movements lead to, unless told. An ``account`` of twelve digits is
    written as a Belgian account number, an IBAN as such.
    """
    opening = Decimal(opening)
    amounts = [Decimal(movement.amount) for movement in movements]
    closing = opening + sum(amounts) if closing is None else Decimal(closing)
    zone = _account_zone(account, currency)
    structure = "2" if account.startswith("BE") else "3" if account[:2].isalpha() else "0"
    lines = [
        _record(
            f"00000{closed_on:%d%m%y}30005{'D' if is_duplicate else ' '}{'':7}{'':10}{holder:26.26}"
            f"{bic:11}{'00403199702':11} 00000{'':39}",
            str(version),
        ),
        _record(
            f"1{structure if version > 1 else ' '}{number:03}{zone}{_signed(opening)}"
            f"{opened_on:%d%m%y}{holder:26.26}{'':35}",
            f"{number:03}",
        ),
    ]
    for count, movement in enumerate(movements):
        lines += _movement_lines(movement, count % 9999 + 1, number, version)
    link = "1" if messages else "0"
    lines.append(_record(f"8{number:03}{zone}{_signed(closing)}{closed_on:%d%m%y}", link))
    for place, message in enumerate(messages, 1):
        link = "1" if place < len(messages) else "0"
        lines.append(_record(f"4 {place:04}0000{'':22}{message:80.80}", link))
    counted = len(lines) - 1 - len(messages)
    debit = -sum(amount for amount in amounts if amount < 0)
    credit = sum(amount for amount in amounts if amount > 0)
    lines.append(
        _record(
            f"9{'':15}{counted:06}{_thousandths(debit)}{_thousandths(credit)}",
            "1" if another_follows else "2",
        )
    )
    return "".join(line + newline for line in lines).encode(encoding)


def _record(begin: str, end: str) -> str:
    line = begin.ljust(128 - len(end)) + end
    assert len(line) == 128, line
    return line


def _thousandths(amount: Decimal | int) -> str:
    digits = f"{int(Decimal(amount) * 1000):015}"
    assert len(digits) == 15
    return digits


def _signed(amount: Decimal) -> str:
    return ("1" if amount < 0 else "0") + _thousandths(abs(amount))


def _account_zone(account: str, currency: str) -> str:
    if account.isdigit() and len(account) == 12:
        return f"{account} {currency}0BE".ljust(37)
    return f"{account:34}{currency}"


def _movement_lines(movement: Movement, sequence: int, number: int, version: int) -> list[str]:
    """Return the records of one movement, and of its details behind it."""
    kind = "2" if movement.details else "0"
    lines, place = _part_lines(movement, sequence, 0, number, kind, version, bool(movement.details))
    for index, detail in enumerate(movement.details, 1):
        ends_batch = index == len(movement.details)
        more, place = _part_lines(detail, sequence, place + 1, number, "6", version, ends_batch)
        lines += more
    return lines


def _part_lines(
    part: Movement,
    sequence: int,
    place: int,
    number: int,
    kind: str,
    version: int,
    bounds_batch: bool,
) -> tuple[list[str], int]:
    """Return the records 2 and 3 of one part, and the last detail number they take."""
    text = f"101{part.structured}" if part.structured else ""
    zone = (text.ljust(53) if part.structured and part.text else text) + part.text
    assert len(zone) <= 149, "a longer communication does not fit in the records 2"
    amount = Decimal(part.amount)
    own = f"{sequence:04}{place:04}"
    reference = part.bank_reference or f"REF{number:03}{sequence:06}{place:04}"
    code = part.code or f"{kind}01{'50' if amount > 0 else '01'}000"
    has_third = bool(part.name or part.account or zone[106:])
    has_second = bool(part.end_to_end or zone[53:] or part.return_reason)
    first = (
        f"21{own}{reference:21}{_signed(amount)}{part.valued_on:%d%m%y}{code}"
        f"{'1' if part.structured else '0'}{zone[:53]:53}{part.booked_on:%d%m%y}{number:03}"
        f"{'1' if bounds_batch else '0'}"
    )
    records = [first]
    if has_second:
        records.append(
            f"22{own}{zone[53:106]:53}{part.end_to_end:35}{'':11}   "
            f"{part.return_type}{part.return_reason:4}"
        )
    if has_third and version == 1:
        records.append(f"23{own}{_other_account(part.account)}{part.name:26.26}{part.address:52}")
    elif has_third:
        records.append(f"23{own}{_other_account(part.account)}{part.name:35.35}{zone[106:]:43}")
    lines = []
    told = bool(part.address) and version > 1
    for index, record in enumerate(records, 1):
        is_last = index == len(records)
        lines.append(
            _record(f"{record:125}{'0' if is_last else '1'}", "1" if is_last and told else "0")
        )
    if told:
        place += 1
        own = f"{sequence:04}{place:04}"
        lines.append(_record(f"31{own}{reference:21}{code}1{'001' + part.name:73}{'':12}1", "0"))
        lines.append(_record(f"32{own}{part.address:105}{'':10}0", "0"))
    return lines, place


def _other_account(account: str) -> str:
    return _account_zone(account, "EUR") if account else " " * 37
