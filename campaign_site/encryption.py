"""Names and addresses at rest: encrypted with keys that the database does not hold.

``SUPPORTER_ENCRYPTION_KEYS`` is a list of Fernet keys (AES-128-CBC with HMAC-SHA-256, see the
Fernet specification): the first encrypts, all decrypt, so a key is rotated by putting the new one
in front. ``SUPPORTER_LOOKUP_KEY`` keys the hash by which an address is found again.
"""

import base64
import hashlib
import hmac
from functools import lru_cache

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models
from django.db.models.lookups import Exact


@lru_cache(maxsize=4)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def encrypt(text: str) -> str:
    cipher = _cipher(tuple(settings.SUPPORTER_ENCRYPTION_KEYS))
    return cipher.encrypt(text.encode()).decode("ascii")


def decrypt(token: str) -> str:
    """Return the text; raises ``cryptography.fernet.InvalidToken`` when no key fits."""
    return _cipher(tuple(settings.SUPPORTER_ENCRYPTION_KEYS)).decrypt(token.encode()).decode()


def encrypt_bytes(content: bytes) -> bytes:
    """Encrypt what is no text; the token is kept as bytes, a quarter shorter than in letters."""
    cipher = _cipher(tuple(settings.SUPPORTER_ENCRYPTION_KEYS))
    return base64.urlsafe_b64decode(cipher.encrypt(content))


def decrypt_bytes(token: bytes) -> bytes:
    """Return the bytes; raises ``cryptography.fernet.InvalidToken`` when no key fits."""
    cipher = _cipher(tuple(settings.SUPPORTER_ENCRYPTION_KEYS))
    return cipher.decrypt(base64.urlsafe_b64encode(token))


def keyed_hash(text: str, *, purpose: str) -> str:
    """Return 64 hexadecimal digits that only the holder of the lookup key can recompute."""
    key = hmac.digest(settings.SUPPORTER_LOOKUP_KEY.encode(), purpose.encode(), hashlib.sha256)
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


class EncryptedTextField(models.TextField):
    """A text that is readable in Python and unreadable in the database. It cannot be searched."""

    description = "Encrypted text"

    def from_db_value(self, value, expression, connection):
        return decrypt(value) if value else value

    def get_prep_value(self, value):
        value = super().get_prep_value(value)
        return encrypt(value) if value else value

    def get_lookup(self, lookup_name):
        # A text is encrypted differently each time, so that even "exact" would never find it.
        lookups = {"isnull": super().get_lookup("isnull"), "exact": IsEmptyText}
        return lookups.get(lookup_name)


class IsEmptyText(Exact):
    """``field=""`` finds the rows without a text; comparing with any other text is an error."""

    def get_prep_lookup(self):
        if self.rhs != "":
            raise FieldError("An encrypted text can only be compared with the empty text.")
        return self.rhs
