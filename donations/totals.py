"""How far an appeal has come: what arrived, what is promised, what came in elsewhere.

Recomputed from the ledger each time, never typed. Received is the sum of the gifts that the bank
has booked, less what was sent back; promised is what is still owed on promises that are waited
for. Monthly gifts count when they arrive and not before.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from campaign_site.languages import InLanguage

_NOTHING = Decimal("0.00")
# A smaller number of people is not told: with a sum beside it, it would tell what somebody gave.
LEAST_COUNTED = 5


@dataclass(frozen=True)
class Outside:
    """One amount that came in elsewhere, with its day and, in the active language, its note."""

    amount_eur: Decimal
    on: date
    is_at_least: bool
    note_en: str
    note_fr: str
    note_nl: str

    note = InLanguage("note")


@dataclass(frozen=True)
class Totals:
    """Sums in euros, two decimals; ``sent_back_eur`` is taken off ``received_eur`` already."""

    received_eur: Decimal = _NOTHING
    promised_eur: Decimal = _NOTHING
    outside_eur: Decimal = _NOTHING
    donor_count: int = 0
    monthly_count: int = 0
    sent_back_eur: Decimal = _NOTHING
    gift_count: int = 0
    first_on: date | None = None
    last_on: date | None = None
    outside: tuple[Outside, ...] = ()

    @property
    def in_hand_eur(self) -> Decimal:
        """What has arrived here and elsewhere."""
        return self.received_eur + self.outside_eur

    @property
    def is_at_least(self) -> bool:
        """Whether a source gave a lower bound only, so that more than the sum came in."""
        return any(amount.is_at_least for amount in self.outside)

    @property
    def donors_told(self) -> int | None:
        """How many gave, or None where telling would say too much of each."""
        return self.donor_count if self.donor_count >= LEAST_COUNTED else None


# A donor is a supporter, else an account, else a gift of its own (cash, an account that a bank
# does not name, or one whose particulars are erased). Whose gift went back whole is none. What is
# left of a promise that was given up is not promised any more.
_SQL = """
SELECT appeal.id,
  coalesce(gifts.received, 0), coalesce(awaited.promised, 0), coalesce(outside.amount, 0),
  coalesce(gifts.sent_back, 0), coalesce(gifts.donors, 0), coalesce(monthly.number, 0),
  coalesce(gifts.number, 0), gifts.first_on, gifts.last_on, outside.parts
FROM unnest(%s) AS appeal(id)
LEFT JOIN LATERAL (
  SELECT sum(line.amount) AS received,
    -sum(line.amount) FILTER (WHERE line.kind = 'return') AS sent_back,
    count(*) FILTER (WHERE line.kind = 'gift') AS number,
    min(line."on") FILTER (WHERE line.kind = 'gift') AS first_on,
    max(line."on") FILTER (WHERE line.kind = 'gift') AS last_on,
    count(DISTINCT coalesce(
      's' || line.supporter_id, nullif('a' || entry.counterparty_hash, 'a'), 'p' || line.pledge_id,
      'e' || entry.id
    )) FILTER (WHERE line.kind = 'gift' AND line.amount > coalesce(back.amount, 0)) AS donors
  FROM donations_allocation line JOIN donations_bankentry entry ON entry.id = line.entry_id
  LEFT JOIN (
    SELECT returned_gift_id, -sum(amount) AS amount FROM donations_allocation
    WHERE kind = 'return' AND undone_at IS NULL GROUP BY returned_gift_id
  ) back ON back.returned_gift_id = line.id
  WHERE line.appeal_id = appeal.id AND line.undone_at IS NULL AND line.kind IN ('gift', 'return')
) gifts ON true
LEFT JOIN LATERAL (
  SELECT sum(greatest(pledge.amount_eur - pledge.received_eur, 0)) AS promised
  FROM donations_pledge pledge
  WHERE pledge.appeal_id = appeal.id AND pledge.status IN ('promised', 'part_paid')
    AND pledge.frequency = 'once' AND pledge.ended = ''
) awaited ON true
LEFT JOIN LATERAL (
  SELECT count(*) AS number FROM donations_pledge pledge
  WHERE pledge.appeal_id = appeal.id AND pledge.frequency = 'monthly'
    AND pledge.received_eur > 0 AND pledge.ended = ''
) monthly ON true
LEFT JOIN LATERAL (
  SELECT sum(o.amount_eur) AS amount,
    jsonb_agg(jsonb_build_array(
      o.amount_eur::text, o."on", o.is_at_least, o.note_en, o.note_fr, o.note_nl
    ) ORDER BY o."on", o.id) AS parts
  FROM donations_outsideamount o WHERE o.appeal_id = appeal.id
) outside ON true
"""


def totals_by_appeal(appeal_ids: Iterable[int]) -> dict[int, Totals]:
    """Return the totals of each appeal named; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_SQL, [list(appeal_ids)])
        return {row[0]: _totals(*row[1:]) for row in cursor.fetchall()}


def totals_of(appeal) -> Totals:
    return totals_by_appeal([appeal.pk]).get(appeal.pk, Totals())


def _totals(
    received, promised, outside, sent_back, donors, monthly, gifts, first_on, last_on, parts
) -> Totals:
    return Totals(
        received_eur=_cents(received),
        promised_eur=_cents(promised),
        outside_eur=_cents(outside),
        donor_count=donors,
        monthly_count=monthly,
        sent_back_eur=_cents(sent_back),
        gift_count=gifts,
        first_on=first_on,
        last_on=last_on,
        outside=tuple(_outside(part) for part in json.loads(parts or "[]")),
    )


def _outside(part: list) -> Outside:
    amount, on, *rest = part
    return Outside(_cents(Decimal(amount)), date.fromisoformat(on), *rest)


def _cents(amount: Decimal) -> Decimal:
    return Decimal(amount).quantize(_NOTHING)
