"""How long is kept what people said and did at an event. Its figures stay, and name nobody.

Clocks run from the end of the event, for one that was cancelled too; for one that was moved, from
the end of its new day. Whatever goes leaves its numbers first (``services/forgetting.py``).
"""

from collections.abc import Callable
from datetime import datetime

from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from events.models import Arrival, DoorPass, Event, Feedback, Mailing, MailingCopy, Needs, SignUp
from events.services import forgetting
from supporters.retention import BRUSSELS, Kind, NotNow, register
from supporters.services import end_consents

_AFTER_EVENT = _("after the event")
_Status = SignUp.Status
_ENDED = (_Status.CANCELLED, _Status.LAPSED, _Status.PASSED_ON)


def _over(cutoff: datetime, event: str = "event__") -> Q:
    """Which rows belong to an event that was over at ``cutoff``."""
    at_an_hour = Q(**{f"{event}ends_at__lt": cutoff})
    day = cutoff.astimezone(BRUSSELS).date()
    return at_an_hour | Q(**{f"{event}ends_at": None, f"{event}day__lt": day})


def _needs(cutoff: datetime) -> QuerySet:
    """Those of events that are over, and whatever was left of sign-ups that do not stand."""
    return Needs.objects.filter(
        _over(cutoff, "sign_up__event__") | Q(sign_up__status__in=_ENDED)
    ).select_related("sign_up")


def _forget_needs(needs: Needs) -> None:
    subject = {"subject_type": SignUp.SUBJECT_TYPE, "subject_id": needs.sign_up.public_id}
    end_consents(**subject, purpose=Needs.PURPOSE)
    needs.delete()


def _sign_ups(cutoff: datetime) -> QuerySet:
    return SignUp.objects.filter(_over(cutoff))


def _without_places(cutoff: datetime) -> QuerySet:
    came_to_nothing = (_Status.WAITING, _Status.OFFERED, _Status.LAPSED)
    return SignUp.objects.filter(_over(cutoff), status__in=came_to_nothing)


def _cancelled(cutoff: datetime) -> QuerySet:
    return SignUp.objects.filter(status__in=_ENDED, cancelled_at__lt=cutoff)


def _mailings(cutoff: datetime) -> QuerySet:
    copies = Exists(MailingCopy.objects.filter(mailing=OuterRef("pk")))
    return Mailing.objects.filter(_over(cutoff)).filter(~Q(words={}) | copies)


def _forget_mailing(mailing: Mailing) -> None:
    """That it was sent, when and to how many people stays."""
    mailing.copies.all().delete()
    mailing.words = {}
    mailing.save(update_fields=["words"])


def _door_passes(cutoff: datetime) -> QuerySet:
    return DoorPass.objects.filter(_over(cutoff))


def _arrivals(cutoff: datetime) -> QuerySet:
    return Arrival.objects.filter(_over(cutoff)).order_by("pk")


def _feedback(cutoff: datetime) -> QuerySet:
    return Feedback.objects.filter(on__lt=cutoff.astimezone(BRUSSELS).date())


def _contacts(cutoff: datetime) -> QuerySet:
    with_contact = Event.objects.exclude(contact_name="", contact_phone="")
    return with_contact.filter(_over(cutoff, ""))


def _forget_contact(event: Event) -> None:
    event.contact_name = event.contact_phone = ""
    event.contact_is_public = False
    event.save(update_fields=["contact_name", "contact_phone", "contact_is_public"])


def _delete(row: Model) -> None:
    row.delete()


def _holding_the_event(forget: Callable[[Model], None]) -> Callable[[Model], None]:
    """Let ``forget`` run with the event's row held, which is written to.

    The night has the row to erase already, so it does not wait for an event that is in use.
    """

    def erase(row: Model) -> None:
        if not forgetting.try_hold_event(row.event_id):
            raise NotNow
        forget(row)

    return erase


_KINDS = (
    Kind(
        key="needs",
        name=_("What people need at an event"),
        default_days=7,
        most_days=7,
        moment=_AFTER_EVENT,
        reason=_("To prepare the event. They may tell of somebody's health (GDPR, article 9)."),
        due=_needs,
        erase=_forget_needs,
    ),
    Kind(
        key="sign-ups",
        name=_("Sign-ups"),
        default_days=30,
        moment=_AFTER_EVENT,
        reason=_("For questions about the event. The number of people stays."),
        due=_sign_ups,
        erase=_holding_the_event(forgetting.forget_sign_up),
    ),
    Kind(
        key="cancelled-sign-ups",
        name=_("Cancelled sign-ups"),
        default_days=30,
        moment=_("after they were cancelled, passed on, or an offer was not answered"),
        reason=_("So that the person's link still shows that it is done."),
        due=_cancelled,
        erase=_holding_the_event(forgetting.forget_sign_up),
    ),
    Kind(
        key="waiting-sign-ups",
        name=_("Sign-ups that got no place"),
        default_days=7,
        moment=_AFTER_EVENT,
        reason=_("For questions about the waiting list. The number of people stays."),
        due=_without_places,
        erase=_holding_the_event(forgetting.forget_sign_up),
    ),
    Kind(
        key="event-mailings",
        name=_("Words of mails to the people who signed up, and to whom they went"),
        default_days=30,
        moment=_AFTER_EVENT,
        reason=_("So that nobody gets a mail twice, and for questions about it."),
        due=_mailings,
        erase=_forget_mailing,
    ),
    Kind(
        key="door-passes",
        name=_("Passes for the door list"),
        # A pass works until the day after the event, and takes what was counted for a week more.
        default_days=9,
        moment=_AFTER_EVENT,
        reason=_("So that a phone that had no network can still hand over what it has."),
        due=_door_passes,
        erase=_delete,
    ),
    Kind(
        key="arrivals",
        name=_("Who was let in at the door"),
        default_days=30,
        moment=_AFTER_EVENT,
        reason=_("For questions about the event. The number of people stays."),
        due=_arrivals,
        erase=_holding_the_event(forgetting.forget_row),
    ),
    Kind(
        key="event-feedback",
        name=_("What people said of an event afterwards"),
        default_days=365,
        moment=_("after it was said"),
        reason=_("To prepare the next event. How many gave which grade stays."),
        due=_feedback,
        erase=_holding_the_event(forgetting.forget_row),
    ),
    Kind(
        key="day-contacts",
        name=_("Name and telephone of the contact on the day"),
        default_days=30,
        moment=_AFTER_EVENT,
        reason=_("So that people can ask after what they lost."),
        due=_contacts,
        erase=_forget_contact,
    ),
)


def register_kinds() -> None:
    for kind in _KINDS:
        register(kind)
