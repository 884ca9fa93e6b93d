"""Standing orders, recognised in what the bank has booked; none is counted before it arrives.

The same account, or payments of the same promise, at least three times about a month apart and
of about the same amount: staff see since when, and when the next one would come.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import connection
from django.utils import timezone

from donations.models import Appeal, Pledge
from supporters.models import Supporter

# From the shortest month less a week-end to the longest with one.
SHORTEST, LONGEST = timedelta(days=26), timedelta(days=35)
LEAST_PAYMENTS = 3
# Between the smallest and the largest of a row.
MOST_DIFFERENCE = Decimal("1.25")
# Rows are looked for in the payments of so long a time.
_LOOKED_BACK = timedelta(days=400)
# One whose next payment is overdue so long has ended.
_PATIENCE = timedelta(days=45)

# One payment a day of each giver to each appeal; only of those who gave often enough.
_SQL = """
WITH given AS (
  SELECT line.appeal_id, line."on", sum(line.amount) AS amount,
    coalesce('p' || monthly.id, nullif('a' || entry.counterparty_hash, 'a')) AS giver,
    max(monthly.id) AS pledge_id, max(line.supporter_id) AS supporter_id
  FROM donations_allocation line
  JOIN donations_bankentry entry ON entry.id = line.entry_id
  LEFT JOIN donations_pledge monthly
    ON monthly.id = line.pledge_id AND monthly.frequency = 'monthly'
  WHERE line.undone_at IS NULL AND line.kind = 'gift' AND line."on" >= %s
  GROUP BY line.appeal_id, line."on", giver
)
SELECT appeal_id, giver, "on", amount, pledge_id, supporter_id FROM (
  SELECT *, count(*) OVER (PARTITION BY appeal_id, giver) AS number FROM given
  WHERE giver IS NOT NULL
) often
WHERE number >= %s
ORDER BY appeal_id, giver, "on"
"""


@dataclass(frozen=True)
class StandingOrder:
    """One giver's monthly payments to an appeal. ``amount_eur`` is that of the last one."""

    appeal: Appeal
    amount_eur: Decimal
    since: date
    last_on: date
    payments: int
    pledge: Pledge | None
    supporter: Supporter | None
    today: date

    @property
    def next_on(self) -> date:
        """The day on which the next payment is expected: in the month after the last."""
        year, month = divmod(self.last_on.year * 12 + self.last_on.month, 12)
        first_after = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
        last_day = (first_after - timedelta(days=1)).day
        return date(year, month + 1, min(self.last_on.day, last_day))

    @property
    def is_late(self) -> bool:
        """Whether the next payment should have been here, a week-end and the bank allowed for."""
        return self.today > self.last_on + LONGEST + timedelta(days=4)


def standing_orders(today: date | None = None) -> list[StandingOrder]:
    """Return what looks like standing orders that still run, by appeal, the oldest first."""
    today = today or timezone.localdate()
    with connection.cursor() as cursor:
        cursor.execute(_SQL, [today - _LOOKED_BACK, LEAST_PAYMENTS])
        rows = cursor.fetchall()
    givers: dict[tuple, list[tuple]] = {}
    for appeal_id, giver, *payment in rows:
        givers.setdefault((appeal_id, giver), []).append(tuple(payment))
    found = [(key[0], _last_row(payments)) for key, payments in givers.items()]
    running = [
        (appeal_id, row)
        for appeal_id, row in found
        if len(row) >= LEAST_PAYMENTS and row[-1][0] >= today - LONGEST - _PATIENCE
    ]
    return _named(running, today)


def _last_row(payments: list[tuple]) -> list[tuple]:
    """Return the payments at the end that follow one another month by month, alike in amount."""
    row = payments[-1:]
    for earlier in reversed(payments[:-1]):
        amounts = [earlier[1], *(payment[1] for payment in row)]
        if not SHORTEST <= row[0][0] - earlier[0] <= LONGEST:
            break
        if max(amounts) > MOST_DIFFERENCE * min(amounts):
            break
        row.insert(0, earlier)
    return row


def _named(running: list[tuple[int, list[tuple]]], today: date) -> list[StandingOrder]:
    appeals = Appeal.objects.in_bulk({appeal_id for appeal_id, _row in running})
    pledges = Pledge.objects.in_bulk({row[-1][2] for _appeal, row in running if row[-1][2]})
    people = Supporter.objects.in_bulk({row[-1][3] for _appeal, row in running if row[-1][3]})
    orders = []
    for appeal_id, row in running:
        on, amount, pledge_id, supporter_id = row[-1]
        orders.append(
            StandingOrder(
                appeal=appeals[appeal_id],
                amount_eur=amount,
                since=row[0][0],
                last_on=on,
                payments=len(row),
                pledge=pledges.get(pledge_id),
                supporter=people.get(supporter_id),
                today=today,
            )
        )
    return sorted(orders, key=lambda order: (order.appeal.name_en, order.since))
