"""Pass places on to somebody else."""

import uuid
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from campaign_site.hours import this_hour
from campaign_site.idempotency import first_result
from events import tasks
from events.models import Event, Needs, SignUp
from events.services.agreements import Agreements
from events.services.errors import SignUpError
from events.services.needs import NeedsGiven, end_of_sign_ups
from events.services.taking import mail_again
from events.services.waiting import hold_event
from supporters.arriving import hold_arriving
from supporters.models import Supporter
from supporters.newsletter import wish_for_news
from supporters.wordings import Words


@transaction.atomic
def pass_on(
    *,
    sign_up: SignUp,
    name: str,
    email: str,
    language: str,
    form_key: uuid.UUID,
    form_digest: str,
    newsletter: Words | None = None,
    needs: NeedsGiven | None = None,
    needs_words: Words | None = None,
    shared_with: Sequence[int] = (),
    sharing_words: Words | None = None,
) -> SignUp:
    """Give the places of a confirmed sign-up to another person, and mail both; return theirs.

    As many people come as before, so nothing is freed and nobody on the waiting list is passed
    over. Form key, words and needs are those of the receiver, as in ``sign_up``.

    Somebody who has a sign-up for this event gets their own mail once more, and the places stay
    with the giver; what is returned then looks like a success (and is not to be saved), so that
    nobody can find out who is coming. Raises ``SignUpError`` when the event is cancelled or has
    begun, or when the places are not the giver's any more; ``KeyReused`` as in ``sign_up``.
    """
    agreements = Agreements(newsletter, needs, needs_words, list(shared_with), sharing_words)
    receiver = hold_arriving(form_key=form_key, email=email, language=language)
    # Only now: a second press of the button waits for the first at the form's key.
    earlier = first_result(SignUp.objects, form_key, form_digest)
    if earlier is not None:
        return earlier
    event = hold_event(sign_up.event_id)
    given = SignUp.objects.filter(pk=sign_up.pk).first()
    _require_passable(event, given)
    known = SignUp.objects.standing().filter(event=event, supporter=receiver).first()
    if known is not None:
        mail_again(known)
        if newsletter:
            wish_for_news(supporter=receiver, words=newsletter)
        known.status = SignUp.Status.CONFIRMED
        return known
    return _hand_over(
        given,
        receiver,
        agreements,
        name=name,
        language=language,
        form_key=form_key,
        form_digest=form_digest,
    )


def _require_passable(event: Event, given: SignUp | None) -> None:
    if event.is_cancelled:
        raise SignUpError(_("This event is cancelled."))
    if event.has_started:
        raise SignUpError(_("This event has begun, so the places can no longer be passed on."))
    if given is None or given.status != SignUp.Status.CONFIRMED:
        raise SignUpError(_("These places have been given back or passed on already."))


def _hand_over(
    given: SignUp, receiver: Supporter, agreements: Agreements, **fields: object
) -> SignUp:
    SignUp.objects.filter(pk=given.pk).update(
        status=SignUp.Status.PASSED_ON, cancelled_at=this_hour()
    )
    end_of_sign_ups([given])
    row = SignUp.objects.create(
        event_id=given.event_id,
        supporter=receiver,
        party_size=given.party_size,
        shared_with=agreements.kept_shared_with,
        **fields,
    )
    needs = agreements.kept_needs
    if needs:
        Needs.objects.create(sign_up=row, ticked=needs.ticked, line=needs.line)
    agreements.record(supporter=receiver, public_id=row.public_id)
    tasks.send_sign_up_answer.defer(public_id=str(row.public_id))
    tasks.send_sign_up_ended.defer(row_id=given.pk)
    return row
