"""Belgian national numbers that somebody typed into a communication: found, and made unreadable.

This site never asks for one, and nobody needs it to match a transfer. A national register number
has eleven digits (Royal Decree of 3 April 1984): day of birth as yymmdd, three digits that count,
and two check digits, 97 less the remainder of the nine before modulus 97; a 2 is put in front of
the nine for who was born from 2000 on. In a BIS number (Royal Decree of 8 February 1991) the month
is raised by 20 or 40.
"""

import re

MASK = "•"
_SEPARATOR = r"[ .,/\-–]{0,3}"
# yy mm dd nnn cc. Twelve digits are a structured communication or an old account number.
_CANDIDATE = re.compile(
    rf"(?<![0-9])([0-9]{{2}}){_SEPARATOR}([0-9]{{2}}){_SEPARATOR}([0-9]{{2}}){_SEPARATOR}"
    rf"([0-9]{{3}}){_SEPARATOR}([0-9]{{2}})(?![0-9])"
)
_ELEVEN_DIGITS = re.compile(r"(?:[0-9][^0-9]{0,3}){11}")
_DIGIT = re.compile(r"[0-9]")
# What may hold eleven digits between blanks and is something else: an IBAN in groups of four, a
# structured communication between its signs.
_ACCOUNT = re.compile(r"\b[A-Za-z]{2}[0-9]{2}(?: ?[A-Za-z0-9]{4}){2,7}(?: ?[A-Za-z0-9]{1,3})?\b")
_COMMUNICATION = re.compile(
    r"(?<![0-9])[+*]{0,3} ?[0-9]{3} ?/? ?[0-9]{4} ?/? ?[0-9]{5} ?[+*]{0,3}(?![0-9])"
)


def mask(text: str) -> str:
    """Return ``text`` with each digit of a national or BIS number in it put out of sight."""
    if not _ELEVEN_DIGITS.search(text):
        return text
    found = _CANDIDATE.search(text)
    if found is None:
        return text
    others = [match.span() for match in _COMMUNICATION.finditer(text)]
    others += [match.span() for match in _ACCOUNT.finditer(text) if _is_account(match[0])]
    parts, end = [], 0
    while found is not None:
        within = any(start < found.end() and found.start() < stop for start, stop in others)
        if not within and _is_national_number(*found.groups()):
            parts += [text[end : found.start()], _DIGIT.sub(MASK, found[0])]
            end = found.end()
            found = _CANDIDATE.search(text, end)
        else:
            # Another may begin within this one, which is none.
            found = _CANDIDATE.search(text, found.start() + 1)
    return "".join([*parts, text[end:]])


def _is_national_number(year: str, month: str, day: str, count: str, check: str) -> bool:
    # An unknown month or day of birth is 00; a BIS number may have no day of birth at all.
    if int(month) % 20 > 12 or int(month) > 52 or int(day) > 31:
        return False
    number = int(year + month + day + count)
    return any(97 - (number + born) % 97 == int(check) for born in (0, 2_000_000_000))


def _is_account(text: str) -> bool:
    """Judge by the check digits of ISO 13616."""
    account = "".join(text.split()).upper()
    return int("".join(str(int(c, 36)) for c in account[4:] + account[:4])) % 97 == 1
