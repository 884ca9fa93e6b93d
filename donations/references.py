"""The Belgian structured communication (OGM/VCS) that names a transfer.

Twelve digits, written ``+++nnn/nnnn/nnnnn+++``: ten for the number, two check digits that are the
remainder of the number divided by 97, or 97 where that remainder is 0 (Febelfin, "Structured
communication"; the last two digits are never 00).
"""

import re

MAX_NUMBER = 9_999_999_999
# As banks print it: plus signs or asterisks around it, or the digits alone.
_WRITTEN = re.compile(r"[+*]{0,3}([0-9]{3})/?([0-9]{4})/?([0-9]{3})([0-9]{2})[+*]{0,3}")


def check_digits(number: int) -> int:
    """Return the check digits of a number of at most ten digits: 1 to 97."""
    return number % 97 or 97


def structured_communication(number: int) -> str:
    """Return ``number`` as ``+++nnn/nnnn/nnnnn+++``.

    Raises ``ValueError`` outside 0 to 9 999 999 999.
    """
    if not 0 <= number <= MAX_NUMBER:
        raise ValueError("a structured communication names a number of at most ten digits")
    digits = f"{number:010d}{check_digits(number):02d}"
    return f"+++{digits[:3]}/{digits[3:7]}/{digits[7:]}+++"


def read_communication(text: str) -> int:
    """Return the number that a written communication names; spaces do not matter.

    Raises ``ValueError`` when it is not twelve digits or its check digits are wrong.
    """
    written = _WRITTEN.fullmatch("".join(text.split()))
    if written is None:
        raise ValueError("a structured communication has twelve digits")
    number = int("".join(written.group(1, 2, 3)))
    if int(written[4]) != check_digits(number):
        raise ValueError("the check digits of this structured communication are wrong")
    return number
