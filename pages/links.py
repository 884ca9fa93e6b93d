"""Links between pages, all of a page's at once and in the reader's language.

A chooser in a StreamField keeps the id of the page it was pointed at in the source language, in
every translation. So before a page is rendered, the ids that it mentions (menu, cards, links in
texts) are looked up together, in one query, with the facts they carry; whatever renders then
reads this table.
"""

from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass

from django.db.models import Model, Q
from wagtail.models import Page, Site

# Page models that carry a fact, and the field that points at it.
_FACTS = {"photocallpage": "photo_call", "eventpage": "event", "appealpage": "appeal"}


@dataclass(frozen=True)
class Link:
    """Where a page is for this reader: its address, title, kind and fact."""

    page_id: int
    url: str
    title: str
    kind: str = ""
    fact: Model | None = None


_active: ContextVar[dict[int, Link] | None] = ContextVar("page_links", default=None)


def activate(links: dict[int, Link]) -> None:
    """Let texts rendered from here on find their links in ``links`` instead of asking again."""
    _active.set(links)


def deactivate() -> None:
    _active.set(None)


def active() -> dict[int, Link]:
    """Return the table in use; empty when none is."""
    return _active.get() or {}


def site_roots() -> dict[str, str]:
    """Return the ``url_path`` of the home page in each language; Wagtail keeps it cached."""
    return {root.language_code: root.root_path for root in Site.get_site_root_paths()}


def path_of(url_path: str, roots: dict[str, str]) -> tuple[str, str]:
    """Return (language, path on this site) of a page's ``url_path``; empty when not routable."""
    for language, root in roots.items():
        if url_path.startswith(root):
            return language, f"/{language}/{url_path[len(root) :]}"
    return "", ""


def page_link(page: Page, roots: dict[str, str]) -> Link:
    """Return the link to ``page``, which was fetched with its facts joined (``with_facts``)."""
    kind, fact = "", None
    for model, field in _FACTS.items():
        specific = getattr(page, model, None)
        if specific is not None:
            kind, fact = field, getattr(specific, field)
    return Link(page.pk, path_of(page.url_path, roots)[1], page.title, kind, fact)


def with_facts(pages):
    """Join the facts of photo calls, events and appeals to a queryset of pages."""
    return pages.select_related(*(f"{model}__{field}" for model, field in _FACTS.items()))


def resolve(
    ids: Iterable[int], language: str, *, children_of: Page | None = None
) -> tuple[dict[int, Link], list[Link]]:
    """Return the links of ``ids`` in ``language``, and those of a page's live children.

    One query, whatever the numbers. A page that has no live translation keeps its own language;
    one that is not live at all is absent from the table.
    """
    wanted = set(ids)
    if not wanted and children_of is None:
        return {}, []
    keys = Page.objects.filter(pk__in=wanted).values("translation_key")
    condition = Q(translation_key__in=keys)
    if children_of is not None:
        condition |= Q(path__startswith=children_of.path, depth=children_of.depth + 1)
    found = list(with_facts(Page.objects.live().filter(condition)).order_by("path"))
    roots = site_roots()
    in_language = {
        page.translation_key: page for page in found if path_of(page.url_path, roots)[0] == language
    }
    table = {
        page.pk: page_link(in_language.get(page.translation_key, page), roots)
        for page in found
        if page.pk in wanted
    }
    children = [
        page_link(page, roots)
        for page in found
        if children_of is not None and page.is_child_of(children_of)
    ]
    return table, children


def ids_in_stream(stream) -> set[int]:
    """Return the ids of the pages that a StreamField value points at, in choosers and texts."""
    return {
        int(object_id)
        for model, object_id, _model_path, _content_path in stream.stream_block.extract_references(
            stream
        )
        if issubclass(model, Page)
    }
