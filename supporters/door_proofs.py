"""The two small prices a form may ask for: a calculation, or, without scripts, some patience.

The calculation is ALTCHA's proof of work, version 2: find the number whose key, derived with
PBKDF2-HMAC-SHA-256 (RFC 8018), begins as the challenge says. Challenge and ticket are signed, made
for one form with one key, and used up by the first post that carries them.
"""

import json
import secrets
import uuid
from datetime import timedelta

import altcha
from django.core import signing
from django.utils import timezone
from django.utils.crypto import salted_hmac

from campaign_site.forms import is_younger
from supporters.door_counters import spend

PROOF_LIFETIME = timedelta(minutes=10)
TICKET_LIFETIME = timedelta(hours=1)
# A device computes half of their product on average. Web Crypto is native code, so that a browser
# is nearly as fast as a robot; with few iterations it would spend its time between calls.
ITERATIONS = 10_000
MOST_TRIES = 200
_MOST_CHARACTERS = 4000
_TICKET_SALT = "door-ticket"


def _secret(purpose: str) -> bytes:
    return salted_hmac(f"supporters.door_proofs.{purpose}", "", algorithm="sha256").digest()


def _binding(purpose: str, key: uuid.UUID) -> dict[str, str]:
    return {"form": purpose, "key": key.hex}


def make_challenge(purpose: str, key: uuid.UUID) -> str:
    """Return a challenge, as JSON, for the form ``purpose`` with the form key ``key``."""
    challenge = altcha.create_challenge(
        "PBKDF2/SHA-256",
        ITERATIONS,
        counter=secrets.randbelow(MOST_TRIES),
        expires_at=timezone.now() + PROOF_LIFETIME,
        data={**_binding(purpose, key), "tries": MOST_TRIES},
        hmac_secret=_secret("challenge"),
        hmac_key_secret=_secret("solution"),
    )
    return json.dumps(challenge.to_dict())


def use_proof(text: str, *, purpose: str, key: uuid.UUID) -> bool:
    """Use up a solved challenge; return whether it was solved, in time, for this form, unused.

    ``text`` is what the page sent: JSON in base64, at most 4000 characters.
    """
    if not text or len(text) > _MOST_CHARACTERS or not text.isascii():
        return False
    result = altcha.verify_solution(text, _secret("challenge"), hmac_key_secret=_secret("solution"))
    if not result.verified:
        return False
    parameters = altcha.Payload.from_base64(text).challenge.parameters
    if parameters.data != {**_binding(purpose, key), "tries": MOST_TRIES}:
        return False
    return spend(f"proof:{parameters.nonce}", expires_at=timezone.now() + PROOF_LIFETIME)


def make_ticket(purpose: str, key: uuid.UUID) -> str:
    """Return a ticket for the form ``purpose`` with ``key``; it is worth something after a wait."""
    content = {**_binding(purpose, key), "number": secrets.token_hex(16)}
    return signing.dumps(content, salt=_TICKET_SALT)


def read_ticket(text: str, *, purpose: str, key: uuid.UUID) -> dict[str, str] | None:
    """Return what a ticket of this form says, however new it is; None if it is not one."""
    try:
        content = signing.loads(text, salt=_TICKET_SALT, max_age=TICKET_LIFETIME)
    except signing.BadSignature:
        return None
    binding = _binding(purpose, key)
    return content if content == {**content, **binding} else None


def has_waited(text: str, *, seconds: int) -> bool:
    """Whether a ticket that ``read_ticket`` accepted is old enough, counted in whole seconds."""
    return not is_younger(text, salt=_TICKET_SALT, seconds=seconds)


def use_ticket(content: dict[str, str]) -> bool:
    """Use a ticket up; return whether this was the first time."""
    expires_at = timezone.now() + TICKET_LIFETIME
    return spend(f"ticket:{content['number']}", expires_at=expires_at)
