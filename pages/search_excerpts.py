"""The lines below a search result: the part of a text that has the words, and a mark on them."""

import re
from collections.abc import Collection

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from pages.typography import without_points

EXCERPT_CHARACTERS = 230
# How much of the text stands before the first word found.
LEAD_IN_CHARACTERS = 60

_WORD = re.compile(r"[^\W_]+")
# A word with a sign inside, such as militant·es, l’école or Port-au-Prince.
_JOINED_WORDS = re.compile(r"[^\W_]+(?:[^\w\s][^\W_]+)*")
_SENTENCE_END = re.compile(r"[.!?:…]\s+")


def marked_words(text: str) -> list[tuple[int, int]]:
    """Return (start, end) of every word that can be marked; one with inclusive points is whole."""
    found = []
    for match in _JOINED_WORDS.finditer(text):
        if match[0].isalnum() or without_points(match[0]) != match[0]:
            found.append(match.span())
        else:
            found += [
                (match.start() + word.start(), match.start() + word.end())
                for word in _WORD.finditer(match[0])
            ]
    return found


def distinct_words(texts: Collection[str]) -> set[str]:
    return {text[start:end] for text in texts for start, end in marked_words(text)}


def mark(text: str, words: Collection[str]) -> SafeString:
    """Return ``text`` as HTML, escaped, with ``<mark>`` around those of its words in ``words``."""
    pieces, position = [], 0
    for start, end in marked_words(text):
        if text[start:end] in words:
            pieces += [escape(text[position:start]), f"<mark>{escape(text[start:end])}</mark>"]
            position = end
    return mark_safe("".join([*pieces, escape(text[position:])]))  # noqa: S308 (escaped above)


def excerpt(text: str, words: Collection[str]) -> SafeString:
    """Return about EXCERPT_CHARACTERS of ``text`` as HTML, where most different ``words`` are.

    Without any of them, its beginning. Dots show where something was left out.
    """
    start = _start(text, words)
    end = start + EXCERPT_CHARACTERS
    if end < len(text):
        end = max(text.rfind(" ", start, end), start + EXCERPT_CHARACTERS // 2)
    shown = text[start:end].strip()
    before = "… " if start else ""
    after = " …" if end < len(text) else ""
    return mark_safe(before + mark(shown, words) + after)  # noqa: S308 (``mark`` escapes)


def _start(text: str, words: Collection[str]) -> int:
    """Where the excerpt begins: at a sentence, or else at a word, shortly before the best match."""
    found = [(start, text[start:end]) for start, end in marked_words(text)]
    hits = [(start, word.lower()) for start, word in found if word in words]
    if not hits:
        return 0
    room = EXCERPT_CHARACTERS - LEAD_IN_CHARACTERS
    best = max(
        hits,
        key=lambda hit: (
            len({word for start, word in hits if hit[0] <= start < hit[0] + room}),
            -hit[0],
        ),
    )[0]
    if best <= LEAD_IN_CHARACTERS:
        return 0
    lead_in = text[best - LEAD_IN_CHARACTERS : best]
    sentences = [match.end() for match in _SENTENCE_END.finditer(lead_in)]
    offset = sentences[0] if sentences else lead_in.find(" ") + 1
    return best - LEAD_IN_CHARACTERS + offset
