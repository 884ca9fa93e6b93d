"""Gifts as the bank's statements bring them: each an entry of its own, placed with one line."""

from datetime import date
from decimal import Decimal
from itertools import count

from django.db import transaction
from django.utils import timezone

from donations.models import (
    Allocation,
    BankAccount,
    BankEntry,
    BankStatement,
    OutsideAmount,
    StatementFile,
)
from donations.services import settle

_numbers = count(1)


def read_statement(account: BankAccount, until) -> BankStatement:
    """A booked statement of ``account`` whose last day is ``until``."""
    number = next(_numbers)
    file = StatementFile.objects.create(
        sha256=f"{number:064}", name="statement.xml", size=1, state=StatementFile.State.BOOKED
    )
    return BankStatement.objects.create(
        account=account, file=file, currency="EUR", first_booked_on=until, last_booked_on=until
    )


def make_entry(account: BankAccount, *, on=None, amount="25.00", payer: str = "") -> BankEntry:
    """One movement of ``account``; in a transaction, to be placed before it ends."""
    on = on or timezone.localdate()
    return BankEntry.objects.create(
        account=account,
        statement=read_statement(account, on),
        booked_on=on,
        amount=Decimal(amount),
        currency="EUR",
        state=BankEntry.State.MATCHED,
        counterparty_hash=payer,
        fingerprint=f"{next(_numbers):064}",
        occurrence=1,
        likeness="",
        format="test",
    )


@transaction.atomic
def make_gift(
    *,
    appeal=None,
    pledge=None,
    supporter=None,
    amount="25.00",
    on=None,
    payer: str = "",
    circumstance: str = "",
    kind: str = Allocation.Kind.GIFT,
    entry: BankEntry | None = None,
    **fields,
) -> Allocation:
    """A gift that arrived: to a pledge, of a supporter, or of nobody known."""
    appeal = appeal or pledge.appeal
    on = on or timezone.localdate()
    entry = entry or make_entry(appeal.account, on=on, amount=amount, payer=payer)
    line = Allocation.objects.create(
        entry=entry,
        kind=kind,
        amount=Decimal(amount),
        appeal=appeal,
        pledge=pledge,
        supporter=supporter or (pledge.supporter if pledge else None),
        circumstance=circumstance,
        on=on,
        **fields,
    )
    if pledge:
        settle([pledge.pk])
        pledge.refresh_from_db()
    return line


@transaction.atomic
def undo(line: Allocation) -> None:
    """Take a line back; its money waits to be placed anew."""
    Allocation.objects.filter(pk=line.pk).update(undone_at=timezone.now())
    Allocation.objects.create(
        entry=line.entry, kind=Allocation.Kind.SUSPENSE, amount=line.amount, on=line.on
    )


def make_outside(appeal, amount="500.00", **fields) -> OutsideAmount:
    """Money for an appeal from elsewhere."""
    notes = {f"note_{code}": f"A party ({code})" for code in ("en", "fr", "nl")}
    values = {"appeal": appeal, "amount_eur": Decimal(amount), "on": date(2026, 3, 1)}
    return OutsideAmount.objects.create(**{**notes, **values, **fields})
