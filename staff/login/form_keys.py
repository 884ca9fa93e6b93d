"""The key of a member's forms (the CSRF cookie), which outlives a session, but not its owner.

Django makes a new key at each log-in. Ours is kept when the same member logs in again, so that what
was typed before a session ended can still be saved. It says by itself whose it is: one half is
random, the other a code over that half and the member. So a page that one member left open cannot
be saved in the name of the next, and a key that somebody else planted is never kept.
"""

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.crypto import constant_time_compare, get_random_string, salted_hmac

# Together as long as Django's own (django.middleware.csrf.CSRF_SECRET_LENGTH).
_HALF = 16


def key_for(user: AbstractBaseUser, kept: str = "") -> str:
    """Return ``kept`` when it is a key of ``user``, else a new one of theirs."""
    if kept and constant_time_compare(kept, _of(user, kept[:_HALF])):
        return kept
    return _of(user, get_random_string(_HALF))


def _of(user: AbstractBaseUser, half: str) -> str:
    code = salted_hmac("staff.login.form_keys", f"{half}:{user.pk}", algorithm="sha256")
    return half + code.hexdigest()[:_HALF]
