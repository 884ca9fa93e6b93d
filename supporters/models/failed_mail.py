"""Mails that could not leave or came back, for staff to see and to try again."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from campaign_site.hours import this_hour


class FailedMailQuerySet(models.QuerySet):
    def waiting(self) -> "FailedMailQuerySet":
        return self.filter(tried_again_at=None)


class FailedMail(models.Model):
    """A mail whose every attempt failed, or that bounced: which, when, what error. No address.

    ``arguments`` are the task's, which are row numbers, so that it can be queued again.
    ``bounced_message`` is the random end of the Message-ID of a mail that came back.
    """

    task_name = models.CharField(_("mail"), max_length=128)
    arguments = models.JSONField(_("about"), default=dict)
    error = models.CharField(_("error"), max_length=80)
    failed_hour = models.DateTimeField(_("given up"), default=this_hour)
    bounced_message = models.CharField(max_length=32, null=True, unique=True, editable=False)
    tried_again_at = models.DateTimeField(_("tried again"), null=True, blank=True)

    objects = FailedMailQuerySet.as_manager()

    class Meta:
        verbose_name = _("failed email")
        verbose_name_plural = _("failed emails")
        default_permissions = ("view", "change")

    def __str__(self) -> str:
        return self.task_name
