"""Promises to give; the money itself arrives by bank transfer."""

from datetime import timedelta
from decimal import Decimal
from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from campaign_site import links
from campaign_site.encryption import EncryptedTextField
from donations import references
from donations.models.accounts import BankAccount
from donations.models.appeals import Appeal, Earmark
from donations.models.rewards import Reward
from supporters.models import SupporterAction

MIN_AMOUNT_EUR = Decimal("1.00")
MAX_AMOUNT_EUR = Decimal("10000.00")
# How long we wait for a transfer; banks need up to three working days, people longer.
PLEDGE_LIFETIME = timedelta(days=60)


class Pledge(SupporterAction):
    """A promise to give. The money itself arrives by bank transfer, named by its communication.

    ``status`` and ``received_eur`` follow from the ledger (``services.settle``) and from what the
    donor does; nobody types them.
    """

    LINK_PURPOSE = "pledge"

    class Status(models.TextChoices):
        PROMISED = "promised", _("promised")
        PART_PAID = "part_paid", _("partly received")
        PAID = "paid", _("received")
        OVERPAID = "overpaid", _("more received than promised")
        RETURNED = "returned", _("returned")
        CANCELLED = "cancelled", _("taken back")
        EXPIRED = "expired", _("expired")

    class Frequency(models.TextChoices):
        ONCE = "once", _("once")
        MONTHLY = "monthly", _("every month")

    # Some of the money is still to come, as far as anyone knows.
    AWAITED: ClassVar = (Status.PROMISED, Status.PART_PAID)

    appeal = models.ForeignKey(
        Appeal, on_delete=models.PROTECT, related_name="pledges", verbose_name=_("appeal")
    )
    # The account that the donor was shown, which need not be the appeal's of today.
    account = models.ForeignKey(
        BankAccount,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="pledges",
        verbose_name=_("bank account"),
    )
    # What page and mail said when the promise was made, to warn of a difference.
    shown_iban = models.CharField(max_length=34, blank=True, editable=False)
    shown_payee_name = models.CharField(max_length=70, blank=True, editable=False)
    status = models.CharField(
        _("status"), max_length=20, choices=Status.choices, default=Status.PROMISED
    )
    # Why nobody waits for it any more; money that comes all the same is booked.
    ended = models.CharField(
        max_length=20,
        choices=[
            (Status.CANCELLED.value, Status.CANCELLED.label),
            (Status.EXPIRED.value, Status.EXPIRED.label),
        ],
        blank=True,
        default="",
        editable=False,
    )
    frequency = models.CharField(
        _("how often"), max_length=10, choices=Frequency.choices, default=Frequency.ONCE
    )
    reference_number = models.PositiveBigIntegerField(unique=True, editable=False)
    amount_eur = models.DecimalField(
        _("amount in euros"),
        max_digits=9,
        decimal_places=2,
        validators=[MinValueValidator(MIN_AMOUNT_EUR)],
    )
    received_eur = models.DecimalField(
        _("received in euros"), max_digits=11, decimal_places=2, default=Decimal("0.00")
    )
    name = EncryptedTextField(_("name"))
    earmark = models.ForeignKey(
        Earmark,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="pledges",
        verbose_name=_("meant for"),
    )
    reward = models.ForeignKey(
        Reward,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="pledges",
        verbose_name=_("reward"),
    )
    # Whether one piece of ``reward`` is set aside for this pledge; given back once, and only once.
    holds_reward = models.BooleanField(default=False, editable=False)
    expires_on = models.DateField(_("waited for until"), null=True, blank=True)
    instructions_sent_at = models.DateTimeField(null=True, blank=True, editable=False)
    wants_reminders = models.BooleanField(_("may be reminded"), default=True)
    reminder_count = models.PositiveSmallIntegerField(default=0, editable=False)
    reminded_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("pledge")
        verbose_name_plural = _("pledges")
        permissions: ClassVar = [("export_pledge", "Can export pledges and gifts")]
        indexes: ClassVar = [
            models.Index(
                fields=["appeal"],
                include=["amount_eur", "received_eur", "frequency"],
                condition=Q(status__in=["promised", "part_paid"]),
                name="pledge_awaited",
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(amount_eur__gte=MIN_AMOUNT_EUR, amount_eur__lte=MAX_AMOUNT_EUR),
                name="pledge_amount_in_range",
            ),
            models.CheckConstraint(
                condition=Q(holds_reward=False) | Q(reward__isnull=False),
                name="pledge_holds_a_reward_it_names",
            ),
        ]

    def __str__(self) -> str:
        return self.communication

    def get_absolute_url(self) -> str:
        """The standing link to the payment page, in the active language."""
        return reverse("donations:payment", args=[self.token])

    @property
    def token(self) -> str:
        return links.make_token(self.LINK_PURPOSE, self.public_id, self.link_version)

    @property
    def payee(self) -> BankAccount:
        """The account to pay to: the one that the donor was shown, else the appeal's."""
        return self.account or self.appeal.account

    @property
    def is_awaited(self) -> bool:
        return self.status in self.AWAITED

    @property
    def owed_eur(self) -> Decimal:
        """What is still to come of a single gift; never negative. A monthly gift owes nothing."""
        if self.frequency == self.Frequency.MONTHLY:
            return Decimal("0.00")
        return max(self.amount_eur - self.received_eur, Decimal("0.00"))

    @property
    def communication(self) -> str:
        """The structured communication of the transfer, ``+++nnn/nnnn/nnnnn+++``."""
        return references.structured_communication(self.reference_number)
