"""Wagtail's search in PostgreSQL, with each page read in its own language.

The index has one row a page, so one backend a language would not do: the last would win. Here a
page goes in by the configuration of its language (migration 0005), anything without a language by
one that changes no endings. The staff's searches, which go through this backend, look for the words
in all languages at once, because staff look for French pages in an English admin; the public search
asks the same index by itself (pages/search.py).
"""

from collections.abc import Iterator
from functools import reduce
from operator import or_

from django.contrib.postgres.search import SearchQuery
from modelsearch.backends.database.postgres import postgres
from modelsearch.index import SearchField
from modelsearch.query import PlainText
from wagtail.models import Page, TranslatableMixin

from pages.search_words import query_words, text_words

CONFIGURATIONS = {"en": "site_en", "fr": "site_fr", "nl": "site_nl"}
WITHOUT_LANGUAGE = "site_simple"

# Where a page's words stand says how much they count: A most, D least (PostgreSQL 18, 12.3.1).
_WEIGHTS = {"title": "A", "name": "A", "other_names": "A", "strapline": "B", "lead": "B"}
# What an excerpt is taken from.
_SHOWN_FIELDS = ("lead", "body")


def configuration(language: str) -> str:
    """Return the text search configuration of a language code, or the one without endings."""
    return CONFIGURATIONS.get(language, WITHOUT_LANGUAGE)


class LocalizedIndexer(postgres.ObjectIndexer):
    """Reads an object in its own language, without accents, points and apostrophes."""

    def __init__(self, obj, backend) -> None:
        super().__init__(obj, backend)
        locale = getattr(obj, "locale", None)
        self.language = locale.language_code if locale else ""
        self.config = configuration(self.language)

    def prepare_field(self, obj, field) -> Iterator[tuple]:
        for sub_field, weight, value in super().prepare_field(obj, field):
            if isinstance(self.obj, Page) and isinstance(sub_field, SearchField):
                weight = _WEIGHTS.get(sub_field.field_name, "D")
            yield sub_field, weight, value

    def as_vector(self, texts, for_autocomplete=False):
        language = "" if for_autocomplete else self.language
        return super().as_vector(
            [(" ".join(text_words(text, language)), weight) for text, weight in texts],
            for_autocomplete,
        )

    @property
    def body_text(self) -> str:
        """What people read on a page, as they read it: search shows parts of it."""
        if not isinstance(self.obj, Page):
            return super().body_text
        shown = [
            text
            for name in _SHOWN_FIELDS
            for field in self.search_fields
            if isinstance(field, SearchField) and field.field_name == name
            for text in _texts(field.get_value(self.obj))
        ]
        return _sentences(shown)


# ``PostgresIndex.add_items`` makes its indexers by this name; there is no setting for the class.
# tests/pages/test_search.py fails when an update of modelsearch changes that.
postgres.ObjectIndexer = LocalizedIndexer


def _texts(value) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif value:
        yield str(value)


def _sentences(texts: list[str]) -> str:
    """Join lines into one, with a dash where a heading or a name ends without a stop."""
    lines = [" ".join(line.split()) for text in texts for line in text.splitlines()]
    joined = ""
    for line in filter(None, lines):
        between = "" if not joined else " " if joined[-1] in ".!?:;,…»”" else " – "
        joined += between + line
    return joined


class LocalizedQueryCompiler(postgres.PostgresSearchQueryCompiler):
    """Looks for words in every language, or in none for what has no language."""

    def get_config(self, backend) -> str:
        return WITHOUT_LANGUAGE

    def build_tsquery_content(self, query, config=None, invert=False):
        if not isinstance(query, PlainText) or invert:
            return super().build_tsquery_content(query, config=config, invert=invert)
        readings = (
            CONFIGURATIONS
            if issubclass(self.queryset.model, TranslatableMixin)
            else {"": WITHOUT_LANGUAGE}
        )
        return reduce(
            or_,
            (
                _all_words(query_words(query.query_string, language), reading, query.operator)
                for language, reading in readings.items()
            ),
        )


def _all_words(words: list[str], config: str, operator: str) -> SearchQuery:
    """A query for words that hold letters and digits only, so that nothing needs escaping."""
    text = (" & " if operator == "and" else " | ").join(words)
    return SearchQuery(text, config=config, search_type="raw")


class AutocompleteQueryCompiler(postgres.PostgresAutocompleteQueryCompiler):
    """Completes the last word of a title, with or without its accents."""

    def build_tsquery_content(self, query, config=None, invert=False):
        if isinstance(query, PlainText):
            words = " ".join(query_words(query.query_string))
            query = PlainText(words or query.query_string, operator=query.operator)
        return super().build_tsquery_content(query, config=config, invert=invert)


class SearchBackend(postgres.PostgresSearchBackend):
    query_compiler_class = LocalizedQueryCompiler
    autocomplete_query_compiler_class = AutocompleteQueryCompiler

    def __init__(self, params) -> None:
        super().__init__(params)
        self.autocomplete_config = WITHOUT_LANGUAGE
