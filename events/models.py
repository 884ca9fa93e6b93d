"""Events, and the places people take."""

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from campaign_site import links
from campaign_site.announced import AnnouncedQuerySet
from campaign_site.encryption import EncryptedTextField
from campaign_site.languages import InLanguage
from events.local_time import BRUSSELS, check_local_time
from supporters.models import SupporterAction

MAX_PARTY_SIZE = 10


class EventQuerySet(AnnouncedQuerySet):
    def taking_sign_ups(self) -> "EventQuerySet":
        """Events that have not begun and whose form is offered."""
        to_come = Q(starts_at__gt=timezone.now()) | Q(starts_at=None, day__gte=timezone.localdate())
        return self.filter(to_come, takes_sign_ups=True)

    def with_room_for(self, people: int) -> "EventQuerySet":
        return self.filter(Q(capacity=None) | Q(places_taken__lte=F("capacity") - people))


class Event(models.Model):
    """Something people come to. Its words are on pages; its day, place and capacity are here.

    ``starts_at`` may be unknown while the day is known. ``capacity`` counts people; none means
    that everybody is welcome. ``places_taken`` is changed by services only.
    ``calendar_sequence`` counts the changes to what a calendar shows and ``calendar_changed_at``
    is the last of them (SEQUENCE and DTSTAMP of RFC 5545).
    """

    slug = models.SlugField(_("address on the site"), unique=True)
    name_en = models.CharField(_("name in English"), max_length=120)
    name_fr = models.CharField(_("name in French"), max_length=120)
    name_nl = models.CharField(_("name in Dutch"), max_length=120)
    place_en = models.CharField(_("place in English"), max_length=200)
    place_fr = models.CharField(_("place in French"), max_length=200)
    place_nl = models.CharField(_("place in Dutch"), max_length=200)
    day = models.DateField(_("day"))
    starts_at = models.DateTimeField(_("starts at"), null=True, blank=True)
    ends_at = models.DateTimeField(_("ends at"), null=True, blank=True)
    takes_sign_ups = models.BooleanField(_("takes sign-ups"), default=True)
    capacity = models.PositiveIntegerField(
        _("capacity in people"), null=True, blank=True, help_text=_("Empty: no limit.")
    )
    places_taken = models.PositiveIntegerField(_("places taken"), default=0, editable=False)
    is_demo = models.BooleanField(_("demonstration"), default=False)
    calendar_sequence = models.PositiveIntegerField(default=0, editable=False)
    calendar_changed_at = models.DateTimeField(default=timezone.now, editable=False)

    name = InLanguage("name")
    place = InLanguage("place")

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(capacity__isnull=True) | Q(places_taken__lte=F("capacity")),
                name="event_is_never_overbooked",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="event_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name_en} ({self.day})"

    def get_absolute_url(self) -> str:
        return reverse("events:sign-up", args=[self.slug])

    def clean(self) -> None:
        """Refuse hours and capacities that cannot be; every sentence says what to do."""
        errors: dict[str, str] = {}
        for name in ("starts_at", "ends_at"):
            try:
                check_local_time(getattr(self, name))
            except ValueError as error:
                errors[name] = str(error)
        if not errors:
            errors = self._contradictions()
        if self.capacity is not None and self.capacity < self.places_taken:
            errors["capacity"] = ngettext(
                "%(taken)d person has signed up. The capacity cannot be lower than that.",
                "%(taken)d people have signed up. The capacity cannot be lower than that.",
                self.places_taken,
            ) % {"taken": self.places_taken}
        if errors:
            raise ValidationError(errors)

    def _contradictions(self) -> dict[str, str]:
        """What the day and the two hours say against one another, by field."""
        if self.starts_at and self.day and self.starts_at.astimezone(BRUSSELS).date() != self.day:
            return {"starts_at": _("This hour is on another day than the day of the event.")}
        if self.ends_at and not self.starts_at:
            return {"starts_at": _("An event that ends at an hour also needs one it starts at.")}
        if self.ends_at and self.ends_at <= self.starts_at:
            return {"ends_at": _("The event must end after it starts.")}
        return {}

    @property
    def is_past(self) -> bool:
        if self.ends_at:
            return self.ends_at < timezone.now()
        return self.day < timezone.localdate()

    @property
    def is_open(self) -> bool:
        """Whether the sign-up form is offered; a full event still shows it, to say so."""
        return self.takes_sign_ups and not self.has_started

    @property
    def has_started(self) -> bool:
        if self.starts_at:
            return self.starts_at <= timezone.now()
        return self.day < timezone.localdate()

    @property
    def places_left(self) -> int | None:
        """How many people can still sign up; None when there is no limit."""
        return None if self.capacity is None else max(self.capacity - self.places_taken, 0)

    @property
    def is_full(self) -> bool:
        return self.places_left == 0


class SignUpQuerySet(models.QuerySet):
    def confirmed(self) -> "SignUpQuerySet":
        return self.filter(status=SignUp.Status.CONFIRMED)


class SignUp(SupporterAction):
    """Places that somebody took for an event. Counts at once; cancelling frees the places."""

    LINK_PURPOSE = "sign-up"

    class Status(models.TextChoices):
        CONFIRMED = "confirmed", _("confirmed")
        CANCELLED = "cancelled", _("cancelled")

    event = models.ForeignKey(
        Event, on_delete=models.PROTECT, related_name="sign_ups", verbose_name=_("event")
    )
    status = models.CharField(
        _("status"), max_length=20, choices=Status.choices, default=Status.CONFIRMED
    )
    name = EncryptedTextField(_("name"))
    party_size = models.PositiveSmallIntegerField(_("number of people"), default=1)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)
    confirmation_sent_at = models.DateTimeField(null=True, blank=True, editable=False)
    cancellation_sent_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = SignUpQuerySet.as_manager()

    class Meta:
        verbose_name = _("sign-up")
        verbose_name_plural = _("sign-ups")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["event", "supporter"],
                condition=Q(status="confirmed"),
                name="one_sign_up_per_person_and_event",
            ),
            models.CheckConstraint(
                condition=Q(party_size__gte=1, party_size__lte=MAX_PARTY_SIZE),
                name="sign_up_party_size_in_range",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.pk}"

    def get_absolute_url(self) -> str:
        """The standing link of this sign-up; whoever has it can see, change and cancel."""
        token = links.make_token(self.LINK_PURPOSE, self.public_id, self.link_version)
        return reverse("events:standing-link", args=[token])
