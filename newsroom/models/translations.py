"""Marks that people set on translations, and pages published in several languages together."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page
from wagtail_localize.models import Translation


class TranslationMark(models.Model):
    """Who works on one translation, and whether a second person still has to read it."""

    translation = models.OneToOneField(
        Translation, on_delete=models.CASCADE, related_name="mark", verbose_name=_("translation")
    )
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("who translates"),
    )
    needs_proofreading = models.BooleanField(_("to proofread"), default=False)
    note = models.CharField(_("note"), max_length=300, blank=True)
    marked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    marked_at = models.DateTimeField(null=True, blank=True)
    proofread_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("proofread by"),
    )
    proofread_at = models.DateTimeField(_("proofread at"), null=True, blank=True)

    class Meta:
        verbose_name = _("mark on a translation")
        verbose_name_plural = _("marks on translations")

    def __str__(self) -> str:
        return str(self.translation_id)


class JointPublicationQuerySet(models.QuerySet):
    def due(self) -> "JointPublicationQuerySet":
        """Those whose moment has come and that nobody called off."""
        return self.filter(state=JointPublication.State.PLANNED, due_at__lte=timezone.now())


class JointPublication(models.Model):
    """A page that goes live in several languages at one moment: in all of them, or in none.

    ``revisions`` says for each language which revision was agreed on, so that what somebody
    writes between the planning and the moment does not slip out unread.
    """

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        DONE = "done", _("done")
        REFUSED = "refused", _("could not be done")
        CALLED_OFF = "called-off", _("called off")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    page = models.ForeignKey(
        Page, on_delete=models.CASCADE, related_name="+", verbose_name=_("page")
    )
    languages = ArrayField(models.CharField(max_length=2), verbose_name=_("languages"))
    revisions = models.JSONField(default=dict, editable=False)
    due_at = models.DateTimeField(_("when"))
    state = models.CharField(
        _("state"), max_length=12, choices=State.choices, default=State.PLANNED
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    planned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("planned by"),
    )
    planned_at = models.DateTimeField(_("planned at"), default=timezone.now, editable=False)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True, editable=False)

    objects = JointPublicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("publication in several languages")
        verbose_name_plural = _("publications in several languages")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["page"],
                condition=models.Q(state="planned"),
                name="one_joint_publication_planned",
            )
        ]

    def __str__(self) -> str:
        return f"{self.page_id} {self.due_at:%Y-%m-%d %H:%M}"
