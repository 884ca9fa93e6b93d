"""Changing a bank account: one person proposes, another approves."""

import re
from collections.abc import Mapping
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from donations import payment_qr
from donations.models import AccountChange, BankAccount
from donations.services.errors import DonationError

_DATES = ("used_from", "used_until")
# A text of any communication, to try whether a payment code takes the rest.
_LONGEST_OGM = "+++000/0000/00097+++"


def masked(iban: str) -> str:
    """Return enough of an account number to recognise it by: ``BE17 … 7321``."""
    compact = iban.replace(" ", "")
    return f"{compact[:4]} … {compact[-4:]}" if compact else ""


@transaction.atomic
def propose_change(
    *,
    account: BankAccount | None,
    values: Mapping[str, str | date | None],
    reason: str,
    by,
    label: str = "",
    purpose: str = "",
) -> AccountChange:
    """Propose what ``account`` is to be, or a new one (None), and keep it until it is decided.

    ``values`` has each of ``BankAccount.GUARDED_FIELDS``; ``label`` and ``purpose`` are those of a
    new account. Nothing that donors see changes: a new account takes no gifts before somebody else
    approves. Raises ``DonationError`` when a value cannot be, nothing would change, or another
    change of the account waits already.
    """
    reason = reason.strip()
    if not reason:
        raise DonationError(_("Say why: the second person decides by it."))
    wanted = _checked(values)
    if account is None:
        account = BankAccount(label=label.strip(), purpose=purpose.strip(), **_typed(wanted))
        _refuse_same_number(wanted["iban"], but=None)
        _validate(account)
        account.save()
    else:
        account = BankAccount.objects.select_for_update(no_key=True).get(pk=account.pk)
        if account.changes.filter(state=AccountChange.State.PROPOSED).exists():
            raise DonationError(
                _("A change of this account waits for a second person already. Decide on it first.")
            )
        if account.is_confirmed and wanted == current_values(account):
            raise DonationError(_("That is what the account is already: nothing would change."))
        if wanted["iban"] != account.iban:
            _refuse_same_number(wanted["iban"], but=account)
        _validate(_with_values(account, wanted))
    change = AccountChange.objects.create(
        account=account, values=wanted, reason=reason[:200], proposed_by=by
    )
    _log(change, "propose_account", by)
    return change


def current_values(account: BankAccount) -> dict[str, str | None]:
    """Return what the account is, in the form of ``AccountChange.values``."""
    values = {name: getattr(account, name) for name in BankAccount.GUARDED_FIELDS}
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
    }


def _checked(values: Mapping[str, str | date | None]) -> dict[str, str | None]:
    """Return the values as they are kept: numbers without spaces, days as text."""
    found = {name: values.get(name) for name in BankAccount.GUARDED_FIELDS}
    found["iban"] = re.sub(r"[\s.-]", "", found["iban"] or "").upper()
    found["bic"] = re.sub(r"\s", "", found["bic"] or "").upper()
    found["payee_name"] = (found["payee_name"] or "").strip()
    for name in _DATES:
        day = found[name]
        found[name] = day.isoformat() if isinstance(day, date) else day or None
    return found


def _typed(values: Mapping[str, str | None]) -> dict[str, object]:
    """Return kept values as the model has them."""
    days = {name: parse_date(values[name]) if values[name] else None for name in _DATES}
    return {**values, **days}


def _with_values(account: BankAccount, values: Mapping[str, str | None]) -> BankAccount:
    """Return a copy of ``account``, not saved, as it would be."""
    copy = BankAccount.objects.get(pk=account.pk)
    for name, value in _typed(values).items():
        setattr(copy, name, value)
    return copy


def _validate(account: BankAccount) -> None:
    """Raise ``DonationError`` with everything that is wrong about an account as it would be."""
    try:
        account.full_clean()
    except ValidationError as error:
        raise DonationError(" ".join(error.messages)) from error
    if account.bic and not payment_qr.BIC.fullmatch(account.bic):
        raise DonationError(_("This is not a BIC: it has 8 or 11 letters and digits."))
    is_structured = account.reference_line == BankAccount.ReferenceLine.STRUCTURED
    try:
        payment_qr.payload(
            name=account.payee_name,
            iban=account.iban,
            bic=account.bic,
            amount_eur=None,
            text="" if is_structured else _LONGEST_OGM,
            structured=re.sub(r"[^0-9]", "", _LONGEST_OGM) if is_structured else "",
        )
    except ValueError as error:
        raise DonationError(
            _(
                "A payment code cannot carry this. Type the payee on one line, 70 "
                "characters at most."
            )
        ) from error


def _refuse_same_number(iban: str, *, but: BankAccount | None) -> None:
    """Two accounts with one number could not be told apart on a statement."""
    others = BankAccount.objects.filter(iban=iban)
    other = (others.exclude(pk=but.pk) if but else others).first()
    if other is not None:
        raise DonationError(
            _("“%(label)s” has this account number already.") % {"label": other.label}
        )


@transaction.atomic
def approve_change(*, change: AccountChange, by) -> AccountChange:
    """Let a proposed change come true; from now on donors see it.

    Approving again changes nothing. Raises ``DonationError`` when ``by`` proposed it, when nobody
    knows who did, or when it was decided otherwise meanwhile.
    """
    locked, account = _lock(change)
    if locked.state == AccountChange.State.APPROVED:
        return locked
    _refuse_decided(locked)
    if locked.proposed_by_id is None:
        raise DonationError(
            _("Whoever proposed this change is gone. Refuse it and propose it anew.")
        )
    if locked.proposed_by_id == by.pk:
        raise DonationError(
            _("You proposed this change yourself. Somebody else has to approve it.")
        )
    if locked.values["iban"] != account.iban or not account.is_confirmed:
        _refuse_same_number(locked.values["iban"], but=account)
    _validate(_with_values(account, locked.values))
    locked.values_before = current_values(account) if account.is_confirmed else None
    for name, value in _typed(locked.values).items():
        setattr(account, name, value)
    account.is_confirmed = True
    account.save(update_fields=[*BankAccount.GUARDED_FIELDS, "is_confirmed"])
    return _decide(locked, AccountChange.State.APPROVED, "approve_account", by)


@transaction.atomic
def refuse_change(*, change: AccountChange, by) -> AccountChange:
    """Let a proposed change come to nothing; refusing again changes nothing.

    Raises ``DonationError`` when it was decided otherwise meanwhile.
    """
    locked, _account = _lock(change)
    if locked.state == AccountChange.State.REFUSED:
        return locked
    _refuse_decided(locked)
    return _decide(locked, AccountChange.State.REFUSED, "refuse_account", by)


@transaction.atomic
def withdraw_change(*, change: AccountChange, by) -> AccountChange:
    """Take one's own proposal back; doing it again changes nothing.

    Raises ``DonationError`` when ``by`` did not propose it, or it was decided meanwhile.
    """
    locked, _account = _lock(change)
    if locked.proposed_by_id != by.pk:
        raise DonationError(_("Somebody else proposed this change; you can refuse it."))
    if locked.state == AccountChange.State.WITHDRAWN:
        return locked
    _refuse_decided(locked)
    return _decide(locked, AccountChange.State.WITHDRAWN, "withdraw_account", by)


@transaction.atomic
def describe_account(*, account: BankAccount, label: str, purpose: str, by) -> BankAccount:
    """Change what only staff see of an account: its label and purpose; one person may.

    Raises ``DonationError`` when another account has that label.
    """
    row = BankAccount.objects.select_for_update(no_key=True).get(pk=account.pk)
    row.label, row.purpose = label.strip(), purpose.strip()
    try:
        row.full_clean(exclude=list(BankAccount.GUARDED_FIELDS))
    except ValidationError as error:
        raise DonationError(" ".join(error.messages)) from error
    row.save(update_fields=["label", "purpose"])
    log(instance=row, action="donations.describe_account", user=by)
    return row


def _lock(change: AccountChange) -> tuple[AccountChange, BankAccount]:
    """Lock all accounts, then the change: whoever decides at the same time waits.

    All of them, since an approval looks whether another has the same number.
    """
    accounts = BankAccount.objects.select_for_update(no_key=True).order_by("pk")
    account = next(row for row in accounts if row.pk == change.account_id)
    locked = AccountChange.objects.select_for_update().get(pk=change.pk)
    locked.account = account
    return locked, account


def _refuse_decided(change: AccountChange) -> None:
    if change.state != AccountChange.State.PROPOSED:
        raise DonationError(_("Somebody decided on this change meanwhile. Nothing was done."))


def _decide(change: AccountChange, state: str, action: str, by) -> AccountChange:
    change.state = state
    change.decided_by = by
    change.decided_at = timezone.now()
    change.save(update_fields=["state", "decided_by", "decided_at", "values_before"])
    _log(change, action, by)
    return change


def _log(change: AccountChange, action: str, by) -> None:
    """Note who did what, with the numbers masked: the log is read by more people than accounts."""
    before = change.values_before or current_values(change.account)
    changed = sorted(name for name in change.values if change.values[name] != before[name])
    log(
        instance=change.account,
        action=f"donations.{action}",
        user=by,
        data={
            "change": change.pk,
            "fields": changed,
            "iban": masked(change.values["iban"]),
            "iban_before": masked(before["iban"]),
        },
    )
