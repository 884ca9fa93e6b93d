"""What was, or is, wrong with the site."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from watching.rules import BY_KEY, Rule


class AlertQuerySet(models.QuerySet):
    def open(self) -> "AlertQuerySet":
        return self.filter(ended_at=None)


class Alert(models.Model):
    """From when to when a rule was broken, and when people were told.

    ``host`` is empty for what concerns the whole site; otherwise the machine that it concerns.
    ``mailed_at`` is the last mail that said so, ``end_mailed_at`` the one that said it is over.
    """

    rule = models.CharField(_("alert"), max_length=60)
    host = models.CharField(_("machine"), max_length=120, blank=True)
    value = models.FloatField(_("measured"), null=True)
    begun_at = models.DateTimeField(_("since"))
    ended_at = models.DateTimeField(pgettext_lazy("alert", "until"), null=True, blank=True)
    mailed_at = models.DateTimeField(_("last mailed"), null=True, blank=True)
    end_mailed_at = models.DateTimeField(_("end mailed"), null=True, blank=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        default_permissions = ("view",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["rule", "host"], condition=Q(ended_at=None), name="watching_one_open_alert"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["ended_at"], name="watching_alert_ended")]

    def __str__(self) -> str:
        return self.rule

    @property
    def definition(self) -> Rule | None:
        """None for a rule that is no longer among ours."""
        return BY_KEY.get(self.rule)
