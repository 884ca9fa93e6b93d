"""In which order payments come to a treasurer, and how many wait."""

from django.db.models import QuerySet

from donations.models import BankEntry


def payments_to_match() -> QuerySet[BankEntry]:
    """Payments that wait for a person, as they were booked."""
    return BankEntry.objects.filter(state=BankEntry.State.TO_MATCH).order_by("pk")


def next_payment(after: int = 0) -> BankEntry | None:
    """The first payment that waits after the one named; beyond the last it begins again."""
    waiting = payments_to_match()
    return waiting.filter(pk__gt=after).first() or waiting.exclude(pk=after).first()


def count_to_match() -> int:
    return BankEntry.objects.filter(state=BankEntry.State.TO_MATCH).count()
