"""A person by mail address, what they agreed to, and the one-time links they were sent."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaign_site.encryption import EncryptedTextField
from campaign_site.hours import this_hour


class Supporter(models.Model):
    """One person, known by one address; the address itself is unreadable in the database."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = EncryptedTextField(_("mail address"))
    email_hash = models.CharField(max_length=64, unique=True, editable=False)
    language = models.CharField(_("language"), max_length=2)
    created_hour = models.DateTimeField(default=this_hour, editable=False)

    class Meta:
        verbose_name = _("supporter")
        verbose_name_plural = _("supporters")

    def __str__(self) -> str:
        return str(self.public_id)


class SupporterAction(models.Model):
    """What every action of a person has in common: a photo, a sign-up, a pledge.

    Rows are numbered by a private key and named in links by ``public_id``; ``form_key`` makes a
    form count once; raising ``link_version`` takes the links sent so far back.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    supporter = models.ForeignKey(
        Supporter,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="%(class)ss",
        verbose_name=_("supporter"),
    )
    language = models.CharField(_("language"), max_length=2)
    form_key = models.UUIDField(unique=True, editable=False, default=uuid.uuid4)
    form_digest = models.CharField(max_length=64, editable=False, blank=True)
    link_version = models.PositiveIntegerField(default=1, editable=False)
    created_hour = models.DateTimeField(_("received"), default=this_hour, editable=False)

    class Meta:
        abstract = True


class ConsentText(models.Model):
    """The exact words somebody was asked to agree to. Never changed: new words are a new row."""

    purpose = models.CharField(_("purpose"), max_length=60)
    language = models.CharField(_("language"), max_length=2)
    text = models.TextField(_("text"))
    created_at = models.DateTimeField(_("in use since"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("consent text")
        verbose_name_plural = _("consent texts")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["purpose", "language", "text"], name="one_row_per_consent_text"
            )
        ]

    def __str__(self) -> str:
        return f"{self.purpose} ({self.language})"


class ConsentQuerySet(models.QuerySet):
    def in_force(self) -> "ConsentQuerySet":
        return self.filter(withdrawn_hour__isnull=True)


class Consent(models.Model):
    """One purpose somebody agreed to, for one thing they sent.

    ``subject_type`` and ``subject_id`` name that thing ("solidarity.photo", its public id), so
    that this app needs to know nothing of the others.
    """

    class Source(models.TextChoices):
        FORM = "form", _("form on the site")
        STAFF = "staff", _("entered by staff")

    supporter = models.ForeignKey(
        Supporter,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="consents",
        verbose_name=_("supporter"),
    )
    subject_type = models.CharField(max_length=60)
    subject_id = models.UUIDField()
    text = models.ForeignKey(ConsentText, on_delete=models.PROTECT, verbose_name=_("text"))
    purpose = models.CharField(_("purpose"), max_length=60)
    source = models.CharField(
        _("source"), max_length=20, choices=Source.choices, default=Source.FORM
    )
    given_hour = models.DateTimeField(_("given"), default=this_hour)
    withdrawn_hour = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "purpose"],
                condition=models.Q(withdrawn_hour__isnull=True),
                name="one_consent_in_force_per_purpose",
            )
        ]
        indexes: ClassVar = [models.Index(fields=["subject_type", "subject_id"])]

    def __str__(self) -> str:
        return f"{self.purpose}: {self.subject_type} {self.subject_id}"


class OneTimeLink(models.Model):
    """A link that works once, within 72 hours; only its hash is stored."""

    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    purpose = models.CharField(max_length=40)
    supporter = models.ForeignKey(Supporter, on_delete=models.CASCADE, related_name="+")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("one-time link")
        verbose_name_plural = _("one-time links")

    def __str__(self) -> str:
        return self.purpose
