"""No password that was found in a leak, asked of a file beside this one and of nobody else.

Whoever tries stolen accounts begins with the passwords of earlier leaks (OWASP ASVS 5.0, 6.2.4 and
6.2.12). Rules about composition do not find them: many are long and look made up. The file holds
the first eight bytes of the SHA-256 of each, in order, and no password that could be read: 9,737
of 15 characters or more among the million most frequent of the "10 million passwords" of SecLists
(CC BY-SA 3.0). Two passwords share eight bytes once in 10^15 tries.

``python -m staff.login.breached_passwords LIST`` makes the file anew from a list of one password a
line, for example from a later leak.
"""

import bisect
import hashlib
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

SHORTEST = 15
_BYTES = 8
_FILE = Path(__file__).with_name("breached_passwords.bin")


def _digest(password: str) -> bytes:
    # Capitals do not make another password of it: tools that guess change them first.
    return hashlib.sha256(password.strip().casefold().encode()).digest()[:_BYTES]


@cache
def _digests() -> tuple[bytes, ...]:
    content = _FILE.read_bytes()
    return tuple(content[at : at + _BYTES] for at in range(0, len(content), _BYTES))


def is_breached(password: str) -> bool:
    """Whether the list has this password, with any capitals."""
    wanted, known = _digest(password), _digests()
    at = bisect.bisect_left(known, wanted)
    return at < len(known) and known[at] == wanted


def write_list(passwords: Iterable[str], path: Path = _FILE) -> int:
    """Write the digests of ``passwords`` that are long enough to matter; return how many."""
    digests = sorted({_digest(one) for one in passwords if len(one.strip()) >= SHORTEST})
    path.write_bytes(b"".join(digests))
    return len(digests)


class NotBreached:
    """One of AUTH_PASSWORD_VALIDATORS."""

    def validate(self, password: str, user=None) -> None:
        if is_breached(password):
            raise ValidationError(
                _("This password has been stolen elsewhere and is known. Choose another one."),
                code="password_breached",
            )

    def get_help_text(self) -> str:
        return _("It cannot be one that is known from a leak elsewhere.")


if __name__ == "__main__":
    with Path(sys.argv[1]).open(encoding="utf-8", errors="replace") as lines:
        sys.stdout.write(f"{write_list(lines)} passwords\n")
