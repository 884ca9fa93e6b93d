"""Mails to everybody who comes: what is sent, when, in whose words, and to whom it went."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from events.models.events import Event
from events.models.sign_ups import SignUp


class Mailing(models.Model):
    """One mail to all sign-ups of an event, or to a part of them; each gets it once.

    Reminders, the mail of the day and the thanks are due at an hour (``due_at``) of one ``day`` of
    the event: a moved event has them again for its new day, and no clock that is set back makes a
    second. Changes, cancellations and messages are made by staff, with words of their own in
    ``words`` (language → subject and text).
    """

    class Kind(models.TextChoices):
        REMINDER = "reminder", _("reminder, the day before")
        DAY = "day", _("mail of the day itself")
        THANKS = "thanks", _("thanks")
        CHANGE = "change", _("change")
        CANCELLATION = "cancellation", _("cancellation")
        MESSAGE = "message", pgettext_lazy("to attendees", "message")

    TIMED: ClassVar = (Kind.REMINDER, Kind.DAY, Kind.THANKS)

    class State(models.TextChoices):
        SENDING = "sending", _("being sent")
        DONE = "done", _("sent")
        TOO_LATE = "too_late", _("not sent: too late")
        STOPPED = "stopped", _("stopped")

    event = models.ForeignKey(
        Event, on_delete=models.CASCADE, related_name="mailings", verbose_name=_("event")
    )
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    day = models.DateField(_("day of the event"))
    due_at = models.DateTimeField(_("due at"))
    began_at = models.DateTimeField(_("begun at"), null=True, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.SENDING
    )
    # Minutes after ``due_at`` at which it left; told in the mail when there are many.
    minutes_late = models.PositiveIntegerField(_("minutes late"), default=0)
    # Of messages: to whom. Keys are declared in services/messages.py.
    segment = models.CharField(_("to whom"), max_length=20, blank=True)
    segment_language = models.CharField(_("in which language"), max_length=2, blank=True)
    words = models.JSONField(_("words"), default=dict, blank=True)
    # Of changes: what it was before, as ``services/changes.py`` writes it.
    before = models.JSONField(_("before"), default=dict, blank=True)
    recipients = models.PositiveIntegerField(_("recipients"), default=0)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("made by"),
    )

    class Meta:
        verbose_name = _("mail to attendees")
        verbose_name_plural = _("mails to attendees")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["event", "kind", "day"],
                condition=Q(kind__in=("reminder", "day", "thanks")),
                name="timed_mailing_once_a_day",
            )
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.kind}"

    @property
    def state_words(self) -> str:
        """What became of it; a move of which nobody was mailed never began."""
        if self.began_at is None and self.state == self.State.DONE:
            return str(_("on the pages only"))
        return self.get_state_display()


class MailingCopy(models.Model):
    """The copy of one person; there is one at most, and it is sent once."""

    mailing = models.ForeignKey(Mailing, on_delete=models.CASCADE, related_name="copies")
    sign_up = models.ForeignKey(SignUp, on_delete=models.CASCADE, related_name="mailing_copies")
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("copy of a mail")
        verbose_name_plural = _("copies of mails")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["mailing", "sign_up"], name="one_copy_a_person")
        ]

    def __str__(self) -> str:
        return f"{self.mailing_id}/{self.sign_up_id}"
