"""What the site knows of the people who work here, beside Django's user and allauth's keys."""

import uuid
from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# An invitation that nobody took up in three days has to be sent anew.
INVITATION_LIFETIME = timedelta(hours=72)


def _end_of_invitation() -> datetime:
    return timezone.now() + INVITATION_LIFETIME


class StaffMember(models.Model):
    """What belongs to one user: since when their sessions count, and to whom they left their work.

    A session that began before ``sessions_valid_from`` is over, wherever it is open.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="staff_member"
    )
    sessions_valid_from = models.DateTimeField(null=True, blank=True, editable=False)
    left_at = models.DateTimeField(_("left at"), null=True, blank=True, editable=False)
    handed_over_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("handed over to"),
    )

    class Meta:
        verbose_name = _("member of staff")
        verbose_name_plural = _("members of staff")
        permissions: ClassVar = [
            ("manage_members", _("Invite members of staff, change their roles, let them go")),
            ("view_auditlog", _("See what everybody did, and who exported what")),
        ]

    def __str__(self) -> str:
        # The log keeps this, and many user names are email addresses.
        return self.user.get_full_name() or self.user.get_username()


class InvitationQuerySet(models.QuerySet):
    def open(self) -> "InvitationQuerySet":
        """Those that can still be taken up."""
        return self.filter(accepted_at=None, withdrawn_at=None, expires_at__gt=timezone.now())


class Invitation(models.Model):
    """Somebody is asked to work here. The link of its mail makes one account, within 72 hours."""

    LINK_PURPOSE = "staff-invitation"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    link_version = models.PositiveIntegerField(default=1, editable=False)
    email = models.EmailField(_("email address"))
    name = models.CharField(_("name"), max_length=120)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES)
    groups = models.ManyToManyField(Group, verbose_name=_("roles"), related_name="+")
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("invited by"),
    )
    made_at = models.DateTimeField(_("made at"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("good until"), default=_end_of_invitation)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True, editable=False)
    accepted_at = models.DateTimeField(_("taken up at"), null=True, blank=True, editable=False)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True, editable=False)
    account = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="invitation",
        verbose_name=_("account"),
    )

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")

    def __str__(self) -> str:
        return self.name
