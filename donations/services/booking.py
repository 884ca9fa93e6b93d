"""From what a file says to rows: set out in a temporary table, judged against the ledger, booked.

Memory stays the same however long the file is: a few thousand entries wait in Python, the rest in
the database. Everything here happens inside the one transaction of an import.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from django.db import connection

from campaign_site.encryption import encrypt
from donations import national_numbers
from donations.communications import Named, plain, read_reference
from donations.fingerprints import (
    account_hash,
    compact_account,
    fingerprint_of,
    likeness_of,
    part_fingerprint,
)
from donations.models import Appeal, BankAccount, BankEntry, BankStatement, StatementFile
from donations.particulars import Particulars
from donations.statements.shape import Detail, Entry, Format, Opened, Refusal, StatementError

EURO = "EUR"
_BATCH = 2000  # entries in memory
# What ``BankEntry.amount`` holds: eighteen digits, three of them decimals.
_MOST, _DECIMALS = Decimal(10) ** 15, 3

_COLUMNS = (
    "id, batch_id, place, account_id, booked_on, valued_on, amount, currency, state, obstacle,"
    " reference_number, is_return, particulars, counterparty_hash, bank_reference,"
    " transaction_code, fingerprint, likeness, appeal_id"
)
_SET_OUT = """
DROP TABLE IF EXISTS pg_temp.coming, pg_temp.judged;
CREATE TEMPORARY TABLE coming (
  id bigint, batch_id bigint, place integer, account_id bigint, booked_on date, valued_on date,
  amount numeric(18, 3), currency text, state text, obstacle text, reference_number bigint,
  is_return boolean, particulars text, counterparty_hash text, bank_reference text,
  transaction_code text, fingerprint text, likeness text, appeal_id bigint
) ON COMMIT DROP
"""
_COPY = f"COPY coming ({_COLUMNS}) FROM STDIN"
_TAKE_NUMBERS = """
SELECT nextval(pg_get_serial_sequence('donations_bankentry', 'id')) FROM generate_series(1, %s)
"""
# The n-th of equal entries in the file is known where the n-th of them is booked. Parts of a batch
# share its fate and its number.
_JUDGE = """
ANALYZE coming;
CREATE TEMPORARY TABLE judged ON COMMIT DROP AS
SELECT one.id, one.occurrence, booked.id IS NOT NULL AS is_known,
  coalesce(booked.format <> %(format)s, false) AS is_of_other_format
FROM (
  SELECT id, account_id, fingerprint,
    row_number() OVER (PARTITION BY account_id, fingerprint ORDER BY id) AS occurrence
  FROM coming WHERE batch_id IS NULL
) one
LEFT JOIN donations_bankentry booked ON booked.account_id = one.account_id
  AND booked.fingerprint = one.fingerprint AND booked.occurrence = one.occurrence;
CREATE UNIQUE INDEX ON judged (id);
ANALYZE judged
"""
_DAYS_OF_OTHER_FORMATS = """
SELECT day.account_id, day.booked_on FROM (
  SELECT DISTINCT account_id, booked_on FROM coming JOIN judged ON judged.id = coming.id
  WHERE NOT judged.is_known OR judged.is_of_other_format
) day
WHERE EXISTS (
  SELECT 1 FROM donations_bankentry booked WHERE booked.account_id = day.account_id
    AND booked.booked_on = day.booked_on AND booked.format <> %s
)
"""
# The same comparison by likeness, with what files of other formats have booked. Entries that were
# found by their fingerprint count first, so that none is taken for known by two of them.
_JUDGE_BY_LIKENESS = """
UPDATE judged SET is_known = true, is_of_other_format = true
FROM (
  SELECT coming.id, row_number() OVER (
      PARTITION BY coming.account_id, coming.booked_on, coming.likeness
      ORDER BY judged.is_known DESC, coming.id
    ) AS occurrence,
    (SELECT count(*) FROM donations_bankentry booked
      WHERE booked.account_id = coming.account_id AND booked.booked_on = coming.booked_on
        AND booked.likeness = coming.likeness AND booked.format <> %(format)s) AS booked
  FROM coming JOIN judged ON judged.id = coming.id
  WHERE NOT judged.is_known OR judged.is_of_other_format
) alike
WHERE judged.id = alike.id AND NOT judged.is_known AND alike.occurrence <= alike.booked
"""
# A batch that the other format lists payment by payment.
_JUDGE_BATCHES_BY_LIKENESS = """
UPDATE judged SET is_known = true, is_of_other_format = true
FROM (
  SELECT batch_id, bool_and(occurrence <= booked) AS all_known FROM (
    SELECT coming.batch_id, row_number() OVER (
        PARTITION BY coming.account_id, coming.booked_on, coming.likeness ORDER BY coming.id
      ) AS occurrence,
      (SELECT count(*) FROM donations_bankentry booked
        WHERE booked.account_id = coming.account_id AND booked.booked_on = coming.booked_on
          AND booked.likeness = coming.likeness AND booked.format <> %(format)s
          AND booked.batch_id IS NULL) AS booked
    FROM coming JOIN judged ON judged.id = coming.batch_id WHERE NOT judged.is_known
  ) part GROUP BY batch_id
) batch
WHERE judged.id = batch.batch_id AND batch.all_known
"""
_COUNT = """
SELECT coming.place, count(*) FILTER (WHERE NOT judged.is_known),
  count(*) FILTER (WHERE judged.is_known)
FROM coming JOIN judged ON judged.id = coming.id GROUP BY coming.place
"""
_BOOK = """
INSERT INTO donations_bankentry (id, batch_id, account_id, statement_id, booked_on, valued_on,
  amount, currency, state, obstacle, reference_number, is_return, particulars, counterparty_hash,
  bank_reference, transaction_code, fingerprint, occurrence, likeness, format)
SELECT coming.id, coming.batch_id, coming.account_id, statement.id, coming.booked_on,
  coming.valued_on, coming.amount, coming.currency, coming.state, coming.obstacle,
  coming.reference_number, coming.is_return, coming.particulars, coming.counterparty_hash,
  coming.bank_reference, coming.transaction_code, coming.fingerprint, judged.occurrence,
  coming.likeness, %s
FROM coming
JOIN judged ON judged.id = coalesce(coming.batch_id, coming.id) AND NOT judged.is_known
JOIN unnest(%s::integer[], %s::bigint[]) AS statement (place, id) ON statement.place = coming.place
ORDER BY coming.id
"""
_NAMED_APPEALS = """
SELECT coming.id, coming.appeal_id FROM coming
JOIN judged ON judged.id = coalesce(coming.batch_id, coming.id) AND NOT judged.is_known
WHERE coming.appeal_id IS NOT NULL
"""


@dataclass(slots=True)
class Told:
    """What a file tells in one statement. ``account`` is None where it is none of ours."""

    opened: Opened
    account: BankAccount | None
    opening: Decimal | None = None
    closing: Decimal | None = None
    closing_on: date | None = None
    first_on: date | None = None
    last_on: date | None = None
    total: Decimal = Decimal(0)
    entries: int = 0
    pending: int = 0
    new: int = 0
    known: int = 0

    def count(self, amount: Decimal, booked_on: date) -> None:
        self.entries += 1
        self.total += amount
        self.first_on = min(self.first_on or booked_on, booked_on)
        self.last_on = max(self.last_on or booked_on, booked_on)


class Accounts:
    """Our accounts by their numbers, and the communications of the appeals on each."""

    def __init__(self) -> None:
        self._by_number: dict[str, BankAccount] = {}
        # The first that two people have agreed to, where one number was entered twice.
        for account in BankAccount.objects.order_by("-is_confirmed", "pk"):
            self._by_number.setdefault(compact_account(account.iban), account)
        self._appeals: dict[str, dict[str, int | None]] = {}
        for appeal in Appeal.objects.exclude(communication="").select_related("account"):
            if appeal.account is None or not (words := plain(appeal.communication)):
                continue
            named = self._appeals.setdefault(compact_account(appeal.account.iban), {})
            # Two appeals whose communications look alike cannot be told apart by them.
            named[words] = None if words in named else appeal.pk

    @staticmethod
    @lru_cache(maxsize=64)
    def _compact(iban: str) -> str:
        return compact_account(iban)

    def number_of(self, account: BankAccount) -> str:
        """Return the number of one of our accounts in the form in which all are compared."""
        return self._compact(account.iban)

    def find(self, number: str) -> BankAccount | None:
        return self._by_number.get(compact_account(number))

    @property
    def are_several(self) -> bool:
        return sum(not account.is_demo for account in self._by_number.values()) > 1

    def appeal_named(self, account: BankAccount, text: str) -> int | None:
        """Return the appeal on ``account`` whose communication this text is, letter by letter."""
        named = self._appeals.get(self.number_of(account))
        return named.get(plain(text)) if named else None


class Setting:
    """Sets out the entries of one file; ``book`` makes those that are new into rows."""

    def __init__(self, format: Format, accounts: Accounts) -> None:
        self.format = format
        self.accounts = accounts
        self._rows: list[tuple] = []
        self._numbers: Iterator[int] = iter(())
        with connection.cursor() as cursor:
            cursor.execute(_SET_OUT)

    def add(self, told: Told, place: int, entry: Entry) -> None:
        """Set out one booked entry of the statement at ``place`` in the file, and its parts.

        Raises ``StatementError`` for an entry that cannot be booked as it stands.
        """
        opened, account = told.opened, told.account
        booked_on = _day_of(entry, opened)
        currency = (entry.currency or opened.currency).upper()
        if len(currency) != 3:
            raise StatementError(Refusal.BAD_RECORD, found=currency)
        told.count(_storable(entry.amount), booked_on)
        if account is None:
            return
        parts = [] if self._is_broken_down(entry) else _parts_of(entry, currency)
        fingerprint = fingerprint_of(
            entry,
            opened=opened,
            format=self.format,
            account=self.accounts.number_of(account),
            booked_on=booked_on,
            currency=currency,
        )
        if not parts:
            entry = _with_details(entry)
        number = self._next_number()
        common = (place, account, booked_on, entry, currency)
        self._set_out(common, entry, number, None, fingerprint, is_batch=bool(parts))
        for at, part in enumerate(parts, 1):
            mark = part_fingerprint(fingerprint, at)
            self._set_out(common, part, self._next_number(), number, mark)
        if len(self._rows) >= _BATCH:
            self._flush()

    def _is_broken_down(self, entry: Entry) -> bool:
        """Whether the details say what one payment is made of, its costs say, not who paid.

        CODA, transaction type 3: "simple amount with detailed data".
        """
        return self.format is Format.CODA and entry.transaction_code.startswith("3")

    def _set_out(
        self,
        common: tuple[int, BankAccount, date, Entry, str],
        part: Entry | Detail,
        number: int,
        batch: int | None,
        fingerprint: str,
        *,
        is_batch: bool = False,
    ) -> None:
        place, account, booked_on, entry, currency = common
        named = read_reference(part.structured_reference, part.free_text)
        state, obstacle = _state_of(part, entry, currency, named, is_batch=is_batch)
        appeal = None
        if obstacle == BankEntry.Obstacle.NO_REFERENCE and not part.structured_reference:
            appeal = self.accounts.appeal_named(account, part.free_text)
        payer = compact_account(part.counterparty_account)
        # Of a batch there are its parts to say who paid.
        particulars = "" if is_batch else _particulars(part, payer)
        self._rows.append(
            (
                number,
                batch,
                place,
                account.pk,
                booked_on,
                entry.valued_on,
                _storable(part.amount),
                currency,
                state,
                obstacle,
                named.number,
                entry.is_return,
                particulars,
                "" if is_batch else account_hash(payer),
                _stored(part.bank_reference, 80),
                _stored(entry.transaction_code, 40),
                fingerprint,
                likeness_of(
                    account=self.accounts.number_of(account),
                    booked_on=booked_on,
                    amount=part.amount,
                    currency=currency,
                    reference_number=named.number,
                    part=part,
                ),
                appeal,
            )
        )

    def _next_number(self) -> int:
        number = next(self._numbers, None)
        if number is None:
            with connection.cursor() as cursor:
                cursor.execute(_TAKE_NUMBERS, [_BATCH])
                self._numbers = iter([row[0] for row in cursor.fetchall()])
            number = next(self._numbers)
        return number

    def _flush(self) -> None:
        with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
            for row in self._rows:
                copy.write_row(row)
        self._rows.clear()

    def judge(self, statements: Sequence[Told]) -> int:
        """Find out which entries are known; return on how many days another format came first.

        Counts ``new`` and ``known`` of each statement. The accounts must be locked.
        """
        self._flush()
        with connection.cursor() as cursor:
            values = {"format": self.format.value}
            cursor.execute(_JUDGE, values)
            cursor.execute(_DAYS_OF_OTHER_FORMATS, [self.format.value])
            days = len(cursor.fetchall())
            if days:
                cursor.execute(_JUDGE_BY_LIKENESS, values)
                cursor.execute(_JUDGE_BATCHES_BY_LIKENESS, values)
            cursor.execute(_COUNT)
            for place, new, known in cursor.fetchall():
                statements[place].new, statements[place].known = new, known
        return days

    def book(self, file: StatementFile, statements: Sequence[Told]) -> list[int]:
        """Book the statements and their new entries; return the numbers of the statements."""
        made = BankStatement.objects.bulk_create(
            [
                BankStatement(
                    account=told.account,
                    file=file,
                    number=_stored(told.opened.number, 40),
                    currency=told.opened.currency[:3],
                    opening_amount=told.opening,
                    opening_on=told.opened.opening and told.opened.opening.on,
                    closing_amount=told.closing,
                    closing_on=told.closing_on,
                    first_booked_on=told.first_on,
                    last_booked_on=told.last_on,
                    entry_count=told.entries,
                    new_entry_count=told.new,
                )
                for told in statements
            ],
            batch_size=500,
        )
        ids = [statement.pk for statement in made]
        with connection.cursor() as cursor:
            cursor.execute(_BOOK, [self.format.value, list(range(len(ids))), ids])
        return ids

    def named_appeals(self) -> list[tuple[int, int]]:
        """Return which new entries name which appeal, as pairs of their numbers."""
        with connection.cursor() as cursor:
            cursor.execute(_NAMED_APPEALS)
            return cursor.fetchall()

    def clear(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS pg_temp.coming, pg_temp.judged")


def _day_of(entry: Entry, opened: Opened) -> date:
    balances = (opened.closing, opened.opening)
    days = [entry.booked_on, entry.valued_on, *(one.on for one in balances if one)]
    day = next((day for day in [*days, opened.created_on] if day), None)
    if day is None:
        raise StatementError(Refusal.BAD_DATE)
    return day


def _storable(amount: Decimal) -> Decimal:
    exponent = amount.normalize().as_tuple().exponent
    if abs(amount) >= _MOST or -exponent > _DECIMALS:
        raise StatementError(Refusal.BAD_AMOUNT, found=str(amount))
    return amount


def _stored(text: str, length: int) -> str:
    return text.replace("\0", "")[:length]


def _parts_of(entry: Entry, currency: str) -> list[Detail]:
    """Return the parts of a batch that add up to it; none where they do not, or of one payment."""
    details = entry.details
    if len(details) < 2 or any((detail.currency or currency) != currency for detail in details):
        return []
    return details if sum(detail.amount for detail in details) == entry.amount else []


def _with_details(entry: Entry) -> Entry:
    """Return an entry that is booked in one with what its details say, the first of them first."""
    if not entry.details:
        return entry
    if len(entry.details) == 1:
        only = entry.details[0]
        entry.counterparty_name = entry.counterparty_name or only.counterparty_name
        entry.counterparty_account = entry.counterparty_account or only.counterparty_account
        entry.structured_reference = entry.structured_reference or only.structured_reference
        entry.end_to_end_reference = entry.end_to_end_reference or only.end_to_end_reference
        entry.bank_reference = entry.bank_reference or only.bank_reference
    texts = [entry.free_text]
    for detail in entry.details:
        if len(entry.details) > 1:
            texts.append(_written(detail.structured_reference))
        texts.append(detail.free_text)
    entry.free_text = " / ".join(dict.fromkeys(text for text in texts if text))
    return entry


def _written(reference: str) -> str:
    """Return a structured communication as people know it; another reference as it is."""
    if len(reference) == 12 and reference.isdigit():
        return f"+++{reference[:3]}/{reference[3:7]}/{reference[7:]}+++"
    return reference


def _state_of(
    part: Entry | Detail, entry: Entry, currency: str, named: Named, *, is_batch: bool
) -> tuple[str, str]:
    """Return how an entry stands before anything is placed, and what keeps it from being."""
    if is_batch:
        return BankEntry.State.BATCH, ""
    if not part.amount:
        return BankEntry.State.NOT_A_GIFT, ""  # a message of the bank: there is nothing to place
    if entry.is_return:
        obstacle = BankEntry.Obstacle.RETURN
    elif part.amount < 0:
        obstacle = BankEntry.Obstacle.MONEY_OUT
    elif currency != EURO:
        obstacle = BankEntry.Obstacle.CURRENCY
    else:
        obstacle = named.obstacle
    return BankEntry.State.TO_MATCH, obstacle


def _particulars(part: Entry | Detail, account: str) -> str:
    """Return what the payer wrote, as one encrypted text, without national numbers."""
    text = Particulars(
        name=national_numbers.mask(part.counterparty_name),
        account=account,
        structured_reference=part.structured_reference,
        text=national_numbers.mask(part.free_text),
        end_to_end_reference=national_numbers.mask(part.end_to_end_reference),
    ).to_text()
    return encrypt(text) if text else ""
