"""What the public reports about a photo on the wall."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaign_site.encryption import EncryptedTextField
from campaign_site.hours import this_hour
from solidarity.models.photos import Photo

REPORT_LENGTH = 500


class PhotoReportQuerySet(models.QuerySet):
    def open(self) -> "PhotoReportQuerySet":
        """Reports that nobody has answered yet, the oldest first."""
        return self.filter(handled_at__isnull=True).order_by("pk")

    def answer(self, moderator: AbstractBaseUser | None, outcome: str) -> int:
        """Answer those that are open, by what was done with their photo; return how many."""
        answered = {"handled_by": moderator, "handled_at": timezone.now(), "outcome": outcome}
        return self.open().order_by().update(**answered)


class PhotoReport(models.Model):
    """Somebody says that they are in a photo, or that it should not be there."""

    class Kind(models.TextChoices):
        ME = "me", _("This is me, or my child")
        WRONG = "wrong", _("This should not be here")

    class Outcome(models.TextChoices):
        KEPT = "kept", _("kept")
        COVERED = "covered", _("covered")
        TAKEN_DOWN = "taken-down", _("taken down")

    photo = models.ForeignKey(
        Photo, on_delete=models.CASCADE, related_name="reports", verbose_name=_("photo")
    )
    kind = models.CharField(_("what it says"), max_length=8, choices=Kind.choices)
    words = EncryptedTextField(_("words"), blank=True)
    email = EncryptedTextField(_("email address"), blank=True)
    language = models.CharField(_("language"), max_length=2)
    form_key = models.UUIDField(unique=True, editable=False, default=uuid.uuid4)
    form_digest = models.CharField(max_length=64, editable=False, blank=True)
    created_hour = models.DateTimeField(_("received"), default=this_hour, editable=False)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("handled by"),
    )
    handled_at = models.DateTimeField(_("handled at"), null=True, blank=True)
    outcome = models.CharField(
        _("what was done"), max_length=12, choices=Outcome.choices, blank=True
    )

    objects = PhotoReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report about a photo")
        verbose_name_plural = _("reports about photos")
        indexes: ClassVar = [
            models.Index(
                fields=["photo"],
                condition=models.Q(handled_at__isnull=True),
                name="open_photo_report",
            )
        ]

    def __str__(self) -> str:
        return f"{self.photo_id}: {self.kind}"
