"""What the words of a page are checked for, besides how long their sentences are."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from django.utils.text import slugify
from django.utils.translation import gettext as _
from wagtail.models import Page

from newsroom.checking.findings import Finding, Kind
from newsroom.checking.inclusive import other_ways
from newsroom.checking.texts import Leaf, Place

# Two words or more in capitals that are no abbreviations side by side: screen readers may spell
# them, and everybody reads them more slowly (WCAG 2.2, understanding 3.1.5).
_CAPITALS = re.compile(r"\b[A-ZÀ-ÖØ-Þ]{2,}(?:[ '’-]+[A-ZÀ-ÖØ-Þ]{2,})+\b|\b[A-ZÀ-ÖØ-Þ]{9,}\b")
_LEAST_CAPITALS = 9
_LONGEST_HEADING = 90
# What Wagtail makes of an address that was taken, or of a copy.
_LEFT_OVER = re.compile(r"(?:-copy|-\d{1,2})$|^copy-of-|^copie-de-")


def check_headings(leaves: Iterable[Leaf]) -> Iterator[Finding]:
    """Find headings that are twice on the page, too long, or end like a sentence."""
    headings = [leaf for leaf in leaves if leaf.kind == "heading" and leaf.name != "title"]
    counted = Counter(slugify(str(leaf.value)) for leaf in headings)
    told: set[str] = set()
    for leaf in headings:
        text = str(leaf.value).strip()
        anchor = slugify(text)
        if counted[anchor] > 1 and anchor not in told:
            told.add(anchor)
            sentence = _(
                "Two headings say the same: the table of contents leads to the first of them only."
            )
            yield Finding(Kind.WORDING, sentence, leaf.place, text, must_change=True)
        if len(text) > _LONGEST_HEADING:
            sentence = _("This heading is long. Say the same in fewer words.")
            yield Finding(Kind.WORDING, sentence, leaf.place, text)
        # Two sentences, or an abbreviation, may keep theirs.
        if text.endswith(".") and text.count(".") == 1 and not re.search(r"[?!…]", text):
            sentence = _("A heading needs no full stop.")
            yield Finding(Kind.WORDING, sentence, leaf.place, text)


def check_words(leaves: Iterable[Leaf], language: str) -> Iterator[Finding]:
    """Find words in capitals, and, in French, inclusive spellings that are read out badly."""
    for leaf in leaves:
        # Set very large, and often a hashtag: a name is written as it is.
        text = "" if leaf.name in ("name", "communication") else leaf.plain
        for found in _CAPITALS.finditer(text):
            letters = sum(sign.isalpha() for sign in found.group())
            if letters >= _LEAST_CAPITALS:
                sentence = _("Words in capitals are hard to read. Write them as in a sentence.")
                yield Finding(Kind.WORDING, sentence, leaf.place, found.group())
        for word in other_ways(text) if language == "fr" else ():
            sentence = _(
                "Screen readers speak these brackets, stops or hyphens. Write the word with a "
                "middle point: it is not read out, and searching finds the word."
            )
            yield Finding(Kind.WORDING, sentence, leaf.place, word)


def check_address(page: Page, source: tuple[str, str] | None = None) -> Iterator[Finding]:
    """Find an address left over from a copy or from the source language, and a missing summary.

    ``source`` is the slug and the title of the page that this one translates, if it does.
    """
    place = Place("slug", _("Address"))
    if _LEFT_OVER.search(page.slug) and not page.first_published_at:
        sentence = _("This address comes from a copy. Choose a word that says what the page is.")
        yield Finding(Kind.ADDRESS, sentence, place, page.slug)
    # A name or a hashtag is the same in every language; words are not.
    has_words = page.slug.count("-") > 1
    if has_words and source is not None and source[0] == page.slug and source[1] != page.title:
        sentence = _("The address is still the one of the source language. Translate it too.")
        yield Finding(Kind.ADDRESS, sentence, place, page.slug)
    if not (page.search_description or getattr(page, "lead", "")):
        sentence = _("The page has neither a lead nor a description: search engines choose one.")
        yield Finding(Kind.ADDRESS, sentence, Place("lead", _("Lead")))
