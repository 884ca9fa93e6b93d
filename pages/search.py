"""The public search: live pages of one language that anyone may read, the best first.

It asks Wagtail's index by itself (pages/search_backend.py says what stands there) to rank by where
the words stand, to put archived campaigns last, and to name pages that come close when there are
none, or few, with all the words: pages with longer words that hold one of them (for Dutch
compounds), with parts of it, or with words spelled almost alike.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import and_, or_

from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVectorField
from django.core.paginator import Page as PageOfResults
from django.core.paginator import Paginator
from django.db import connection
from django.db.models import (
    Case,
    CharField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    IntegerField,
    OuterRef,
    QuerySet,
    When,
)
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from pages import links
from pages.links import Link
from pages.models import CampaignPage
from pages.restrictions import is_restricted
from pages.search_backend import configuration
from pages.search_excerpts import distinct_words, excerpt, mark
from pages.search_words import query_words, text_words

RESULTS_A_PAGE = 10
# With fewer results than this, pages that come close are named too.
FEW_RESULTS = 3
HOME_DEPTH = 2
# Suggestions where there is no query, or no result.
CAMPAIGNS_OFFERED = 6
ARTICLES_OFFERED = 3

# How much a word counts in the body, (unused), strapline and lead, title and name: D, C, B, A.
_WEIGHTS = [0.1, 0.2, 0.5, 1.0]
# Languages that write compounds as one word, and where in the longer word the shorter may begin.
COMPOUNDING = frozenset({"nl"})
LONGEST_WORD = 2047  # bytes of a word in a tsvector (PostgreSQL 18, 12.11 Limitations)

_KINDS = {
    "campaign": _("Campaign"),
    "article": _("Article"),
    "event": _("Event"),
    "appeal": _("Appeal"),
    "photo_call": _("Photo call"),
    "wall": _("Photo wall"),
}

# Words of the index that come close to a word sought. A longer word that begins with it, or a
# shorter one that it begins with; in a language of compounds also within the word. For a word that
# no page has, those spelled almost like it too (shared trigrams: similarity 0 to 1, pg_trgm).
_CLOSE_WORDS = """
    WITH known AS MATERIALIZED (
        SELECT DISTINCT unnest(tsvector_to_array(words)) AS word FROM ({index}) AS entry(words)
    ),
    asked AS (
        SELECT sought, sought IN (SELECT word FROM known) AS is_known
        FROM unnest(tsvector_to_array(to_tsvector(%s::regconfig, %s))) AS sought
    )
    SELECT sought, word FROM asked LEFT JOIN LATERAL (
        SELECT word FROM known
        WHERE (NOT is_known AND similarity(sought, word) >= 0.4)
        OR (length(sought) >= 4 AND strpos(word, sought) BETWEEN 1 AND %s)
        OR (length(word) >= 5 AND strpos(sought, word) BETWEEN 1 AND %s)
        ORDER BY similarity(sought, word) DESC, word LIMIT 8
    ) AS near ON true
"""
# Which words of a text are read like those sought, or like those that come close.
_MATCHING_WORDS = """
    WITH asked AS (SELECT tsvector_to_array(to_tsvector(%s::regconfig, %s)) AS words),
    shown AS (
        SELECT word, tsvector_to_array(to_tsvector(%s::regconfig, reading)) AS words
        FROM unnest(%s::text[], %s::text[]) AS shown(word, reading)
    )
    SELECT shown.word, shown.words && asked.words FROM shown, asked
    WHERE shown.words && (asked.words || %s::text[])
"""


@dataclass(frozen=True)
class Result:
    """A page found, as HTML with the words marked."""

    link: Link
    kind: str
    title: SafeString
    excerpt: SafeString


@dataclass(frozen=True)
class Results:
    """What a query gives: a page of exact results, and those that come close."""

    page: PageOfResults
    exact: list[Result] = field(default_factory=list)
    close: list[Result] = field(default_factory=list)

    @property
    def page_numbers(self) -> list[int | str]:
        """The numbers of the pages to link to, with dots where many are left out."""
        return list(self.page.paginator.get_elided_page_range(self.page.number, on_each_side=2))


class _JoinedVectors(Func):
    template = "(%(expressions)s)"
    arg_joiner = " || "
    output_field = SearchVectorField()


_INDEX = _JoinedVectors(F("index_entries__title"), F("index_entries__body"))


def find(query: str, language: str, number: str | int = 1) -> Results:
    """Return page ``number`` of what ``query`` finds in ``language``.

    A page number that makes no sense is the first, one too high the last. At most five queries.
    """
    words = query_words(query, language)
    exact = _with_all(words, language) if words else []
    page = Paginator(exact, RESULTS_A_PAGE).get_page(number)
    near: dict[str, set[str]] = {}
    close: list[int] = []
    if words and len(exact) < FEW_RESULTS:
        near = _close_words(words, language)
        close = _coming_close(near, language, but=exact)
    links_and_texts = _links_and_texts([*page.object_list, *close])
    texts = [text for link, text in links_and_texts.values() for text in (link.title, text)]
    in_exact, in_close = _matching_words(texts, words, near, language)
    return Results(
        page=page,
        exact=[_result(*links_and_texts[pk], in_exact) for pk in page.object_list],
        close=[_result(*links_and_texts[pk], in_close) for pk in close],
    )


def suggestions(language: str) -> list[Link]:
    """Where to go without a query: campaigns that are not over, then the newest articles."""
    pages = links.with_facts(_findable(language))
    over = [CampaignPage.State.ENDED, CampaignPage.State.ARCHIVED]
    campaigns = pages.filter(campaignpage__isnull=False).exclude(campaignpage__state__in=over)
    articles = pages.filter(articlepage__isnull=False).order_by("-articlepage__published_on")
    roots = links.site_roots()
    chosen = [*campaigns.order_by("path")[:CAMPAIGNS_OFFERED], *articles[:ARTICLES_OFFERED]]
    return [links.page_link(page, roots) for page in chosen]


def kind_name(link: Link) -> str:
    return str(_KINDS.get(link.kind, _("Page")))


def _findable(language: str) -> QuerySet[Page]:
    """The live pages of a language that anyone may read, but for the home page, always at hand."""
    root = links.site_roots().get(language)
    if root is None:
        return Page.objects.none()
    return Page.objects.live().filter(
        ~is_restricted(),
        url_path__startswith=root,
        locale__language_code=language,
        depth__gt=HOME_DEPTH,
    )


def _ranked(language: str, query) -> QuerySet[Page]:
    """Pages that match ``query``, the best first, whatever belongs to an archived campaign last."""
    outer = ExpressionWrapper(OuterRef("path"), output_field=CharField())
    archived = CampaignPage.objects.filter(state=CampaignPage.State.ARCHIVED).annotate(outer=outer)
    rank = SearchRank(F("words"), query, weights=_WEIGHTS)
    return (
        _findable(language)
        .annotate(words=_INDEX, archived=Exists(archived.filter(outer__startswith=F("path"))))
        .filter(words=query)
        .annotate(rank=rank)
        .order_by("archived", "-rank", "-first_published_at", "pk")
    )


def _with_all(words: Sequence[str], language: str) -> list[int]:
    """Ids of the pages that have all ``words``, but for those that say nothing ("the")."""
    config = configuration(language)
    query = reduce(and_, (SearchQuery(word, config=config) for word in words))
    return list(_ranked(language, query).values_list("pk", flat=True))


def _close_words(words: Sequence[str], language: str) -> dict[str, set[str]]:
    """Return the words of the index that come close to each word sought; maybe none."""
    reach = LONGEST_WORD if language in COMPOUNDING else 1
    index, params = _findable(language).values_list(_INDEX).query.sql_with_params()
    near: dict[str, set[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            _CLOSE_WORDS.replace("{index}", index),
            [*params, configuration(language), " ".join(words), reach, reach],
        )
        for sought, word in cursor.fetchall():
            near.setdefault(sought, set())
            if word is not None:
                near[sought].add(word)
    return near


def _coming_close(near: dict[str, set[str]], language: str, *, but: list[int]) -> list[int]:
    """Ids of a page of results that have words close to half of those sought, or to more."""
    queries = [_any_of(words) for words in near.values() if words]
    if not queries:
        return []
    found = sum(
        Case(When(words=query, then=1), default=0, output_field=IntegerField()) for query in queries
    )
    pages = (
        _ranked(language, reduce(or_, queries))
        .exclude(pk__in=but)
        .annotate(found=found)
        .filter(found__gte=(len(near) + 1) // 2)
        .order_by("archived", "-found", "-rank", "-first_published_at", "pk")
    )
    return list(pages.values_list("pk", flat=True)[:RESULTS_A_PAGE])


def _any_of(lexemes: Iterable[str]) -> SearchQuery:
    """A query for words of the index, which hold letters and digits only."""
    return SearchQuery(" | ".join(sorted(lexemes)), config="simple", search_type="raw")


def _links_and_texts(ids: Sequence[int]) -> dict[int, tuple[Link, str]]:
    """The link to each page, and the text that an excerpt is taken from."""
    if not ids:
        return {}
    pages = links.with_facts(Page.objects.filter(pk__in=ids))
    roots = links.site_roots()
    return {
        page.pk: (links.page_link(page, roots), page.text or "")
        for page in pages.annotate(text=F("index_entries__body_text"))
    }


def _matching_words(
    texts: list[str], words: Sequence[str], near: dict[str, set[str]], language: str
) -> tuple[set[str], set[str]]:
    """The words of ``texts`` to mark in exact results, and in those that come close."""
    shown = sorted(distinct_words(texts))
    if not shown:
        return set(), set()
    readings = [" ".join(text_words(word, language)) for word in shown]
    config, close = configuration(language), sorted(set().union(*near.values()))
    with connection.cursor() as cursor:
        cursor.execute(_MATCHING_WORDS, [config, " ".join(words), config, shown, readings, close])
        rows = cursor.fetchall()
    return {word for word, is_exact in rows if is_exact}, {word for word, _is_exact in rows}


def _result(link: Link, text: str, words: set[str]) -> Result:
    return Result(link, kind_name(link), mark(link.title, words), excerpt(text, words))
