"""Events: when, where, for how many, who organises."""

from datetime import datetime, time, timedelta
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.models import ClusterableModel

from campaign_site.announced import AnnouncedQuerySet
from campaign_site.languages import InLanguage
from events.local_time import BRUSSELS, ClockTimeField, check_local_time

# How long an offer of the waiting list stands, in hours; staff may say otherwise.
HOLD_HOURS = 24


class EventQuerySet(AnnouncedQuerySet):
    def to_come(self) -> "EventQuerySet":
        """Events that have not begun and are not cancelled."""
        to_come = Q(starts_at__gt=timezone.now()) | Q(starts_at=None, day__gte=timezone.localdate())
        return self.filter(to_come, cancelled_at=None)


class Event(ClusterableModel):
    """Something people come to. Its words are on pages; its day, place and capacity are here.

    ``starts_at`` may be unknown while the day is known, the address while the place is.
    ``capacity`` counts people; none means that everybody is welcome. ``places_taken`` counts the
    people of confirmed sign-ups and of offers that still stand; only services change it. It is
    never raised above the capacity (a trigger of the database sees to that), but a capacity that
    was lowered may be below it: every promise made is kept.
    ``calendar_sequence`` counts the changes to what a calendar shows and ``calendar_changed_at``
    is the last of them (SEQUENCE and DTSTAMP of RFC 5545).
    """

    class State(models.TextChoices):
        ANNOUNCED = "announced", _("announced")
        OPEN = "open", _("open for sign-up")
        FULL = "full", _("full")
        CLOSED = "closed", _("sign-up closed")
        CANCELLED = "cancelled", _("cancelled")
        PAST = "past", _("past")

    class SpokenLanguage(models.TextChoices):
        ENGLISH = "en", _("English")
        FRENCH = "fr", _("French")
        DUTCH = "nl", _("Dutch")
        FRENCH_BELGIAN_SIGNS = "sfb", _("French Belgian Sign Language (LSFB)")
        FLEMISH_SIGNS = "vgt", _("Flemish Sign Language (VGT)")
        INTERNATIONAL_SIGNS = "ils", _("International Sign")
        ARABIC = "ar", _("Arabic")
        SPANISH = "es", _("Spanish")
        GERMAN = "de", _("German")

    class Access(models.TextChoices):
        """What the organisers see to, for whoever needs it."""

        STEP_FREE = "step_free", _("reachable without steps")
        TOILET = "toilet", _("accessible toilet")
        SEATS = "seats", _("places to sit")
        HEARING_LOOP = "hearing_loop", _("hearing loop")
        SUBTITLES = "subtitles", _("live captions")
        QUIET = "quiet", _("quiet spot")
        GUIDE_DOGS = "guide_dogs", _("assistance dogs welcome")
        CHILDREN = "children", _("suitable for children")

    slug = models.SlugField(_("address on the site"), unique=True)
    name_en = models.CharField(_("name in English"), max_length=120)
    name_fr = models.CharField(_("name in French"), max_length=120)
    name_nl = models.CharField(_("name in Dutch"), max_length=120)
    place_en = models.CharField(_("place in English"), max_length=200)
    place_fr = models.CharField(_("place in French"), max_length=200)
    place_nl = models.CharField(_("place in Dutch"), max_length=200)
    address_en = models.CharField(_("address in English"), max_length=200, blank=True)
    address_fr = models.CharField(_("address in French"), max_length=200, blank=True)
    address_nl = models.CharField(_("address in Dutch"), max_length=200, blank=True)
    latitude = models.DecimalField(
        _("latitude"),
        max_digits=8,
        decimal_places=6,
        null=True,
        blank=True,
        validators=[MinValueValidator(-90), MaxValueValidator(90)],
        help_text=_("For the link to a map, for example 50.846700."),
    )
    longitude = models.DecimalField(
        _("longitude"),
        max_digits=9,
        decimal_places=6,
        null=True,
        blank=True,
        validators=[MinValueValidator(-180), MaxValueValidator(180)],
        help_text=_("For example 4.352500."),
    )
    day = models.DateField(_("day"))
    starts_at = ClockTimeField(_("starts at"), null=True, blank=True)
    ends_at = ClockTimeField(_("ends at"), null=True, blank=True)
    spoken_languages = ArrayField(
        models.CharField(max_length=3, choices=SpokenLanguage.choices),
        verbose_name=_("languages spoken"),
        default=list,
        blank=True,
    )
    access = ArrayField(
        models.CharField(max_length=20, choices=Access.choices),
        verbose_name=_("access"),
        default=list,
        blank=True,
    )
    access_note_en = models.CharField(
        _("more about access, in English"), max_length=400, blank=True
    )
    access_note_fr = models.CharField(_("more about access, in French"), max_length=400, blank=True)
    access_note_nl = models.CharField(_("more about access, in Dutch"), max_length=400, blank=True)

    takes_sign_ups = models.BooleanField(_("takes sign-ups"), default=True)
    opens_at = ClockTimeField(
        _("sign-up opens at"), null=True, blank=True, help_text=_("Belgian time. Empty: at once.")
    )
    closes_at = ClockTimeField(
        _("sign-up closes at"),
        null=True,
        blank=True,
        help_text=_("Belgian time. Empty: when the event begins."),
    )
    capacity = models.PositiveIntegerField(
        _("capacity in people"), null=True, blank=True, help_text=_("Empty: no limit.")
    )
    has_waiting_list = models.BooleanField(_("has a waiting list"), default=True)
    hold_hours = models.PositiveSmallIntegerField(
        _("hours to answer an offer"),
        default=HOLD_HOURS,
        validators=[MinValueValidator(1), MaxValueValidator(168)],
        help_text=_(
            "How long a freed place is kept for the next person on the waiting list. Shorter by "
            "itself when the event is near."
        ),
    )
    asks_needs = models.BooleanField(
        _("asks what people need"),
        default=True,
        help_text=_("A tick list and a short line, erased 7 days after the event."),
    )
    contact_name = models.CharField(_("contact on the day"), max_length=80, blank=True)
    contact_phone = models.CharField(_("their telephone"), max_length=30, blank=True)
    contact_is_public = models.BooleanField(
        _("show the contact on the page"),
        default=False,
        help_text=_("Otherwise only people who signed up see it."),
    )

    # Hours of the clock in Belgium; none: this mail is not sent.
    reminder_hour = models.TimeField(
        _("reminder, the day before at"), null=True, blank=True, default=time(18)
    )
    day_hour = models.TimeField(
        _("mail of the day itself, at"), null=True, blank=True, default=time(8)
    )
    thanks_hour = models.TimeField(
        _("thanks, the day after at"), null=True, blank=True, default=time(11)
    )

    cancelled_at = models.DateTimeField(null=True, blank=True, editable=False)
    moved_at = models.DateTimeField(null=True, blank=True, editable=False)
    # What everybody is told about the last change: staff's own words, may be empty.
    notice_en = models.TextField(_("notice in English"), max_length=600, blank=True, editable=False)
    notice_fr = models.TextField(_("notice in French"), max_length=600, blank=True, editable=False)
    notice_nl = models.TextField(_("notice in Dutch"), max_length=600, blank=True, editable=False)
    copied_from = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="copies",
        verbose_name=_("copied from"),
    )

    places_taken = models.PositiveIntegerField(_("places taken"), default=0, editable=False)
    # The number that the next party on the waiting list gets, and whether the last sign-up found
    # room: the statement that takes places tells by it what it did.
    next_queue_number = models.PositiveIntegerField(default=1, editable=False)
    last_found_room = models.BooleanField(default=True, editable=False)
    # Figures that stay when the sign-ups are erased; see services/totals.py.
    totals = models.JSONField(default=dict, editable=False)
    is_demo = models.BooleanField(_("demonstration"), default=False)
    calendar_sequence = models.PositiveIntegerField(default=0, editable=False)
    calendar_changed_at = models.DateTimeField(default=timezone.now, editable=False)

    name = InLanguage("name")
    place = InLanguage("place")
    address = InLanguage("address")
    access_note = InLanguage("access_note")
    notice = InLanguage("notice")

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        permissions: ClassVar = [
            ("message_attendees", _("Can write to the people who signed up")),
            ("manage_door", _("Can open the door list and give it to volunteers")),
            ("view_needs", _("Can see what people need")),
            ("export_signup", _("Can export the people who signed up")),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="event_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(opens_at__isnull=True)
                | Q(closes_at__isnull=True)
                | Q(closes_at__gt=F("opens_at")),
                name="event_closes_after_it_opens",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name_en} ({self.day})"

    def get_absolute_url(self) -> str:
        return reverse("events:sign-up", args=[self.slug])

    def clean(self) -> None:
        """Refuse hours that cannot be; every sentence says what to do."""
        errors: dict[str, str] = {}
        for name in ("starts_at", "ends_at", "opens_at", "closes_at"):
            try:
                check_local_time(getattr(self, name))
            except ValueError as error:
                errors[name] = str(error)
        if not errors:
            errors = self._contradictions()
        if (self.latitude is None) != (self.longitude is None):
            errors["longitude"] = _("A point on the map needs both latitude and longitude.")
        if errors:
            raise ValidationError(errors)

    def _contradictions(self) -> dict[str, str]:
        """What the day and the hours say against one another, by field."""
        if self.starts_at and self.day and self.starts_at.astimezone(BRUSSELS).date() != self.day:
            return {"starts_at": _("This hour is on another day than the day of the event.")}
        if self.ends_at and not self.starts_at:
            return {"starts_at": _("An event that ends at an hour also needs one it starts at.")}
        if self.ends_at and self.ends_at <= self.starts_at:
            return {"ends_at": _("The event must end after it starts.")}
        if self.opens_at and self.closes_at and self.closes_at <= self.opens_at:
            return {"closes_at": _("Sign-up must close after it opens.")}
        return {}

    @property
    def state(self) -> str:
        """Where the event stands now; ``moved_at`` says besides whether it was moved."""
        if self.cancelled_at:
            return self.State.CANCELLED
        if self.is_past:
            return self.State.PAST
        if self.takes_sign_ups and self.opens_at and self.opens_at > timezone.now():
            return self.State.ANNOUNCED
        if not self.is_open:
            never_took = not self.takes_sign_ups and not self.places_taken
            return self.State.ANNOUNCED if never_took else self.State.CLOSED
        return self.State.FULL if self.is_full else self.State.OPEN

    @property
    def is_cancelled(self) -> bool:
        return self.cancelled_at is not None

    @property
    def is_past(self) -> bool:
        if self.ends_at:
            return self.ends_at < timezone.now()
        return self.day < timezone.localdate()

    @property
    def is_open(self) -> bool:
        """Whether the form is offered; when full, for the waiting list or to say so."""
        now = timezone.now()
        opened = self.opens_at is None or self.opens_at <= now
        closed = self.closes_at is not None and self.closes_at <= now
        in_window = opened and not closed
        return self.takes_sign_ups and in_window and not self.is_cancelled and not self.has_started

    @property
    def has_started(self) -> bool:
        if self.starts_at:
            return self.starts_at <= timezone.now()
        return self.day < timezone.localdate()

    @property
    def begins(self) -> datetime:
        """The moment from which the event goes on: its hour, or the end of the day before."""
        return self.starts_at or datetime.combine(self.day, time(), BRUSSELS)

    @property
    def ends(self) -> datetime:
        """The moment at which it is over: its hour, or the end of its day."""
        return self.ends_at or datetime.combine(self.day + timedelta(days=1), time(), BRUSSELS)

    @property
    def places_left(self) -> int | None:
        """How many people can still get a place; None when there is no limit."""
        return None if self.capacity is None else max(self.capacity - self.places_taken, 0)

    @property
    def is_full(self) -> bool:
        return self.places_left == 0
