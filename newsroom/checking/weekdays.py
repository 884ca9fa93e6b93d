"""Days that a text names with their weekday: is 9 December a Friday? Pure functions."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

_WEEKDAYS = {
    "en": ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    "nl": ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"),
}
_MONTHS = {
    "en": (
        *("january", "february", "march", "april", "may", "june", "july", "august"),
        *("september", "october", "november", "december"),
    ),
    "fr": (
        *("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août"),
        *("septembre", "octobre", "novembre", "décembre"),
    ),
    "nl": (
        *("januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus"),
        *("september", "oktober", "november", "december"),
    ),
}
_YEAR = r"(?:,?\s+(?P<year>(?:19|20)\d\d))?(?!\d)"


def _pattern(language: str) -> re.Pattern[str]:
    weekday = rf"\b(?P<weekday>{'|'.join(_WEEKDAYS[language])})"
    month = rf"(?P<month>{'|'.join(_MONTHS[language])})\b"
    day = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|ste|de|e)?"
    between = r",?\s+(?:the\s+|le\s+|de\s+|op\s+)?"
    forms = [rf"{weekday}{between}{day}(?:\s+of)?\s+{month}{_YEAR}"]
    if language == "en":
        forms.append(rf"{weekday}{between}{month}\s+{day}{_YEAR}")
    named = [
        re.sub(r"\?P<(\w+)>", rf"?P<\g<1>{number}>", form) for number, form in enumerate(forms)
    ]
    return re.compile("|".join(named), re.IGNORECASE)


_PATTERNS = {language: _pattern(language) for language in _WEEKDAYS}


@dataclass(frozen=True)
class NamedDay:
    """A day as a text says it: ``said`` and ``weekday`` (0 is Monday); ``day`` is what it means."""

    said: str
    weekday: int
    day: date

    @property
    def is_right(self) -> bool:
        return self.day.weekday() == self.weekday


def named_days(
    text: str, language: str, *, known: Iterable[date], today: date
) -> Iterator[NamedDay]:
    """Return the days that ``text`` names with their weekday.

    One without a year is the one of ``known`` (the days of the campaign's actions) that has its
    day and month, else the next such day from ``today``. What is no day at all (31 April) is left
    out.
    """
    known = list(known)
    for found in _PATTERNS[language].finditer(text):
        parts = {name[:-1]: value for name, value in found.groupdict().items() if value}
        month = _MONTHS[language].index(parts["month"].lower()) + 1
        year = int(parts["year"]) if "year" in parts else None
        meant = _meant(int(parts["day"]), month, year, known, today)
        if meant is not None:
            weekday = _WEEKDAYS[language].index(parts["weekday"].lower())
            yield NamedDay(" ".join(found.group().split()), weekday, meant)


def _meant(day: int, month: int, year: int | None, known: list[date], today: date) -> date | None:
    if year is None:
        matching = [one for one in known if (one.day, one.month) == (day, month)]
        if matching:
            return matching[0]
        year = today.year
        is_gone = _made(year, month, day) is not None and _made(
            year, month, day
        ) < today - timedelta(days=1)
        year += is_gone
    return _made(year, month, day)


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
