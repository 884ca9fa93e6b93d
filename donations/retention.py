"""How long promises, payments and addresses for parcels are kept with the people behind them."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from donations.models import Allocation, BankEntry, Pledge, RewardDelivery, StatementFile
from donations.services.forgetting import anonymise
from supporters.retention import Kind, register

# How long what a payer wrote may be needed: to send a gift back, to answer a donor's question, to
# recognise a standing order. The books themselves are not on this site.
_TWO_YEARS_DAYS = 730
_ARRANGED = RewardDelivery.State.ARRANGED


def _with_person() -> QuerySet:
    return Pledge.objects.exclude(supporter=None, name="")


def _unpaid(cutoff: datetime) -> QuerySet:
    paid = Allocation.objects.filter(pledge=OuterRef("pk"), undone_at=None, kind="gift")
    return _with_person().filter(~Exists(paid), created_hour__lt=cutoff)


def _paid(cutoff: datetime) -> QuerySet:
    gifts = Allocation.objects.filter(pledge=OuterRef("pk"), undone_at=None, kind="gift")
    recent = gifts.filter(on__gte=localdate(cutoff))
    return _with_person().filter(Exists(gifts), ~Exists(recent), created_hour__lt=cutoff)


def _payments(cutoff: datetime) -> QuerySet:
    return BankEntry.objects.with_payer().filter(booked_on__lt=localdate(cutoff))


def _forget_one(entry: BankEntry) -> None:
    BankEntry.objects.filter(pk=entry.pk).forget_payer()
    Allocation.objects.filter(entry=entry, pledge=None).update(supporter=None)


def _sent_parcels(cutoff: datetime) -> QuerySet:
    held = RewardDelivery.objects.exclude(recipient="", address="")
    return held.filter(
        Q(ended_on__lt=localdate(cutoff))
        | Q(sent_on__lt=localdate(cutoff) - timedelta(days=59), ended_on=None)
        | Q(state=_ARRANGED, arranged_at__lt=cutoff - timedelta(days=364))
    )


def _forget_address(delivery: RewardDelivery) -> None:
    """Forget it; whose parcel nobody sent for a year has to be asked again."""
    delivery.recipient = delivery.address = ""
    if delivery.state == _ARRANGED:
        delivery.state = RewardDelivery.State.ASKED
    delivery.save(update_fields=["recipient", "address", "state"])


def _left_files(cutoff: datetime) -> QuerySet:
    unbooked = StatementFile.objects.exclude(state=StatementFile.State.BOOKED)
    return unbooked.filter(uploaded_at__lt=cutoff)


def _drop_file(file: StatementFile) -> None:
    file.delete()


_KINDS = (
    Kind(
        key="unpaid-pledges",
        name=_("Names behind promises to give"),
        default_days=90,
        moment=_("after the promise was made"),
        reason=_("So that a transfer that arrives late finds its donor. Amounts stay."),
        due=_unpaid,
        erase=anonymise,
    ),
    Kind(
        key="paid-pledges",
        name=_("Names behind gifts that were promised"),
        default_days=_TWO_YEARS_DAYS,
        moment=_("after the last gift arrived"),
        reason=_("To thank, to answer questions, and to send a gift back. Amounts stay."),
        due=_paid,
        erase=anonymise,
    ),
    Kind(
        key="payers",
        name=_("What the bank says of payers"),
        default_days=_TWO_YEARS_DAYS,
        moment=_("after the bank booked the payment"),
        reason=_("To find out whose gift it is, and to send it back. Amounts and days stay."),
        due=_payments,
        erase=_forget_one,
    ),
    Kind(
        key="reward-addresses",
        name=_("Addresses for rewards"),
        default_days=1,
        moment=_("after a reward has arrived, 60 days after it was sent, a year if nobody sent it"),
        reason=_("To send it. An address that has served its purpose goes."),
        due=_sent_parcels,
        erase=_forget_address,
        most_days=30,
    ),
    Kind(
        key="statement-files",
        name=_("Bank files that were not booked"),
        default_days=30,
        moment=_("after they were uploaded"),
        reason=_("To decide whether to book them. A booked file is deleted at once."),
        due=_left_files,
        erase=_drop_file,
    ),
)


def register_kinds() -> None:
    for kind in _KINDS:
        register(kind)
