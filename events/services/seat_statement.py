"""The one statement that takes places, or a number on the waiting list, and records the sign-up.

Whoever signs up holds the lock on the event's row, for which everybody else waits, during this
statement and the commit after it, and no longer.

It is right under READ COMMITTED (PostgreSQL's manual, 13.2.1): of two statements that want one
event row, the second waits for the first to commit, and then PostgreSQL evaluates its WHERE and
SET again on the row as the first has left it (EvalPlanQual). So whether there is room is decided
on the version that is locked. That decision goes into ``last_found_room``, for RETURNING shows the
new row only (before PostgreSQL 18), from which it could not be told. Sign-ups are read as they were
when the statement began: that there is none of this person or this form is certain only because
the caller has locked the person and the form's key before.
"""

import uuid
from dataclasses import dataclass, field

from django.db import connection
from django.utils import timezone

from campaign_site.encryption import encrypt
from campaign_site.hours import this_hour
from events.models import Event, SignUp
from events.services.needs import NeedsGiven
from supporters.models import Supporter

_TAKE = """
WITH seat AS (
    UPDATE events_event SET
        places_taken = places_taken + CASE WHEN {has_room} THEN %(people)s ELSE 0 END,
        next_queue_number = next_queue_number + CASE WHEN {has_room} THEN 0 ELSE 1 END,
        last_found_room = {has_room}
    WHERE id = %(event)s
        AND ({has_room} OR has_waiting_list AND %(people)s <= capacity)
        AND takes_sign_ups
        AND cancelled_at IS NULL
        AND (opens_at IS NULL OR opens_at <= %(now)s)
        AND (closes_at IS NULL OR closes_at > %(now)s)
        AND CASE WHEN starts_at IS NULL THEN day >= %(today)s ELSE starts_at > %(now)s END
        AND NOT EXISTS (
            SELECT FROM events_signup known
            WHERE known.event_id = %(event)s AND known.supporter_id = %(supporter)s
                AND known.status IN ('confirmed', 'offered', 'waiting')
        )
        AND NOT EXISTS (SELECT FROM events_signup earlier WHERE earlier.form_key = %(form_key)s)
    RETURNING last_found_room AS found_room, next_queue_number - 1 AS queue_number
), made AS (
    INSERT INTO events_signup (
        public_id, event_id, supporter_id, status, queue_number, name, party_size, language,
        form_key, form_digest, link_version, created_hour, shared_with, confirmed_coming,
        gave_feedback, source
    )
    SELECT
        %(public_id)s, %(event)s, %(supporter)s,
        CASE WHEN found_room THEN 'confirmed' ELSE 'waiting' END,
        CASE WHEN found_room THEN NULL ELSE queue_number END,
        %(name)s, %(people)s, %(language)s, %(form_key)s, %(form_digest)s, 1, %(hour)s,
        %(shared_with)s, false, false, %(source)s
    FROM seat
    RETURNING id, status, queue_number
){needs}
SELECT id, status, queue_number FROM made
"""
_NEEDS = """, needs AS (
    INSERT INTO events_needs (sign_up_id, ticked, line)
    SELECT id, %(ticked)s, %(line)s FROM made
)"""
_HAS_ROOM = "(capacity IS NULL OR places_taken + %(people)s <= capacity)"
_STATEMENTS = {
    has_needs: _TAKE.format(has_room=_HAS_ROOM, needs=_NEEDS if has_needs else "")
    for has_needs in (True, False)
}


@dataclass(frozen=True)
class SeatAsked:
    """One party that asks for places: everything of its sign-up but whether it finds room."""

    event_id: int
    supporter_id: int
    name: str
    party_size: int
    language: str
    form_key: uuid.UUID
    form_digest: str
    source: str = ""
    needs: NeedsGiven | None = None
    shared_with: list[int] = field(default_factory=list)
    public_id: uuid.UUID = field(default_factory=uuid.uuid4)


@dataclass(frozen=True)
class Seat:
    """What a party got: ``status`` "confirmed", or "waiting" with its ``queue_number``."""

    sign_up_id: int
    status: str
    queue_number: int | None

    def as_sign_up(self, asked: SeatAsked, *, event: Event, supporter: Supporter) -> SignUp:
        """Return the row that was made, without reading it again."""
        row = SignUp(
            pk=self.sign_up_id,
            public_id=asked.public_id,
            event=event,
            supporter=supporter,
            status=self.status,
            queue_number=self.queue_number,
            name=asked.name,
            party_size=asked.party_size,
            language=asked.language,
            form_key=asked.form_key,
            form_digest=asked.form_digest,
            source=asked.source,
            shared_with=asked.shared_with,
        )
        row._state.adding, row._state.db = False, connection.alias
        return row


def take_seat(asked: SeatAsked) -> Seat | None:
    """Take places, or a number on the waiting list, and record the sign-up.

    None when nothing was done: sign-up is not open, the event is full and has no list, the person
    has a sign-up there that stands, or the form has made one. The last statement of its
    transaction, in which the person and the form's key are locked.
    """
    now = timezone.now()
    values = {
        "event": asked.event_id,
        "supporter": asked.supporter_id,
        "people": asked.party_size,
        "now": now,
        "today": timezone.localdate(now),
        "hour": this_hour(),
        "public_id": asked.public_id,
        "name": encrypt(asked.name),
        "language": asked.language,
        "form_key": asked.form_key,
        "form_digest": asked.form_digest,
        "source": asked.source,
        "shared_with": asked.shared_with,
    }
    if asked.needs:
        values["ticked"] = asked.needs.ticked and encrypt(asked.needs.ticked)
        values["line"] = asked.needs.line and encrypt(asked.needs.line)
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENTS[bool(asked.needs)], values)
        row = cursor.fetchone()
    return Seat(*row) if row else None
