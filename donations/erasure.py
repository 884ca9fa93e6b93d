"""Forgetting who a payer was; the money stays booked."""

from django.db.models import Q, QuerySet

from donations.models import BankEntry


def forget_payer(entries: QuerySet[BankEntry]) -> None:
    """Forget who the bank says the payers were, and what they wrote; money stays booked.

    The fingerprint stays: the same statement, imported again, brings nobody back.
    """
    entries.update(particulars="", counterparty_hash="")


def entries_with_payer() -> QuerySet[BankEntry]:
    return BankEntry.objects.filter(~Q(particulars="") | ~Q(counterparty_hash=""))
