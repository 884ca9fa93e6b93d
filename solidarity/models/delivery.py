"""The office that receives the photos, the editions that are handed over, and the delivery."""

from datetime import date
from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.storage import storages
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.images import get_image_model_string

from campaign_site.encryption import EncryptedTextField
from campaign_site.languages import InLanguage
from solidarity.models.calls import Partner, PhotoCall
from solidarity.models.photos import DISPLAY_NAME_LENGTH, MESSAGE_LENGTH, Photo


class Office(ClusterableModel):
    """An office that photos are handed to; whoever holds it changes."""

    name_en = models.CharField(_("name in English"), max_length=160)
    name_fr = models.CharField(_("name in French"), max_length=160)
    name_nl = models.CharField(_("name in Dutch"), max_length=160)
    language = models.CharField(
        _("language we write to it in"), max_length=2, choices=settings.LANGUAGES
    )
    address = models.TextField(_("postal address"), blank=True, max_length=400)

    name = InLanguage("name")

    class Meta:
        verbose_name = _("office")
        verbose_name_plural = _("offices")

    def __str__(self) -> str:
        return self.name

    def holder_on(self, day: date) -> "OfficeHolder | None":
        """Return who held the office on a day; the latest to begin where two say they did."""
        return (
            OfficeHolder.objects.filter(office=self)
            .filter(Q(since=None) | Q(since__lte=day), Q(until=None) | Q(until__gte=day))
            .order_by(F("since").desc(nulls_last=True))
            .first()
        )


class OfficeHolder(models.Model):
    """Who holds an office, from one day to another, both included; open ends allowed."""

    office = ParentalKey(
        Office, on_delete=models.CASCADE, related_name="holders", verbose_name=_("office")
    )
    name = models.CharField(_("name"), max_length=120)
    since = models.DateField(_("from"), null=True, blank=True)
    until = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-since"]
        verbose_name = _("holder of an office")
        verbose_name_plural = _("holders of an office")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(until__gte=F("since")) | Q(since__isnull=True) | Q(until__isnull=True),
                name="office_held_until_after_since",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.since and self.until and self.until < self.since:
            raise ValidationError({"until": _("The last day cannot come before the first.")})


class Edition(models.Model):
    """A numbered list of photos that goes to an office together.

    Frozen by one person and approved by another: nothing leaves the house on one person's word.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("being prepared")
        FROZEN = "frozen", _("frozen, to be approved")
        APPROVED = "approved", _("approved")
        DELIVERED = "delivered", _("delivered")

    # While an edition is one of these, its dossier is made, and made anew when photos leave it.
    LIVE: ClassVar = (Status.FROZEN, Status.APPROVED)

    call = models.ForeignKey(
        PhotoCall, on_delete=models.PROTECT, related_name="editions", verbose_name=_("photo call")
    )
    office = models.ForeignKey(
        Office, on_delete=models.PROTECT, related_name="editions", verbose_name=_("office")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES)
    letter = models.TextField(_("cover letter"), max_length=6000)
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.DRAFT
    )
    frozen_at = models.DateTimeField(_("frozen at"), null=True, blank=True)
    frozen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("frozen by"),
    )
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("approved by"),
    )
    made_at = models.DateTimeField(_("dossier made at"), null=True, blank=True)
    manifest_digest = models.CharField(_("SHA-256 of the manifest"), max_length=64, blank=True)

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        permissions: ClassVar = [
            ("prepare_edition", _("Can prepare what is delivered")),
            ("approve_edition", _("Can approve what is delivered, as the second person")),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["call", "number"], name="edition_number_once"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("frozen_by")),
                name="edition_approved_by_a_second_person",
            ),
        ]

    def __str__(self) -> str:
        return _("%(call)s, edition %(number)s") % {"call": self.call.name, "number": self.number}

    @property
    def is_live(self) -> bool:
        return self.status in self.LIVE


class EditionPhoto(models.Model):
    """A photo as it stood when its edition was frozen. Taken back, only its number is left."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="photos")
    number = models.PositiveIntegerField(_("number"))
    photo = models.ForeignKey(
        Photo, null=True, blank=True, on_delete=models.SET_NULL, related_name="in_editions"
    )
    display_name = EncryptedTextField(_("name shown"), blank=True, max_length=DISPLAY_NAME_LENGTH)
    message = models.CharField(_("message"), max_length=MESSAGE_LENGTH, blank=True)
    message_language = models.CharField(_("language of the message"), max_length=3)
    country = models.CharField(_("country of the sender"), max_length=2, blank=True)
    partner = models.ForeignKey(
        Partner, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    alt_text = models.CharField(max_length=200, blank=True)
    # SHA-256 of the picture that was approved for delivery.
    picture_digest = models.CharField(max_length=64, blank=True)
    taken_back_hour = models.DateTimeField(_("taken back"), null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["edition", "number"], name="edition_photo_number_once"),
            # A photo is handed over once: late ones go to the next edition.
            models.UniqueConstraint(fields=["photo"], name="photo_in_one_edition"),
        ]

    def __str__(self) -> str:
        return f"{self.edition_id}: {self.number}"

    def forget(self) -> None:
        """Keep the number, and nothing of the photo or of who sent it. Not saved yet."""
        self.display_name = self.message = self.alt_text = self.country = ""
        self.picture_digest = ""
        self.partner = self.photo = None

    @property
    def is_left_out(self) -> bool:
        """Left out since its picture was lost, not taken back by its sender."""
        return self.taken_back_hour is not None and bool(self.picture_digest)


class DossierFile(models.Model):
    """One file of an edition's dossier, made in the background.

    A file whose photos change is stale: it is deleted at once and made again without them.
    """

    class Kind(models.TextChoices):
        LETTER = "letter", _("letter and contents")
        VOLUME = "volume", _("photos and messages")
        PICTURES = "zip", _("pictures")
        TABLE = "csv", _("table")
        MANIFEST = "manifest", _("manifest")

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        MADE = "made", _("made")
        STALE = "stale", _("to be made again")

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="files")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    number = models.PositiveSmallIntegerField(default=1)
    first_number = models.PositiveIntegerField(null=True, blank=True)
    last_number = models.PositiveIntegerField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    # At random, in the private store of dossiers; empty until the file is there.
    file_name = models.CharField(max_length=60, blank=True)
    size_bytes = models.PositiveBigIntegerField(default=0)
    page_count = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)
    made_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["edition", "kind", "number"], name="dossier_file_once")
        ]

    def __str__(self) -> str:
        return f"{self.edition_id}: {self.kind} {self.number}"


class Delivery(models.Model):
    """That an edition was handed over: when, where, by whom, to whom, and what came of it."""

    edition = models.OneToOneField(
        Edition, on_delete=models.PROTECT, related_name="delivery", verbose_name=_("edition")
    )
    delivered_on = models.DateField(_("day"))
    holder = models.ForeignKey(
        OfficeHolder,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("who held the office"),
    )
    place_en = models.CharField(_("place in English"), max_length=120, blank=True)
    place_fr = models.CharField(_("place in French"), max_length=120, blank=True)
    place_nl = models.CharField(_("place in Dutch"), max_length=120, blank=True)
    delivered_by = models.CharField(_("handed over by"), max_length=160, blank=True)
    received_by = models.CharField(_("received by"), max_length=160, blank=True)
    picture = models.ForeignKey(
        get_image_model_string(),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("picture"),
    )
    note_en = models.TextField(_("what happened, in English"), max_length=1000, blank=True)
    note_fr = models.TextField(_("what happened, in French"), max_length=1000, blank=True)
    note_nl = models.TextField(_("what happened, in Dutch"), max_length=1000, blank=True)
    answered_on = models.DateField(_("answered on"), null=True, blank=True)
    answer_en = models.TextField(_("answer in English"), max_length=2000, blank=True)
    answer_fr = models.TextField(_("answer in French"), max_length=2000, blank=True)
    answer_nl = models.TextField(_("answer in Dutch"), max_length=2000, blank=True)

    place = InLanguage("place")
    note = InLanguage("note")
    answer = InLanguage("answer")

    class Meta:
        ordering: ClassVar = ["-delivered_on"]
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")

    def __str__(self) -> str:
        return f"{self.edition}, {self.delivered_on}"


def dossier_storage():
    """The private store of dossiers; no URL serves it directly."""
    return storages["dossiers"]
