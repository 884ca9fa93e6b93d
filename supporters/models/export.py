"""The file with everything somebody did here, made for them to take along."""

import secrets
import uuid
from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaign_site.hours import this_hour
from supporters.models.person import Supporter
from supporters.models.request import DataRequest

EXPORT_LIFETIME = timedelta(hours=72)


def random_file_name() -> str:
    return secrets.token_hex(16)


class DataExportQuerySet(models.QuerySet):
    def ready(self) -> "DataExportQuerySet":
        """Made, and not yet expired."""
        return self.filter(expires_at__gt=timezone.now())

    def expired(self) -> "DataExportQuerySet":
        """Expired, or never made within three days of being asked for."""
        now = timezone.now()
        never_made = Q(made_at=None, asked_hour__lt=now - EXPORT_LIFETIME)
        return self.filter(Q(expires_at__lte=now) | never_made)


class DataExport(models.Model):
    """One ZIP file, from being asked for until it expires; a person gets one an hour at most.

    The file's name is chosen with the row, so that a task that runs again replaces its own file.
    """

    LINK_PURPOSE = "export"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    supporter = models.ForeignKey(Supporter, on_delete=models.CASCADE, related_name="exports")
    request = models.OneToOneField(DataRequest, on_delete=models.CASCADE, related_name="export")
    language = models.CharField(_("language"), max_length=2)
    file_name = models.CharField(
        max_length=40, unique=True, default=random_file_name, editable=False
    )
    link_version = models.PositiveIntegerField(default=1, editable=False)
    asked_hour = models.DateTimeField(_("asked for"), default=this_hour, editable=False)
    made_at = models.DateTimeField(_("made"), null=True, blank=True, editable=False)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True, editable=False)
    link_sent_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = DataExportQuerySet.as_manager()

    class Meta:
        verbose_name = _("copy of the data")
        verbose_name_plural = _("copies of the data")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["supporter", "asked_hour"], name="one_export_per_person_and_hour"
            )
        ]

    def __str__(self) -> str:
        return str(self.public_id)
