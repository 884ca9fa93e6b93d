"""Forget people: what they told, whom it went to, and at last that they signed up.

Whatever goes leaves its numbers in the event (``services/totals.py``).
"""

from django.db import transaction

from events.models import Arrival, Event, Feedback, Needs, SignUp
from events.services.totals import note_gone, straighten_arrivals
from supporters.services import end_consents, withdraw_consents


@transaction.atomic
def forget_needs(sign_up: SignUp) -> bool:
    """Delete what somebody said they need and withdraw their consent; return if there was any.

    For the person, who may do so at any time, and for a sign-up that no longer stands.
    """
    there_were = bool(Needs.objects.filter(sign_up=sign_up).delete()[0])
    withdraw_consents(**_subject(sign_up), purpose=Needs.PURPOSE)
    return there_were


@transaction.atomic
def stop_sharing(sign_up: SignUp) -> bool:
    """From now on give this sign-up to no other organisation; return if it could be given.

    What one has received already is out of our hands.
    """
    shared = SignUp.objects.filter(pk=sign_up.pk).exclude(shared_with=[])
    stopped = bool(shared.update(shared_with=[]))
    withdraw_consents(**_subject(sign_up), purpose=SignUp.SHARING_PURPOSE)
    sign_up.shared_with = []
    return stopped


def forget_sign_up(sign_up: SignUp) -> None:
    """Delete a sign-up with needs and copies of mails; arrivals stay and name nobody.

    Its consents are over: whoever withdraws them does that first. In a transaction that holds the
    event's row.
    """
    current = SignUp.objects.get(pk=sign_up.pk)
    note_gone(current.event_id, [current])
    straighten_arrivals(current)
    end_consents(**_subject(current))
    current.delete()


def forget_row(row: Arrival | Feedback) -> None:
    """Delete a tap or a feedback; its numbers stay. In a transaction that holds the event's row."""
    note_gone(row.event_id, [row])
    row.delete()


def try_hold_event(event_id: int) -> bool:
    """Take the event's row until the transaction ends; return False if somebody else has it.

    For who has a row of the event already: everybody else takes the event first, and whoever waits
    for it with such a row in hand would wait for ever.
    """
    rows = Event.objects.select_for_update(no_key=True, skip_locked=True).filter(pk=event_id)
    return bool(list(rows.values_list("pk")))


def _subject(sign_up: SignUp) -> dict[str, object]:
    return {"subject_type": SignUp.SUBJECT_TYPE, "subject_id": sign_up.public_id}
