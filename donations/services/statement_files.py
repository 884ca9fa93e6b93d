"""Files from the bank come in, and what treasurers say to them; ``importing`` reads them."""

import hashlib
from typing import BinaryIO

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from campaign_site import advisory_locks
from donations import statement_storage, statement_tasks
from donations.models import BankAccount, StatementFile
from donations.services.errors import DonationError
from donations.statements import bank_csv, recognition
from donations.statements.shape import Doubtful

State = StatementFile.State


@transaction.atomic
def receive_file(
    *, file: BinaryIO, name: str, by: AbstractBaseUser | None, is_to_book: bool
) -> tuple[StatementFile, bool]:
    """Keep an uploaded file, encrypted, and have it read; return it and whether it is new.

    ``is_to_book`` says that a file without doubts is booked at once; otherwise it is only looked
    at. The same bytes are one file under any name: what is booked or being read stays as it is,
    what waits for somebody's word goes on waiting, and all else is read again. Raises
    ``DonationError``, and keeps nothing, for an empty file and one of more than 96 MiB.
    """
    most = recognition.MOST_BYTES
    digest, size = statement_storage.digest_of(file, most_bytes=most)
    if not size:
        raise DonationError(_("This file is empty. Nothing was recorded."))
    if size > most:
        raise DonationError(
            _(
                "This file is larger than 96 MB. Ask your bank for a file of a shorter period. "
                "Nothing was recorded."
            )
        )
    # Eight uploads at once wait here; all but the first find the row.
    advisory_locks.hold(hashlib.sha256(f"receive {digest}".encode()).digest())
    kept = StatementFile.objects.filter(sha256=digest).first()
    if kept is None:
        kept = StatementFile.objects.create(
            sha256=digest, name=_base_name(name), size=size, is_to_book=is_to_book, uploaded_by=by
        )
        statement_storage.store(kept, file)
        log(instance=kept, action="donations.upload_statement", user=by)
        _read_later(kept)
        return kept, True
    if not _is_settled(kept):
        if not statement_storage.is_kept(kept):
            statement_storage.store(kept, file)
        StatementFile.objects.filter(pk=kept.pk).update(
            is_to_book=is_to_book, uploaded_by=by, uploaded_at=timezone.now()
        )
        _start_again(kept)
    return kept, False


def _base_name(name: str) -> str:
    """Return the name without folders and control characters, as long as the column."""
    name = name.replace("\\", "/").rpartition("/")[2]
    name = "".join(c for c in name if c.isprintable()).strip()
    return name[-120:] or "statement"


def _is_settled(file: StatementFile) -> bool:
    """Whether a second upload of a file changes nothing."""
    if file.state in (State.WAITING, State.READING):
        return statement_tasks.is_at_work(file)
    if file.state == State.DOUBTFUL:
        return statement_storage.is_kept(file)
    return file.state == State.BOOKED


def _start_again(file: StatementFile, **changes: object) -> None:
    StatementFile.objects.filter(pk=file.pk).update(
        state=State.WAITING, bytes_read=0, entries_read=0, **changes
    )
    file.refresh_from_db()
    _read_later(file)


def _read_later(file: StatementFile) -> None:
    statement_tasks.read_statement_file.defer(file_id=file.pk)


@transaction.atomic
def book_file(*, file: StatementFile, by: AbstractBaseUser | None) -> StatementFile:
    """Have a file booked that was only looked at. Asking again changes nothing.

    Raises ``DonationError`` when there is nothing to book, or its bytes are not kept any more.
    """
    file = _hold(file)
    if _is_under_way(file):
        return file
    if file.state != State.LOOKED_AT:
        raise DonationError(_("This file cannot be imported as it is. Nothing was changed."))
    _require_bytes(file)
    log(instance=file, action="donations.book_statement", user=by)
    _start_again(file, is_to_book=True, uploaded_by=by)
    return file


@transaction.atomic
def accept_doubts(*, file: StatementFile, by: AbstractBaseUser | None) -> StatementFile:
    """Have a doubtful file booked; ``by`` stands for the doubts that were shown, and no others.

    Asking again changes nothing. Raises ``DonationError`` when the file is not in doubt, or its
    bytes are not kept any more.
    """
    file = _hold(file)
    if _is_under_way(file):
        return file
    if file.state != State.DOUBTFUL:
        raise DonationError(_("There are no doubts about this file. Nothing was changed."))
    _require_bytes(file)
    log(instance=file, action="donations.accept_statement", user=by)
    _start_again(file, is_to_book=True, doubts_accepted_by=by)
    return file


@transaction.atomic
def map_columns(
    *,
    file: StatementFile,
    account: BankAccount,
    mapping: bank_csv.Mapping,
    by: AbstractBaseUser | None,
) -> StatementFile:
    """Remember with the account what the columns of such a CSV file are, and read the file on.

    A file that does not name its account is taken for one of ``account``. Asking again changes
    nothing. Raises ``DonationError`` when the columns of the file are known or it is no CSV file.
    """
    file = _hold(file)
    if file.state in (State.WAITING, State.READING, State.BOOKED):
        return file
    if file.state != State.UNMAPPED and not is_of_assumed_account(file):
        raise DonationError(
            _("The columns of this file are known, or it is no CSV file. Nothing was changed.")
        )
    _require_bytes(file)
    account = BankAccount.objects.select_for_update(no_key=True).get(pk=account.pk)
    values = mapping.to_json()
    if mapping.account is None:
        values["account_number"] = account.iban
    account.csv_mappings = {**account.csv_mappings, mapping.signature: values}
    account.save(update_fields=["csv_mappings"])
    log(instance=file, action="donations.map_statement", user=by)
    _start_again(file, uploaded_by=by, summary={"mapped_by": account.pk})
    return file


def _hold(file: StatementFile) -> StatementFile:
    return StatementFile.objects.select_for_update(no_key=True).get(pk=file.pk)


def _is_under_way(file: StatementFile) -> bool:
    """Whether what was asked has been done or is being done."""
    is_at_work = file.state in (State.WAITING, State.READING) and file.is_to_book
    return file.state == State.BOOKED or is_at_work


def is_of_assumed_account(file: StatementFile) -> bool:
    """Whether a table that names no account may be said to be of another one than was assumed."""
    kinds = {doubt["kind"] for doubt in file.summary.get("doubts", [])}
    return file.state == State.DOUBTFUL and Doubtful.ASSUMED_ACCOUNT.value in kinds


def _require_bytes(file: StatementFile) -> None:
    if not statement_storage.is_kept(file):
        raise DonationError(_("This file is not kept any more. Upload it again."))
