"""A file from the bank is read, checked, and booked whole or not at all."""

import contextlib
import hashlib
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import BinaryIO

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models.functions import Coalesce
from django.utils import timezone

from campaign_site import advisory_locks
from donations import statement_storage
from donations.models import BankAccount, BankStatement, StatementFile
from donations.services.automatic import Placed, place_new
from donations.services.booking import Accounts, Setting, Told
from donations.statements import bank_csv, recognition
from donations.statements.checks import Last, doubts_of_order
from donations.statements.shape import (
    Balance,
    Closed,
    Doubt,
    Doubtful,
    Entry,
    Event,
    Format,
    Opened,
    Refusal,
    StatementError,
)

logger = logging.getLogger(__name__)

State = StatementFile.State
# What the screens show of one file; of more there is only the number.
_MOST_DOUBTS = _MOST_STATEMENTS = 200
_PROGRESS_SECONDS = 0.5
# The values of these are numbers of accounts.
_ABOUT_ACCOUNTS = (Doubtful.ACCOUNT, Doubtful.OTHER_ACCOUNT)


@dataclass(slots=True)
class _Found:
    """What one look at a file has found."""

    format: str = ""
    statements: list[Told] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    unknown_accounts: list[str] = field(default_factory=list)
    refusal: StatementError | None = None
    placed: Placed = field(default_factory=Placed)


def read_file(*, file: StatementFile) -> StatementFile:
    """Read a file that waits, and book it whole or leave the ledger as it was; return it.

    Everything happens in one transaction, so whatever ends it half-way leaves nothing; only the
    progress is written beside it. Several at once wait for each other, and the first does the
    work. A file that is not waiting is left alone.

    A file with doubts that nobody has accepted is not booked, nor one of an account that is not
    ours. Errors in the file are its state and in ``summary``. Raises ``OperationalError`` and
    ``InterfaceError``, when the database fails: then try again.
    """
    with contextlib.closing(_Progress(file)) as progress, transaction.atomic():
        with connection.cursor() as cursor:
            # This is no request: it may wait for as long as others need.
            cursor.execute("SET LOCAL lock_timeout = 0")
        advisory_locks.hold(bytes.fromhex(file.sha256))
        file.refresh_from_db()
        if file.state not in (State.WAITING, State.READING):
            return file
        started = time.monotonic()
        progress.begin()
        found = _Found()
        try:
            with transaction.atomic():
                state = _read(file, found, progress)
                if state == State.BOOKED:
                    statement_storage.forget(file)
                else:
                    transaction.set_rollback(True)
        except StatementError as error:
            found.refusal = error
            state = State.UNMAPPED if error.reason is Refusal.UNMAPPED else State.REFUSED
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            # Whatever it was, the treasurer learns that nothing is booked.
            logger.exception("statement file %s could not be read", file.pk)
            state = State.FAILED
        _note(file, state, found, time.monotonic() - started)
    return file


def _note(file: StatementFile, state: str, found: _Found, seconds: float) -> None:
    """Write what became of the file into its row, which nobody else changes meanwhile."""
    file.state = state
    file.format = found.format
    if state != State.FAILED:
        mapped_by = file.summary.get("mapped_by")
        file.summary = _summary(found, seconds)
        if mapped_by:
            file.summary["mapped_by"] = mapped_by
        file.entries_read = sum(told.entries for told in found.statements)
    if state == State.BOOKED:
        file.booked_at = timezone.now()
        file.bytes_read = file.size
    if state == State.DOUBTFUL:
        # Whoever accepted doubts before has not seen these.
        file.doubts_accepted_by = None
    file.save(
        update_fields=[
            "state",
            "format",
            "summary",
            "entries_read",
            "bytes_read",
            "booked_at",
            "doubts_accepted_by",
        ]
    )


def _read(file: StatementFile, found: _Found, progress: "_Progress") -> str:
    """Do all that booking the file means, and return the state that it earns."""
    with statement_storage.open_file(file) as stored:
        format = recognition.format_of(stored)
        found.format = format.value
        mapping = _mapping_for(file, stored) if format is Format.CSV else None
        setting = Setting(format, Accounts())
        if mapping is not None and mapping.account is None and "mapped_by" not in file.summary:
            found.doubts += _doubts_of_account(mapping, setting.accounts)
        events = recognition.read_statement(stored, mapping=mapping)
        _set_out(events, found, setting, lambda entries: progress.tell(stored.tell(), entries))
        progress.tell(file.size, sum(told.entries for told in found.statements), is_last=True)
    if not found.statements:
        raise StatementError(Refusal.EMPTY)
    unknown = {told.opened.account for told in found.statements if told.account is None}
    if unknown:
        found.unknown_accounts = sorted(map(_masked, unknown))
        return State.REFUSED
    _hold_accounts({told.account.pk for told in found.statements})
    days = setting.judge(found.statements)
    if days:
        found.doubts.append(Doubt(Doubtful.OTHER_FORMAT, {"found": days}))
    found.doubts += _doubts_of_continuity(found.statements, format)
    statement_ids = setting.book(file, found.statements)
    found.placed = place_new(statement_ids=statement_ids, named_appeals=setting.named_appeals())
    setting.clear()
    _check_ledger()
    if not file.is_to_book:
        return State.LOOKED_AT
    return State.DOUBTFUL if _has_new_doubts(file, found.doubts) else State.BOOKED


def _set_out(
    events: Iterator[Event], found: _Found, setting: Setting, tell: Callable[[int], None]
) -> None:
    """Take the events of the reader: entries into the database, all else into ``found``."""
    told, count = None, 0
    for event in events:
        kind = type(event)
        if kind is Entry and told is not None:
            if event.is_pending:
                told.pending += 1
                continue
            setting.add(told, len(found.statements) - 1, event)
            count += 1
            tell(count)
        elif kind is Opened:
            told = Told(event, setting.accounts.find(event.account))
            told.opening = event.opening and event.opening.amount
            _close(told, event.closing)
            found.statements.append(told)
        elif kind is Closed and told is not None:
            _close(told, event.closing)
        elif kind is Doubt and len(found.doubts) < _MOST_DOUBTS:
            found.doubts.append(event)


def _close(told: Told, closing: Balance | None) -> None:
    if closing is not None:
        told.closing, told.closing_on = closing.amount, closing.on


def _mapping_for(file: StatementFile, stored: BinaryIO) -> bank_csv.Mapping | None:
    """Return what the columns of this CSV file were said to be, if that is known for certain."""
    header = bank_csv.columns(stored)
    known = [
        (account.pk, account.csv_mappings[header.signature])
        for account in BankAccount.objects.exclude(csv_mappings={}).order_by("pk")
        if header.signature in account.csv_mappings
    ]
    chosen = [values for pk, values in known if pk == file.summary.get("mapped_by")]
    mappings = chosen or [values for _pk, values in known]
    if not mappings or any(one != mappings[0] for one in mappings):
        return None
    try:
        return bank_csv.Mapping.from_json(mappings[0])
    except ValueError:
        return None  # kept by a version of the site that wrote them otherwise: ask again


def _doubts_of_account(mapping: bank_csv.Mapping, accounts: Accounts) -> Iterator[Doubt]:
    """Yield a doubt where a file that names no account could be of another one of ours."""
    account = accounts.find(mapping.account_number)
    if account is not None and accounts.are_several:
        yield Doubt(Doubtful.ASSUMED_ACCOUNT, {"found": account.label})


def _hold_accounts(ids: set[int]) -> None:
    """Let one import at a time compare with what is booked on these accounts, and book."""
    for pk in sorted(ids):
        advisory_locks.hold(hashlib.sha256(f"statements of account {pk}".encode()).digest())


def _check_ledger() -> None:
    """Have the database compare ledger and statements now, where an error is still ours to tell."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SET CONSTRAINTS donations_ledger_balances, donations_entry_balances IMMEDIATE"
        )
        cursor.execute(
            "SET CONSTRAINTS donations_ledger_balances, donations_entry_balances DEFERRED"
        )


def _doubts_of_continuity(statements: Sequence[Told], format: Format) -> Iterator[Doubt]:
    """Yield doubts about what comes between the statements that are booked and these.

    Within the file the reader has looked already. Towards the ledger it is the first statement
    with something new that must open with what the last one closed with. A statement with
    entries that are known continues from there by itself, and an earlier one fills a gap.
    """
    seen = set()
    for at, told in enumerate(statements):
        key = (told.account.pk, told.opened.currency)
        if not told.new or key in seen:
            continue
        seen.add(key)
        before = statements[:at]
        follows_known = any((one.account.pk, one.opened.currency) == key for one in before)
        last = None if told.known or follows_known else _last_booked(told)
        if last is not None:
            number = last.number if last.file.format == format.value else ""
            yield from doubts_of_order(
                told.opened, Last(number, Balance(last.closing_amount, last.closing_on))
            )


def _last_booked(told: Told) -> BankStatement | None:
    """Return the last booked statement of the account, if this one comes after it."""
    last = (
        BankStatement.objects.filter(account=told.account, currency=told.opened.currency)
        # A statement without movements is numbered too.
        .annotate(ended_on=Coalesce("last_booked_on", "closing_on"))
        .exclude(closing_amount=None)
        .exclude(ended_on=None)
        .select_related("file")
        .order_by("-ended_on", "-pk")
        .first()
    )
    if last is None or told.first_on is None or told.first_on < last.ended_on:
        return None
    return last


def _has_new_doubts(file: StatementFile, doubts: Sequence[Doubt]) -> bool:
    accepted = file.summary.get("doubts", []) if file.doubts_accepted_by_id else []
    return any(_doubt_to_keep(doubt) not in accepted for doubt in doubts)


# What is kept of it


def _summary(found: _Found, seconds: float) -> dict[str, object]:
    """Return what the screens show, without anything of a payer."""
    refusal = found.refusal
    return {
        "format": found.format,
        "statements": [_statement_to_keep(told) for told in found.statements[:_MOST_STATEMENTS]],
        "statement_count": len(found.statements),
        "doubts": [_doubt_to_keep(doubt) for doubt in found.doubts],
        "matched": {
            "reference": found.placed.by_reference,
            "communication": found.placed.by_communication,
        },
        "to_match": found.placed.to_match,
        "obstacles": found.placed.obstacles,
        "refusal": refusal
        and {"reason": refusal.reason.value, "line": refusal.line, "found": refusal.found},
        "unknown_accounts": found.unknown_accounts,
        "seconds": round(seconds, 2),
    }


def _statement_to_keep(told: Told) -> dict[str, object]:
    return {
        "account": told.account.label if told.account else _masked(told.opened.account),
        "number": told.opened.number[:40],
        "currency": told.opened.currency,
        "opening": _plain(told.opening),
        "closing": _plain(told.closing),
        "from": _plain(told.first_on),
        "to": _plain(told.last_on),
        "entries": told.entries,
        "new": told.new,
        "known": told.known,
        "pending": told.pending,
        "sum": _plain(told.total),
    }


def _doubt_to_keep(doubt: Doubt) -> dict[str, object]:
    values: Mapping[str, object] = doubt.values
    if doubt.kind in _ABOUT_ACCOUNTS:
        values = {name: _masked(str(value)) for name, value in values.items()}
    return {
        "kind": doubt.kind.value,
        "values": {name: _plain(value) for name, value in values.items()},
        "line": doubt.line,
        "statement": doubt.statement,
    }


def _plain(value: object) -> object:
    """Return a value as JSON has it and as it comes back from there."""
    return str(value) if isinstance(value, Decimal | date) else value


def _masked(account: str) -> str:
    """Return an account number of which the middle is hidden: BE17 … 7321."""
    return f"{account[:4]} … {account[-4:]}" if len(account) > 8 else account


class _Progress:
    """Tells how far the reading is, on a connection of its own: others see it at once.

    The transaction that books never locks the file's row before its end, so the two do not wait
    for each other.
    """

    def __init__(self, file: StatementFile) -> None:
        self._pk = file.pk
        self._connection = connection.copy()
        self._told_at = 0.0

    def begin(self) -> None:
        self._write("state = 'reading', bytes_read = 0, entries_read = 0", [])

    def tell(self, bytes_read: int, entries: int, *, is_last: bool = False) -> None:
        """Note the progress, twice a second at most."""
        if not is_last and time.monotonic() - self._told_at < _PROGRESS_SECONDS:
            return
        self._told_at = time.monotonic()
        self._write("bytes_read = %s, entries_read = %s", [bytes_read, entries])

    def _write(self, changes: str, values: list[int]) -> None:
        # The bar stands still for a moment; that is no reason to give the import up.
        with contextlib.suppress(OperationalError), self._connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE donations_statementfile SET {changes} WHERE id = %s",  # noqa: S608 - ours
                [*values, self._pk],
            )

    def close(self) -> None:
        self._connection.close()
