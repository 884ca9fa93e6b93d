"""The inclusive point: one sign in what is stored, and what people hear where it stands.

Keyboards and word processors make at least four signs for it; the first content came with U+2E31.
What is saved from now on has U+00B7, between letters only. Pages hide the sign from screen
readers and slugs leave it out (``pages/typography.py``), so "militant·es" is heard and found as
"militantes".
"""

import json
import re

from django.db import models
from wagtail import blocks
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page

from pages.blocks import VerbatimBlock
from pages.typography import POINT, without_points

_OTHER_POINTS = re.compile(r"[\u2e31\u2027\u2022](?<=[^\W\d_].|[\u0300-\u036f].)(?=[^\W\d_])")
_WITH_POINT = re.compile(rf"[^\W\d_]+(?:[\u2e31\u2027\u2022{POINT}][^\W\d_]+)+")
# Written with a full stop, a hyphen or brackets: heard as such, and not found by searching.
_OTHER_WAYS = re.compile(
    r"\b[^\W\d_]{3,}(?:\((?:e|ne|ère|rice|euse|ve|trice)\)s?|\.(?:e|ne)\.s|-e-s)(?![\w@.-]*[@/])\b",
    re.IGNORECASE,
)


def with_canonical_points(text: str) -> str:
    """Return ``text`` with each inclusive point as U+00B7; applied again it changes nothing."""
    return _OTHER_POINTS.sub(POINT, text)


def words_with_points(text: str) -> dict[str, str]:
    """Return each word that has an inclusive point, with what is read aloud instead."""
    return {word: without_points(word) for word in _WITH_POINT.findall(text)}


def other_ways(text: str) -> list[str]:
    """Return words that include everybody in another way: militant(e)s, militant.e.s."""
    return list(dict.fromkeys(found.group() for found in _OTHER_WAYS.finditer(text)))


def normalise_content(model: type[Page], content: dict) -> None:
    """Give the words in the stored form of a page (of a revision) the canonical point, in place.

    Addresses, verbatim texts and choices stay as they are. A sign in a text that is no field of
    words is nobody's concern here.
    """
    for field in model._meta.get_fields():
        value = content.get(field.name) if isinstance(field, models.Field) else None
        if not isinstance(value, str) or not value:
            continue
        if isinstance(field, StreamField):
            content[field.name] = _stream(field, value)
        elif isinstance(field, RichTextField | models.TextField) or _is_words(field):
            content[field.name] = with_canonical_points(value)


def _is_words(field: models.Field) -> bool:
    return (
        isinstance(field, models.CharField)
        and not isinstance(field, models.SlugField | models.URLField | models.EmailField)
        and not field.choices
        and field.name not in ("path", "url_path")
    )


def _stream(field: StreamField, stored: str) -> str:
    raw = json.loads(stored)
    changed = _walk(field.stream_block, raw)
    return stored if changed == raw else json.dumps(changed)


def _walk(block: blocks.Block, value):
    """Return a stored value with its words normalised; everything else unchanged."""
    if value is None:
        return value
    if isinstance(block, blocks.StreamBlock):
        return [
            {**item, "value": _walk(block.child_blocks[item["type"]], item["value"])}
            if item["type"] in block.child_blocks
            else item
            for item in value
        ]
    if isinstance(block, blocks.StructBlock):
        return {
            name: _walk(block.child_blocks[name], part) if name in block.child_blocks else part
            for name, part in value.items()
        }
    if isinstance(block, blocks.ListBlock):
        return [
            {**one, "value": _walk(block.child_block, one["value"])}
            if isinstance(one, dict) and one.get("type") == "item"
            else _walk(block.child_block, one)
            for one in value
        ]
    words = isinstance(block, blocks.CharBlock | blocks.TextBlock | blocks.RichTextBlock)
    if words and not isinstance(block, VerbatimBlock) and isinstance(value, str):
        return with_canonical_points(value)
    return value
