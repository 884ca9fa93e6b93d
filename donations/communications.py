"""What the communication of a transfer names: one of our numbers, an appeal, or nothing of ours."""

import re
import unicodedata
from dataclasses import dataclass

from donations.models import BankEntry
from donations.references import check_digits

Obstacle = BankEntry.Obstacle

# Between its signs, with whatever blanks a bank has cut it by: +++123/4567/89002+++ (Febelfin).
_SIGNED = re.compile(r"([+*])\1{2} ?([0-9](?:[ /.-]{0,2}[0-9]){11}) ?\1{3}")
# The digits alone, together or in groups of three, four and five.
_BARE = re.compile(r"(?<![0-9])([0-9]{3}[ /.-]{0,2}[0-9]{4}[ /.-]{0,2}[0-9]{5})(?![0-9])")
_NOT_DIGITS = re.compile(r"[^0-9]+")
_TWELVE_DIGITS = re.compile(r"[0-9]{12}")
_NOT_PLAIN = re.compile(r"[^0-9A-Z]+")


@dataclass(frozen=True, slots=True)
class Named:
    """The number that a communication names, or why none is certain."""

    number: int | None = None
    obstacle: str = ""


_NOTHING = Named(obstacle=Obstacle.NO_REFERENCE)
_WRONG = Named(obstacle=Obstacle.BAD_CHECK)
_SEVERAL = Named(obstacle=Obstacle.TWO_REFERENCES)


def read_reference(structured_reference: str, text: str) -> Named:
    """Return the one number with right check digits that a transfer names.

    A structured communication counts before what stands in the free text, and a wrong one is not
    put right by it: then a person looks. In the text there may be one, also written twice; of two
    different ones none is taken.
    """
    if _TWELVE_DIGITS.fullmatch(structured_reference):
        number = _number_of(structured_reference)
        return _WRONG if number is None else Named(number)
    if not any(c.isdigit() for c in text):
        return _NOTHING
    signed = [match[2] for match in _SIGNED.finditer(text)]
    written = [*signed, *_BARE.findall(_SIGNED.sub(" + ", text))]
    if not written:
        return _NOTHING
    numbers = {_number_of(_NOT_DIGITS.sub("", digits)) for digits in written} - {None}
    if len(numbers) > 1:
        return _SEVERAL
    return Named(numbers.pop()) if numbers else _WRONG


def _number_of(digits: str) -> int | None:
    number = int(digits[:10])
    return number if check_digits(number) == int(digits[10:]) else None


def plain(text: str) -> str:
    """Return the letters and digits of a text in capitals, without accents, signs and blanks.

    Banks cut, space and recode texts differently; two that look alike here were one.
    """
    text = text.upper()
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.replace("Œ", "OE").replace("Æ", "AE"))
        return "".join(c for c in text if c.isalnum())
    return _NOT_PLAIN.sub("", text)
