"""Which movement an entry is, so that it is booked once however many files tell of it.

``Fingerprint`` says it within one format; equal ones of an account are numbered, so two true equal
gifts stay two. ``likeness`` is what files of different formats agree on. Both are keyed hashes:
they name nobody, and cannot be found by trying accounts and texts.
"""

import hashlib
import hmac
import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache

from django.conf import settings
from stdnum import iban as iban_check

from campaign_site.encryption import keyed_hash
from donations.communications import plain
from donations.references import check_digits
from donations.statements.shape import Detail, Entry, Format, Opened

_BELGIAN_NUMBER = re.compile(r"[0-9]{12}")
# CODA has 26 letters of a name in version 1, other formats more.
_LETTERS_OF_A_NAME = 20


def compact_account(account: str) -> str:
    """Return an account number without spaces; a Belgian one of twelve digits as its IBAN."""
    account = "".join(account.split()).upper()
    if _BELGIAN_NUMBER.fullmatch(account) and check_digits(int(account[:10])) == int(account[10:]):
        return f"BE{iban_check.calc_check_digits('BE00' + account)}{account}"
    return account


def account_hash(account: str) -> str:
    """Return what a payer's account is found by again; empty without one."""
    return keyed_hash(account, purpose="counterparty") if account else ""


@lru_cache(maxsize=8)
def _key(secret: str, purpose: str) -> bytes:
    return hmac.digest(secret.encode(), purpose.encode(), hashlib.sha256)


def _hashed(purpose: str, *parts: object) -> str:
    key = _key(settings.SUPPORTER_LOOKUP_KEY, purpose)
    return hmac.digest(key, "\x1f".join(map(str, parts)).encode(), hashlib.sha256).hex()


def fingerprint_of(
    entry: Entry,
    *,
    opened: Opened,
    format: Format,
    account: str,
    booked_on: date,
    currency: str,
) -> str:
    """Return which movement of ``account`` an entry is, as files of one format tell it.

    What tells two of one day apart is the bank's own number of the movement, which stays the same
    in a statement of the day and of the month; without one the balance behind it, or in CODA, whose
    statements are issued once, the number of the statement and the place in it. Names are left
    out, since banks complete them later.
    """
    return _hashed(
        "bank entry",
        account,
        booked_on,
        entry.amount.normalize(),
        currency,
        compact_account(entry.counterparty_account),
        entry.structured_reference,
        plain(entry.free_text),
        plain(entry.end_to_end_reference),
        *_distinction(entry, opened, format),
    )


def _distinction(entry: Entry, opened: Opened, format: Format) -> Sequence[object]:
    told = [
        (detail.amount.normalize(), compact_account(detail.counterparty_account),
         detail.structured_reference, plain(detail.free_text), plain(detail.bank_reference))
        for detail in entry.details
    ]  # fmt: skip
    if entry.bank_reference:
        return ("bank", plain(entry.bank_reference), *told)
    if entry.balance_after is not None:
        return ("balance", entry.balance_after.normalize(), *told)
    if format is Format.CODA and opened.number.strip("0"):
        return ("place", opened.number, entry.sequence, *told)
    return told


def part_fingerprint(batch: str, place: int) -> str:
    """Return which part of a batch one is: the n-th of that very batch."""
    return _hashed("part of a batch", batch, place)


def likeness_of(
    *,
    account: str,
    booked_on: date,
    amount: Decimal,
    currency: str,
    reference_number: int | None,
    part: Entry | Detail,
) -> str:
    """Return what files of all formats agree on: day and amount, and who paid.

    Who that is, the number in the communication says best, then the payer's account, then the
    beginning of the name.
    """
    payer = reference_number
    if payer is None:
        payer = compact_account(part.counterparty_account)
    if payer == "":
        payer = plain(part.counterparty_name)[:_LETTERS_OF_A_NAME]
    return _hashed("likeness", account, booked_on, amount.normalize(), currency, payer)
