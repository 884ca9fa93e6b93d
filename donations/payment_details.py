"""What one types over to make a transfer: for a promise, or for a gift without any.

Page, mail and payment code all take it from here, so that they cannot say different things.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from donations import payment_qr
from donations.models import Allocation, Appeal, BankAccount, Pledge

# Amounts of which the gift card has a payment code each, beside the one without an amount.
CARD_AMOUNTS_EUR = (10, 25, 50)
# The last day that every month has.
_LAST_SAFE_DAY = 28


@dataclass(frozen=True)
class PaymentDetails:
    """The lines of one transfer. ``communication`` is written as people see it."""

    account: BankAccount
    communication: str
    amount_eur: Decimal | None = None
    is_structured: bool = False
    # Whether the donor was shown another account number, or another payee, than these.
    has_changed: bool = False

    @property
    def digits(self) -> str:
        """The structured communication as the code carries it in its structured element."""
        return re.sub(r"[^0-9]", "", self.communication) if self.is_structured else ""

    @property
    def payload(self) -> str:
        """The text of the payment code, from the very values that are shown."""
        return payment_qr.payload(
            name=self.account.payee_name,
            iban=self.account.iban,
            bic=self.account.bic,
            amount_eur=self.amount_eur,
            text="" if self.is_structured else self.communication,
            structured=self.digits,
        )


def account_for(pledge: Pledge) -> BankAccount | None:
    """Return where a transfer for ``pledge`` goes today; None when nowhere.

    That is the account that the donor was shown as long as it takes gifts, then the appeal's.
    """
    candidates = (pledge.payee, pledge.appeal.account)
    return next((account for account in candidates if account and account.is_in_use), None)


def has_changed(pledge: Pledge, account: BankAccount) -> bool:
    """Whether page and mail said something else when the promise was made."""
    shown = ((pledge.shown_iban, account.iban), (pledge.shown_payee_name, account.payee_name))
    return any(then and then != now for then, now in shown)


def details_of(pledge: Pledge) -> PaymentDetails | None:
    """Return the lines of the transfer that is still to come; None when none is, or can be.

    The amount is what is left of a single gift, or one instalment of a monthly one.
    """
    is_monthly = pledge.frequency == Pledge.Frequency.MONTHLY
    is_settled = pledge.status in (Pledge.Status.PAID, Pledge.Status.OVERPAID)
    if pledge.status == Pledge.Status.CANCELLED or (is_settled and not is_monthly):
        return None
    account = account_for(pledge)
    if account is None:
        return None
    amount_eur = pledge.amount_eur if is_monthly else pledge.owed_eur
    return PaymentDetails(
        account=account,
        amount_eur=amount_eur,
        communication=pledge.communication,
        is_structured=account.reference_line == BankAccount.ReferenceLine.STRUCTURED,
        has_changed=has_changed(pledge, account),
    )


def last_received_on(pledge: Pledge) -> date | None:
    """Return the day on which the bank booked the latest money for ``pledge``."""
    lines = Allocation.objects.filter(
        pledge=pledge, kind=Allocation.Kind.GIFT, undone_at__isnull=True
    )
    return lines.order_by("-on").values_list("on", flat=True).first()


def standing_order_from(today: date) -> date:
    """Return a first day for a standing order whose first gift was transferred ``today``.

    The same day of next month, one that every month has.
    """
    next_month = (today.replace(day=1) + timedelta(days=31)).replace(day=1)
    return next_month.replace(day=min(today.day, _LAST_SAFE_DAY))


@dataclass(frozen=True)
class GiftCard:
    """Account and communication of an appeal, for a gift without any form.

    ``amount_eur`` is the amount that the reader chose for the payment code, if any.
    """

    appeal: Appeal
    amount_eur: int | None = None

    @property
    def account(self) -> BankAccount:
        return self.appeal.account

    @property
    def communication(self) -> str:
        return self.appeal.communication

    @property
    def amounts_eur(self) -> tuple[int, ...]:
        return CARD_AMOUNTS_EUR

    @property
    def query(self) -> str:
        """What follows the address of a picture of this card."""
        return f"?amount={self.amount_eur}" if self.amount_eur else ""

    @property
    def payload(self) -> str:
        """The text of the payment code; empty when name and communication do not fit in one."""
        amount_eur = Decimal(self.amount_eur) if self.amount_eur else None
        details = PaymentDetails(self.account, self.communication, amount_eur)
        try:
            return details.payload
        except ValueError:
            return ""


def gift_card_of(appeal: Appeal, *, amount: str = "") -> GiftCard | None:
    """Return the gift card of an open appeal that has a communication of its own, else None.

    ``amount`` is one of ``CARD_AMOUNTS_EUR`` as an address writes it; anything else counts as none.
    """
    if not appeal.is_open or not appeal.communication:
        return None
    chosen = [euros for euros in CARD_AMOUNTS_EUR if str(euros) == amount]
    return GiftCard(appeal, chosen[0] if chosen else None)
