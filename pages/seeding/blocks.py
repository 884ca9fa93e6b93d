"""Blocks of the first content: a table of ``pages/content/*.toml`` in, a StreamField value out.

Every table has a ``type``, the name of the block; texts are tables of three languages, which
``Words`` remembers for the translations.
"""

from collections.abc import Callable, Mapping
from datetime import date

from django.conf import settings
from django.utils.html import escape
from wagtail.models import Page

from pages.translation import Words

Entry = Mapping
# By key; None stands for a page that editors have removed meanwhile.
Pages = Mapping[str, Page | None]


def same(text: str) -> dict[str, str]:
    """A text that is the same in every language."""
    return dict.fromkeys(dict(settings.LANGUAGES), text)


def paragraphs(entries: list[Entry], words: Words) -> str:
    return "".join(f"<p>{escape(words(entry))}</p>" for entry in entries)


def build_body(entries: list[Entry], words: Words, pages: Pages) -> list[tuple[str, object]]:
    """Return the blocks of ``entries``. ``pages`` has the pages they point at, by key.

    Raises ``KeyError`` for an unknown type, a missing text or a page that is not loaded yet.
    """
    return [(entry["type"], BUILDERS[entry["type"]](entry, words, pages)) for entry in entries]


def _optional(entry: Entry, name: str, words: Words) -> str:
    return words(entry[name]) if name in entry else ""


def _day(entry: Entry) -> date | None:
    return date.fromisoformat(entry["date"]) if entry.get("date") else None


def _head(entry: Entry, words: Words) -> dict[str, str]:
    return {"heading": words(entry["heading"]), "intro": _optional(entry, "intro", words)}


def _section(entry: Entry, words: Words, pages: Pages) -> dict:
    return {
        "heading": words(entry["heading"]),
        "text": paragraphs(entry["paragraphs"], words),
    }


def _text(entry: Entry, words: Words, pages: Pages) -> str:
    return paragraphs(entry["paragraphs"], words)


def _points(entry: Entry, words: Words, pages: Pages) -> dict:
    return {
        **_head(entry, words),
        "items": [words(item) for item in entry["items"]],
        "closing": _optional(entry, "closing", words),
    }


def _figures(entry: Entry, words: Words, pages: Pages) -> dict:
    return {
        "heading": _optional(entry, "heading", words),
        "items": [
            {
                "value": words(item["value"]),
                "text": words(item["text"]),
                "source": words(item["source"]),
                "url": item.get("url", ""),
                "date": _day(item),
            }
            for item in entry["items"]
        ],
    }


def _demands(entry: Entry, words: Words, pages: Pages) -> dict:
    return {
        **_head(entry, words),
        "items": [
            {
                "demand": words(item["demand"]),
                "addressees": [words(name) for name in item.get("addressees", [])],
            }
            for item in entry["items"]
        ],
    }


def _quote(entry: Entry, words: Words, pages: Pages) -> dict:
    return {
        "text": words(entry["text"]),
        "who": _optional(entry, "who", words),
        "role": _optional(entry, "role", words),
    }


def _updates(entry: Entry, words: Words, pages: Pages) -> dict:
    return {
        "heading": words(entry["heading"]),
        "items": [
            {
                "date": _day(item),
                "when": _optional(item, "when", words),
                "heading": words(item["heading"]),
                "text": paragraphs(item["paragraphs"], words),
            }
            for item in entry["items"]
        ],
    }


def _partners(entry: Entry, words: Words, pages: Pages) -> dict:
    return {**_head(entry, words), "items": [_partner(item, words) for item in entry["items"]]}


def _partner(item: Entry, words: Words) -> dict:
    name = item["name"]
    return {
        "name": words(same(name) if isinstance(name, str) else name),
        "lang": item.get("lang", ""),
        "scope": _optional(item, "scope", words),
        "text": _optional(item, "text", words),
        "url": item.get("url", ""),
    }


def _contact(entry: Entry, words: Words, pages: Pages) -> dict:
    return {
        "name": entry["name"],
        "role": _optional(entry, "role", words),
        "email": entry.get("email", ""),
        "text": _optional(entry, "text", words),
    }


def _chosen(entry: Entry, words: Words, pages: Pages) -> dict:
    return {
        "heading": words(entry["heading"]),
        "pages": [page for key in entry["pages"] if (page := pages[key]) is not None],
    }


def _link(entry: Entry, words: Words, pages: Pages) -> dict:
    return {
        "heading": words(entry["heading"]),
        "text": _optional(entry, "text", words),
        "url": entry["url"],
        "label": words(entry["label"]),
    }


def _outcome(entry: Entry, words: Words, pages: Pages) -> dict:
    return {
        "heading": words(entry["heading"]),
        "text": paragraphs(entry["paragraphs"], words),
        "figures": [
            {"value": words(item["value"]), "text": words(item["text"])}
            for item in entry.get("figures", [])
        ],
        "successor": pages[entry["successor"]] if "successor" in entry else None,
    }


def _rewards(entry: Entry, words: Words, pages: Pages) -> dict:
    return {
        **_head(entry, words),
        "items": [
            {"name": words(item["name"]), "text": _optional(item, "text", words)}
            for item in entry["items"]
        ],
        "closing": _optional(entry, "closing", words),
    }


def _sources(entry: Entry, words: Words, pages: Pages) -> dict:
    return {
        "heading": words(entry["heading"]),
        "items": [
            {"text": words(item["text"]), "url": item.get("url", ""), "date": _day(item)}
            for item in entry["items"]
        ],
    }


def _actions(entry: Entry, words: Words, pages: Pages) -> dict:
    """Cards; each names its page by ``key``."""
    return {
        **_head(entry, words),
        "cards": [
            {
                "page": pages[card["key"]],
                "kicker": words(card["kicker"]),
                "heading": words(card["heading"]),
                "text": words(card["text"]),
                "link_text": words(card["link_text"]),
            }
            for card in entry["cards"]
        ],
    }


def _gift(entry: Entry, words: Words, pages: Pages) -> dict:
    """The account comes with the ``appeal`` itself, a row and no words."""
    return {
        "heading": words(entry["heading"]),
        "text": words(entry["text"]),
        "appeal": entry["appeal"],
        "communication": entry["communication"],
        "countries": [words(country) for country in entry["countries"]],
    }


BUILDERS: dict[str, Callable[[Entry, Words, Pages], object]] = {
    "section": _section,
    "text": _text,
    "points": _points,
    "figures": _figures,
    "demands": _demands,
    "quote": _quote,
    "updates": _updates,
    "partners": _partners,
    "contact": _contact,
    "related": _chosen,
    "articles": _chosen,
    "link": _link,
    "outcome": _outcome,
    "rewards": _rewards,
    "actions": _actions,
    "gift": _gift,
    "sources": _sources,
}
