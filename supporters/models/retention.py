"""How long each kind of data is kept, as administrators set it, and what each night erased."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class RetentionPeriodQuerySet(models.QuerySet):
    def in_force(self) -> "RetentionPeriodQuerySet":
        """The last setting of each kind whose first day has come."""
        begun = self.filter(valid_from__lte=timezone.localdate())
        return begun.order_by("kind", "-valid_from", "-pk").distinct("kind")


class RetentionPeriod(models.Model):
    """From a day on, one kind of data is kept for so many days. Never changed: a new row counts.

    ``kind`` is a key of ``supporters.retention``; a kind without a row keeps its default.
    """

    kind = models.CharField(_("kind of data"), max_length=40)
    days = models.PositiveIntegerField(_("days"))
    valid_from = models.DateField(_("from"), default=timezone.localdate)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("set by"),
    )
    created_at = models.DateTimeField(_("set at"), default=timezone.now, editable=False)

    objects = RetentionPeriodQuerySet.as_manager()

    class Meta:
        verbose_name = _("retention period")
        verbose_name_plural = _("retention periods")
        default_permissions = ("add", "view")

    def __str__(self) -> str:
        return f"{self.kind}: {self.days} ({self.valid_from})"


class RetentionRun(models.Model):
    """One night's work: how many of each kind were erased. Numbers only, nobody's name.

    ``counts`` is kind → number; a kind that failed is in ``failures`` with the kind of its error.
    """

    started_at = models.DateTimeField(_("started at"), default=timezone.now, editable=False)
    counts = models.JSONField(_("erased"), default=dict, editable=False)
    failures = models.JSONField(_("failures"), default=dict, editable=False)

    class Meta:
        verbose_name = _("nightly erasing")
        verbose_name_plural = _("nightly erasing")
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"
