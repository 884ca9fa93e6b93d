"""Who has a second factor, and who needs one.

A factor is an authenticator app or a passkey. Recovery codes stand in for a lost one, and are none.
"""

from allauth.mfa.models import Authenticator
from django.conf import settings

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def has_factor(user) -> bool:
    """Whether ``user`` has an authenticator app or a passkey (asked of the database once)."""
    if not hasattr(user, "_has_second_factor"):
        user._has_second_factor = Authenticator.objects.filter(
            user_id=user.pk, type__in=FACTORS
        ).exists()
    return user._has_second_factor


def needs_factor(user) -> bool:
    """Whether a password alone is not enough for ``user``.

    Never enough on the public site; on development sites for those who have a factor.
    """
    return settings.STAFF_SECOND_FACTOR == "required" or has_factor(user)


def is_last_factor(authenticator: Authenticator) -> bool:
    """Whether a member who needs a factor would be left with none."""
    others = Authenticator.objects.filter(user_id=authenticator.user_id, type__in=FACTORS)
    return settings.STAFF_SECOND_FACTOR == "required" and not (
        others.exclude(pk=authenticator.pk).exists()
    )


def kinds_of(user) -> set[str]:
    """Return the kinds of authenticators that ``user`` has: totp, webauthn, recovery_codes."""
    return set(Authenticator.objects.filter(user_id=user.pk).values_list("type", flat=True))
