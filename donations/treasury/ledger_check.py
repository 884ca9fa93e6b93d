"""Whether the ledger is what the bank booked, recomputed from each payment; and what waits."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from donations.models import BankAccount
from donations.services.reminding import read_until

# A batch moves the bank's balance and has no lines; its parts have lines and move nothing.
_SQL = """
WITH payment AS (
  SELECT entry.id, entry.account_id, entry.currency, entry.amount, entry.state, entry.batch_id,
    coalesce(sum(line.amount), 0) AS placed,
    coalesce(sum(line.amount) FILTER (WHERE line.kind = 'suspense'), 0) AS suspense
  FROM donations_bankentry entry
  LEFT JOIN donations_allocation line ON line.entry_id = entry.id AND line.undone_at IS NULL
  GROUP BY entry.id
)
SELECT account_id, currency,
  coalesce(sum(amount) FILTER (WHERE batch_id IS NULL), 0),
  sum(placed),
  count(*) FILTER (WHERE placed <> CASE WHEN state = 'batch' THEN 0 ELSE amount END),
  count(*) FILTER (WHERE state = 'to_match'),
  coalesce(sum(suspense) FILTER (WHERE state = 'to_match'), 0),
  count(*) FILTER (WHERE state = 'unmatched'),
  coalesce(sum(suspense) FILTER (WHERE state = 'unmatched'), 0)
FROM payment GROUP BY account_id, currency ORDER BY account_id, currency
"""


@dataclass(frozen=True)
class Reach:
    """How far an account has been read in one currency, and what became of its money.

    ``told`` is the sum of what the bank booked, ``placed`` that of the lines of the ledger;
    ``astray`` counts payments whose lines do not add up to them. ``read_until`` is None, and the
    sums are nothing, where no statement was booked.
    """

    account: BankAccount
    read_until: date | None
    currency: str
    told: Decimal = Decimal(0)
    placed: Decimal = Decimal(0)
    astray: int = 0
    waiting_count: int = 0
    waiting: Decimal = Decimal(0)
    unmatched_count: int = 0
    unmatched: Decimal = Decimal(0)

    @property
    def is_right(self) -> bool:
        return self.told == self.placed and not self.astray


def reaches() -> list[Reach]:
    """Return every account with what the bank and the ledger say of it; four queries."""
    days = read_until()
    accounts = BankAccount.objects.in_bulk()
    with connection.cursor() as cursor:
        cursor.execute(_SQL)
        rows = cursor.fetchall()
    found = [
        Reach(accounts[account_id], days.get(account_id), currency, *sums)
        for account_id, currency, *sums in rows
    ]
    read = {reach.account.pk for reach in found}
    unread = [
        Reach(account, days.get(account.pk), "EUR")
        for account in accounts.values()
        if account.pk not in read and account.is_confirmed
    ]
    return sorted([*found, *unread], key=lambda reach: (reach.account.label, reach.currency))
