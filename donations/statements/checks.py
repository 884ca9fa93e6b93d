"""Check what a statement of any format says of itself: balances, numbers, totals of batches."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from donations.statements.shape import (
    Balance,
    Closed,
    Doubt,
    Doubtful,
    Entry,
    Event,
    Opened,
    in_decimals,
)


@dataclass(slots=True)
class Last:
    """How the last statement of an account ended."""

    number: str
    closing: Balance | None


def checked(events: Iterable[Event]) -> Iterator[Event]:
    """Yield the events of a reader, and doubts about what they add up to, right where they show.

    The opening balance and the booked entries must lead to the closing balance; pending entries
    are not counted. Within the file, a statement must open with what the one before of the same
    account closed with, and be numbered one higher. The details of a batch must make its amount.
    """
    lasts: dict[tuple[str, str], Last] = {}
    opened, total = Opened(), Decimal(0)
    for event in events:
        kind = type(event)
        if kind is Entry:
            if not event.is_pending:
                total += event.amount
            yield event
            if event.details:
                yield from _check_batch(event, opened)
        elif kind is Opened:
            opened, total = event, Decimal(0)
            yield event
            yield from doubts_of_order(opened, lasts.get((opened.account, opened.currency)))
        elif kind is Closed:
            yield from _check_balance(opened, total, event.closing)
            lasts[opened.account, opened.currency] = Last(opened.number, event.closing)
            yield event
        else:
            yield event


def _check_batch(entry: Entry, opened: Opened) -> Iterator[Doubt]:
    currency = entry.currency or opened.currency
    if any((detail.currency or currency) != currency for detail in entry.details):
        return
    found = sum((detail.amount for detail in entry.details), Decimal(0))
    if found != entry.amount:
        values = {"expected": entry.amount, "found": in_decimals(found, currency)}
        yield Doubt(Doubtful.BATCH_TOTAL, values, statement=opened.number)


def _check_balance(opened: Opened, total: Decimal, closing: Balance | None) -> Iterator[Doubt]:
    if opened.opening is None or closing is None:
        return
    expected = opened.opening.amount + total
    if expected != closing.amount:
        values = {"expected": expected, "found": closing.amount}
        yield Doubt(Doubtful.BALANCE, values, statement=opened.number)


def doubts_of_order(opened: Opened, last: Last | None) -> Iterator[Doubt]:
    """Yield doubts where a statement does not go on where the one before of its account ended."""
    if last is None:
        return
    if opened.opening and last.closing and opened.opening.amount != last.closing.amount:
        values = {"expected": last.closing.amount, "found": opened.opening.amount}
        yield Doubt(Doubtful.CHAIN, values, statement=opened.number)
    if not (_is_count(last.number) and _is_count(opened.number)):
        return
    expected, found = int(last.number) + 1, int(opened.number)
    # Numbers begin again each year. Some banks number by the day of the year.
    if found in {expected, expected - 1, 1} or _is_day_of_year(found, opened.created_on):
        return
    yield Doubt(Doubtful.GAP, {"expected": expected, "found": found}, statement=opened.number)


def _is_count(number: str) -> bool:
    return number.isascii() and number.isdigit() and len(number) < 10


def _is_day_of_year(number: int, on: date | None) -> bool:
    return on is not None and on.timetuple().tm_yday == number
