"""Names of countries and languages in the active language, from CLDR by way of Babel."""

import unicodedata
from functools import lru_cache

from babel import Locale

from campaign_site.languages import site_language

# In CLDR's list and no country: groupings, outlying parts and codes kept for private use.
_NO_COUNTRY = frozenset(
    {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}
)
_FIRST = "BE"
# Where the campaign says another name than CLDR.
_OUR_NAMES = {
    "CD": {"en": "DR Congo", "fr": "RD Congo", "nl": "DR Congo"},
    "PS": {"en": "Palestine", "fr": "Palestine", "nl": "Palestina"},
}
_OTHER = "und"


def country_choices() -> list[tuple[str, str]]:
    """Return (ISO 3166-1 alpha-2 code, name) of each country: Belgium, then all by their names."""
    return list(_countries(site_language()))


def country_name(code: str) -> str:
    """Return the name of a country; the code itself when it is unknown, empty for none."""
    return dict(_countries(site_language())).get(code, code)


def language_name(code: str, *, other: str = "") -> str:
    """Return the name of a language (BCP 47); ``other`` for "und", any that is not listed."""
    if code == _OTHER:
        return other
    return Locale.parse(site_language()).languages.get(code, code)


@lru_cache(maxsize=8)
def _countries(language: str) -> tuple[tuple[str, str], ...]:
    territories = Locale.parse(language).territories
    countries = [
        (code, _OUR_NAMES.get(code, {}).get(language, name))
        for code, name in territories.items()
        if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRY
    ]
    return tuple(sorted(countries, key=lambda pair: (pair[0] != _FIRST, _plain(pair[1]))))


def _plain(name: str) -> str:
    """Return the name as it is sorted: without accents, capitals or small."""
    letters = unicodedata.normalize("NFKD", name)
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).casefold()
