"""The words people are asked to agree to, as staff keep them: one row a version, never changed."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class WordingQuerySet(models.QuerySet):
    def in_use(self) -> "WordingQuerySet":
        """The newest version of each purpose and language."""
        return self.order_by("purpose", "language", "-version").distinct("purpose", "language")


class ConsentWording(models.Model):
    """One version of one sentence, with places like ``{recipient}`` that are filled in when shown.

    The newest version is in use. The database refuses to change a row: new words are a new row,
    and who agreed to older ones stays attached to those.
    """

    purpose = models.CharField(_("purpose"), max_length=60)
    language = models.CharField(_("language"), max_length=2)
    version = models.PositiveIntegerField(_("version"))
    text = models.TextField(_("text"))
    created_at = models.DateTimeField(_("in use since"), default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("written by"),
    )

    objects = WordingQuerySet.as_manager()

    class Meta:
        verbose_name = _("words of a consent")
        verbose_name_plural = _("words of consents")
        default_permissions = ("add", "view")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["purpose", "language", "version"], name="one_wording_per_version"
            )
        ]

    def __str__(self) -> str:
        return f"{self.purpose} ({self.language}, {self.version})"
