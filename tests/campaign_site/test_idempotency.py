"""What is kept of a form to recognise it again tells nobody what it said."""

import hashlib
import json

from campaign_site.idempotency import digest

TYPED = {"email": "ada@example.org", "name": "Ada", "party_size": 2}


def test_digest_does_not_depend_on_the_order_of_fields():
    assert digest(TYPED) == digest(dict(reversed(TYPED.items())))
    assert digest(TYPED) != digest({**TYPED, "party_size": 3})


def test_digest_cannot_be_guessed_without_the_key(settings):
    guessed = hashlib.sha256(json.dumps(TYPED, sort_keys=True).encode()).hexdigest()
    ours = digest(TYPED)

    settings.SUPPORTER_LOOKUP_KEY = "somebody else's key"

    assert ours not in {guessed, digest(TYPED)}
    assert len(ours) == 64
