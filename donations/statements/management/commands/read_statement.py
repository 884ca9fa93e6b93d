import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from donations.statement_words import doubt_sentence, refusal_sentence
from donations.statements.recognition import format_of, read_statement
from donations.statements.shape import (
    Balance,
    Closed,
    Detail,
    Doubt,
    Entry,
    Opened,
    StatementError,
)

_REFUSED = 2


class Command(BaseCommand):
    help = (
        "Read a bank statement in CODA, CAMT.053, MT940 or CSV, whatever its name is, and print "
        "one JSON object: its format, its statements with their balances and entries, and warnings "
        "about what does not add up. Nothing is stored. A file that is no statement ends with "
        "status 2 and the reason."
    )
    requires_system_checks = ()

    def add_arguments(self, parser) -> None:
        parser.add_argument("path", metavar="FILE", type=Path, help="the bank statement")

    def handle(self, *args, path: Path, **options) -> None:
        try:
            with path.open("rb") as file:
                format_name = format_of(file).value
                statements, warnings = _read(file)
        except StatementError as error:
            raise CommandError(refusal_sentence(error), returncode=_REFUSED) from error
        except OSError as error:
            sentence = _("This file cannot be read: %(name)s (%(reason)s).")
            values = {"name": path, "reason": error.strerror}
            raise CommandError(sentence % values, returncode=_REFUSED) from error
        for piece in _pieces(format_name, statements, warnings):
            self.stdout.write(piece, ending="")
        self.stdout.write("")


@dataclass
class _Statement:
    """A statement as it will be printed; its entries are JSON already, which takes less memory."""

    head: dict
    entries: list[str] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)


def _read(file: BinaryIO) -> tuple[list[_Statement], list[str]]:
    """Return the statements and the warnings. Nothing is printed before all of it is read."""
    statements, warnings = [], []
    for event in read_statement(file):
        match event:
            case Entry():
                side = statements[-1].pending if event.is_pending else statements[-1].entries
                side.append(_json(_entry(event)))
            case Opened():
                statements.append(_Statement(_head(event)))
            case Closed():
                head = statements[-1].head
                head["closing"] = _balance(event.closing) or head["closing"]
            case Doubt():
                warnings.append(doubt_sentence(event))
    return statements, warnings


def _pieces(format_name: str, statements: list[_Statement], warnings: list[str]) -> Iterator[str]:
    """Yield the JSON object, a piece at a time."""
    yield f'{{"format": {_json(format_name)}, "statements": ['
    for count, statement in enumerate(statements):
        yield ", " if count else ""
        yield _json(statement.head).removesuffix("}")
        for name, written in (("entries", statement.entries), ("pending", statement.pending)):
            yield f', "{name}": ['
            for place, entry in enumerate(written):
                yield f", {entry}" if place else entry
            yield "]"
        yield "}"
    yield f'], "warnings": {_json(warnings)}}}'


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _head(opened: Opened) -> dict:
    return {
        "account": opened.account,
        "currency": opened.currency,
        "number": opened.number,
        "opening": _balance(opened.opening),
        "closing": _balance(opened.closing),
    }


def _balance(balance: Balance | None) -> dict | None:
    return balance and {"date": _day(balance.on), "amount": _amount(balance.amount)}


def _entry(entry: Entry) -> dict:
    return {
        "booked_on": _day(entry.booked_on),
        "valued_on": _day(entry.valued_on),
        **_payment(entry),
        "details": [_payment(detail) for detail in entry.details],
    }


def _payment(payment: Entry | Detail) -> dict:
    return {
        "amount": _amount(payment.amount),
        "counterparty_name": payment.counterparty_name,
        "counterparty_account": payment.counterparty_account,
        "structured_reference": payment.structured_reference,
        "free_text": payment.free_text,
        "bank_reference": payment.bank_reference,
    }


def _day(day: date | None) -> str | None:
    return day and day.isoformat()


def _amount(amount: Decimal) -> str:
    return f"{amount:f}"
