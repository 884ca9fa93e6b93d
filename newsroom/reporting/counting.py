"""Count what came in on each day, before anything of it is erased.

Photos, sign-ups and promises are counted from their rows: a row that is erased later stays
counted, so those figures never become lower. Gifts follow the ledger, from which nothing is ever
erased: a payment that was matched by mistake is not received any more once that is undone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from django.db import connection, transaction
from django.utils import timezone

from newsroom.models import DailyCount

Kind = DailyCount.Kind

# What came in by day (in Belgium), subject, language and source. A promise to give every month has
# no sum before it is received. What people did for an erased photo is not to be told apart any
# more, so such a photo is counted by what was noted while it was there.
_COUNTED = {
    Kind.PHOTO: """
SELECT 'photo' AS kind, (created_hour AT TIME ZONE 'Europe/Brussels')::date AS day,
  call_id AS subject_id, language, source, count(*) AS number, 0 AS people,
  NULL::numeric AS amount_eur
FROM solidarity_photo WHERE erased_hour IS NULL GROUP BY 2, 3, 4, 5""",
    Kind.SIGN_UP: """
SELECT 'sign-up' AS kind, (created_hour AT TIME ZONE 'Europe/Brussels')::date AS day,
  event_id AS subject_id, language, source, count(*) AS number, sum(party_size) AS people,
  NULL::numeric AS amount_eur
FROM events_signup GROUP BY 2, 3, 4, 5""",
    Kind.PLEDGE: """
SELECT 'pledge' AS kind, (created_hour AT TIME ZONE 'Europe/Brussels')::date AS day,
  appeal_id AS subject_id, language, source, count(*) AS number, 0 AS people,
  coalesce(sum(amount_eur) FILTER (WHERE frequency = 'once'), 0) AS amount_eur
FROM donations_pledge GROUP BY 2, 3, 4, 5""",
    Kind.GIFT: """
SELECT 'gift' AS kind, line."on" AS day, line.appeal_id AS subject_id,
  coalesce(pledge.language, '') AS language, coalesce(pledge.source, '') AS source,
  count(*) FILTER (WHERE line.kind = 'gift') AS number, 0 AS people,
  round(sum(line.amount), 2) AS amount_eur
FROM donations_allocation line LEFT JOIN donations_pledge pledge ON pledge.id = line.pledge_id
WHERE line.undone_at IS NULL AND line.kind IN ('gift', 'return') GROUP BY 2, 3, 4, 5""",
}
_ALL = " UNION ALL ".join(_COUNTED.values())
_COLUMNS = "day, kind, subject_id, language, source, number, people, amount_eur"
_KEEP = """
INSERT INTO newsroom_dailycount AS kept ({columns})
SELECT {columns} FROM ({counted}) counted
ON CONFLICT (kind, subject_id, day, language, source) DO UPDATE SET
  number = CASE WHEN kept.kind = 'gift' THEN excluded.number
    ELSE greatest(kept.number, excluded.number) END,
  people = greatest(kept.people, excluded.people),
  amount_eur = CASE WHEN kept.kind = 'gift' THEN excluded.amount_eur
    ELSE greatest(kept.amount_eur, excluded.amount_eur) END
WHERE kept.number < excluded.number OR kept.people < excluded.people
  OR kept.amount_eur < excluded.amount_eur
  OR kept.kind = 'gift' AND (kept.number, kept.amount_eur) <> (excluded.number, excluded.amount_eur)
"""
_UNDONE = """
DELETE FROM newsroom_dailycount kept WHERE kept.kind = 'gift' AND NOT EXISTS (
  SELECT FROM ({gifts}) counted
  WHERE (counted.subject_id, counted.day, counted.language, counted.source)
    = (kept.subject_id, kept.day, kept.language, kept.source)
)
"""
# What is there now of some subjects, gifts of all days and the rest since one.
_NOW = """
SELECT {columns} FROM ({counted}) counted
WHERE (kind = 'gift' OR day >= %s) AND CASE kind
  WHEN 'photo' THEN subject_id = ANY(%s)
  WHEN 'sign-up' THEN subject_id = ANY(%s)
  ELSE subject_id = ANY(%s) END
"""


@dataclass(frozen=True)
class Row:
    """What came in of one kind on one day, for one subject, language and source."""

    day: date
    kind: str
    subject_id: int
    language: str
    source: str
    number: int
    people: int = 0
    amount_eur: Decimal | None = None

    @property
    def key(self) -> tuple:
        return (self.kind, self.subject_id, self.day, self.language, self.source)

    def raised_to(self, other: "Row") -> "Row":
        """Return the higher of each figure: what was erased since stays counted."""
        amounts = [one.amount_eur for one in (self, other) if one.amount_eur is not None]
        return replace(
            self,
            number=max(self.number, other.number),
            people=max(self.people, other.people),
            amount_eur=max(amounts, default=None),
        )


@transaction.atomic
def keep_counts() -> int:
    """Keep the figures of every day as far as they are known; return how many changed.

    Safe to repeat, and two at once change nothing twice.
    """
    with connection.cursor() as cursor:
        cursor.execute(_KEEP.format(columns=_COLUMNS, counted=_ALL))
        changed = cursor.rowcount
        cursor.execute(_UNDONE.format(gifts=_COUNTED[Kind.GIFT]))
        return changed + cursor.rowcount


def counts_of(subjects: Mapping[str, Iterable[int]]) -> list[Row]:
    """Return all figures of some subjects, today's included; two queries.

    ``subjects`` are the ids of photo calls, events and appeals by the kind of figure. What the
    last hour kept is brought up to date with what came since yesterday; gifts are the ledger's.
    """
    ids = {str(kind): sorted(found) for kind, found in subjects.items() if found}
    if not ids:
        return []
    kept = DailyCount.objects.none()
    for kind, found in ids.items():
        if kind != Kind.GIFT:
            kept |= DailyCount.objects.filter(kind=kind, subject_id__in=found)
    columns = [name.strip() for name in _COLUMNS.split(",")]
    rows = {row.key: row for row in (Row(*cells) for cells in kept.values_list(*columns))}
    for row in _rows_now(ids):
        known = rows.get(row.key)
        rows[row.key] = row if row.kind == Kind.GIFT or known is None else known.raised_to(row)
    return sorted(rows.values(), key=lambda row: row.key)


def _rows_now(ids: Mapping[str, list[int]]) -> list[Row]:
    appeals = sorted({*ids.get(Kind.PLEDGE, []), *ids.get(Kind.GIFT, [])})
    since = timezone.localdate(timezone=timezone.get_default_timezone()) - timedelta(days=1)
    with connection.cursor() as cursor:
        cursor.execute(
            _NOW.format(columns=_COLUMNS, counted=_ALL),
            [since, ids.get(Kind.PHOTO, []), ids.get(Kind.SIGN_UP, []), appeals],
        )
        rows = [Row(*cells) for cells in cursor.fetchall()]
    return [row for row in rows if row.kind in ids]
