"""Bank accounts: where gifts go, exactly as the bank has it, and who agreed to each change."""

import re
from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from stdnum import iban as iban_check
from stdnum.exceptions import ValidationError as NumberError

from donations import references


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


def grouped(iban: str) -> str:
    """Return an account number in groups of four, as it is printed."""
    compact = iban.replace(" ", "")
    return " ".join(compact[start : start + 4] for start in range(0, len(compact), 4))


class BankAccount(models.Model):
    """An account gifts go to, exactly as the bank has it: banks compare the payee's name.

    What the bank must know (``GUARDED_FIELDS``) is changed by an ``AccountChange`` only, which a
    second person approves. Until the first is approved the account takes no gifts.
    """

    GUARDED_FIELDS: ClassVar = (
        "iban",
        "bic",
        "payee_name",
        "reference_line",
        "used_from",
        "used_until",
    )

    class ReferenceLine(models.TextChoices):
        """Where the payment code carries the structured communication; sources disagree."""

        TEXT = "text", _("as text, with plus signs (the usual way)")
        STRUCTURED = "structured", _("as a structured reference, twelve digits")

    label = models.CharField(_("label for staff"), max_length=80, unique=True)
    iban = models.CharField("IBAN", max_length=34, validators=[validate_iban])
    bic = models.CharField("BIC", max_length=11, blank=True)
    payee_name = models.CharField(
        _("payee, as the bank writes it"),
        max_length=70,
        help_text=_("Letter by letter: the donor’s bank compares it and warns of a difference."),
    )
    purpose = models.CharField(_("purpose"), max_length=200, blank=True)
    used_from = models.DateField(_("used from"), null=True, blank=True)
    used_until = models.DateField(_("used until"), null=True, blank=True)
    reference_line = models.CharField(
        _("communication in the payment code"),
        max_length=10,
        choices=ReferenceLine.choices,
        default=ReferenceLine.TEXT,
    )
    is_confirmed = models.BooleanField(_("agreed by two people"), default=False, editable=False)
    # How the columns of this bank's CSV files are read, by the signature of their header.
    csv_mappings = models.JSONField(default=dict, blank=True, editable=False)
    is_demo = models.BooleanField(_("demonstration"), default=False)

    class Meta:
        verbose_name = _("bank account")
        verbose_name_plural = _("bank accounts")
        permissions: ClassVar = [
            ("approve_accountchange", "Can approve a change to a bank account"),
        ]

    def __str__(self) -> str:
        return f"{self.label} ({self.iban_grouped})"

    def clean(self) -> None:
        self.iban = iban_check.compact(self.iban).upper()
        self.bic = self.bic.replace(" ", "").upper()
        if self.used_from and self.used_until and self.used_until < self.used_from:
            raise ValidationError({"used_until": _("The last day cannot come before the first.")})

    @property
    def iban_grouped(self) -> str:
        return grouped(self.iban)

    @property
    def is_in_use(self) -> bool:
        """Whether two people have agreed to the account, and today is between its dates."""
        today = timezone.localdate()
        in_time = (self.used_from or today) <= today <= (self.used_until or today)
        return self.is_confirmed and in_time


class AccountChange(models.Model):
    """What one person wants an account to be, and what another said to it.

    ``values`` has a text, or None, for each of ``BankAccount.GUARDED_FIELDS``. One change of an
    account waits at a time.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("waits for a second person")
        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("withdrawn")

    account = models.ForeignKey(
        BankAccount, on_delete=models.CASCADE, related_name="changes", verbose_name=_("account")
    )
    values = models.JSONField()
    # What the account was when the change was approved.
    values_before = models.JSONField(null=True)
    reason = models.CharField(_("reason"), max_length=200)
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.PROPOSED
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    proposed_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("change to a bank account")
        verbose_name_plural = _("changes to bank accounts")
        default_permissions: ClassVar = []
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(state="proposed"),
                name="one_waiting_change_per_account",
            ),
            # Nobody approves a change of their own.
            models.CheckConstraint(
                condition=~Q(state="approved")
                | Q(proposed_by=None)
                | Q(decided_by=None)
                | ~Q(decided_by=F("proposed_by")),
                name="account_change_takes_two_people",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account}: {self.get_state_display()}"
