"""Typography by language, on display: what editors typed stays as it is in the database.

French: U+202F before ; : ! ? and inside « », ’ for ', « » for ". Dutch and English: no space before
; : ! ?, curly quotes. All three: a number and its unit on one line, a dash that never begins a
line, one inclusive point. Sources: "Lexique des règles typographiques en usage à l'Imprimerie
nationale"; Taaladvies.net on quotation marks; New Hart's Rules.

Every function here is pure, and applied to its own result changes nothing more. Addresses on the
web, mail addresses, account numbers (IBAN), hours such as 14:00 and, in HTML, attributes and code
stay untouched.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape, unescape

NARROW_SPACE = "\u202f"
NO_BREAK_SPACE = "\u00a0"
_SPACES = f" \t{NO_BREAK_SPACE}{NARROW_SPACE}\u2009"
_APOSTROPHE = "\u2019"

# The inclusive point: one canonical sign for the four that keyboards and word processors make,
# recognised between two letters only (militant·es, workers·s), so that list bullets stay.
POINT = "\u00b7"
_POINT_IN_WORD = re.compile(
    rf"[\u2e31\u2027\u2022{POINT}](?<=[^\W\d_].|[\u0300-\u036f].)(?=[^\W\d_])"
)
# Screen readers would say "middle dot"; sighted readers, search in the page and copies keep it.
_POINT_HTML = f'<span class="point" aria-hidden="true">{POINT}</span>'

# What no rule touches.
_PROTECTED = re.compile(
    r"(?:https?://|www\.)[^\s<>«»“”\"]*[^\s<>«»“”\"'’.,;:!?)\]]"  # an address on the web
    r"|(?<![\w.+-])[\w.+-]++@[\w-]++(?:\.[\w-]++)+"  # a mail address
    r"|\b[A-Z]{2}\d{2}(?:[  ]?[A-Z0-9]{4}){2,7}(?:[  ]?[A-Z0-9]{1,4})?\b"  # an IBAN
)
# Somewhere in a text that needs the slower look above; two digits may begin an IBAN.
_MAY_BE_PROTECTED = re.compile(r"://|www\.|@|[A-Z]{2}\d\d")

_MARKS = frozenset(";:!?")
_MARK = re.compile(r"[;:!?]")
_GUILLEMET = re.compile(r"[«»]")
_QUOTE = re.compile(r"[\"']")
_DASH = re.compile(r"-{1,2}|[–—]")
_EYES = re.compile(r"[:;]-?[()DPp|/](?!\w)")  # a smile typed in characters
_OPENERS = frozenset("([{«“‘/-–—")
_CLOSERS = frozenset(")]}»”’\"',.…")
# Words that begin with an apostrophe: ’s avonds, ’t is, ’n beetje; ’em, ’tis; the ’90s.
_ELISION = re.compile(r"'(?:[stnkmrSTNKMR]|em|tis|twas|\d\ds?)(?!\w)")
_UNIT = re.compile(
    r"\d([ \u00a0\u202f\u2009]+)"
    r"(?=(?:[€$£%‰]|°|(?:EUR|euros?|cents?|[cmk]?m[²³]?|[kmc]?[gl]|ha|h|u|min|uur|uren|jours?"
    r"|dagen|jaar|ans?|days?|years?|millions?|milliards?|miljoen|miljard|billion"
    r"|janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre"
    r"|januari|februari|maart|april|mei|juni|juli|augustus|oktober|december"
    r"|January|February|March|April|May|June|July|August|September|October|November|December"
    r")(?!\w)))"
)
_AMOUNT = re.compile(r"(?<!\d)(?<!\d[ \u00a0\u202f])[€$£]([ \u00a0\u202f\u2009]+)(?=\d)")
_THOUSANDS = re.compile(r"\d([ \u00a0\u202f\u2009])(?=\d{3}(?!\d))")

_TAG = re.compile(
    rf"<!--.*?-->|({re.escape(_POINT_HTML)})"
    r"|<(code|kbd|math|pre|samp|script|style|svg|textarea)\b.*?</\2\s*>"
    r"|</?[a-zA-Z](?>\"[^\"]*\"|'[^']*'|[^'\"<>])*+>",
    re.DOTALL | re.IGNORECASE,
)
_TAG_NAME = re.compile(r"</?([a-zA-Z0-9-]+)")
# Inside a word or a sentence; any other tag begins a new one.
_INLINE = frozenset(
    ["a", "abbr", "b", "bdi", "cite", "del", "dfn", "em", "i", "ins", "mark", "q", "s", "small"]
    + ["span", "strong", "sub", "sup", "time", "u", "var", "wbr"]
)
_UNREADABLE = "\ufffc"

Edit = tuple[int, int, str]


def without_points(text: str) -> str:
    """Return ``text`` with its inclusive points taken out: ``militant·es`` → ``militantes``.

    For slugs and for search, where nobody types the point.
    """
    return _POINT_IN_WORD.sub("", text)


# What the words around every page and the texts of busy pages need; each is set again and again.
_REMEMBERED = 4096


@lru_cache(_REMEMBERED)
def typeset(text: str, language: str) -> str:
    """Return a plain text as ``language`` ("en", "fr", "nl") sets it, for titles and attributes."""
    return _Run(text).written(_edits(text, language))


@lru_cache(_REMEMBERED)
def typeset_as_html(text: str, language: str) -> str:
    """Return a plain text as HTML, escaped, its inclusive points hidden from screen readers."""
    return _Run(text, is_html=True).written(_edits(text, language))


@lru_cache(_REMEMBERED)
def typeset_html(html: str, language: str) -> str:
    """Return HTML whose texts are set as ``language`` does; tags and attributes stay as they are.

    A sentence is followed through inline tags (``« <b>mot</b> »``) and ends with any other.
    """
    run = _read_html(html)
    return run.written(_edits(run.text, language))


@dataclass
class _Run:
    """A text, and the tags that stand at positions in it: (position, tag, characters covered)."""

    text: str
    is_html: bool = False
    tags: list[tuple[int, str, int]] = field(default_factory=list)

    def written(self, edits: list[Edit]) -> str:
        """Put edits and tags into the text. Of edits that overlap, the first wins."""
        out: list[str] = []
        done = 0
        # A tag before an edit at the same place: what is inserted stands outside a closed link.
        events = sorted(
            [(start, 1, start + width, tag) for start, tag, width in self.tags]
            + [(start, 2, end, new) for start, end, new in edits],
            key=lambda event: event[:2],
        )
        for start, kind, end, new in events:
            if kind == 2 and start < done:
                continue
            if start > done:
                out.append(self._safe(self.text[done:start]))
            out.append(new if kind == 1 else self._replacement(new))
            done = max(done, end)
        out.append(self._safe(self.text[done:]))
        return "".join(out)

    def _safe(self, text: str) -> str:
        return escape(text) if self.is_html else text

    def _replacement(self, new: str) -> str:
        return _POINT_HTML if self.is_html and new == POINT else new


def _read_html(html: str) -> _Run:
    """Take the tags out of ``html``, a stretch of code as one character."""
    run = _Run("", is_html=True)
    texts: list[str] = []
    length = done = 0
    for match in _TAG.finditer(html):
        texts.append(unescape(html[done : match.start()]))
        length += len(texts[-1])
        stand_in = _stand_in(match)
        run.tags.append((length, match.group(), len(stand_in)))
        texts.append(stand_in)
        length += len(stand_in)
        done = match.end()
    texts.append(unescape(html[done:]))
    run.text = "".join(texts)
    return run


def _stand_in(tag: re.Match[str]) -> str:
    """What the rules see where a tag was: nothing, the end of a line or something unreadable."""
    if tag.group(1) or tag.group(2):
        return _UNREADABLE
    name = _TAG_NAME.match(tag.group())
    if name is None or name.group(1).lower() in _INLINE:
        return ""
    return "\n"


def _edits(text: str, language: str) -> list[Edit]:
    """Every replacement (from, to, new text) that ``language`` asks for in ``text``."""
    quotes = [*_quotes(text, language)]
    openings = {start for start, _, new in quotes if new[0] in "«“"}
    found = [*_points(text), *_numbers(text, language), *_dashes(text), *quotes]
    if language == "fr":
        found += [*_french_marks(text, openings), *_guillemets(text)]
    else:
        found += _close_marks(text, openings)
    if _MAY_BE_PROTECTED.search(text):
        spans = [match.span() for match in _PROTECTED.finditer(text)]
        found = [edit for edit in found if not _inside(edit, spans)]
    return sorted(found)


def _inside(edit: Edit, spans: list[tuple[int, int]]) -> bool:
    """Whether an edit touches one of ``spans``; a space put at its very edge does not."""
    start, end, _ = edit
    return any(
        first < start < last or first < end < last or (start < end and first <= start < last)
        for first, last in spans
    )


def _space_before(text: str, end: int) -> int:
    """Return where the spaces that end at ``end`` begin."""
    start = end
    while start and text[start - 1] in _SPACES:
        start -= 1
    return start


def _space_after(text: str, start: int) -> int:
    """Return where the spaces that begin at ``start`` end."""
    end = start
    while end < len(text) and text[end] in _SPACES:
        end += 1
    return end


def _before(text: str, position: int) -> str:
    """The character before ``position``; the beginning of the text counts as that of a line."""
    return text[position - 1] if position else "\n"


def _after(text: str, position: int) -> str:
    return text[position] if position < len(text) else "\n"


def _points(text: str) -> Iterator[Edit]:
    for match in _POINT_IN_WORD.finditer(text):
        yield match.start(), match.end(), POINT


def _numbers(text: str, language: str) -> Iterator[Edit]:
    for pattern in (_UNIT, _AMOUNT):
        for match in pattern.finditer(text):
            yield match.start(1), match.end(1), NO_BREAK_SPACE
    between_thousands = NARROW_SPACE if language == "fr" else NO_BREAK_SPACE
    for match in _THOUSANDS.finditer(text):
        start = match.start()
        while start and text[start - 1].isdigit():
            start -= 1
        if match.start(1) - start <= 3:  # "2022 100 people" is no number of seven digits
            yield match.start(1), match.end(1), between_thousands


def _dashes(text: str) -> Iterator[Edit]:
    """A dash between spaces: an en dash, kept on the line of the word before it."""
    for match in _DASH.finditer(text):
        start, end = _space_before(text, match.start()), match.end()
        if start == match.start() or _before(text, start) == "\n":
            continue
        if _after(text, end) not in _SPACES:
            continue
        dash = match.group() if match.group() in "–—" else "–"
        yield start, end, NO_BREAK_SPACE + dash


def _marks(text: str, openings: set[int]) -> Iterator[tuple[int, int, bool]]:
    """Each sign ; : ! ? that ends something: (where its spaces begin, where it is, is it first).

    Left out: the colon of an hour, a ratio or an address, a smile, marks that begin a line or a
    quotation (``openings``: where straight quotes begin one).
    """
    end = 0
    for match in _MARK.finditer(text):
        position = match.start()
        start = _space_before(text, position)
        before = _before(text, start)
        end = max(end, position)
        while _after(text, end) in _MARKS:
            end += 1
        after = _after(text, end)
        if before == "\n" or before in _OPENERS:
            continue
        if start - 1 in openings:
            continue
        if not (after.isspace() or after in _CLOSERS) or _EYES.match(text, position):
            continue
        is_ratio = before.isdigit() and _after(text, _space_after(text, end)).isdigit()
        if is_ratio and start < position:
            continue
        yield start, position, before not in _MARKS


def _french_marks(text: str, openings: set[int]) -> Iterator[Edit]:
    for start, position, is_first in _marks(text, openings):
        if is_first or start < position:
            yield start, position, NARROW_SPACE


def _close_marks(text: str, openings: set[int]) -> Iterator[Edit]:
    for start, position, _ in _marks(text, openings):
        if start < position:
            yield start, position, ""


def _guillemets(text: str) -> Iterator[Edit]:
    for match in _GUILLEMET.finditer(text):
        position = match.start()
        if match.group() == "«":
            end = _space_after(text, position + 1)
            if _after(text, end) not in "\n»":
                yield position + 1, end, NARROW_SPACE
        else:
            start = _space_before(text, position)
            if _before(text, start) not in "\n«-–—":
                yield start, position, NARROW_SPACE


def _quotes(text: str, language: str) -> Iterator[Edit]:
    """Straight quotes, line by line."""
    start = 0
    while start < len(text) and _QUOTE.search(text, start):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        yield from _double_quotes(text, start, end, language)
        yield from _single_quotes(text, start, end)
        start = end + 1


def _double_quotes(text: str, start: int, end: int, language: str) -> Iterator[Edit]:
    """Pairs of them; one alone stays, as the sign of an inch does."""
    first: int | None = None
    position = text.find('"', start, end)
    while position >= 0:
        if first is not None:
            yield from _pair(text, first, position, language)
            first = None
        elif _may_open(text, position):
            first = position
        position = text.find('"', position + 1, end)


def _may_open(text: str, position: int) -> bool:
    before = _before(text, position)
    return (before.isspace() or before in _OPENERS or before in "'\u2019") and (
        _after(text, _space_after(text, position + 1)) != "\n"
    )


def _pair(text: str, first: int, last: int, language: str) -> Iterator[Edit]:
    if last == first + 1:
        return
    within = text.rfind("«", 0, first) > text.rfind("»", 0, first)
    if language == "fr" and not within:
        yield first, _space_after(text, first + 1), f"«{NARROW_SPACE}"
        start = _space_before(text, last)
        if _before(text, start) in "-–—":
            yield last, last + 1, "»"
        else:
            yield start, last + 1, f"{NARROW_SPACE}»"
    else:
        yield first, first + 1, "“"
        yield last, last + 1, "”"


def _single_quotes(text: str, start: int, end: int) -> Iterator[Edit]:
    last_closer = end
    while (last_closer := text.rfind("'", start, last_closer)) >= 0:
        if _closes(text, last_closer):
            break
    is_open = False
    position = text.find("'", start, end)
    while position >= 0:
        new, is_open = _single(text, position, is_open=is_open, may_open=position < last_closer)
        if new:
            yield position, position + 1, new
        position = text.find("'", position + 1, end)


def _closes(text: str, position: int) -> bool:
    after = _after(text, position + 1)
    return not (after.isalnum() or after == "_" or _before(text, position).isspace())


def _single(text: str, position: int, *, is_open: bool, may_open: bool) -> tuple[str, bool]:
    """The curly sign for a straight ' ("" leaves it), and whether a quotation is open after it.

    ``may_open``: whether one that begins here would end before its line does.
    """
    before, after = _before(text, position), _after(text, position + 1)
    if after.isalnum() and not before.isalnum() and before not in _CLOSERS:
        if may_open and not _ELISION.match(text, position):
            return "‘", True
        return _APOSTROPHE, is_open
    if before.isspace() or (before.isdigit() and not is_open and not after.isalnum()):
        return "", is_open  # alone, or the sign of a minute or a foot
    return _APOSTROPHE, is_open and after.isalnum()
