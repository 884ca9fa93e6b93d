"""Appeals: what gifts are for, their goal, what came in elsewhere, and how far they have come."""

from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaign_site.announced import AnnouncedQuerySet, OpenForATime
from campaign_site.languages import InLanguage
from donations.models.accounts import BankAccount

# Addresses below /donations/ that are no appeals.
RESERVED_SLUGS = ("pledge", "reminders", "reward", "totals")


class Appeal(OpenForATime):
    """A call for gifts to one account, or one whose gifts are collected on another platform.

    Without an account it is never open here: there would be nowhere to transfer to. An appeal
    that has ended still gets the transfers that arrive late.
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
    communication = models.CharField(
        _("communication for gifts without a promise"),
        max_length=140,
        blank=True,
        help_text=_("For posters and the gift card, for example: donation NotATarget."),
    )
    goal_eur = models.DecimalField(
        _("goal in euros"),
        max_digits=11,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("1.00"))],
    )
    shows_promised = models.BooleanField(
        _("show what is promised"),
        default=True,
        help_text=_("Beside what has arrived, never added to it."),
    )
    gives_certificates = models.BooleanField(
        _("gives tax certificates"),
        default=False,
        help_text=_(
            "Then people are told, before they choose, that a gift with a reward earns none."
        ),
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
            ),
            # Two appeals with one communication could not be told apart on a statement.
            models.UniqueConstraint(
                models.functions.Lower("communication"),
                condition=~Q(communication=""),
                name="appeal_communication_unique",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("donations:pledge", args=[self.slug])

    def clean(self) -> None:
        if self.slug in RESERVED_SLUGS:
            raise ValidationError({"slug": _("This address is taken by the site itself.")})
        from donations.models.pledges import Pledge

        promised = Pledge.objects.filter(appeal=self.pk, status__in=Pledge.AWAITED)
        if self.account_id is None and self.pk and promised.exists():
            raise ValidationError(
                {"account": _("People have promised gifts and still need an account to pay to.")}
            )

    @property
    def is_open(self) -> bool:
        return super().is_open and self.account_id is not None and self.account.is_in_use


class Earmark(models.Model):
    """What a gift to an appeal may be meant for, such as one of three countries."""

    appeal = models.ForeignKey(
        Appeal, on_delete=models.CASCADE, related_name="earmarks", verbose_name=_("appeal")
    )
    name_en = models.CharField(_("name in English"), max_length=80)
    name_fr = models.CharField(_("name in French"), max_length=80)
    name_nl = models.CharField(_("name in Dutch"), max_length=80)
    sort_order = models.PositiveSmallIntegerField(_("place in the list"), default=0)
    is_offered = models.BooleanField(_("offered"), default=True)

    name = InLanguage("name")

    class Meta:
        verbose_name = _("earmark")
        verbose_name_plural = _("earmarks")
        ordering: ClassVar = ["sort_order", "pk"]

    def __str__(self) -> str:
        return self.name


class OutsideAmount(models.Model):
    """Money for an appeal that never comes over its account: from another platform, or earlier.

    It is shown with its day and its note, never typed into a total.
    """

    appeal = models.ForeignKey(
        Appeal,
        on_delete=models.CASCADE,
        related_name="outside_amounts",
        verbose_name=_("appeal"),
    )
    amount_eur = models.DecimalField(_("amount in euros"), max_digits=11, decimal_places=2)
    on = models.DateField(_("day"))
    is_at_least = models.BooleanField(
        _("“more than”"), default=False, help_text=_("The source gives a lower bound only.")
    )
    note_en = models.CharField(_("note in English"), max_length=160)
    note_fr = models.CharField(_("note in French"), max_length=160)
    note_nl = models.CharField(_("note in Dutch"), max_length=160)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    note = InLanguage("note")

    class Meta:
        verbose_name = _("amount from elsewhere")
        verbose_name_plural = _("amounts from elsewhere")
        ordering: ClassVar = ["on", "pk"]

    def __str__(self) -> str:
        return f"{self.amount_eur} ({self.on})"


class Milestone(models.Model):
    """A sum that an appeal has reached, once, and what staff did with the news of it."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("proposed as an update")
        USED = "used", _("told on the page")
        LEFT = "left", _("left aside")

    appeal = models.ForeignKey(
        Appeal, on_delete=models.CASCADE, related_name="milestones", verbose_name=_("appeal")
    )
    amount_eur = models.DecimalField(_("amount in euros"), max_digits=11, decimal_places=2)
    # A share of the goal in percent, or None for a round sum.
    percent = models.PositiveSmallIntegerField(null=True)
    reached_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.PROPOSED
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        default_permissions: ClassVar = []
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["appeal", "amount_eur"], name="one_milestone_per_sum"),
        ]

    def __str__(self) -> str:
        return f"{self.appeal}: {self.amount_eur}"
