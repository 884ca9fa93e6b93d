"""The ledger: where each cent of each entry went, and who or what said so."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from donations.models.appeals import Appeal
from donations.models.pledges import Pledge
from donations.models.statements import BankEntry
from supporters.models import Supporter


class Allocation(models.Model):
    """One line of the ledger. Lines are added and undone, never changed or deleted.

    The lines of an entry that are not undone add up to the entry's amount, always: what nobody
    has placed yet stands in ``SUSPENSE``. A deferred trigger refuses every transaction that ends
    otherwise, so the sum of the ledger is the sum of the statements.
    """

    class Kind(models.TextChoices):
        SUSPENSE = "suspense", _("not placed yet")
        GIFT = "gift", _("gift")
        RETURN = "return", _("gift sent back")
        OTHER = "other", _("not a gift")

    class Rule(models.TextChoices):
        """What placed the money; only the first two do so without a person."""

        REFERENCE = "reference", _("structured communication")
        COMMUNICATION = "communication", _("communication of the appeal")
        ACCOUNT_AMOUNT = "account_amount", _("known account and amount")
        SIMILAR = "similar", _("a similar communication or name")
        BY_HAND = "by_hand", _("by hand")

    class Circumstance(models.TextChoices):
        """How a payment stood to its pledge when it was placed."""

        EXACT = "exact", _("the amount promised")
        PART = "part", _("a part of it")
        REST = "rest", _("the rest of it")
        OVER = "over", _("more than promised")
        DOUBLE = "double", _("paid before already")
        LATE = "late", _("after the promise had expired or was taken back")
        INSTALMENT = "instalment", _("a monthly gift")
        ERASED = "erased", _("from somebody who was erased")
        RETURNED = "returned", _("sent back")
        FREE = "free", _("without a promise")

    entry = models.ForeignKey(
        BankEntry, on_delete=models.PROTECT, related_name="allocations", verbose_name=_("payment")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    # Signed, in the entry's currency; gifts are in euros.
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=3)
    appeal = models.ForeignKey(
        Appeal,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="allocations",
        verbose_name=_("appeal"),
    )
    pledge = models.ForeignKey(
        Pledge,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="allocations",
        verbose_name=_("pledge"),
    )
    # Whose gift it is where there is no pledge, or the pledge's person when it was placed.
    supporter = models.ForeignKey(
        Supporter,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="allocations",
        verbose_name=_("supporter"),
    )
    # The line that a ``RETURN`` takes back, wholly or in part.
    returned_gift = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="returns"
    )
    rule = models.CharField(_("matched by"), max_length=15, choices=Rule.choices, blank=True)
    circumstance = models.CharField(
        _("how it stands"), max_length=12, choices=Circumstance.choices, blank=True
    )
    # The day of the money: that on which the bank booked it.
    on = models.DateField(_("day"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField(default=timezone.now)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    undone_at = models.DateTimeField(null=True)
    thanked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("gift")
        verbose_name_plural = _("gifts")
        default_permissions: ClassVar = ["view"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(kind__in=["gift", "return"]) | Q(appeal__isnull=False),
                name="gift_has_an_appeal",
            ),
            models.CheckConstraint(
                condition=Q(pledge__isnull=True) | Q(kind__in=["gift", "return"]),
                name="only_gifts_have_a_pledge",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["appeal", "on"],
                include=["amount", "kind"],
                condition=Q(undone_at__isnull=True, kind__in=["gift", "return"]),
                name="gift_by_appeal",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.amount}"
