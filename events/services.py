"""Take places for an event, change how many, and give them back."""

import uuid

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaign_site.hours import this_hour
from campaign_site.idempotency import first_result
from events import tasks
from events.models import MAX_PARTY_SIZE, Event, SignUp
from supporters.models import Supporter
from supporters.newsletter import wish_for_news
from supporters.services import remember_supporter
from supporters.wordings import Words


class SignUpError(Exception):
    """A sentence for the person, in their language; ``field`` is the form field it is about."""

    def __init__(self, sentence: str, *, field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field


@transaction.atomic
def sign_up(
    *,
    event: Event,
    name: str,
    email: str,
    party_size: int,
    language: str,
    form_key: uuid.UUID,
    form_digest: str,
    newsletter: Words | None = None,
) -> SignUp:
    """Take ``party_size`` places (1 to 10) for a person and mail them a confirmation.

    The mail is enqueued in the same transaction. Calling twice with one form key returns the
    first sign-up; other content under that key raises ``KeyReused``. ``newsletter`` is the words
    beside the box for news, if it was ticked.

    An address that has signed up for this event gets its confirmation once more and no more
    places. Such a call succeeds and fails exactly like a new one, so that nobody can find out
    from the form who is coming. Raises ``SignUpError`` when sign-up is closed or the places that
    are left are too few; nothing is kept then, not even the address.
    """
    earlier = first_result(SignUp.objects, form_key, form_digest)
    if earlier is not None:
        return earlier
    if not 1 <= party_size <= MAX_PARTY_SIZE:
        raise SignUpError(_("One sign-up is for 10 people at most."), field="party_size")
    supporter = remember_supporter(email=email, language=language)
    # One sign-up of a person at a time: a second one that arrives now waits, then finds the first.
    Supporter.objects.select_for_update(no_key=True).get(pk=supporter.pk)
    known = _confirm_again(event, supporter)
    has_room = _has_room(event, party_size) if known else take_places(event, party_size)
    if not has_room:
        raise _refusal(event, party_size)
    row = known or SignUp.objects.create(
        event=event,
        supporter=supporter,
        name=name,
        party_size=party_size,
        language=language,
        form_key=form_key,
        form_digest=form_digest,
    )
    if newsletter:
        wish_for_news(supporter=supporter, words=newsletter)
    tasks.send_sign_up_confirmation.defer(row_id=row.pk)
    return row


def take_places(event: Event, people: int) -> bool:
    """Take places if sign-up is open and there are enough; return whether they were taken.

    One conditional statement: of two transactions after the last place, the second waits for the
    first and then finds the condition false.
    """
    open_with_room = Event.objects.taking_sign_ups().with_room_for(people).filter(pk=event.pk)
    return bool(open_with_room.update(places_taken=F("places_taken") + people))


def _has_room(event: Event, people: int) -> bool:
    return Event.objects.taking_sign_ups().with_room_for(people).filter(pk=event.pk).exists()


def _confirm_again(event: Event, supporter: Supporter) -> SignUp | None:
    """Return the sign-up this person has, its confirmation due again; None when they have none."""
    known = SignUp.objects.confirmed().filter(event=event, supporter=supporter)
    return known.get() if known.update(confirmation_sent_at=None) else None


def _refusal(event: Event, people: int) -> SignUpError:
    """Say why there was no room a moment ago."""
    current = Event.objects.get(pk=event.pk)
    if not current.is_open:
        return SignUpError(_("Sign-up for this event is closed."))
    left = current.places_left
    if left == 0:
        return SignUpError(_("All places are taken."))
    if left is None or left >= people:
        return SignUpError(_("The number of places has just changed. Please send the form again."))
    sentence = ngettext(
        "Only %(left)d place is left. Sign up fewer people.",
        "Only %(left)d places are left. Sign up fewer people.",
        left,
    )
    return SignUpError(sentence % {"left": left}, field="party_size")


@transaction.atomic
def cancel_sign_up(*, sign_up: SignUp) -> bool:
    """Cancel, free the places and mail that it is done; return False if it had been cancelled.

    However often and at once it is called, the places are freed once. Raises ``SignUpError``
    when the event has begun.
    """
    if sign_up.event.has_started:
        raise SignUpError(_("This event has begun, so there is nothing left to cancel."))
    if not give_places_back(sign_up):
        return False
    tasks.send_sign_up_cancelled.defer(row_id=sign_up.pk)
    return True


def give_places_back(sign_up: SignUp) -> bool:
    """Cancel and free the places, once; mails nobody. Return False if it had been cancelled.

    Inside a transaction.
    """
    row = SignUp.objects.filter(pk=sign_up.pk)
    if not row.confirmed().update(status=SignUp.Status.CANCELLED, cancelled_at=this_hour()):
        return False
    # The update holds the row; the number that the caller has read may have changed before it.
    _free_places(sign_up.event_id, row.values_list("party_size", flat=True).get())
    return True


def _free_places(event_id: int, people: int) -> None:
    Event.objects.filter(pk=event_id).update(places_taken=F("places_taken") - people)


@transaction.atomic
def change_party_size(*, sign_up: SignUp, party_size: int) -> None:
    """Come with ``party_size`` people (1 to 10): take the places that lack, or free the others.

    Mails nobody. Calling again with the same number changes nothing. Raises ``SignUpError``, and
    changes nothing, when the sign-up is cancelled, when the event has begun, or when more people
    would come and sign-up is closed or the places that are left are too few. Changes of one
    sign-up happen one after the other, and so does its cancelling.
    """
    if not 1 <= party_size <= MAX_PARTY_SIZE:
        raise SignUpError(_("One sign-up is for 10 people at most."), field="party_size")
    rows = SignUp.objects.confirmed().select_related("event").select_for_update(of=("self",))
    row = rows.filter(pk=sign_up.pk).first()
    if row is None:
        raise SignUpError(_("This sign-up is cancelled."))
    if row.event.has_started:
        raise SignUpError(_("This event has begun, so the number can no longer change."))
    more = party_size - row.party_size
    if more > 0 and not take_places(row.event, more):
        raise _refusal_of_more(row, more)
    if more < 0:
        _free_places(row.event_id, -more)
    row.party_size = party_size
    row.save(update_fields=["party_size"])


def _refusal_of_more(sign_up: SignUp, more: int) -> SignUpError:
    """Say why ``more`` people could not join a sign-up a moment ago, and how many can."""
    current = Event.objects.get(pk=sign_up.event_id)
    left = current.places_left
    if not current.is_open or not left or left >= more:
        return SignUpError(str(_refusal(current, more)), field="party_size")
    sentence = ngettext(
        "Only %(left)d place is left, so you can be %(most)d people at most.",
        "Only %(left)d places are left, so you can be %(most)d people at most.",
        left,
    )
    most = sign_up.party_size + left
    return SignUpError(sentence % {"left": left, "most": most}, field="party_size")
