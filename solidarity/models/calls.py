"""Photo calls: until when, to whom the photos go, and for whom they speak."""

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from campaign_site.announced import AnnouncedQuerySet, OpenForATime
from campaign_site.languages import InLanguage

SLOGAN_LENGTH = 40
# ISO 3166-1 alpha-2.
COUNTRY_CODE = RegexValidator(r"^[A-Z]{2}$", _("Two capital letters, such as BE."))


class Partner(models.Model):
    """Somebody a photo can speak to: an organisation, or the health workers of a country."""

    slug = models.SlugField(_("word in addresses"), unique=True)
    name_en = models.CharField(_("name in English"), max_length=80)
    name_fr = models.CharField(_("name in French"), max_length=80)
    name_nl = models.CharField(_("name in Dutch"), max_length=80)
    country = models.CharField(
        _("country"),
        max_length=2,
        blank=True,
        validators=[COUNTRY_CODE],
        help_text=_("Two capital letters, such as PH. Empty for none."),
    )

    name = InLanguage("name")

    class Meta:
        ordering: ClassVar = ["slug"]
        verbose_name = _("partner")
        verbose_name_plural = _("partners")

    def __str__(self) -> str:
        return self.name


class PhotoCall(OpenForATime):
    """A call for solidarity photos: until when, and to whom they go."""

    slug = models.SlugField(_("address on the site"), unique=True)
    name_en = models.CharField(_("name in English"), max_length=120)
    name_fr = models.CharField(_("name in French"), max_length=120)
    name_nl = models.CharField(_("name in Dutch"), max_length=120)
    recipient_en = models.CharField(_("recipient in English"), max_length=160)
    recipient_fr = models.CharField(_("recipient in French"), max_length=160)
    recipient_nl = models.CharField(_("recipient in Dutch"), max_length=160)
    slogan_en = models.CharField(_("slogan in English"), max_length=SLOGAN_LENGTH, blank=True)
    slogan_fr = models.CharField(_("slogan in French"), max_length=SLOGAN_LENGTH, blank=True)
    slogan_nl = models.CharField(_("slogan in Dutch"), max_length=SLOGAN_LENGTH, blank=True)
    partners = models.ManyToManyField(
        Partner,
        blank=True,
        related_name="calls",
        verbose_name=_("partners"),
        help_text=_("For whom a photo can be. Senders choose one, or all."),
    )
    office = models.ForeignKey(
        "solidarity.Office",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="calls",
        verbose_name=_("office"),
        help_text=_("Who receives the photos, whoever holds the office that day."),
    )
    is_demo = models.BooleanField(_("demonstration"), default=False)

    name = InLanguage("name")
    recipient = InLanguage("recipient")
    slogan = InLanguage("slogan")

    objects = AnnouncedQuerySet.as_manager()

    class Meta:
        verbose_name = _("photo call")
        verbose_name_plural = _("photo calls")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(closes_on__gte=F("opens_on"))
                | Q(opens_on__isnull=True)
                | Q(closes_on__isnull=True),
                name="photo_call_closes_after_it_opens",
            )
        ]

    def __str__(self) -> str:
        return self.name_en

    def get_absolute_url(self) -> str:
        return reverse("solidarity:send", args=[self.slug])

    def clean(self) -> None:
        if self.opens_on and self.closes_on and self.closes_on < self.opens_on:
            raise ValidationError({"closes_on": _("The last day cannot come before the first.")})

    @cached_property
    def public_count(self) -> int:
        """Photos on the wall, from a count that the database keeps."""
        return self.wall_counts.aggregate(total=models.Sum("number"))["total"] or 0
