"""What "My solidarity" shows of a person's sign-ups, hands out and erases.

What somebody said of an event afterwards is not among it: nothing says whose it is.
"""

from collections.abc import Iterator

from django.db.models import QuerySet, Sum
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaign_site.templatetags.campaign import clock, day
from events.models import Event, SignUp
from events.services import give_places_back
from events.services.forgetting import forget_sign_up
from supporters.holdings import Erasure, Export, HeldItem, Holdings
from supporters.models import Supporter


def _sign_ups(supporter: Supporter) -> QuerySet:
    rows = SignUp.objects.filter(supporter=supporter)
    return rows.select_related("event", "needs").prefetch_related("event__organisers")


def describe(supporter: Supporter) -> Iterator[HeldItem]:
    """Yield the sign-ups of ``supporter``, the latest event first, in the active language."""
    for sign_up in _sign_ups(supporter).order_by("-event__day", "-pk"):
        is_over = sign_up.status not in SignUp.STANDING or sign_up.event.is_past
        yield HeldItem(
            title=sign_up.event.name,
            state=_state(sign_up),
            url=sign_up.get_absolute_url(),
            is_over=is_over,
            action=_("See it") if is_over else _("See, change or cancel the sign-up"),
            notes=tuple(_notes(sign_up)),
        )


def _state(sign_up: SignUp) -> str:
    people = sign_up.party_size
    if sign_up.status == SignUp.Status.CANCELLED:
        return _("Sign-up cancelled.")
    if sign_up.status == SignUp.Status.LAPSED:
        return _("You were offered places and did not answer in time.")
    if sign_up.status == SignUp.Status.PASSED_ON:
        return _("You passed your places on to somebody else.")
    if sign_up.status == SignUp.Status.WAITING:
        sentence = ngettext(
            "On the waiting list, %(people)d person.",
            "On the waiting list, %(people)d people.",
            people,
        )
    elif sign_up.status == SignUp.Status.OFFERED:
        sentence = ngettext(
            "A place is kept for you until %(date)s, %(time)s. Say whether you want it.",
            "%(people)d places are kept for you until %(date)s, %(time)s. Say whether you want "
            "them.",
            people,
        )
    else:
        sentence = ngettext(
            "Signed up, %(people)d person.", "Signed up, %(people)d people.", people
        )
    until = sign_up.offer_until
    return sentence % {"people": people, "date": day(until), "time": clock(until)}


def _notes(sign_up: SignUp) -> Iterator[str]:
    if hasattr(sign_up, "needs"):
        yield _("You told us what you need. We erase that 7 days after the event.")
    organisations = _shared_with(sign_up)
    if organisations:
        sentence = _(
            "You let us give your name and email address to %(organisations)s. What they have "
            "received is out of our hands."
        )
        yield sentence % {"organisations": get_text_list(organisations, _("and"))}


def _shared_with(sign_up: SignUp) -> list[str]:
    """The names of those who organise too and may be given this sign-up."""
    organisers = sign_up.event.organisers.all()
    return [organiser.name for organiser in organisers if organiser.pk in sign_up.shared_with]


def export(supporter: Supporter) -> Export:
    """Return the person's sign-ups as they stand, with all that hangs on them."""
    rows = _sign_ups(supporter).prefetch_related("mailing_copies__mailing").order_by("pk")
    return Export([_row(sign_up) for sign_up in rows.annotate(let_in=Sum("arrivals__people"))])


def _row(sign_up: SignUp) -> dict[str, object]:
    needs = getattr(sign_up, "needs", None)
    return {
        "id": str(sign_up.public_id),
        "event": sign_up.event.name,
        "day": sign_up.event.day.isoformat(),
        "place": sign_up.event.place,
        "status": sign_up.get_status_display(),
        "name": sign_up.name,
        "people": sign_up.party_size,
        "language": sign_up.language,
        "received": sign_up.created_hour.isoformat(),
        "cancelled": _written(sign_up.cancelled_at),
        "number_in_the_queue": sign_up.queue_number,
        "offered": _written(sign_up.offered_at),
        "offer_stands_until": _written(sign_up.offer_until),
        "said_again_that_they_come": sign_up.confirmed_coming,
        "gave_feedback": sign_up.gave_feedback,
        "needs": [str(kind.label) for kind in needs.kinds] if needs else [],
        "needs_in_their_words": needs.line if needs else "",
        "shared_with": _shared_with(sign_up),
        "let_in_at_the_door": sign_up.let_in or 0,
        "mails": [
            {"kind": copy.mailing.get_kind_display(), "sent": _written(copy.sent_at)}
            for copy in sign_up.mailing_copies.all()
        ],
    }


def _written(moment) -> str | None:
    return moment.isoformat() if moment else None


def erase(supporter: Supporter) -> Erasure:
    """Delete the person's sign-ups with needs and mails; who was let in stays without them.

    Places of an event that has not begun are offered to whoever waits, in the same transaction. Of
    other events, the number of people who came stays.
    """
    events = _hold_events_of(supporter)
    rows = list(SignUp.objects.filter(supporter=supporter).order_by("event_id", "pk"))
    for sign_up in rows:
        if not events[sign_up.event_id].has_started:
            give_places_back(sign_up)
        forget_sign_up(sign_up)
    if not rows:
        return Erasure()
    sentence = ngettext(
        "%(number)d sign-up for an event, with your name.",
        "%(number)d sign-ups for events, with your name.",
        len(rows),
    )
    return Erasure([sentence % {"number": len(rows)}])


def _hold_events_of(supporter: Supporter) -> dict[int, Event]:
    """Take the rows of all events that the person has a sign-up for, until the transaction ends.

    Before any sign-up, and always in one order, so that two erasures never wait for each other.
    """
    theirs = SignUp.objects.filter(supporter=supporter).values("event")
    events = Event.objects.filter(pk__in=theirs).order_by("pk").select_for_update(no_key=True)
    return {event.pk: event for event in events}


HOLDINGS = Holdings(describe, export, erase)
