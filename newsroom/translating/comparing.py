"""Whether a page says what its translations were made from, and which words are different."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache

from wagtail.fields import StreamField
from wagtail.models import Page, Revision
from wagtail_localize.fields import get_translatable_fields
from wagtail_localize.models import TranslationSource


@cache
def _fields(model: type[Page]) -> tuple[tuple[str, bool], ...]:
    """The fields that translations take from their source, and whether each is a stream."""
    return tuple(
        (field.field_name, isinstance(field.get_field(model), StreamField))
        for field in get_translatable_fields(model)
    )


def content(model: type[Page], stored: Mapping) -> dict:
    """Return what translations take from ``stored``, a page's or a revision's serialised fields.

    Streams are stored as text; the order of the keys in them depends on who wrote them last.
    """
    return {
        name: json.loads(stored[name]) if is_stream and stored.get(name) else stored.get(name)
        for name, is_stream in _fields(model)
    }


def source_content(source: TranslationSource) -> dict:
    """What was last given to the translators."""
    model = source.specific_content_type.model_class()
    return content(model, json.loads(source.content_json))


def page_content(page: Page) -> dict:
    """What the page's row says: what is live, or the draft of a page that never was."""
    return content(type(page), json.loads(page.to_json()))


def revision_content(model: type[Page], revision: Revision) -> dict:
    # As text and back, so that dates are text here too.
    return content(model, json.loads(json.dumps(revision.content, default=str)))


@dataclass(frozen=True)
class Piece:
    """Words of a text: in both texts (""), in the old one alone ("del"), in the new one ("ins")."""

    kind: str
    text: str


_WORDS = re.compile(r"<[^>]*>|\w+|\s+|[^\w\s<]|<")


def differences(old: str, new: str) -> tuple[list[Piece], list[Piece]]:
    """Return the pieces of the old text and those of the new one, word by word.

    A tag within the text counts as one word.
    """
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    olds: list[Piece] = []
    news: list[Piece] = []
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            olds.append(Piece("", "".join(before[a:b])))
            news.append(Piece("", "".join(after[c:d])))
            continue
        if b > a:
            olds.append(Piece("del", "".join(before[a:b])))
        if d > c:
            news.append(Piece("ins", "".join(after[c:d])))
    return olds, news


def likeness(old: str, new: str) -> float:
    """Return from 0 (nothing in common) to 1 (the same), by words."""
    return SequenceMatcher(None, _WORDS.findall(old), _WORDS.findall(new), autojunk=False).ratio()


# Below this two sentences at one place are taken for different ones, not for one that changed.
_RELATED = 0.3


def pairs(olds: list[str], news: list[str]) -> Iterator[tuple[str | None, str | None]]:
    """Pair the texts that one place of a page had with those it has now, in the new order.

    Texts that stayed are paired with themselves; of the others the likeliest; what has no
    counterpart is paired with None. A place with one text then and now has one pair.
    """
    left = [text for text in olds if text not in news]
    new_ones = [text for text in news if text not in olds]
    if len(olds) == len(news) == 1:
        yield olds[0], news[0]
        return
    chosen: dict[str, str] = {}
    candidates = sorted(
        ((likeness(old, new), old, new) for old in left for new in new_ones), reverse=True
    )
    for score, old, new in candidates:
        if score >= _RELATED and new not in chosen and old not in chosen.values():
            chosen[new] = old
    for text in news:
        yield (text if text in olds else chosen.get(text)), text
    for old in left:
        if old not in chosen.values():
            yield old, None
