"""Sign-ups, from the waiting list to the door."""

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from campaign_site import links
from campaign_site.encryption import EncryptedTextField
from events.models.events import Event
from supporters.models import SupporterAction

MAX_PARTY_SIZE = 10


class SignUpQuerySet(models.QuerySet):
    def confirmed(self) -> "SignUpQuerySet":
        return self.filter(status=SignUp.Status.CONFIRMED)

    def standing(self) -> "SignUpQuerySet":
        """Those that have places, an offer or a number on the waiting list."""
        return self.filter(status__in=SignUp.STANDING)

    def waiting(self) -> "SignUpQuerySet":
        """The waiting list, whoever came first first."""
        return self.filter(status=SignUp.Status.WAITING).order_by("queue_number")


class SignUp(SupporterAction):
    """What somebody asked for at an event: places, or a number on its waiting list.

    A sign-up that finds room is confirmed at once. Otherwise it waits with a ``queue_number``
    (lower goes first) until ``party_size`` places are free for it; then they are offered, which
    holds them until ``offer_until``. A group gets all of its places or none.
    """

    LINK_PURPOSE = "sign-up"
    PASS_ON_PURPOSE = "sign-up-pass-on"  # noqa: S105 (no password: what a link is good for)
    FEEDBACK_PURPOSE = "sign-up-feedback"
    SHARING_PURPOSE = "sign-up-sharing"
    SUBJECT_TYPE = "sign-up"

    class Status(models.TextChoices):
        CONFIRMED = "confirmed", _("confirmed")
        WAITING = "waiting", _("on the waiting list")
        OFFERED = "offered", _("has been offered places")
        CANCELLED = "cancelled", _("cancelled")
        LAPSED = "lapsed", _("did not answer the offer")
        PASSED_ON = "passed_on", _("passed on")

    # Whose people are counted in ``Event.places_taken``.
    HOLDING: ClassVar = (Status.CONFIRMED, Status.OFFERED)
    STANDING: ClassVar = (Status.CONFIRMED, Status.OFFERED, Status.WAITING)

    event = models.ForeignKey(
        Event, on_delete=models.PROTECT, related_name="sign_ups", verbose_name=_("event")
    )
    status = models.CharField(
        _("status"), max_length=20, choices=Status.choices, default=Status.CONFIRMED
    )
    name = EncryptedTextField(_("name"))
    party_size = models.PositiveSmallIntegerField(_("number of people"), default=1)
    queue_number = models.PositiveIntegerField(_("number in the queue"), null=True, blank=True)
    offered_at = models.DateTimeField(_("offered at"), null=True, blank=True)
    offer_until = models.DateTimeField(_("offer stands until"), null=True, blank=True)
    # The organisations named beside the box when it was ticked.
    shared_with = ArrayField(
        models.BigIntegerField(), verbose_name=_("shared with"), default=list, blank=True
    )
    # The day on which they said, from the reminder, that they really come.
    confirmed_coming = models.BooleanField(_("said again that they come"), default=False)
    gave_feedback = models.BooleanField(_("gave feedback"), default=False)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)
    confirmation_sent_at = models.DateTimeField(null=True, blank=True, editable=False)
    offer_sent_at = models.DateTimeField(null=True, blank=True, editable=False)
    cancellation_sent_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = SignUpQuerySet.as_manager()

    class Meta:
        verbose_name = _("sign-up")
        verbose_name_plural = _("sign-ups")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["event", "supporter"],
                condition=Q(status__in=("confirmed", "offered", "waiting")),
                name="one_sign_up_per_person_and_event",
            ),
            models.UniqueConstraint(
                fields=["event", "queue_number"], name="one_queue_number_per_event"
            ),
            models.CheckConstraint(
                condition=Q(party_size__gte=1, party_size__lte=MAX_PARTY_SIZE),
                name="sign_up_party_size_in_range",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=("waiting", "offered")) | Q(queue_number__isnull=False),
                name="waiting_has_a_queue_number",
            ),
            models.CheckConstraint(
                condition=~Q(status="offered") | Q(offer_until__isnull=False),
                name="offer_has_an_end",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["event", "queue_number"],
                condition=Q(status="waiting"),
                name="sign_up_waiting",
            ),
            models.Index(
                fields=["offer_until"], condition=Q(status="offered"), name="sign_up_offered"
            ),
            models.Index(fields=["event", "status", "id"], name="sign_up_by_status"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.pk}"

    @property
    def holds_places(self) -> bool:
        return self.status in self.HOLDING

    @property
    def had_places(self) -> bool:
        """Whether places were ever theirs or kept for them; whoever only waits never had any."""
        return self.queue_number is None or self.offered_at is not None

    def get_absolute_url(self) -> str:
        """The standing link of this sign-up; whoever has it can see, change and cancel."""
        token = links.make_token(self.LINK_PURPOSE, self.public_id, self.link_version)
        return reverse("events:standing-link", args=[token])


class Needs(models.Model):
    """What somebody needs to be able to take part. Seen by few, erased 7 days after the event.

    ``ticked`` is a list of ``Needs.Kind`` values with commas between them; ``line`` is what they
    wrote, 200 characters at most.
    """

    PURPOSE = "sign-up-needs"

    class Kind(models.TextChoices):
        WHEELCHAIR = "wheelchair", _("I come with a wheelchair or cannot take steps")
        SEAT = "seat", _("I need a place to sit")
        SIGNS = "signs", _("I need a sign language interpreter")
        HEARING = "hearing", _("I hear badly: a place near the speakers, or a hearing loop")
        SEEING = "seeing", _("I see badly: somebody to meet me")
        QUIET = "quiet", _("I need a quiet spot")
        CHILDREN = "children", _("I come with small children")
        NO_PHOTO = "no_photo", _("I do not want to be recognisable in pictures")

    sign_up = models.OneToOneField(
        SignUp, on_delete=models.CASCADE, related_name="needs", verbose_name=_("sign-up")
    )
    ticked = EncryptedTextField(_("ticked"), blank=True)
    line = EncryptedTextField(_("in their words"), blank=True)

    class Meta:
        verbose_name = _("needs")
        verbose_name_plural = _("needs")

    def __str__(self) -> str:
        return f"{self.sign_up_id}"

    @property
    def kinds(self) -> list["Needs.Kind"]:
        return [Needs.Kind(value) for value in self.ticked.split(",") if value in Needs.Kind.values]


class Feedback(models.Model):
    """What somebody said of an event afterwards; nothing says who."""

    event = models.ForeignKey(
        Event, on_delete=models.CASCADE, related_name="feedback", verbose_name=_("event")
    )
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    grade = models.PositiveSmallIntegerField(_("from 1 to 5"))
    text = EncryptedTextField(_("in their words"), blank=True)
    language = models.CharField(_("language"), max_length=2)
    # The day only: with the hour it would be known whose it is.
    on = models.DateField(_("day"))

    class Meta:
        verbose_name = _("feedback")
        verbose_name_plural = _("feedback")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(grade__gte=1, grade__lte=5), name="feedback_grade_in_range"
            )
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.grade}"
