"""The door: who may check people in, and who came."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models.events import Event
from events.models.sign_ups import SignUp


class DoorPass(models.Model):
    """Lets one volunteer check people in at one event, by a link and a code.

    The link opens the page, the code (``code_hash``, a password hash) gives the list of names, and
    on the phone it is what the stored list is encrypted with. ``link_version`` as everywhere.
    """

    LINK_PURPOSE = "door"

    event = models.ForeignKey(
        Event, on_delete=models.CASCADE, related_name="door_passes", verbose_name=_("event")
    )
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    link_version = models.PositiveIntegerField(default=1, editable=False)
    label = models.CharField(
        _("for whom"), max_length=40, help_text=_("For example “Main entrance” or a first name.")
    )
    code_hash = models.CharField(max_length=128, editable=False)
    wrong_codes = models.PositiveSmallIntegerField(default=0, editable=False)
    valid_from = models.DateTimeField(_("works from"))
    valid_until = models.DateTimeField(_("works until"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    last_seen_at = models.DateTimeField(_("last seen"), null=True, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("made by"),
    )

    class Meta:
        verbose_name = _("door pass")
        verbose_name_plural = _("door passes")

    def __str__(self) -> str:
        return f"{self.event} {self.label}"

    @property
    def is_valid(self) -> bool:
        return self.ended_at is None and self.valid_from <= timezone.now() < self.valid_until


class Arrival(models.Model):
    """One tap at the door: so many people of a sign-up came in, or walked in without one.

    ``tap_id`` is made by the phone, so that a tap which is sent again counts once. ``people`` is
    negative when a tap is taken back. Of a sign-up, all taps together count for no more than its
    people and no less than nobody: two phones that let the same person in count one. ``sign_up``
    is empty for walk-ins, and once the sign-up is erased.
    """

    tap_id = models.UUIDField(unique=True)
    event = models.ForeignKey(
        Event, on_delete=models.CASCADE, related_name="arrivals", verbose_name=_("event")
    )
    sign_up = models.ForeignKey(
        SignUp,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="arrivals",
        verbose_name=_("sign-up"),
    )
    is_walk_in = models.BooleanField(_("walked in"), default=False)
    people = models.SmallIntegerField(_("people"))
    # By the phone's clock, to the minute; and by whom.
    at = models.DateTimeField(_("at"))
    door_pass = models.ForeignKey(
        DoorPass, null=True, blank=True, on_delete=models.SET_NULL, related_name="arrivals"
    )

    class Meta:
        verbose_name = _("arrival")
        verbose_name_plural = _("arrivals")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(people__gte=-50, people__lte=50) & ~models.Q(people=0),
                name="arrival_people_in_range",
            ),
            models.CheckConstraint(
                condition=~models.Q(is_walk_in=True) | models.Q(sign_up__isnull=True),
                name="walk_in_has_no_sign_up",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["event", "sign_up"], name="arrival_by_sign_up")]

    def __str__(self) -> str:
        return f"{self.event_id} {self.people:+d}"
