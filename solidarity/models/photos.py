"""The photos people send for a call, and what is held while a form is corrected."""

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core.files.storage import storages
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.expressions import Combinable
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from campaign_site.encryption import EncryptedTextField
from campaign_site.languages import site_language
from campaign_site.links import make_token
from solidarity.edits import Edits
from solidarity.frames import frame_drawing
from solidarity.models.calls import COUNTRY_CODE, Partner, PhotoCall
from solidarity.variants import DERIVATIVES, fit
from supporters.models import Consent, SupporterAction

MESSAGE_LENGTH = 280
DISPLAY_NAME_LENGTH = 60
ALT_TEXT_LENGTH = 200
# In which a message may be written (BCP 47); "und" is any other.
MESSAGE_LANGUAGES = ("en", "fr", "nl", "ar", "de", "es", "it", "ln", "pt", "sw", "tl", "tr", "und")
_SIDES = {derivative.name: derivative.longest_side for derivative in DERIVATIVES}
# How long a photo on a moderator's screen is offered to nobody else.
LOOKING_TIME = timedelta(minutes=5)
RIGHT_TO_LEFT = frozenset({"ar"})
NO_COLOURS = "d9d4c8" * 9


class Purpose(models.TextChoices):
    """What a sender may agree to, each in a box of its own."""

    DELIVERY = "photo-delivery", _("delivery")
    WALL = "photo-wall", _("wall")


class PhotoQuerySet(models.QuerySet):
    def with_consent(self, purpose: str) -> "PhotoQuerySet":
        consents = Consent.objects.in_force().filter(
            subject_type=Photo.SUBJECT_TYPE, subject_id=OuterRef("public_id"), purpose=purpose
        )
        return self.filter(Exists(consents))

    def public(self) -> "PhotoQuerySet":
        """Approved by a moderator and on the wall with the sender's consent, as of now.

        ``on_wall`` is what indexes and counts rest on; the consent itself is asked all the same.
        """
        approved = self.filter(on_wall=True, status=Photo.Status.APPROVED)
        return approved.with_consent(Purpose.WALL)

    def deliverable(self) -> "PhotoQuerySet":
        """Approved, with consent to hand it over, and not in doubt because of a report."""
        approved = self.filter(status=Photo.Status.APPROVED, is_hidden=False)
        return approved.with_consent(Purpose.DELIVERY)

    def pending(self) -> "PhotoQuerySet":
        return self.filter(status=Photo.Status.PENDING).order_by("pk")

    def aside(self) -> "PhotoQuerySet":
        return self.filter(status=Photo.Status.ASIDE).order_by("pk")

    def undecided(self) -> "PhotoQuerySet":
        return self.filter(status__in=[Photo.Status.PENDING, Photo.Status.ASIDE]).order_by("pk")

    def free_for(self, moderator: AbstractBaseUser) -> "PhotoQuerySet":
        """Photos that no other moderator has on the screen."""
        long_ago = timezone.now() - LOOKING_TIME
        free = Q(looked_at=None) | Q(looked_at__lt=long_ago) | Q(looked_at_by=moderator)
        return self.filter(free)

    def decided(self) -> "PhotoQuerySet":
        """What moderators have decided on; withdrawn photos have nothing left to look at."""
        return self.filter(status__in=[Photo.Status.APPROVED, Photo.Status.REJECTED])

    def with_files(self) -> "PhotoQuerySet":
        return self.filter(erased_hour__isnull=True)


def fingerprint_part(part: int) -> Combinable:
    """16 of the 64 bits of a fingerprint, as the indexes of look-alikes hold them; parts 0 to 3."""
    return F("fingerprint").bitrightshift(16 * part).bitand(0xFFFF)


def random_wall_key() -> int:
    """A random place on the wall, so that the order says nothing about when somebody came."""
    return secrets.randbits(62)


class Picture(models.Model):
    """What is known of the stored pictures of one photo, which share one random name."""

    file_name = models.CharField(max_length=40, unique=True, editable=False)
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    # Nine colours of a 3 x 3 grid, rows first, in hexadecimal.
    placeholder = models.CharField(max_length=54, editable=False, default=NO_COLOURS)
    # Differences of brightness (solidarity.decoder); pictures that look alike have near ones.
    fingerprint = models.BigIntegerField(null=True, editable=False)

    class Meta:
        abstract = True

    @property
    def placeholder_cells(self) -> list[tuple[int, int, str]]:
        """Column, row and colour (``#rrggbb``) of each of the nine fields."""
        colours = [f"#{self.placeholder[start : start + 6]}" for start in range(0, 54, 6)]
        return [(place % 3, place // 3, colour) for place, colour in enumerate(colours)]

    def picture_size(self, variant: str) -> tuple[int, int]:
        """Width and height in pixels of one of the stored pictures."""
        return fit((self.width, self.height), _SIDES[variant])


class Photo(SupporterAction, Picture):
    """A photo with a message. Nothing is public before a moderator approved it."""

    SUBJECT_TYPE = "solidarity.photo"
    LINK_PURPOSE = "photo"

    class Status(models.TextChoices):
        PENDING = "pending", _("to moderate")
        ASIDE = "aside", _("set aside")
        APPROVED = "approved", _("approved")
        REJECTED = "rejected", _("rejected")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Frame(models.TextChoices):
        """Designs with the slogan of the call (solidarity.frames); empty for none."""

        BAND = "band", _("a band")
        RINGS = "rings", _("rings")
        PLACARD = "placard", _("a placard")

    class People(models.TextChoices):
        """Who can be recognised in the picture, as its sender declares."""

        NOBODY = "nobody", _("Nobody: no face, or faces are covered")
        SENDER = "sender", _("Only me, and I am 18 or older")
        ADULTS = "adults", _("Me or other adults, and everybody agrees")
        MINORS = "minors", _("Somebody under 18")

    class Reason(models.TextChoices):
        """Why a photo was rejected; the mail to the sender has a sentence for each."""

        FACES = "faces", _("somebody in it may not have agreed")
        MINORS = "minors", _("somebody under 18 without their parents’ agreement")
        PRIVATE = "private", _("it tells too much: an address, a badge, a number plate")
        UNCLEAR = "unclear", _("too dark, blurred or small")
        OFF_TOPIC = "off-topic", _("it is about something else")
        HOSTILE = "hostile", _("insults, threats or hate")
        COPY = "copy", _("we have this photo already")
        REPORTED = "reported", _("somebody in it asked us not to show it")
        OTHER = "other", _("another reason")

    call = models.ForeignKey(
        PhotoCall, on_delete=models.PROTECT, related_name="photos", verbose_name=_("photo call")
    )
    status = models.CharField(
        _("status"), max_length=20, choices=Status.choices, default=Status.PENDING
    )
    reason = models.CharField(_("reason"), max_length=12, choices=Reason.choices, blank=True)
    message = models.CharField(_("message"), max_length=MESSAGE_LENGTH)
    message_language = models.CharField(_("language of the message"), max_length=3)
    partner = models.ForeignKey(
        Partner,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="photos",
        verbose_name=_("for"),
    )
    country = models.CharField(
        _("country of the sender"), max_length=2, blank=True, validators=[COUNTRY_CODE]
    )
    display_name = EncryptedTextField(_("name shown"), blank=True)
    alt_text = models.CharField(
        _("description for people who cannot see it"), max_length=ALT_TEXT_LENGTH
    )
    people = models.CharField(
        _("who can be recognised"), max_length=8, choices=People.choices, blank=True
    )
    needs_cover = models.BooleanField(_("a face is to be covered"), default=False)
    show_from = models.DateField(_("not before"), null=True, blank=True)

    frame = models.CharField(_("frame"), max_length=8, choices=Frame.choices, blank=True)
    # Turn, covers and crop of a moderator (solidarity.edits), until the decision makes them final.
    edits = models.JSONField(default=dict, blank=True, editable=False)
    # A keyed hash of the clean picture: the same sender's same photo is taken once.
    pixels_hash = models.CharField(max_length=64, blank=True, editable=False)
    has_avif = models.BooleanField(default=False, editable=False)
    has_originals = models.BooleanField(default=True, editable=False)

    wall_key = models.BigIntegerField(default=random_wall_key, unique=True, editable=False)
    # Kept by the services: approved, agreed to, not hidden, not to be shown later.
    on_wall = models.BooleanField(_("on the wall"), default=False, editable=False)
    # Until a moderator has looked at a report of somebody who is in it.
    is_hidden = models.BooleanField(_("hidden after a report"), default=False, editable=False)

    looked_at_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("on the screen of"),
    )
    looked_at = models.DateTimeField(null=True, blank=True, editable=False)
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

    # A photo that came by mail and was entered by staff.
    mailed_on = models.DateField(_("email of"), null=True, blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("entered by"),
    )
    confirmed_hour = models.DateTimeField(_("confirmed"), null=True, blank=True, editable=False)

    objects = PhotoQuerySet.as_manager()

    class Meta:
        verbose_name = _("photo")
        verbose_name_plural = _("photos")
        permissions: ClassVar = [("moderate_photo", _("Can approve and reject photos"))]
        indexes: ClassVar = [
            models.Index(fields=["call", "status", "wall_key"]),
            # The wall, and the wall in one language or for one partner, in its own order.
            models.Index(
                fields=["call", "wall_key"], condition=Q(on_wall=True), name="photo_on_wall"
            ),
            models.Index(
                fields=["call", "message_language", "wall_key"],
                condition=Q(on_wall=True),
                name="photo_on_wall_by_language",
            ),
            models.Index(
                fields=["call", "partner", "wall_key"],
                condition=Q(on_wall=True),
                name="photo_on_wall_by_partner",
            ),
            models.Index(
                fields=["id"],
                condition=Q(status__in=["pending", "aside"]),
                name="photo_undecided",
            ),
            models.Index(
                fields=["show_from"],
                condition=Q(status="approved", on_wall=False, show_from__isnull=False),
                name="photo_shown_later",
            ),
            # Look-alikes (solidarity.duplicates).
            *(
                models.Index(
                    "call",
                    fingerprint_part(part),
                    condition=Q(erased_hour__isnull=True),
                    name=f"photo_look_alike_{part}",
                )
                for part in range(4)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.call} {self.pk}"

    @property
    def standing_url(self) -> str:
        """Where the sender sees how the photo stands and takes it back, in the active language."""
        token = make_token(self.LINK_PURPOSE, self.public_id, self.link_version)
        return reverse("solidarity:photo", args=[token])

    @property
    def page_url(self) -> str:
        """The public page of a photo on the wall, in the active language."""
        return reverse("solidarity:wall-photo", args=[self.call.slug, self.wall_key])

    def picture_url(self, variant: str, extension: str = "webp") -> str:
        """The public address of one of the pictures of the wall, on their own host if there is."""
        return settings.PHOTO_BASE_URL + reverse(
            "photo-file", args=[self.file_name, variant, extension]
        )

    def consents_in_force(self) -> list[str]:
        """The purposes the sender agrees to now, in the order of the form."""
        given = Consent.objects.in_force().filter(
            subject_type=self.SUBJECT_TYPE, subject_id=self.public_id
        )
        purposes = set(given.values_list("purpose", flat=True))
        return [purpose for purpose in Purpose.values if purpose in purposes]

    def consents_taken_back(self) -> list[str]:
        """The purposes the sender agreed to once and does not any more."""
        given = Consent.objects.filter(subject_type=self.SUBJECT_TYPE, subject_id=self.public_id)
        hours = list(given.values_list("purpose", "withdrawn_hour"))
        taken_back = {purpose for purpose, hour in hours if hour is not None}
        stands = {purpose for purpose, hour in hours if hour is None}
        return [purpose for purpose in Purpose.values if purpose in taken_back - stands]

    @property
    def alt_text_or_number(self) -> str:
        """What a list calls the photo."""
        return self.alt_text or str(self.pk)

    @property
    def is_erased(self) -> bool:
        return self.erased_hour is not None

    @property
    def is_undecided(self) -> bool:
        return self.status in (self.Status.PENDING, self.Status.ASIDE)

    @property
    def message_direction(self) -> str:
        return "rtl" if self.message_language in RIGHT_TO_LEFT else "ltr"

    def is_copy_of(self, other: "Photo") -> bool:
        """Whether it is the very same picture, or the same sender's; others only look alike."""
        is_same_picture = bool(self.pixels_hash) and self.pixels_hash == other.pixels_hash
        return is_same_picture or (
            self.supporter_id is not None and self.supporter_id == other.supporter_id
        )

    @property
    def current_edits(self) -> Edits:
        return Edits.read(self.edits)

    @property
    def drawing(self) -> list[Mapping[str, Any]] | None:
        """What is drawn over the picture: the frame with the slogan in the sender's language."""
        return call_drawing(self.call, self.frame, self.language)


def call_drawing(call: PhotoCall, frame: str, language: str) -> list[dict[str, Any]] | None:
    """Return the drawing of a frame; None without a frame or without a slogan to write in it."""
    with override(site_language(language)):
        slogan = call.slogan
    return frame_drawing(frame, slogan) if frame and slogan else None


class HeldPhoto(Picture):
    """The cleaned picture of a form that came back with an error, kept for an hour at most."""

    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    source_digest = models.CharField(max_length=64)
    frame = models.CharField(max_length=8, blank=True)
    pixels_hash = models.CharField(max_length=64, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("held photo")
        verbose_name_plural = _("held photos")

    def __str__(self) -> str:
        return self.file_name


def photo_storage():
    """The private store of photos; no URL serves it directly."""
    return storages["photos"]
