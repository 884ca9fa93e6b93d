"""Read settings from the environment, and fail at start-up when one is missing or malformed.

Every reader accepts ``NAME`` or, for secrets mounted as files, ``NAME_FILE`` with a path.
"""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off"}


def env_text(name: str, default: str | None = None) -> str:
    """Return the value of ``name``; without a default, a missing or empty value is an error."""
    value = os.environ.get(name, "")
    if not value and (path := os.environ.get(f"{name}_FILE")):
        try:
            value = Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE cannot be read: {error.strerror}.") from error
    if value:
        return value
    if default is None:
        raise ImproperlyConfigured(f"Set the environment variable {name} (or {name}_FILE).")
    return default


def env_bool(name: str, *, default: bool) -> bool:
    value = env_text(name, "1" if default else "0").lower()
    if value not in _TRUE | _FALSE:
        raise ImproperlyConfigured(f"{name} must be one of 1, 0, true, false, yes, no, on, off.")
    return value in _TRUE


def env_int(name: str, *, default: int, minimum: int = 0, maximum: int = 2**31) -> int:
    value = env_text(name, str(default))
    try:
        number = int(value)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a whole number.") from error
    if not minimum <= number <= maximum:
        raise ImproperlyConfigured(f"{name} must lie between {minimum} and {maximum}.")
    return number


def env_list(name: str, default: str | None = None) -> list[str]:
    """Return the comma-separated values of ``name``, without blanks."""
    return [part.strip() for part in env_text(name, default).split(",") if part.strip()]
