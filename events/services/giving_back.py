"""Give places back: all of them, or some."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.models import MAX_PARTY_SIZE, Event, SignUp
from events.services.errors import SignUpError
from events.services.waiting import (
    change_places_taken,
    end_and_settle,
    hold_event,
    settle_places,
)


@transaction.atomic
def cancel_sign_up(*, sign_up: SignUp) -> bool:
    """Cancel, offer the places to whoever waits, and mail that it is done.

    Also ends waiting, and refuses an offer. Returns False if it had ended before: however often
    and at once it is called, the places are freed once. Raises ``SignUpError`` when the event has
    begun.
    """
    if hold_event(sign_up.event_id).has_started:
        raise SignUpError(_("This event has begun, so there is nothing left to cancel."))
    return _cancel(sign_up, mails=True)


@transaction.atomic
def give_places_back(sign_up: SignUp) -> bool:
    """Cancel and free the places, once; mails nobody but those who are offered them.

    Returns False if it had ended before.
    """
    hold_event(sign_up.event_id)
    return _cancel(sign_up, mails=False)


def _cancel(sign_up: SignUp, *, mails: bool) -> bool:
    row = SignUp.objects.filter(pk=sign_up.pk)
    return bool(end_and_settle(sign_up.event_id, row, SignUp.Status.CANCELLED, mails=mails))


@transaction.atomic
def change_party_size(*, sign_up: SignUp, party_size: int) -> None:
    """Come with ``party_size`` people (1 to 10): take the places that lack, or free the others.

    Freed places are offered to whoever waits. On the waiting list, and while an offer stands, a
    party only gets smaller, which may make it fit at once. Mails nobody but those who are offered
    places. Calling again with the same number changes nothing. Raises ``SignUpError``, and changes
    nothing, when the sign-up has ended, the event is cancelled or has begun, or when more people
    would come and sign-up is closed or the places that are left are too few.
    """
    if not 1 <= party_size <= MAX_PARTY_SIZE:
        raise SignUpError(_("One sign-up is for 10 people at most."), field="party_size")
    event = hold_event(sign_up.event_id)
    row = SignUp.objects.standing().filter(pk=sign_up.pk).first()
    _require_changeable(event, row)
    more = party_size - row.party_size
    if more > 0:
        _require_room_for_more(event, row, more)
    row.party_size = party_size
    row.save(update_fields=["party_size"])
    if more and row.holds_places:
        change_places_taken(event.pk, more)
    if more < 0:
        settle_places(event.pk)


def _require_changeable(event: Event, row: SignUp | None) -> None:
    if row is None:
        raise SignUpError(_("This sign-up is cancelled."))
    if event.is_cancelled:
        raise SignUpError(_("This event is cancelled, so the number can no longer change."))
    if event.has_started:
        raise SignUpError(_("This event has begun, so the number can no longer change."))


def _require_room_for_more(event: Event, row: SignUp, more: int) -> None:
    """Raise ``SignUpError`` unless ``more`` people find places beside those of ``row``."""
    if row.status == SignUp.Status.WAITING:
        raise SignUpError(
            _(
                "On the waiting list, a group can only get smaller. To come with more people, "
                "cancel this sign-up and sign up again: you are then at the end of the list."
            ),
            field="party_size",
        )
    if row.status == SignUp.Status.OFFERED:
        raise SignUpError(
            _("These places are offered to a group of this size. It can only get smaller."),
            field="party_size",
        )
    if not event.is_open:
        raise SignUpError(_("Sign-up for this event is closed."), field="party_size")
    left = event.places_left
    if left is None or left >= more:
        return
    if left == 0:
        raise SignUpError(_("All places are taken."), field="party_size")
    sentence = ngettext(
        "Only %(left)d place is left, so you can be %(most)d people at most.",
        "Only %(left)d places are left, so you can be %(most)d people at most.",
        left,
    )
    most = row.party_size + left
    raise SignUpError(sentence % {"left": left, "most": most}, field="party_size")
