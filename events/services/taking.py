"""Sign up for an event: take places, or a number on its waiting list."""

import uuid
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaign_site.idempotency import KeyReused
from events import tasks
from events.models import MAX_PARTY_SIZE, Event, SignUp
from events.services.agreements import Agreements
from events.services.errors import SignUpError
from events.services.needs import NeedsGiven
from events.services.seat_statement import SeatAsked, take_seat
from supporters.arriving import hold_arriving
from supporters.models import Supporter
from supporters.newsletter import wish_for_news
from supporters.services import address_hash, find_supporter, hold_address
from supporters.sources import known_source
from supporters.wordings import Words

# Between the two transactions of somebody who has signed up before, their sign-up may end.
_ATTEMPTS = 3


class _HasSignedUp(Exception):
    """The person has a sign-up for this event that stands."""


class _CameBefore(Exception):
    """This form has made a sign-up already."""


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
    needs: NeedsGiven | None = None,
    needs_words: Words | None = None,
    shared_with: Sequence[int] = (),
    sharing_words: Words | None = None,
    source: str = "",
) -> SignUp:
    """Take ``party_size`` places (1 to 10) for a person, or a number on the list; mail them.

    The sign-up is confirmed when it finds room, else it waits. The mail is enqueued in the same
    transaction. Calling twice with one form key returns the first sign-up; other content under
    that key raises ``KeyReused``. ``newsletter``, ``needs_words`` and ``sharing_words`` are the
    words beside the boxes that were ticked; needs and the organisers that sign-ups are shared with
    (``shared_with``, their ids) are kept together with theirs only. ``source`` is the tag of the
    link they came by, kept if staff declared it.

    An address that has signed up for this event gets its mail once more and no more places. Such
    a call succeeds and fails exactly like a new one, so that nobody can find out from the form who
    is coming: what is returned then has the ``status`` that a new sign-up would have had, and is
    not to be saved. Raises ``SignUpError`` when sign-up is closed, or when the places that are
    left are too few and there is no waiting list; nothing is kept then, not even the address.
    """
    if not 1 <= party_size <= MAX_PARTY_SIZE:
        raise SignUpError(_("One sign-up is for 10 people at most."), field="party_size")
    agreements = Agreements(newsletter, needs, needs_words, list(shared_with), sharing_words)
    source = known_source(source)
    for _attempt in range(_ATTEMPTS):
        try:
            return _take(
                event, email, name, party_size, language, form_key, form_digest, agreements, source
            )
        except _CameBefore:
            known = _first_result(form_key, form_digest)
        except _HasSignedUp:
            known = _answer_again(event, email, party_size, newsletter)
        if known is not None:
            return known
    raise _changed_meanwhile()


@transaction.atomic
def _take(
    event: Event,
    email: str,
    name: str,
    party_size: int,
    language: str,
    form_key: uuid.UUID,
    form_digest: str,
    agreements: Agreements,
    source: str,
) -> SignUp:
    """Do everything that needs no lock on the event, then take the places.

    Raises ``_CameBefore``, ``_HasSignedUp`` or ``SignUpError``, and keeps nothing then. That is
    looked into only when the statement that takes places has refused, so that whoever comes for
    the first time, as nearly everybody does, has no question to wait for.
    """
    supporter = hold_arriving(form_key=form_key, email=email, language=language)
    asked = SeatAsked(
        event_id=event.pk,
        supporter_id=supporter.pk,
        name=name,
        party_size=party_size,
        language=language,
        form_key=form_key,
        form_digest=form_digest,
        source=source,
        needs=agreements.kept_needs,
        shared_with=agreements.kept_shared_with,
    )
    agreements.record(supporter=supporter, public_id=asked.public_id)
    tasks.send_sign_up_answer.defer(public_id=str(asked.public_id))
    seat = take_seat(asked)
    if seat is None:
        raise _why_not(event, supporter, party_size, form_key)
    return seat.as_sign_up(asked, event=event, supporter=supporter)


def _why_not(event: Event, supporter: Supporter, party_size: int, form_key: uuid.UUID) -> Exception:
    if SignUp.objects.filter(form_key=form_key).exists():
        return _CameBefore()
    if SignUp.objects.standing().filter(event=event, supporter=supporter).exists():
        return _HasSignedUp()
    return _refusal(Event.objects.get(pk=event.pk), party_size) or _changed_meanwhile()


def _first_result(form_key: uuid.UUID, form_digest: str) -> SignUp | None:
    """Return the sign-up that this form made; raises ``KeyReused`` when it said something else."""
    row = SignUp.objects.filter(form_key=form_key).first()
    if row is not None and row.form_digest != form_digest:
        raise KeyReused
    return row


@transaction.atomic
def _answer_again(
    event: Event, email: str, party_size: int, newsletter: Words | None
) -> SignUp | None:
    """Mail somebody what they have, once more; None when they no longer have it.

    Raises ``SignUpError`` where a new sign-up would be refused.
    """
    hold_address(address_hash(email))
    supporter = find_supporter(email)
    known = supporter and SignUp.objects.standing().filter(event=event, supporter=supporter).first()
    if not known:
        return None
    current = Event.objects.get(pk=event.pk)
    refusal = _refusal(current, party_size)
    if refusal:
        raise refusal
    mail_again(known)
    if newsletter:
        wish_for_news(supporter=supporter, words=newsletter)
    found_room = current.places_left is None or current.places_left >= party_size
    known.status = SignUp.Status.CONFIRMED if found_room else SignUp.Status.WAITING
    return known


def mail_again(known: SignUp) -> None:
    """Mail somebody what they have: places, an offer, or a number on the list."""
    row = SignUp.objects.filter(pk=known.pk)
    if known.status == SignUp.Status.OFFERED:
        row.update(offer_sent_at=None)
        tasks.send_offer.defer(row_id=known.pk)
    else:
        row.update(confirmation_sent_at=None)
        tasks.send_sign_up_answer.defer(public_id=str(known.public_id))


def _refusal(event: Event, people: int) -> SignUpError | None:
    """Say why a party of so many people gets neither places nor a number; None if it would."""
    if event.is_cancelled:
        return SignUpError(_("This event is cancelled."))
    if not event.is_open:
        return SignUpError(_("Sign-up for this event is closed."))
    left = event.places_left
    if left is None or left >= people:
        return None
    if event.has_waiting_list and people <= event.capacity:
        return None
    if event.has_waiting_list and event.capacity:
        return _too_many_for_all(event.capacity)
    if left == 0:
        return SignUpError(_("All places are taken."))
    sentence = ngettext(
        "Only %(left)d place is left. Sign up fewer people.",
        "Only %(left)d places are left. Sign up fewer people.",
        left,
    )
    return SignUpError(sentence % {"left": left}, field="party_size")


def _too_many_for_all(capacity: int) -> SignUpError:
    sentence = ngettext(
        "This event has %(capacity)d place in all. Sign up fewer people.",
        "This event has %(capacity)d places in all. Sign up fewer people.",
        capacity,
    )
    return SignUpError(sentence % {"capacity": capacity}, field="party_size")


def _changed_meanwhile() -> SignUpError:
    return SignUpError(_("The number of places has just changed. Please send the form again."))
