"""News of a campaign, sent by mail to those who agreed."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from supporters.models import NewsletterSubscription


class CampaignUpdate(models.Model):
    """One piece of news of a campaign, in three languages, and how far it has been sent.

    ``campaign_key`` is the translation key of the campaign's page. ``words`` holds for each
    language that has any ``{"subject": …, "text": …}``, and under "others", if at all, the
    language whose words go to readers of the rest (``updating.words``). ``block_id`` is the block
    of the page that tells the same news, where there is one, so that the mail can lead there.
    """

    class Audience(models.TextChoices):
        ALL = "all", _("everybody who asked for news")
        TOOK_PART = "took-part", _("who took part in this campaign and asked for news")

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SENDING = "sending", _("being sent")
        STOPPED = "stopped", _("stopped")
        SENT = "sent", _("sent")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    campaign_key = models.UUIDField(db_index=True)
    block_id = models.UUIDField(null=True, blank=True)
    title = models.CharField(_("name for staff"), max_length=120)
    words = models.JSONField(_("words"), default=dict)
    audience = models.CharField(
        _("to whom"), max_length=12, choices=Audience.choices, default=Audience.ALL
    )
    pace = models.PositiveIntegerField(_("emails a minute"), default=60)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT)
    begins_at = models.DateTimeField(_("not before"), null=True, blank=True)
    began_at = models.DateTimeField(_("began at"), null=True, blank=True, editable=False)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True, editable=False)
    recipients = models.PositiveIntegerField(_("recipients"), default=0, editable=False)
    sent = models.PositiveIntegerField(_("sent"), default=0, editable=False)
    tested_digest = models.CharField(max_length=64, blank=True, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField(_("made at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("update by email")
        verbose_name_plural = _("updates by email")
        permissions: ClassVar = [("send_campaignupdate", _("Send updates by email"))]

    def __str__(self) -> str:
        return self.title


class UpdateCopy(models.Model):
    """One copy of an update: to whom it goes, and when it left. Of each there is at most one."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    update = models.ForeignKey(CampaignUpdate, on_delete=models.CASCADE, related_name="copies")
    subscription = models.ForeignKey(
        NewsletterSubscription, on_delete=models.CASCADE, related_name="update_copies"
    )
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("copy of an update")
        verbose_name_plural = _("copies of updates")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["update", "subscription"], name="update_copy_once")
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["update", "id"],
                condition=models.Q(sent_at=None),
                name="update_copies_to_send",
            )
        ]

    def __str__(self) -> str:
        return str(self.public_id)
