"""A person and what they agree to, in one statement each: for forms at which crowds arrive.

The same as ``remember_supporter`` and ``record_consent`` for something that is only being made,
with a third of their questions to the database. What is locked is locked in this order: the form's
key, the address, the person's row.
"""

import uuid
from collections.abc import Sequence

from django.db import connection

from campaign_site.encryption import encrypt
from campaign_site.hours import this_hour
from supporters.models import Consent, Supporter
from supporters.services import address_hash, consent_text
from supporters.wordings import Words

# The locks are taken before a row is looked for. That row may be newer than the statement: ON
# CONFLICT goes by what is committed when it looks, and a person erased meanwhile is added anew.
_HOLD = """
WITH locked AS MATERIALIZED (
    SELECT pg_advisory_xact_lock(%(key)s), pg_advisory_xact_lock_shared(%(address)s)
)
INSERT INTO supporters_supporter AS known (public_id, email, email_hash, language, created_hour)
SELECT %(public_id)s, %(email)s, %(email_hash)s, %(language)s, %(hour)s FROM locked
ON CONFLICT (email_hash) DO UPDATE SET
    email = CASE known.email WHEN '' THEN EXCLUDED.email ELSE known.email END,
    language = CASE known.email WHEN '' THEN EXCLUDED.language ELSE known.language END
RETURNING id, public_id, language, created_hour
"""
_CONSENT = """
INSERT INTO supporters_consent (
    supporter_id, subject_type, subject_id, text_id, wording_id, purpose, source, proof, given_hour
)
SELECT
    %(supporter)s, %(subject_type)s, %(subject_id)s, id, %(wording)s, purpose, %(source)s, '',
    %(hour)s
FROM supporters_consenttext
WHERE purpose = %(purpose)s AND language = %(language)s AND text = %(text)s
"""


def hold_arriving(*, form_key: uuid.UUID, email: str, language: str) -> Supporter:
    """Return the person with this address, adding them if they are new; their row is locked.

    Until the transaction ends, a second form with this key or of this person waits here, and
    nobody erases them. ``language`` is kept for a new person, as in ``remember_supporter``.
    """
    email_hash = address_hash(email)
    values = {
        "key": int.from_bytes(form_key.bytes[:8], signed=True),
        "address": int.from_bytes(bytes.fromhex(email_hash)[:8], signed=True),
        "public_id": uuid.uuid4(),
        "email": encrypt(email),
        "email_hash": email_hash,
        "language": language,
        "hour": this_hour(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, values)
        pk, public_id, kept_language, created_hour = cursor.fetchone()
    supporter = Supporter(
        pk=pk,
        public_id=public_id,
        email=email,
        email_hash=email_hash,
        language=kept_language,
        created_hour=created_hour,
    )
    supporter._state.adding, supporter._state.db = False, connection.alias
    return supporter


def record_new_consents(
    *, subject_type: str, subject_id: uuid.UUID, supporter: Supporter, words: Sequence[Words]
) -> None:
    """Keep that somebody ticked these boxes for a thing that has no consents yet."""
    for one in words:
        values = {
            "supporter": supporter.pk,
            "subject_type": subject_type,
            "subject_id": subject_id,
            "wording": one.wording.pk,
            "source": Consent.Source.FORM.value,
            "hour": this_hour(),
            "purpose": one.purpose,
            "language": one.language,
            "text": one.text,
        }
        with connection.cursor() as cursor:
            cursor.execute(_CONSENT, values)
            if not cursor.rowcount:
                # The first time that these words are shown.
                consent_text(purpose=one.purpose, language=one.language, text=one.text)
                cursor.execute(_CONSENT, values)
