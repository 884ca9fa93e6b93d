"""The payments of an account as a file: what the bank booked, and where it stands."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from donations.models import BankEntry, grouped
from donations.particulars import Particulars
from donations.references import structured_communication
from donations.statements.shape import in_decimals
from donations.treasury.access import MATCH
from donations.treasury.exports import Column, Export, label_of
from donations.treasury.matching_lists import PaymentFilterSet


def _payments() -> QuerySet[BankEntry]:
    """What the bank's balance moves by, each cent once: of a batch the parts, not the whole."""
    payments = BankEntry.objects.exclude(state=BankEntry.State.BATCH)
    return payments.select_related("account", "statement").order_by("booked_on", "pk")


def _said(entry: BankEntry) -> Particulars:
    return Particulars.from_text(entry.particulars)


def _communication(entry: BankEntry) -> str:
    number = entry.reference_number
    return structured_communication(number) if number else ""


def _wrote(entry: BankEntry) -> str:
    said = _said(entry)
    return said.text or said.structured_reference


PAYMENTS = Export(
    key="payments",
    permission=MATCH,
    list_url="donations_treasury:payments",
    filterset_class=PaymentFilterSet,
    rows=_payments,
    columns=(
        Column(_("Payment"), lambda entry: entry.pk),
        Column(_("Part of batch"), lambda entry: entry.batch_id),
        Column(_("Booked on"), lambda entry: entry.booked_on),
        Column(_("Value date"), lambda entry: entry.valued_on),
        Column(_("Amount"), lambda entry: in_decimals(entry.amount, entry.currency)),
        Column(_("Currency"), lambda entry: entry.currency),
        Column(pgettext_lazy("bank", "Account"), lambda entry: entry.account.label),
        Column(_("Statement"), lambda entry: entry.statement.number),
        Column(_("State"), lambda entry: label_of(BankEntry.State, entry.state)),
        Column(_("Why"), lambda entry: label_of(BankEntry.Obstacle, entry.obstacle)),
        Column(_("Bank reference"), lambda entry: entry.bank_reference),
        Column(_("Communication"), _communication),
        Column(_("From or to"), lambda entry: _said(entry).name, tells_names=True),
        Column(_("Their account"), lambda entry: grouped(_said(entry).account), tells_names=True),
        Column(_("What the payer wrote"), _wrote, tells_names=True),
    ),
    encrypted=("particulars",),
)
