"""Links between pages, all of a page's at once and in the reader's language.

A chooser in a StreamField keeps the id of the page it was pointed at in the source language, in
every translation. So before a page is rendered, the ids that it mentions (menu, cards, links in
texts) are looked up together, in one query, with the facts they carry; whatever renders then
reads this table.
"""

from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import date

from django.db.models import Case, Model, Q, When
from wagtail.models import Page, Site

from pages import prepared
from pages.prepared import any_of
from pages.restrictions import is_restricted

# Page models that carry a fact, and the field that points at it.
_FACTS = {
    "photocallpage": "photo_call",
    "eventpage": "event",
    "appealpage": "appeal",
    "wallpage": "photo_call",
}
# Page models that other pages show more of than their title.
_SHOWN = {"campaignpage": "campaign", "articlepage": "article", "articleindexpage": "article_index"}
_HOME_DEPTH = 2
# Long texts that no list of pages shows.
_LONG = ("campaignpage__body", "appealpage__body", "articlepage__body", "eventpage__body")


@dataclass(frozen=True)
class Link:
    """Where a page is for this reader: its address, title, kind and fact.

    ``kind`` is ``photo_call``, ``event``, ``appeal``, ``wall``, ``campaign``, ``article``,
    ``article_index`` or empty; ``page`` is the specific page of all of these.
    """

    page_id: int
    url: str
    title: str
    kind: str = ""
    fact: Model | None = None
    page: Page | None = None

    @property
    def is_over(self) -> bool:
        return bool(getattr(self.page, "is_over", False))

    @property
    def is_archived(self) -> bool:
        return getattr(self.page, "state", "") == "archived"

    @property
    def is_running(self) -> bool:
        """Whether this is a campaign said to run, or an appeal that is open."""
        if self.kind == "campaign":
            return self.page.state == "running"
        return self.kind == "appeal" and self.fact.is_open

    @property
    def ended_on(self) -> date | None:
        """The day it ended, of what is over; None when no day is known."""
        if self.kind == "appeal":
            return None if self.fact.is_closed else self.fact.closes_on
        return getattr(self.page, "ended_on", None)

    @property
    def name(self) -> str:
        """What is set very large on a poster."""
        return getattr(self.page, "name", "") or self.title


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


def page_link(page: Page, roots: dict[str, str], *, facts: bool = True) -> Link:
    """Return the link to ``page``, which was fetched with its facts joined (``with_facts``).

    Without ``facts`` it was not: then only articles are told from other pages.
    """
    kind, fact, shown = "", None, None
    path = path_of(page.url_path, roots)[1]
    if not facts:
        article = getattr(page, "articlepage", None)
        return Link(page.pk, path, page.title, "article" if article else "", None, article)
    for model, name in _FACTS.items():
        specific = getattr(page, model, None)
        if specific is not None:
            kind = "wall" if model == "wallpage" else name
            fact, shown = getattr(specific, name), specific
    for model, name in _SHOWN.items():
        specific = getattr(page, model, None)
        if specific is not None:
            kind, shown = name, specific
    return Link(page.pk, path, page.title, kind, fact, shown)


def with_facts(pages, *, facts: bool = True):
    """Join what links show (facts of actions, words of campaigns and articles) to a queryset.

    Only the words of articles, where a page shows nothing else (``facts`` False): the other tables
    double what the query costs.
    """
    if not facts:
        return pages.select_related("articlepage__theme").defer("articlepage__body")
    joins = [f"{model}__{field}" for model, field in _FACTS.items()]
    # An appeal is open only while its account is in use.
    joins += ["appealpage__appeal__account", "articlepage__theme"]
    return pages.select_related(*joins, *_SHOWN).defer(*_LONG)


@dataclass(frozen=True)
class Surroundings:
    """The links around a page, each list in the order of the tree."""

    table: dict[int, Link]
    # Where the page itself is in each language that has it, for those who may read it there.
    translations: dict[str, str] = field(default_factory=dict)
    ancestors: list[Link] = field(default_factory=list)
    children: list[Link] = field(default_factory=list)
    grandchildren: list[Link] = field(default_factory=list)
    campaigns: list[Link] = field(default_factory=list)
    articles: list[Link] = field(default_factory=list)


def resolve(
    ids: Iterable[int],
    language: str,
    *,
    around: Page | None = None,
    newest: bool = False,
    facts: bool = True,
) -> "Surroundings":
    """Return the links of ``ids`` in ``language``, and those around the page ``around``.

    Around it are its translations, the pages above it, its live children, the campaigns of its
    language and, for the home page, its grandchildren that are actions; ``newest`` adds the newest
    articles for it. ``facts`` says whether the links carry what actions and campaigns are about.
    Pages that only some may read are not among these, unless ``around`` is such a page itself.
    Of such a page that is among ``ids``, the link says the title and nothing else.
    One query, whatever the numbers. A page that has no live translation keeps its own language;
    one that is live in neither is absent.
    """
    wanted = set(ids)
    if not wanted and around is None:
        return Surroundings({})
    if around is None:
        fetched = prepared.fetch(chosen_pages, facts, ids=list(wanted))
    else:
        is_home = around.depth == _HOME_DEPTH
        values = {"ids": list(wanted), **_place(around), **(around.newest_for if newest else {})}
        if facts or is_home:
            values["home"] = around.path[: Page.steplen * _HOME_DEPTH]
        by_theme = "theme_id" in values
        fetched = prepared.fetch(pages_around, facts, is_home, newest, by_theme, **values)
    found = [page for page in fetched if page.live]
    chosen = [page for page in fetched if page.pk in wanted]
    roots = site_roots()
    among_the_few = around is not None and any(
        page.pk == around.pk and page.restricted for page in found
    )
    table = _table(chosen, found, language, roots, among_the_few=among_the_few, facts=facts)
    if around is None:
        return Surroundings(table)
    shown = [page for page in found if among_the_few or not page.restricted]
    return _sorted(shown, around, table, roots, facts=facts)


def _table(
    chosen: list[Page],
    live: list[Page],
    language: str,
    roots: dict[str, str],
    *,
    among_the_few: bool,
    facts: bool,
) -> dict[int, Link]:
    """The link to each chosen page: to its live translation in ``language``, else to itself."""
    in_language = {
        page.translation_key: page for page in live if path_of(page.url_path, roots)[0] == language
    }
    table = {}
    for page in chosen:
        best = in_language.get(page.translation_key, page)
        if best.live:
            link = page_link(best, roots, facts=facts)
            hidden = best.restricted and not among_the_few
            table[page.pk] = replace(link, kind="", fact=None, page=None) if hidden else link
    return table


def chosen_pages(given, facts: bool):
    """The pages with these ids and their translations, as ``prepared`` asks for them."""
    return _pages(given, _is_chosen(given), Q(pk__in=[]), facts=facts)


def pages_around(given, facts: bool, is_home: bool, newest: bool, by_theme: bool):
    """The pages with these ids and those around a page, as ``prepared`` asks for them."""
    # Pages know links, and links the newest articles.
    from pages.models.base import newest_articles

    condition = _is_chosen(given) | _is_around(given, facts=facts, is_home=is_home)
    condition |= Q(translation_key=given.translation_key)
    is_newest = Q(pk__in=newest_articles(given, by_theme)) if newest else Q(pk__in=[])
    return _pages(given, condition, is_newest, facts=facts)


def _pages(given, condition: Q, is_newest: Q, *, facts: bool):
    # A chosen page that is not live may still have a translation that is.
    pages = Page.objects.filter(condition | is_newest)
    pages = pages.filter(Q(live=True) | Q(any_of("pk", given.ids)))
    pages = pages.annotate(
        restricted=is_restricted(), newest=Case(When(is_newest, then=True), default=False)
    )
    return with_facts(pages, facts=facts).order_by("path")


def _is_chosen(given) -> Q:
    chosen = Page.objects.filter(any_of("pk", given.ids))
    return Q(translation_key__in=chosen.values("translation_key"))


def _place(page: Page) -> dict[str, object]:
    """Where a page is in the tree, for ``pages_around``."""
    step = Page.steplen
    return {
        "translation_key": page.translation_key,
        "above": [page.path[: step * depth] for depth in range(_HOME_DEPTH, page.depth + 1)],
        "path": page.path,
        "depth_below": page.depth + 1,
    }


def _is_around(given, *, facts: bool, is_home: bool) -> Q:
    below = Q(path__startswith=given.path, depth=given.depth_below)
    condition = Q(any_of("path", given.above)) | below
    if facts:
        condition |= Q(path__startswith=given.home, depth=3) & (
            Q(campaignpage__isnull=False) | Q(appealpage__isnull=False)
        )
    if is_home:
        condition |= Q(path__startswith=given.home, depth=4) & (
            Q(photocallpage__isnull=False)
            | Q(eventpage__isnull=False)
            | Q(appealpage__isnull=False)
        )
    else:
        # A list of articles may have hundreds of children and reads them itself.
        condition &= Q(articlepage__isnull=True)
    return condition


def _sorted(
    shown: list[Page], around: Page, table: dict[int, Link], roots, *, facts: bool
) -> Surroundings:
    home = around.path[: Page.steplen * 2]
    links = [(page, page_link(page, roots, facts=facts)) for page in shown if page.pk != around.pk]

    def those(test) -> list[Link]:
        return [link for page, link in links if test(page)]

    articles = those(lambda page: page.newest)
    translations = dict(
        path_of(page.url_path, roots)
        for page in shown
        if page.translation_key == around.translation_key
        and (page.pk == around.pk or not page.restricted)
    )
    return Surroundings(
        table,
        translations,
        ancestors=those(around.is_descendant_of),
        children=those(lambda page: page.is_child_of(around)),
        grandchildren=those(
            lambda page: page.depth == around.depth + 2 and page.is_descendant_of(around)
        ),
        campaigns=[
            link
            for page, link in links
            if page.depth == 3
            and page.path.startswith(home)
            and link.kind in ("campaign", "appeal")
        ],
        articles=sorted(articles, key=lambda link: link.page.published_on, reverse=True),
    )


def ids_in_stream(stream) -> set[int]:
    """Return the ids of the pages that a StreamField value points at, in choosers and texts."""
    return {
        int(object_id)
        for model, object_id, _model_path, _content_path in stream.stream_block.extract_references(
            stream
        )
        if issubclass(model, Page)
    }
