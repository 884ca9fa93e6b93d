"""The waiting list: who is offered freed places, for how long, and what they answer.

The one rule: a transaction that frees places also offers them, under the lock on the event's row.
So nobody ever finds free places beside a waiting party that fits into them, and whoever signs up
and finds room has jumped no queue. A group gets all of its places or none; smaller parties behind
a group that is too big go first, so that no place stays empty.
"""

import logging
from datetime import datetime, time, timedelta

from django.db import OperationalError, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from campaign_site.hours import this_hour
from events import tasks
from events.local_time import BRUSSELS, on_the_clock
from events.models import Event, SignUp
from events.services.errors import SignUpError
from events.services.needs import end_of_sign_ups

logger = logging.getLogger(__name__)

SHORTEST_HOLD = timedelta(minutes=30)
MORNING, EVENING = time(9), time(22)
_ROWS_AT_ONCE = 200


def hold_event(event_id: int) -> Event:
    """Lock the event's row until the transaction ends and return it as it now is.

    Whoever changes the status or the people of a sign-up holds this lock first, so that what is
    read after it about sign-ups of the event stays true.
    """
    return Event.objects.select_for_update(no_key=True, of=("self",)).get(pk=event_id)


def settle_places(event_id: int) -> list[int]:
    """Offer what is free to the first in the queue who fit; return the numbers of their rows.

    Inside a transaction, after any change of the places, the capacity or the hours of an event.
    Offers nothing once the event is cancelled or has begun. Safe to repeat.
    """
    event = hold_event(event_id)
    if event.is_cancelled or event.has_started:
        return []
    chosen, people = _who_fits(event)
    if not chosen:
        return []
    now = timezone.now()
    SignUp.objects.filter(pk__in=chosen).update(
        status=SignUp.Status.OFFERED,
        offered_at=now,
        offer_until=hold_until(event, now),
        offer_sent_at=None,
    )
    change_places_taken(event_id, people)
    tasks.send_offer.batch_defer(*({"row_id": pk} for pk in chosen))
    return chosen


def _who_fits(event: Event) -> tuple[list[int], int]:
    """Return the rows that fit into the free places, in the queue's order, and their people."""
    waiting = SignUp.objects.waiting().filter(event=event)
    left = event.places_left
    if left is not None:
        waiting = waiting.filter(party_size__lte=left)
    chosen: list[int] = []
    people = 0
    rows = waiting.values_list("pk", "party_size")
    for pk, party_size in rows.iterator(_ROWS_AT_ONCE) if left != 0 else ():
        if left is None or people + party_size <= left:
            chosen.append(pk)
            people += party_size
        if people == left:
            break
    return chosen, people


def change_places_taken(event_id: int, people: int) -> None:
    """Count ``people`` more (or fewer, when negative) as having places; under the event's lock."""
    Event.objects.filter(pk=event_id).update(places_taken=F("places_taken") + people)


def hold_until(event: Event, now: datetime) -> datetime:
    """Return until when an offer made ``now`` stands.

    The hours staff chose, or half of the time until the event begins when that is less; never
    less than 30 minutes, and never past the beginning. One that would run out in the night, when
    people sleep, stands until the morning. An event without an hour begins with its day, and on
    the day itself takes people until the day is over.
    """
    hold = min(timedelta(hours=event.hold_hours), (event.begins - now) / 2)
    end = _not_at_night(now + max(hold, SHORTEST_HOLD))
    return min(end, _latest_answer(event))


def _not_at_night(end: datetime) -> datetime:
    """Return ``end``, or the next nine o'clock in Belgium when it is later than ten at night."""
    local = end.astimezone(BRUSSELS)
    if MORNING <= local.time() <= EVENING:
        return end
    morning = local.date() + timedelta(days=local.time() > EVENING)
    return on_the_clock(morning, MORNING)


def _latest_answer(event: Event) -> datetime:
    return event.starts_at or event.ends


def renew_offers(event_id: int) -> None:
    """Give whoever has an offer the time to answer anew, and mail it once more.

    For an event that takes place after all: the time went by while nobody could answer. In a
    transaction that holds the event's lock.
    """
    event, now = hold_event(event_id), timezone.now()
    offered = SignUp.objects.filter(event=event, status=SignUp.Status.OFFERED)
    ids = list(offered.values_list("pk", flat=True))
    if not ids or event.has_started:
        return
    offered.update(offer_until=hold_until(event, now), offer_sent_at=None)
    tasks.send_offer.batch_defer(*({"row_id": pk} for pk in ids))


def end_offers_with_the_event(event_id: int) -> None:
    """Let no offer stand past the beginning of an event that was moved; under its lock."""
    event = hold_event(event_id)
    latest = _latest_answer(event)
    SignUp.objects.filter(event=event, status=SignUp.Status.OFFERED, offer_until__gt=latest).update(
        offer_until=latest
    )


@transaction.atomic
def accept_offer(*, sign_up: SignUp) -> bool:
    """Make the places that are offered theirs, and mail a confirmation.

    Return False, and change nothing, when nothing is offered any more: it was accepted before,
    refused, or given to the next. Until it is, an offer that has run out can still be accepted.
    Raises ``SignUpError`` when the event is cancelled or has begun.
    """
    event = hold_event(sign_up.event_id)
    _require_event_to_come(event)
    offered = SignUp.objects.filter(pk=sign_up.pk, status=SignUp.Status.OFFERED)
    if not offered.update(status=SignUp.Status.CONFIRMED, confirmation_sent_at=None):
        return False
    tasks.send_sign_up_answer.defer(public_id=str(sign_up.public_id))
    return True


def _require_event_to_come(event: Event) -> None:
    if event.is_cancelled:
        raise SignUpError(_("This event is cancelled."))
    if event.has_started:
        raise SignUpError(_("This event has begun."))


@transaction.atomic
def refuse_offer(*, sign_up: SignUp) -> bool:
    """Let the places that are offered go to the next, and mail that it is noted.

    Return False, and change nothing, when nothing is offered any more.
    """
    hold_event(sign_up.event_id)
    offered = SignUp.objects.filter(pk=sign_up.pk, status=SignUp.Status.OFFERED)
    return bool(end_and_settle(sign_up.event_id, offered, SignUp.Status.CANCELLED))


def end_and_settle(
    event_id: int, rows, status: SignUp.Status, *, mails: bool = True
) -> list[SignUp]:
    """End these standing sign-ups, offer their places to the next, mail it; return those ended.

    ``rows`` is a queryset; the caller holds the event's lock. Safe to repeat: what has ended is
    not ended again.
    """
    ending = list(rows.standing())
    ids = [row.pk for row in ending]
    freed = sum(row.party_size for row in ending if row.holds_places)
    SignUp.objects.filter(pk__in=ids).update(status=status, cancelled_at=this_hour())
    end_of_sign_ups(ending)
    if freed:
        change_places_taken(event_id, -freed)
        settle_places(event_id)
    if mails and ids:
        tasks.send_sign_up_ended.batch_defer(*({"row_id": pk} for pk in ids))
    return ending


def lapse_due(now: datetime) -> int:
    """End the offers that were not answered in time, offer their places on; return how many.

    Each event in a transaction of its own: one that is busy is left for the next minute. Nothing
    lapses while an event is cancelled. Safe to run twice and at once.
    """
    due = SignUp.objects.filter(
        status=SignUp.Status.OFFERED, offer_until__lte=now, event__cancelled_at=None
    )
    events = due.order_by("event_id").values_list("event_id", flat=True).distinct()
    return sum(_lapse(event_id, now) for event_id in list(events))


def _lapse(event_id: int, now: datetime) -> int:
    try:
        with transaction.atomic():
            if hold_event(event_id).is_cancelled:
                return 0
            due = SignUp.objects.filter(
                event_id=event_id, status=SignUp.Status.OFFERED, offer_until__lte=now
            )
            return len(end_and_settle(event_id, due, SignUp.Status.LAPSED))
    except OperationalError:
        logger.warning("offers of event %s could not lapse yet", event_id)
        return 0


def settle_all() -> int:
    """Offer free places that somebody waits for; return how many offers were made.

    There are none as long as every verb settles what it frees; this finds what anybody else has
    changed, such as the hours or the capacity of an event. One that is busy is left for the next
    minute. Safe to run twice and at once.
    """
    with_room = Event.objects.to_come().filter(
        Q(capacity=None) | Q(places_taken__lt=F("capacity")),
        sign_ups__status=SignUp.Status.WAITING,
    )
    made = 0
    for event_id in list(with_room.order_by("pk").values_list("pk", flat=True).distinct()):
        try:
            with transaction.atomic():
                made += len(settle_places(event_id))
        except OperationalError:
            logger.warning("places of event %s could not be offered yet", event_id)
    return made


def position(sign_up: SignUp) -> int:
    """Return how many parties are asked before this one, itself counted: 1 is next in line.

    0 when it does not wait. A smaller party behind a big group may be asked before it.
    """
    if sign_up.status != SignUp.Status.WAITING:
        return 0
    before = SignUp.objects.waiting().filter(
        event_id=sign_up.event_id, queue_number__lt=sign_up.queue_number
    )
    return before.count() + 1
