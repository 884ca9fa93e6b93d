"""Rewards: what donors may choose, how many there are, and how each gets to its donor."""

import uuid
from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from campaign_site import links
from campaign_site.encryption import EncryptedTextField
from campaign_site.languages import InLanguage
from donations.models.appeals import Appeal


class Reward(models.Model):
    """Something given for a gift over, or from, an amount. ``taken`` never passes ``stock``."""

    class Kind(models.TextChoices):
        T_SHIRT = "t_shirt", _("T-shirt")
        POSTER = "poster", _("poster")
        BANNER = "banner", _("banner")
        OTHER = "other", _("something else")

    appeal = models.ForeignKey(
        Appeal, on_delete=models.PROTECT, related_name="rewards", verbose_name=_("appeal")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.OTHER)
    name_en = models.CharField(_("name in English"), max_length=80)
    name_fr = models.CharField(_("name in French"), max_length=80)
    name_nl = models.CharField(_("name in Dutch"), max_length=80)
    description_en = models.CharField(_("description in English"), max_length=240, blank=True)
    description_fr = models.CharField(_("description in French"), max_length=240, blank=True)
    description_nl = models.CharField(_("description in Dutch"), max_length=240, blank=True)
    picture = models.ForeignKey(
        settings.WAGTAILIMAGES_IMAGE_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("picture"),
        help_text=_("Empty: a drawing of its kind is shown."),
    )
    amount_eur = models.DecimalField(
        _("for gifts of, in euros"),
        max_digits=9,
        decimal_places=2,
        validators=[MinValueValidator(Decimal("1.00"))],
    )
    is_over = models.BooleanField(
        _("more than this amount"),
        default=False,
        help_text=_("Ticked: a gift must be over the amount. Otherwise the amount itself counts."),
    )
    stock = models.PositiveIntegerField(
        _("how many there are"), null=True, blank=True, help_text=_("Empty: as many as wanted.")
    )
    taken = models.PositiveIntegerField(_("taken"), default=0, editable=False)
    needs_address = models.BooleanField(_("can be sent by post"), default=True)
    can_be_picked_up = models.BooleanField(_("can be picked up"), default=True)
    is_offered = models.BooleanField(_("offered"), default=True)
    sort_order = models.PositiveSmallIntegerField(_("place in the list"), default=0)

    name = InLanguage("name")
    description = InLanguage("description")

    class Meta:
        verbose_name = _("reward")
        verbose_name_plural = _("rewards")
        ordering: ClassVar = ["sort_order", "pk"]
        permissions: ClassVar = [("fulfil_reward", "Can arrange and send rewards")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(stock__isnull=True) | Q(taken__lte=F("stock")),
                name="reward_never_oversold",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def is_earned_by(self, amount_eur: Decimal) -> bool:
        """Whether a gift of this amount is large enough."""
        return amount_eur > self.amount_eur if self.is_over else amount_eur >= self.amount_eur

    @property
    def left(self) -> int | None:
        """How many are still to be had; None without a limit."""
        return None if self.stock is None else self.stock - self.taken


class RewardOption(models.Model):
    """A size or another choice of a reward, made when the delivery is arranged."""

    reward = models.ForeignKey(
        Reward, on_delete=models.CASCADE, related_name="options", verbose_name=_("reward")
    )
    name_en = models.CharField(_("name in English"), max_length=40)
    name_fr = models.CharField(_("name in French"), max_length=40)
    name_nl = models.CharField(_("name in Dutch"), max_length=40)
    stock = models.PositiveIntegerField(
        _("how many there are"), null=True, blank=True, help_text=_("Empty: as many as wanted.")
    )
    taken = models.PositiveIntegerField(_("taken"), default=0, editable=False)
    sort_order = models.PositiveSmallIntegerField(_("place in the list"), default=0)

    name = InLanguage("name")

    class Meta:
        verbose_name = _("option of a reward")
        verbose_name_plural = _("options of a reward")
        ordering: ClassVar = ["sort_order", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(stock__isnull=True) | Q(taken__lte=F("stock")),
                name="reward_option_never_oversold",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RewardDelivery(models.Model):
    """How one reward gets to its donor, from the day the money came.

    Made when a pledge that holds a reward has been paid enough for it. The address is there from
    the donor's answer until the reward has arrived, and no longer.
    """

    LINK_PURPOSE = "reward"

    class State(models.TextChoices):
        ASKED = "asked", _("waits for the donor’s choice")
        ARRANGED = "arranged", _("to be sent")
        SENT = "sent", _("sent")
        ARRIVED = "arrived", _("arrived or picked up")
        RETURNED = "returned", _("came back")
        DECLINED = "declined", _("not wanted any more")

    class Way(models.TextChoices):
        POST = "post", _("by post")
        PICK_UP = "pick_up", _("picked up")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    link_version = models.PositiveIntegerField(default=1, editable=False)
    pledge = models.OneToOneField(
        "donations.Pledge", on_delete=models.PROTECT, related_name="delivery"
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.ASKED)
    option = models.ForeignKey(
        RewardOption,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("choice"),
    )
    way = models.CharField(_("delivery"), max_length=10, choices=Way.choices, blank=True)
    recipient = EncryptedTextField(_("name on the parcel"), blank=True, default="")
    # Street and number, then postcode and town, then country: one line each.
    address = EncryptedTextField(_("address"), blank=True, default="")
    asked_at = models.DateTimeField(null=True)
    chased_at = models.DateTimeField(null=True)
    chase_count = models.PositiveSmallIntegerField(default=0)
    arranged_at = models.DateTimeField(null=True)
    sent_on = models.DateField(_("sent on"), null=True, blank=True)
    # When nothing is left to do: arrived, picked up or not wanted any more.
    ended_on = models.DateField(_("ended on"), null=True, blank=True)

    class Meta:
        verbose_name = _("delivery of a reward")
        verbose_name_plural = _("deliveries of rewards")
        default_permissions: ClassVar = []
        indexes: ClassVar = [models.Index(fields=["state", "id"], name="delivery_by_state")]

    def __str__(self) -> str:
        return f"{self.public_id}"

    @property
    def token(self) -> str:
        return links.make_token(self.LINK_PURPOSE, self.public_id, self.link_version)
