"""The texts, addresses and pages that a page or a revision of it holds, each with its place.

Everything is read from what is stored, without building the blocks: that would fetch appeals and
pages, a query for each page of a report.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from html.parser import HTMLParser

from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from wagtail import blocks
from wagtail.fields import StreamField
from wagtail.images.blocks import ImageBlock, ImageChooserBlock
from wagtail.models import Page

# Columns of the tree and copies of the title; the slug is looked at by itself.
_NOT_READ = frozenset({"path", "url_path", "draft_title", "slug", "hashtag"})
# Tags after which a new line begins.
_LINES = frozenset({"p", "li", "h2", "h3", "h4", "br", "div", "ol", "ul"})


@dataclass(frozen=True)
class Place:
    """Where something stands: ``label`` for people, the field and the block for the editor."""

    field: str
    label: str
    block_id: str = ""

    def __str__(self) -> str:
        return self.label


@dataclass(frozen=True)
class Leaf:
    """One value that is no container. ``name`` is its name in the block; ``kind`` what it is.

    ``kind``: ``heading``, ``text``, ``label`` (a few words), ``html``, ``url``, ``page``,
    ``image``. ``value`` is a text, or the number of a page or picture.
    """

    place: Place
    name: str
    kind: str
    value: object
    is_decorative: bool = False

    @cached_property
    def html(self) -> "Html":
        """The text and the links of a rich text."""
        return read_html(str(self.value))

    @property
    def plain(self) -> str:
        """The text as people read it, a line for each paragraph; empty for what is no text."""
        if self.kind == "html":
            return self.html.text
        return str(self.value) if self.kind in ("heading", "text", "label") else ""


@dataclass(frozen=True)
class Anchor:
    """A link in a rich text: what it says, and where it leads."""

    text: str
    href: str = ""
    page_id: int | None = None


@dataclass(frozen=True)
class Html:
    text: str
    anchors: tuple[Anchor, ...]


class _Reader(HTMLParser):
    """Reads the few tags that rich texts have, as Wagtail stores them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text: list[str] = []
        self.anchors: list[Anchor] = []
        self._open: dict[str, str | None] | None = None
        self._said: list[str] = []

    def handle_starttag(self, tag, attributes) -> None:
        if tag in _LINES:
            self.text.append("\n")
        if tag == "a":
            self._open, self._said = dict(attributes), []

    def handle_endtag(self, tag) -> None:
        if tag in _LINES:
            self.text.append("\n")
        if tag == "a" and self._open is not None:
            number = self._open.get("id") or ""
            is_page = self._open.get("linktype") == "page" and number.isdigit()
            self.anchors.append(
                Anchor(
                    "".join(self._said).strip(),
                    self._open.get("href") or "",
                    int(number) if is_page else None,
                )
            )
            self._open = None

    def handle_data(self, data) -> None:
        self.text.append(data)
        if self._open is not None:
            self._said.append(data)


def read_html(html: str) -> Html:
    """Return the text of a rich text, a line a paragraph, and its links."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.text).split("\n"))
    return Html("\n".join(line for line in lines if line), tuple(reader.anchors))


@cache
def _fields_read(model: type[Page]) -> tuple[models.Field, ...]:
    """The fields with texts; nothing else is looked at: a relation would be fetched."""
    return tuple(
        field
        for field in model._meta.get_fields()
        if isinstance(field, StreamField | models.CharField | models.TextField)
        and field.name not in _NOT_READ
    )


def leaves(page: Page) -> list[Leaf]:
    """Return everything that ``page`` (a specific one, as stored or as a draft) says, in order."""
    found: list[Leaf] = []
    for field in _fields_read(type(page)):
        value = getattr(page, field.name)
        if not value:
            continue
        label = capfirst(str(field.verbose_name))
        if isinstance(field, StreamField):
            found += _stream(field, value.get_prep_value(), label)
        elif isinstance(field, models.URLField):
            found.append(Leaf(Place(field.name, label), field.name, "url", value))
        elif isinstance(field, models.TextField):
            found.append(Leaf(Place(field.name, label), field.name, "text", value))
        elif isinstance(field, models.CharField) and not field.choices:
            kind = "heading" if "heading" in field.name or field.name == "title" else "label"
            found.append(Leaf(Place(field.name, label), field.name, kind, value))
    return found


def stored_blocks(page: Page, *kinds: str) -> Iterator[tuple[dict, Place]]:
    """Return the stored form of each block of the page's body that is of one of ``kinds``."""
    body = getattr(page, "body", None)
    if not body:
        return
    field = page._meta.get_field("body")
    for number, item in enumerate(body.get_prep_value(), start=1):
        if item["type"] in kinds:
            yield item, _place_of(field, item, number, capfirst(str(field.verbose_name)))


def items_of(value) -> list:
    """Return the values of a stored list, whether Wagtail wrapped each of them or not."""
    return [
        one["value"] if isinstance(one, dict) and one.get("type") == "item" else one
        for one in value or []
    ]


def _place_of(field: StreamField, item: dict, number: int, label: str) -> Place:
    child = field.stream_block.child_blocks.get(item["type"])
    name = capfirst(str(child.label)) if child is not None else item["type"]
    where = _("%(field)s %(number)s: %(block)s") % {
        "field": label,
        "number": number,
        "block": name,
    }
    return Place(field.name, where, item.get("id") or "")


def _stream(field: StreamField, raw: list, label: str) -> Iterator[Leaf]:
    for number, item in enumerate(raw, start=1):
        child = field.stream_block.child_blocks.get(item["type"])
        if child is not None:
            place = _place_of(field, item, number, label)
            yield from _walk(child, item["value"], place, item["type"])


def _walk(block: blocks.Block, value, place: Place, name: str) -> Iterator[Leaf]:
    if value in (None, "", []):
        return
    if isinstance(block, ImageBlock):
        yield Leaf(place, name, "image", value, is_decorative=bool(value.get("decorative")))
    elif isinstance(block, blocks.StructBlock):
        for part, child in block.child_blocks.items():
            yield from _walk(child, value.get(part), place, part)
    elif isinstance(block, blocks.ListBlock):
        for one in items_of(value):
            yield from _walk(block.child_block, one, place, name)
    elif isinstance(block, blocks.StreamBlock):
        for item in value:
            child = block.child_blocks.get(item["type"])
            if child is not None:
                yield from _walk(child, item["value"], place, item["type"])
    else:
        kind = _kind(block, name)
        if kind:
            yield Leaf(place, name, kind, value)


def _kind(block: blocks.Block, name: str) -> str:
    if isinstance(block, ImageChooserBlock):
        return "image"
    if isinstance(block, blocks.PageChooserBlock):
        return "page"
    if isinstance(block, blocks.RichTextBlock):
        return "html"
    if isinstance(block, blocks.URLBlock):
        return "url"
    if isinstance(block, blocks.TextBlock):
        return "text"
    if isinstance(block, blocks.CharBlock) and not isinstance(block, blocks.EmailBlock):
        return "heading" if name == "heading" else "label"
    return ""
