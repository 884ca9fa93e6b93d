"""Amounts in euros as people type them, in English, French and Dutch.

The three languages disagree on what a point and a comma mean. What can be read in one way is
read, in whatever language; what can be read in two ways is refused, so that nobody gives a
hundred or a thousand times what they meant.
"""

import enum
import re
from decimal import Decimal

_CURRENCY = r"(?:€|eur|euros?)"
_DIGITS = re.compile(r"[0-9]+")
# "25,-" and "25,–": a Belgian and Dutch way to write that there are no cents.
_NO_CENTS = re.compile(r"[.,] ?[-–—]{1,2}$")
_GROUPS = re.compile(r"[0-9]{1,3}(?:(?P<mark>[ .,])[0-9]{3})(?:(?P=mark)[0-9]{3})*")


class Problem(enum.Enum):
    UNREADABLE = "unreadable"
    TWO_READINGS = "two readings"
    TOO_PRECISE = "too precise"


class AmountError(ValueError):
    """The text is not one amount of whole euros and cents; ``problem`` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.value)
        self.problem = problem


def read_euros(text: str) -> Decimal:
    """Return the amount that ``text`` names, with two decimals.

    Reads ``25``, ``25,00``, ``25.00``, ``1 250``, ``1.250,50``, ``1,250.50``, ``€ 25``, ``25 EUR``
    and ``25,-``; any kind of space will do. Raises ``AmountError``: ``1.250`` and ``1,250`` may be
    1250 or 1.25, so they have two readings.
    """
    bare = _without_currency(" ".join(text.split()).casefold())
    whole, cents = _split(_NO_CENTS.sub("", bare))
    return Decimal(f"{whole}.{cents:0<2}")


def _without_currency(text: str) -> str:
    return re.sub(rf"^{_CURRENCY} ?| ?{_CURRENCY}$", "", text, count=1)


def _split(text: str) -> tuple[str, str]:
    """Return the digits before and after the decimal mark."""
    marks = [character for character in text if character in ".,"]
    if not marks:
        return _whole(text), ""
    if len(marks) > 1 and len(set(marks)) == 1:
        # "1.250.000": a mark that comes twice separates thousands.
        return _whole(text), ""
    whole, _, decimals = text.rpartition(marks[-1])
    if not _DIGITS.fullmatch(decimals) or marks[-1] in whole:
        raise AmountError(Problem.UNREADABLE)
    if len(marks) == 1 and _GROUPS.fullmatch(text) and not whole.startswith("0"):
        raise AmountError(Problem.TWO_READINGS)
    digits = _whole(whole)
    if len(decimals) > 2:
        raise AmountError(Problem.TOO_PRECISE)
    return digits, decimals


def _whole(text: str) -> str:
    """Return the digits of a whole number, written at a stretch or in groups of three."""
    if not _DIGITS.fullmatch(text) and not _GROUPS.fullmatch(text):
        raise AmountError(Problem.UNREADABLE)
    return "".join(character for character in text if character.isdecimal())
