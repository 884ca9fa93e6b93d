"""How search reads a text or a query: as plain words, in a form that both of them share.

PostgreSQL then takes accents and endings off (migration 0005). Pure functions; nothing here asks
the database. What PostgreSQL would read otherwise than people do is settled here: inclusive points,
both apostrophes, "words/with/slashes" (a path to it), hashtags made of several words.
"""

import re
import unicodedata
from os.path import commonprefix

from pages.typography import without_points

MAX_QUERY_CHARACTERS = 100
MAX_QUERY_WORDS = 12

_WORD = re.compile(r"[^\W_]+")
_CHUNK = re.compile(r"\S+")
# NotATarget: Not, A, Target.
_INNER_CAPITAL = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][^\W\d_A-Z])")
# What the stemmers of PostgreSQL leave apart though it is one word, as (ending, put in its place).
# French: engagée and engagé, once the accents are off (as for PostgreSQL, "armée" and "arme" are
# then one); publique and public. Dutch: foto’s, often typed fotos, and foto.
_ENDINGS = {
    "fr": (
        (re.compile(r"[eé]e(s?)$"), r"é\1"),
        (re.compile(r"^publique(s?)$"), r"public\1"),
    ),
    "nl": ((re.compile(r"(?<=[^aeiou])([ao])s$"), r"\1"),),
}
_DUTCH_PLURAL = re.compile(r"(?<=\w)['’]s\b")
# French words that say nothing, which PostgreSQL knows by their accents only.
_FRENCH_SMALL_WORDS = frozenset(["a", "à", "été", "étaient", "était", "êtes", "même", "mêmes"])
# The first part of a word with points stands for it in a query, unless it is as short as "tou".
_MIN_FIRST_PART = 4


def clean_query(text: str) -> str:
    """Return a query as it is shown and sought: no control characters, single spaces, short."""
    kept = "".join(
        " " if unicodedata.category(character).startswith("C") else character
        for character in text[: 4 * MAX_QUERY_CHARACTERS]
    )
    return " ".join(kept.split())[:MAX_QUERY_CHARACTERS].rstrip()


def text_words(text: str, language: str = "") -> list[str]:
    """Return the words under which ``text`` is found, in order, some in two forms.

    ``militant·es`` gives ``militant`` and ``militantes``; ``#NotATarget`` gives itself and its
    three words. ``language`` is a language code, or empty for texts in no language.
    """
    found: list[str] = []
    for chunk in _CHUNK.findall(_plain(text, language)):
        first, joined = _first_and_joined(chunk)
        for part in [joined] if first == joined else [first, joined]:
            for word in _WORD.findall(part):
                inner = _INNER_CAPITAL.sub(" ", word).split()
                found += [word, *(inner if len(inner) > 1 else [])]
    return [_read(word, language) for word in found]


def query_words(query: str, language: str = "") -> list[str]:
    """Return the words to look for, at most MAX_QUERY_WORDS, each once and in order."""
    found: dict[str, None] = {}
    for chunk in _CHUNK.findall(_plain(query, language)):
        first, joined = _first_and_joined(chunk)
        for word in _WORD.findall(first if len(first) >= _MIN_FIRST_PART else joined):
            found[_read(word, language)] = None
    words = list(found)
    if language == "fr":
        words = [word for word in words if word not in _FRENCH_SMALL_WORDS] or words
    return words[:MAX_QUERY_WORDS]


def _plain(text: str, language: str) -> str:
    """Compose accents, and drop what nobody sees and the ’s of a Dutch plural."""
    composed = unicodedata.normalize("NFC", text)
    seen = "".join(
        c for c in composed if unicodedata.category(c) not in ("Cf", "Cc") or c.isspace()
    )
    return _DUTCH_PLURAL.sub("", seen) if language == "nl" else seen


def _first_and_joined(chunk: str) -> tuple[str, str]:
    """(what stands before the first inclusive point, the whole without points)."""
    joined = without_points(chunk)
    return commonprefix([chunk, joined]), joined


def _read(word: str, language: str) -> str:
    word = word.lower()
    for ending, instead in _ENDINGS.get(language, ()):
        word = ending.sub(instead, word)
    return word
