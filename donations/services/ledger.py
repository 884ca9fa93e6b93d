"""What follows from the ledger: how much of each pledge has arrived, and so how it stands."""

from collections.abc import Iterable

from django.db import connection

# A pledge that was taken back or has expired stays so until all of its money has come; then it is
# one that was paid, late, but paid. A monthly gift is paid with its first instalment.
_SETTLE = """
WITH received AS (
  SELECT pledge.id, coalesce(sum(line.amount), 0) AS amount,
    coalesce(bool_or(line.kind = 'return'), false) AS has_returns
  FROM donations_pledge pledge
  LEFT JOIN donations_allocation line ON line.pledge_id = pledge.id AND line.undone_at IS NULL
  WHERE pledge.id = ANY(%s)
  GROUP BY pledge.id
)
UPDATE donations_pledge pledge SET
  received_eur = received.amount,
  status = CASE
    WHEN received.amount <= 0 AND received.has_returns THEN 'returned'
    WHEN received.amount <= 0 AND pledge.ended <> '' THEN pledge.ended
    WHEN received.amount <= 0 THEN 'promised'
    WHEN pledge.frequency = 'monthly' THEN 'paid'
    WHEN received.amount < pledge.amount_eur AND pledge.ended <> '' THEN pledge.ended
    WHEN received.amount < pledge.amount_eur THEN 'part_paid'
    WHEN received.amount = pledge.amount_eur THEN 'paid'
    ELSE 'overpaid'
  END
FROM received WHERE pledge.id = received.id
"""


def settle(pledge_ids: Iterable[int]) -> None:
    """Recompute what these pledges have received, and their status; inside a transaction.

    The pledges are locked first, in the order of their numbers, so that two matches at once wait
    for one another instead of overwriting. Doing it again changes nothing.
    """
    ids = sorted(set(pledge_ids))
    if not ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM donations_pledge WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
            [ids],
        )
        cursor.execute(_SETTLE, [ids])
