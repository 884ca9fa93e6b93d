"""What was found out about links, and what people ticked before a campaign was launched."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class LinkCheck(models.Model):
    """What an address outside the site answered when it was last asked.

    ``status`` is the HTTP status, empty when nothing answered; ``failing_since`` the moment of
    the first of the failures without a success between them.
    """

    url = models.TextField(_("address"), unique=True)
    checked_at = models.DateTimeField(_("checked at"), null=True, blank=True)
    status = models.PositiveSmallIntegerField(_("answer"), null=True, blank=True)
    error = models.CharField(_("error"), max_length=60, blank=True)
    failures = models.PositiveSmallIntegerField(_("failures"), default=0)
    failing_since = models.DateTimeField(_("failing since"), null=True, blank=True)

    class Meta:
        verbose_name = _("check of a link")
        verbose_name_plural = _("checks of links")

    def __str__(self) -> str:
        return self.url


class ChecklistTick(models.Model):
    """Somebody saw to one point of a campaign's launch checklist that no machine can see to.

    ``campaign_key`` is the translation key of the campaign's page: one list for all languages.
    """

    campaign_key = models.UUIDField()
    item = models.CharField(_("point"), max_length=40)
    note = models.CharField(_("note"), max_length=300, blank=True)
    ticked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("ticked by"),
    )
    ticked_at = models.DateTimeField(_("ticked at"), default=timezone.now)

    class Meta:
        verbose_name = _("tick on a checklist")
        verbose_name_plural = _("ticks on checklists")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["campaign_key", "item"], name="checklist_tick_once")
        ]

    def __str__(self) -> str:
        return self.item
