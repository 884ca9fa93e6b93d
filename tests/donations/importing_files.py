"""Statement files go in and through, as a treasurer and a worker do it."""

from datetime import date
from decimal import Decimal
from io import BytesIO

from django.db import connection

from donations.models import Allocation, BankAccount, BankEntry, StatementFile
from donations.references import check_digits
from donations.services import importing, statement_files
from tests.donations.statement_files import ACCOUNT, Movement
from tests.factories import make_account, make_appeal, make_pledge

FIRST, SECOND = date(2026, 3, 2), date(2026, 3, 3)
PAYER, OTHER_PAYER = "BE43068999999501", "BE62510007547061"


def our_account(**fields) -> BankAccount:
    """The account that the statements of ``statement_files`` are of."""
    return make_account(**{"label": "Gifts", "iban": ACCOUNT, **fields})


def our_pledge(**fields):
    """A promise of an appeal on that account."""
    if "appeal" not in fields:
        account = BankAccount.objects.filter(iban=ACCOUNT).first() or our_account()
        fields["appeal"] = make_appeal(account=account)
    return make_pledge(**fields)


def digits(number: int) -> str:
    """The twelve digits of a structured communication."""
    return f"{number:010}{check_digits(number):02}"


def paid(pledge, amount: Decimal | str = "25.00", **fields) -> Movement:
    """A transfer with the structured communication of a promise."""
    given = {"name": "SAM SAMPLE", "account": PAYER, **fields}
    return Movement(amount, structured=digits(pledge.reference_number), **given)


def upload(content: bytes, *, book: bool = True, name: str = "march.cod", by=None) -> StatementFile:
    file, _is_new = statement_files.receive_file(
        file=BytesIO(content), name=name, by=by, is_to_book=book
    )
    return file


def imported(content: bytes, **options) -> StatementFile:
    """Upload a file and have it read."""
    return importing.read_file(file=upload(content, **options))


def sums() -> tuple[Decimal, Decimal]:
    """What the ledger adds up to, and what the statements do."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(amount), 0) FROM donations_allocation WHERE undone_at IS NULL"
        )
        ledger = cursor.fetchone()[0]
        cursor.execute(
            "SELECT coalesce(sum(amount), 0) FROM donations_bankentry WHERE batch_id IS NULL"
        )
        return ledger, cursor.fetchone()[0]


def lines() -> list[tuple[str, str, Decimal]]:
    """Kind, circumstance and amount of the lines of the ledger, in the order of the entries."""
    standing = Allocation.objects.filter(undone_at=None).order_by("entry", "pk")
    return list(standing.values_list("kind", "circumstance", "amount"))


def obstacles() -> list[str]:
    return list(BankEntry.objects.order_by("pk").values_list("obstacle", flat=True))
