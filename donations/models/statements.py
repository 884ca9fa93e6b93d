"""What the bank says: files as they were uploaded, statements, and the entries of the account."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaign_site.encryption import EncryptedTextField
from donations.models.accounts import BankAccount


class StatementFile(models.Model):
    """One file that a treasurer uploaded; its bytes are kept, encrypted, until it is booked.

    A file is booked whole or not at all, and once: its digest is unique.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waits to be read")
        READING = "reading", _("being read")
        LOOKED_AT = "looked_at", _("looked at, not booked")
        DOUBTFUL = "doubtful", _("doubtful: asks before booking")
        UNMAPPED = "unmapped", _("columns to be named")
        BOOKED = "booked", _("booked")
        REFUSED = "refused", _("refused")
        FAILED = "failed", _("failed: try again")

    sha256 = models.CharField(max_length=64, unique=True, editable=False)
    name = models.CharField(_("file"), max_length=120)
    size = models.PositiveIntegerField(_("bytes"))
    format = models.CharField(_("format"), max_length=10, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.WAITING
    )
    # Whether it is to be booked when it is in order, or only looked at.
    is_to_book = models.BooleanField(default=False)
    doubts_accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("uploaded by"),
    )
    uploaded_at = models.DateTimeField(_("uploaded"), default=timezone.now)
    booked_at = models.DateTimeField(_("booked"), null=True)
    # How far the reader is; written beside the transaction that books.
    bytes_read = models.PositiveIntegerField(default=0)
    entries_read = models.PositiveIntegerField(default=0)
    # What the last look at it found: counts, balances, doubts, without anything of a payer.
    summary = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("statement file")
        verbose_name_plural = _("statement files")
        default_permissions: ClassVar = ["view"]
        permissions: ClassVar = [("import_statement", "Can import bank statements")]
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return self.name


class StatementChunk(models.Model):
    """A piece of an uploaded file, compressed, then encrypted; gone once the file is booked."""

    file = models.ForeignKey(StatementFile, on_delete=models.CASCADE, related_name="chunks")
    position = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        default_permissions: ClassVar = []
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["file", "position"], name="statement_chunk_once"),
        ]

    def __str__(self) -> str:
        return f"{self.file_id}/{self.position}"


class BankStatement(models.Model):
    """One statement of an account, as a booked file had it."""

    account = models.ForeignKey(
        BankAccount, on_delete=models.PROTECT, related_name="statements", verbose_name=_("account")
    )
    file = models.ForeignKey(
        StatementFile, on_delete=models.PROTECT, related_name="statements", verbose_name=_("file")
    )
    number = models.CharField(_("number"), max_length=40, blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    opening_amount = models.DecimalField(max_digits=18, decimal_places=3, null=True)
    opening_on = models.DateField(null=True)
    closing_amount = models.DecimalField(max_digits=18, decimal_places=3, null=True)
    closing_on = models.DateField(null=True)
    first_booked_on = models.DateField(_("from"), null=True)
    last_booked_on = models.DateField(_("to"), null=True)
    entry_count = models.PositiveIntegerField(_("entries"), default=0)
    new_entry_count = models.PositiveIntegerField(_("new entries"), default=0)

    class Meta:
        verbose_name = _("bank statement")
        verbose_name_plural = _("bank statements")
        default_permissions: ClassVar = ["view"]
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [
            models.Index(fields=["account", "-last_booked_on"], name="statement_by_account"),
        ]

    def __str__(self) -> str:
        return f"{self.account}: {self.number}"


class BankEntryQuerySet(models.QuerySet):
    def with_payer(self):
        """Entries of which it is still known who paid, or what they wrote."""
        return self.filter(~Q(particulars="") | ~Q(counterparty_hash=""))

    def forget_payer(self) -> None:
        """Forget who the bank says the payers were, and what they wrote; money stays booked.

        The fingerprint stays: the same statement, imported again, brings nobody back.
        """
        self.update(particulars="", counterparty_hash="")


class BankEntry(models.Model):
    """One movement of an account, exactly once, however many files tell of it.

    A batch is an entry of its own (state ``BATCH``) whose parts point at it; the bank's balance
    moves by the entries without a batch, gifts are matched to those that are none. What the payer
    wrote stands in ``particulars`` (``donations.particulars``), encrypted, with national numbers
    masked. ``fingerprint`` and ``occurrence`` say which movement it is: equal ones of one day are
    numbered. ``amount`` is signed, in ``currency``.
    """

    class State(models.TextChoices):
        TO_MATCH = "to_match", _("to match")
        MATCHED = "matched", _("matched")
        UNMATCHED = "unmatched", _("nobody knows whose")
        NOT_A_GIFT = "not_a_gift", _("not a gift")
        BATCH = "batch", _("batch, see its parts")

    class Obstacle(models.TextChoices):
        """Why an entry was not matched by itself; empty once it is, or where there is no clue."""

        NO_REFERENCE = "no_reference", _("no communication of ours")
        BAD_CHECK = "bad_check", _("wrong check digits in the communication")
        TWO_REFERENCES = "two_references", _("two communications")
        UNKNOWN_REFERENCE = "unknown_reference", _("a communication that we never gave")
        CURRENCY = "currency", _("another currency")
        RETURN = "return", _("money sent back")
        MONEY_OUT = "money_out", _("money out")

    account = models.ForeignKey(
        BankAccount, on_delete=models.PROTECT, related_name="entries", verbose_name=_("account")
    )
    statement = models.ForeignKey(
        BankStatement,
        on_delete=models.PROTECT,
        related_name="entries",
        verbose_name=_("statement"),
    )
    batch = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="parts"
    )
    booked_on = models.DateField(_("booked on"))
    valued_on = models.DateField(_("value date"), null=True)
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=3)
    currency = models.CharField(_("currency"), max_length=3)
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.TO_MATCH
    )
    obstacle = models.CharField(_("why"), max_length=20, choices=Obstacle.choices, blank=True)
    # The number that a structured communication with right check digits names; None without one,
    # or where there are several.
    reference_number = models.PositiveBigIntegerField(null=True)
    is_return = models.BooleanField(_("takes a transfer back"), default=False)
    particulars = EncryptedTextField(_("what the payer wrote"), blank=True, default="")
    # A keyed hash of the payer's account, by which a known one is found; empty without one.
    counterparty_hash = models.CharField(max_length=64, blank=True, default="")
    bank_reference = models.CharField(_("bank reference"), max_length=80, blank=True)
    transaction_code = models.CharField(max_length=40, blank=True)
    fingerprint = models.CharField(max_length=64, editable=False)
    occurrence = models.PositiveIntegerField(editable=False)
    # A keyed hash of what files of every format agree on: to notice one day in two formats.
    likeness = models.CharField(max_length=64, editable=False)
    format = models.CharField(max_length=10)

    objects = BankEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        default_permissions: ClassVar = ["view"]
        permissions: ClassVar = [("match_payment", "Can match payments to pledges and appeals")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account", "fingerprint", "occurrence"], name="bank_entry_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["account", "booked_on", "likeness"], name="bank_entry_likeness"),
            models.Index(fields=["id"], condition=Q(state="to_match"), name="bank_entry_to_match"),
            models.Index(
                fields=["counterparty_hash"],
                condition=~Q(counterparty_hash=""),
                name="bank_entry_counterparty",
            ),
            models.Index(
                fields=["reference_number"],
                condition=Q(reference_number__isnull=False),
                name="bank_entry_reference",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.booked_on} {self.amount} {self.currency}"
