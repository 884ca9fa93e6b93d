"""Photo calls, and the photos people send for them."""

import secrets
from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.storage import storages
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from campaign_site.announced import AnnouncedQuerySet, OpenForATime
from campaign_site.encryption import EncryptedTextField
from campaign_site.languages import InLanguage
from campaign_site.links import make_token
from solidarity.decoder import DERIVATIVES, fit
from supporters.models import Consent, SupporterAction

MESSAGE_LENGTH = 280
DISPLAY_NAME_LENGTH = 60
_SIDES = {derivative.name: derivative.longest_side for derivative in DERIVATIVES}
WALL_SIDE, LARGE_SIDE = _SIDES["wall"], _SIDES["large"]


class Purpose(models.TextChoices):
    """What a sender may agree to, each in a box of its own."""

    DELIVERY = "photo-delivery", _("delivery")
    WALL = "photo-wall", _("wall")


class PhotoCall(OpenForATime):
    """A call for solidarity photos: until when, and to whom they go."""

    slug = models.SlugField(_("address on the site"), unique=True)
    name_en = models.CharField(_("name in English"), max_length=120)
    name_fr = models.CharField(_("name in French"), max_length=120)
    name_nl = models.CharField(_("name in Dutch"), max_length=120)
    recipient_en = models.CharField(_("recipient in English"), max_length=160)
    recipient_fr = models.CharField(_("recipient in French"), max_length=160)
    recipient_nl = models.CharField(_("recipient in Dutch"), max_length=160)
    is_demo = models.BooleanField(_("demonstration"), default=False)

    name = InLanguage("name")
    recipient = InLanguage("recipient")

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
        return self.photos.public().count()


class PhotoQuerySet(models.QuerySet):
    def with_consent(self, purpose: str) -> "PhotoQuerySet":
        consents = Consent.objects.in_force().filter(
            subject_type=Photo.SUBJECT_TYPE, subject_id=OuterRef("public_id"), purpose=purpose
        )
        return self.filter(Exists(consents))

    def public(self) -> "PhotoQuerySet":
        """Approved by a moderator and on the wall with the sender's consent, as of now."""
        return self.filter(status=Photo.Status.APPROVED).with_consent(Purpose.WALL)

    def deliverable(self) -> "PhotoQuerySet":
        return self.filter(status=Photo.Status.APPROVED).with_consent(Purpose.DELIVERY)

    def pending(self) -> "PhotoQuerySet":
        return self.filter(status=Photo.Status.PENDING).order_by("pk")

    def decided(self) -> "PhotoQuerySet":
        """What moderators have decided on; withdrawn photos have nothing left to look at."""
        return self.filter(status__in=[Photo.Status.APPROVED, Photo.Status.REJECTED])

    def with_files(self) -> "PhotoQuerySet":
        return self.filter(erased_hour__isnull=True)


def random_wall_key() -> int:
    """A random place on the wall, so that the order says nothing about when somebody came."""
    return secrets.randbits(62)


class Photo(SupporterAction):
    """A photo with a message. Nothing is public before a moderator approved it."""

    SUBJECT_TYPE = "solidarity.photo"
    LINK_PURPOSE = "photo"

    class Status(models.TextChoices):
        PENDING = "pending", _("to moderate")
        APPROVED = "approved", _("approved")
        REJECTED = "rejected", _("rejected")
        WITHDRAWN = "withdrawn", _("withdrawn")

    call = models.ForeignKey(
        PhotoCall, on_delete=models.PROTECT, related_name="photos", verbose_name=_("photo call")
    )
    status = models.CharField(
        _("status"), max_length=20, choices=Status.choices, default=Status.PENDING
    )
    message = models.CharField(_("message"), max_length=MESSAGE_LENGTH)
    display_name = EncryptedTextField(_("name shown"), blank=True)
    alt_text = models.CharField(_("description for people who cannot see it"), max_length=200)
    file_name = models.CharField(max_length=40, unique=True, editable=False)
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    colour = models.CharField(max_length=7, editable=False, default="#d9d4c8")
    wall_key = models.BigIntegerField(default=random_wall_key, unique=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    confirmation_sent_at = models.DateTimeField(null=True, blank=True, editable=False)
    decision_sent_at = models.DateTimeField(null=True, blank=True, editable=False)
    erased_hour = models.DateTimeField(_("erased"), null=True, blank=True, editable=False)
    # Only a photo without a mail address has a code (``solidarity.withdrawal_codes``).
    withdrawal_code_hash = models.CharField(max_length=64, unique=True, null=True, editable=False)

    objects = PhotoQuerySet.as_manager()

    class Meta:
        verbose_name = _("photo")
        verbose_name_plural = _("photos")
        permissions: ClassVar = [("moderate_photo", _("Can approve and reject photos"))]
        indexes: ClassVar = [models.Index(fields=["call", "status", "wall_key"])]

    def __str__(self) -> str:
        return f"{self.call} {self.pk}"

    @property
    def standing_url(self) -> str:
        """Where the sender sees how the photo stands and takes it back, in the active language."""
        token = make_token(self.LINK_PURPOSE, self.public_id, self.link_version)
        return reverse("solidarity:photo", args=[token])

    def consents_in_force(self) -> list[str]:
        """The purposes the sender agrees to now, in the order of the form."""
        given = Consent.objects.in_force().filter(
            subject_type=self.SUBJECT_TYPE, subject_id=self.public_id
        )
        purposes = set(given.values_list("purpose", flat=True))
        return [purpose for purpose in Purpose.values if purpose in purposes]

    @property
    def alt_text_or_number(self) -> str:
        """What a list calls the photo."""
        return self.alt_text or str(self.pk)

    @property
    def is_erased(self) -> bool:
        return self.erased_hour is not None

    @property
    def wall_url(self) -> str:
        return reverse("photo-file", args=[self.file_name, "wall"])

    @property
    def large_url(self) -> str:
        return reverse("photo-file", args=[self.file_name, "large"])

    @property
    def wall_size(self) -> tuple[int, int]:
        """Width and height in pixels of the picture on the wall."""
        return fit(self.large_size, WALL_SIDE)

    @property
    def large_size(self) -> tuple[int, int]:
        """Width and height in pixels of the larger picture."""
        return fit((self.width, self.height), LARGE_SIDE)


class HeldPhoto(models.Model):
    """The cleaned picture of a form that came back with an error, kept for an hour at most."""

    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    file_name = models.CharField(max_length=40, unique=True, editable=False)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    colour = models.CharField(max_length=7)
    source_digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("held photo")
        verbose_name_plural = _("held photos")

    def __str__(self) -> str:
        return self.file_name


def photo_storage():
    """The private store of photos; no URL serves it directly."""
    return storages["photos"]
