"""Payments as an import leaves them: booked, and waiting for a person."""

from decimal import Decimal
from itertools import count

from django.db import connection, transaction
from django.utils import timezone

from donations.fingerprints import account_hash
from donations.models import Allocation, BankAccount, BankEntry
from donations.particulars import Particulars
from tests.donations.gifts import read_statement

_numbers = count(1)


@transaction.atomic
def make_payment(
    account: BankAccount,
    amount: str = "25.00",
    *,
    name: str = "",
    payer: str = "",
    text: str = "",
    reference: str = "",
    on=None,
    **fields,
) -> BankEntry:
    """A payment that nothing was decided about; ``payer`` is the payer's account number."""
    on = on or timezone.localdate()
    said = Particulars(name=name, account=payer, structured_reference=reference, text=text)
    if "statement" not in fields:
        fields["statement"] = read_statement(account, on)
    defaults = {
        "currency": "EUR",
        "obstacle": BankEntry.Obstacle.NO_REFERENCE,
        "occurrence": 1,
        "likeness": "",
        "format": "test",
    }
    entry = BankEntry.objects.create(
        account=account,
        booked_on=on,
        amount=Decimal(amount),
        particulars=said.to_text(),
        counterparty_hash=account_hash(payer),
        fingerprint=f"payment{next(_numbers):057}",
        **{**defaults, **fields},
    )
    Allocation.objects.create(
        entry=entry, kind=Allocation.Kind.SUSPENSE, amount=entry.amount, on=on
    )
    return entry


def lines_of(entry: BankEntry) -> list[tuple[str, str, str]]:
    """The lines of a payment that stand: kind, amount and circumstance, in the order made."""
    standing = entry.allocations.filter(undone_at=None).order_by("pk")
    return [(line.kind, f"{line.amount:.2f}", line.circumstance) for line in standing]


def check_ledger() -> None:
    """Let the database refuse a ledger that does not add up, now instead of at the end."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
