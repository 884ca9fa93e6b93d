"""What an import places by itself, and nothing else: money whose communication leaves no doubt.

Either the structured communication is that of a pledge, or the free text is an appeal's own
communication. All other money waits for a person. Everything is done for a whole import at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import batched

from django.db import connection, transaction
from django.utils import timezone

from donations.models import Allocation, BankEntry, Pledge
from donations.services.ledger import settle

Circumstance, Rule = Allocation.Circumstance, Allocation.Rule
_BATCH = 1000

# Of these statements, what may be placed on a pledge.
_FOR_PLEDGES = """
FROM donations_bankentry entry
JOIN donations_pledge pledge ON pledge.reference_number = entry.reference_number
WHERE entry.statement_id = ANY(%(statements)s) AND entry.state = 'to_match' AND entry.obstacle = ''
  AND entry.amount > 0
  AND NOT EXISTS (SELECT 1 FROM donations_allocation line WHERE line.entry_id = entry.id)
"""
# Whoever is being erased is locked before their pledges; in another order two would wait for each
# other.
_LOCK_PEOPLE = f"""
SELECT id FROM supporters_supporter WHERE id IN (SELECT pledge.supporter_id {_FOR_PLEDGES})
ORDER BY id FOR KEY SHARE
"""  # noqa: S608 - put together from constants
_LOCK_PLEDGES = f"""
SELECT id FROM donations_pledge WHERE id IN (SELECT pledge.id {_FOR_PLEDGES})
ORDER BY id FOR NO KEY UPDATE
"""  # noqa: S608 - put together from constants
# The circumstances are those of ``circumstance_of``, in the order in which the money came.
_PLACE_ON_PLEDGES = f"""
WITH coming AS (
  SELECT entry.id, entry.amount, entry.booked_on, pledge.id AS pledge_id, pledge.appeal_id,
    pledge.supporter_id, pledge.amount_eur, pledge.ended, pledge.frequency,
    pledge.received_eur + coalesce(sum(entry.amount) OVER (
      PARTITION BY pledge.id ORDER BY entry.booked_on, entry.id
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ), 0) AS before
  {_FOR_PLEDGES}
)
INSERT INTO donations_allocation (entry_id, kind, amount, appeal_id, pledge_id, supporter_id, rule,
  circumstance, "on", made_at)
SELECT id, 'gift', amount, appeal_id, pledge_id, supporter_id, 'reference',
  CASE
    WHEN supporter_id IS NULL THEN 'erased'
    WHEN frequency = 'monthly' THEN 'instalment'
    WHEN before >= amount_eur THEN 'double'
    WHEN ended <> '' THEN 'late'
    WHEN before + amount > amount_eur THEN 'over'
    WHEN before + amount < amount_eur THEN 'part'
    WHEN before > 0 THEN 'rest'
    ELSE 'exact'
  END, booked_on, %(now)s
FROM coming
"""  # noqa: S608 - put together from constants
_PLACE_ON_APPEALS = """
INSERT INTO donations_allocation (entry_id, kind, amount, appeal_id, rule, circumstance, "on",
  made_at)
SELECT entry.id, 'gift', entry.amount, named.appeal_id, 'communication', 'free', entry.booked_on,
  %(now)s
FROM unnest(%(entries)s::bigint[], %(appeals)s::bigint[]) AS named (entry_id, appeal_id)
JOIN donations_bankentry entry ON entry.id = named.entry_id
WHERE entry.statement_id = ANY(%(statements)s) AND entry.state = 'to_match'
  AND entry.obstacle = 'no_reference' AND entry.amount > 0
  AND NOT EXISTS (SELECT 1 FROM donations_allocation line WHERE line.entry_id = entry.id)
"""
_SAY_MATCHED = """
UPDATE donations_bankentry entry SET state = 'matched', obstacle = ''
FROM donations_allocation line
WHERE line.entry_id = entry.id AND line.made_at = %(now)s AND line.kind = 'gift'
  AND entry.statement_id = ANY(%(statements)s) AND entry.state = 'to_match'
"""
_SAY_UNKNOWN = """
UPDATE donations_bankentry entry SET obstacle = 'unknown_reference'
WHERE entry.statement_id = ANY(%(statements)s) AND entry.state = 'to_match' AND entry.obstacle = ''
  AND NOT EXISTS (SELECT 1 FROM donations_allocation line WHERE line.entry_id = entry.id)
"""
# Also a line of nothing for what the bank says without moving money, so that all have one.
_LEAVE_THE_REST = """
INSERT INTO donations_allocation (entry_id, kind, amount, rule, circumstance, "on", made_at)
SELECT entry.id, CASE entry.state WHEN 'not_a_gift' THEN 'other' ELSE 'suspense' END, entry.amount,
  '', '', entry.booked_on, %(now)s
FROM donations_bankentry entry
WHERE entry.statement_id = ANY(%(statements)s) AND entry.state <> 'batch'
  AND NOT EXISTS (SELECT 1 FROM donations_allocation line WHERE line.entry_id = entry.id)
ORDER BY entry.id
"""
_OBSTACLES = """
SELECT entry.obstacle, count(*) FROM donations_allocation line
JOIN donations_bankentry entry ON entry.id = line.entry_id
WHERE entry.statement_id = ANY(%(statements)s) AND line.made_at = %(now)s
  AND line.kind = 'suspense'
GROUP BY entry.obstacle ORDER BY entry.obstacle
"""


@dataclass(slots=True)
class Placed:
    """How many entries were placed by which rule, and what kept the others from it."""

    by_reference: int = 0
    by_communication: int = 0
    obstacles: dict[str, int] = field(default_factory=dict)

    @property
    def to_match(self) -> int:
        return sum(self.obstacles.values())


def circumstance_of(pledge: Pledge, amount: Decimal) -> str:
    """Return how a payment of ``amount`` euros stands to what its pledge has received before it."""
    before = pledge.received_eur
    if pledge.supporter_id is None:
        return Circumstance.ERASED
    if pledge.frequency == Pledge.Frequency.MONTHLY:
        return Circumstance.INSTALMENT
    if before >= pledge.amount_eur:
        return Circumstance.DOUBLE
    if pledge.ended:
        return Circumstance.LATE
    if before + amount > pledge.amount_eur:
        return Circumstance.OVER
    if before + amount < pledge.amount_eur:
        return Circumstance.PART
    return Circumstance.REST if before > 0 else Circumstance.EXACT


@transaction.atomic
def place_new(
    *, statement_ids: Sequence[int], named_appeals: Sequence[tuple[int, int]] = ()
) -> Placed:
    """Place the entries of statements that were just booked, each in full; every one gets a line.

    ``named_appeals`` are pairs of an entry and the appeal whose communication it has: texts are
    encrypted, so whoever has read the file says so. Pledges are settled, their rewards asked
    about, their donors thanked later, all in this transaction. Of who was erased, name and account
    do not come back. Entries that have a line already are left alone: doing it again places
    nothing.
    """
    now = timezone.now()
    values = {
        "statements": list(statement_ids),
        "now": now,
        "entries": [entry for entry, _ in named_appeals],
        "appeals": [appeal for _, appeal in named_appeals],
    }
    placed = Placed()
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_PEOPLE, values)
        cursor.execute(_LOCK_PLEDGES, values)
        cursor.execute(_PLACE_ON_PLEDGES, values)
        placed.by_reference = cursor.rowcount
        cursor.execute(_PLACE_ON_APPEALS, values)
        placed.by_communication = cursor.rowcount
        cursor.execute(_SAY_UNKNOWN, values)
        cursor.execute(_LEAVE_THE_REST, values)
        cursor.execute(_SAY_MATCHED, values)
        cursor.execute(_OBSTACLES, values)
        placed.obstacles = dict(cursor.fetchall())
    _forget_erased(values["statements"])
    if placed.by_reference:
        _follow_up(values["statements"], now)
    return placed


def _forget_erased(statement_ids: list[int]) -> None:
    """Keep out what would bring back whoever was erased, also with money that waits or went out."""
    nobodys = Pledge.objects.filter(supporter=None).values("reference_number")
    entries = BankEntry.objects.filter(statement__in=statement_ids, reference_number__in=nobodys)
    entries.forget_payer()


def _follow_up(statement_ids: list[int], now: datetime) -> None:
    """Settle what was paid, ask about rewards, thank later; for what was placed on pledges."""
    from donations.services.rewarding import arrange_after_payment
    from donations.services.thanking import thank_later

    made = Allocation.objects.filter(
        entry__statement__in=statement_ids, made_at=now, rule=Rule.REFERENCE
    )
    pledge_ids = sorted(set(made.values_list("pledge", flat=True).iterator(_BATCH)))
    settle(pledge_ids)
    for some in batched(pledge_ids, _BATCH):
        arrange_after_payment(some)
    thanked = made.exclude(supporter=None).order_by("pk").values_list("pk", flat=True)
    for some in batched(thanked.iterator(_BATCH), _BATCH):
        thank_later(some)
