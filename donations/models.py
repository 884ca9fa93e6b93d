"""Bank accounts, appeals, and what people promise to give."""

import re
from decimal import Decimal
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from stdnum import iban as iban_check
from stdnum.exceptions import ValidationError as NumberError

from campaign_site import links
from campaign_site.announced import AnnouncedQuerySet, OpenForATime
from campaign_site.encryption import EncryptedTextField
from campaign_site.languages import InLanguage
from donations import payment_qr, references
from supporters.models import SupporterAction

MIN_AMOUNT_EUR = Decimal("1.00")
MAX_AMOUNT_EUR = Decimal("10000.00")


def validate_iban(value: str) -> None:
    """Refuse an account number whose check digits are wrong (ISO 13616, modulus 97).

    Check digits are 02 to 98. A Belgian number has a second pair, its last two digits, that must
    hold too: the ten digits before, modulus 97, or 97 where that is 0.
    """
    invalid = ValidationError(_("This is not a valid IBAN. Check each digit."))
    try:
        # The bank itself is not looked up: published tables lag behind real account numbers.
        number = iban_check.validate(value, check_country=False)
    except NumberError as error:
        raise invalid from error
    if not re.fullmatch(r"[A-Z]{2}(0[2-9]|[1-8][0-9]|9[0-8])[0-9A-Z]+", number):
        raise invalid
    if number.startswith("BE") and references.check_digits(int(number[4:14])) != int(number[14:]):
        raise invalid


class BankAccount(models.Model):
    """An account gifts go to, exactly as the bank has it: banks compare the payee's name."""

    label = models.CharField(_("label for staff"), max_length=80, unique=True)
    iban = models.CharField("IBAN", max_length=34, validators=[validate_iban])
    bic = models.CharField("BIC", max_length=11, blank=True)
    payee_name = models.CharField(_("payee, as the bank writes it"), max_length=70)
    is_demo = models.BooleanField(_("demonstration"), default=False)

    class Meta:
        verbose_name = _("bank account")
        verbose_name_plural = _("bank accounts")

    def __str__(self) -> str:
        return f"{self.label} ({self.iban_grouped})"

    def clean(self) -> None:
        self.iban = iban_check.compact(self.iban).upper()
        self.bic = self.bic.replace(" ", "").upper()

    @property
    def iban_grouped(self) -> str:
        """The account number in groups of four, as it is printed."""
        compact = self.iban.replace(" ", "")
        return " ".join(compact[start : start + 4] for start in range(0, len(compact), 4))


class Appeal(OpenForATime):
    """A call for gifts to one account, or one whose gifts are collected on another platform.

    Without an account it is never open here: there would be nowhere to transfer to.
    """

    slug = models.SlugField(_("address on the site"), unique=True)
    name_en = models.CharField(_("name in English"), max_length=120)
    name_fr = models.CharField(_("name in French"), max_length=120)
    name_nl = models.CharField(_("name in Dutch"), max_length=120)
    account = models.ForeignKey(
        BankAccount,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="appeals",
        verbose_name=_("bank account"),
        help_text=_("Empty: gifts are collected elsewhere, and this site takes no pledges."),
    )
    platform = models.CharField(
        _("collected on"),
        max_length=80,
        blank=True,
        help_text=_("The other platform, where there is no account here."),
    )
    is_demo = models.BooleanField(_("demonstration"), default=False)

    name = InLanguage("name")

    objects = AnnouncedQuerySet.as_manager()

    class Meta:
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(closes_on__gte=F("opens_on"))
                | Q(opens_on__isnull=True)
                | Q(closes_on__isnull=True),
                name="appeal_closes_after_it_opens",
            )
        ]

    def __str__(self) -> str:
        return self.name_en

    def get_absolute_url(self) -> str:
        return reverse("donations:pledge", args=[self.slug])

    def clean(self) -> None:
        promised = Pledge.objects.filter(appeal=self.pk, status=Pledge.Status.PROMISED)
        if self.account_id is None and self.pk and promised.exists():
            raise ValidationError(
                {"account": _("People have promised gifts and still need an account to pay to.")}
            )

    @property
    def is_open(self) -> bool:
        return super().is_open and self.account_id is not None

    @cached_property
    def pledged_eur(self) -> Decimal:
        """What has been promised so far, in euros; promises are not receipts."""
        total = self.pledges.filter(status=Pledge.Status.PROMISED).aggregate(
            total=models.Sum("amount_eur")
        )["total"]
        return total or Decimal("0.00")


class Pledge(SupporterAction):
    """A promise to give. The money itself arrives by bank transfer, named by its communication."""

    LINK_PURPOSE = "pledge"

    class Status(models.TextChoices):
        PROMISED = "promised", _("promised")
        CANCELLED = "cancelled", _("cancelled")

    appeal = models.ForeignKey(
        Appeal, on_delete=models.PROTECT, related_name="pledges", verbose_name=_("appeal")
    )
    status = models.CharField(
        _("status"), max_length=20, choices=Status.choices, default=Status.PROMISED
    )
    reference_number = models.PositiveBigIntegerField(unique=True, editable=False)
    amount_eur = models.DecimalField(
        _("amount in euros"),
        max_digits=9,
        decimal_places=2,
        validators=[MinValueValidator(MIN_AMOUNT_EUR)],
    )
    name = EncryptedTextField(_("name"))
    instructions_sent_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("pledge")
        verbose_name_plural = _("pledges")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(amount_eur__gte=MIN_AMOUNT_EUR, amount_eur__lte=MAX_AMOUNT_EUR),
                name="pledge_amount_in_range",
            )
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
    def payment_code(self) -> str:
        """The text of the QR code, from the very values that the page and the mail show."""
        account = self.appeal.account
        return payment_qr.payload(
            name=account.payee_name,
            iban=account.iban,
            bic=account.bic,
            amount_eur=self.amount_eur,
            text=self.communication,
        )

    @property
    def communication(self) -> str:
        """The structured communication of the transfer, ``+++nnn/nnnn/nnnnn+++``."""
        return references.structured_communication(self.reference_number)
