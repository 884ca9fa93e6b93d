"""One effect for each form, however often it is sent.

A form carries a random key. The first post with a key does the work; every later one with the
same key and content gets the first one's result, and one with other content is refused.
"""

import json
import uuid
from collections.abc import Mapping

from django.db import models

from campaign_site import advisory_locks
from campaign_site.encryption import keyed_hash


class KeyReused(Exception):
    """The same form key came again with other content."""


def digest(content: Mapping[str, object]) -> str:
    """Return a keyed hash of what was sent, in hexadecimal; the order of fields does not matter.

    A plain hash beside an encrypted name and address would let whoever holds a stolen dump find
    out, by trying, who is in it.
    """
    text = json.dumps(content, sort_keys=True, default=str, ensure_ascii=True)
    return keyed_hash(text, purpose="form-content")


def first_result(queryset: models.QuerySet, key: uuid.UUID, content_digest: str):
    """Return the row that ``key`` made before, or None for the first post; inside a transaction.

    Holds an advisory lock on the key until the transaction ends: of twenty posts with one key
    that arrive together, one goes on and nineteen wait here and then find its row. (A unique
    constraint alone would let all twenty take seats first and roll nineteen back.)
    Raises ``KeyReused`` when the row was made from other content.
    """
    advisory_locks.hold(key.bytes)
    row = queryset.filter(form_key=key).first()
    if row is not None and row.form_digest != content_digest:
        raise KeyReused
    return row
