"""A French that is English in brackets: whatever stands outside ⟦ ⟧ was never translated.

``speak`` makes gettext answer ⟦Sign up⟧ for "Sign up", with placeholders, plurals and markup kept;
``translate_content`` does the same to pages, menus, facts and consents, through wagtail-localize
as editors do. ``unmarked`` then lists every text of a screen, shown or read aloud, that has
letters outside the brackets.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import django
import polib
from bs4 import BeautifulSoup, Comment, Doctype, NavigableString, Tag
from django.apps import apps
from django.db.models import Max
from wagtail.models import Locale, Page

from campaign_site import catalogues
from pages.models import SiteWords
from pages.translation import translate
from supporters.models import ConsentWording

LANGUAGE = "fr"
_DJANGO = Path(django.__file__).parent / "conf" / "locale" / LANGUAGE / "LC_MESSAGES" / "django.mo"

# What is the same in every language, on purpose.
VERBATIM = re.compile(
    r"Viva Salud(?: DEMO)?"  # the organisation and the payee of its accounts
    r"|[A-Z]{2}\d{2}(?:\s?[A-Z0-9]{2,4}){3,8}"  # an account number
    r"|#\w+"  # a hashtag
    r"|\b\d{1,2}\sh(?:\s\d\d)?\b|\b1er\b"  # an hour, the first of a month: formats, not words
    r"|(?:https?|mailto):\S+|\S+@\S+\.\w+|\b(?:localhost|testserver|(?:[\w-]+\.)+[a-z]{2,})\S*"
)
# Names that stand alone, and a bank's communication, which must be copied letter by letter.
NAMES = {"Victor", "Jasper Thys", "Growfunding", "WhatsApp", "Facebook", "Bluesky"}
NAMES |= {"donation NotATarget", "Outlook.com", "Microsoft 365"}
# Left out: links that name a language in that language; excerpts, which are cut out of texts that
# are checked where they stand whole; the signs of a drawn crowd, which comes from three countries;
# names of countries and languages, which come from CLDR; codes that a screen says not to translate.
_LEFT_OUT = 'a[lang][hreflang], .search-result__excerpt, .crowd, [translate="no"], ' + ", ".join(
    f'select[name="{name}"] option:not([value=""], [value="und"])'
    for name in ("country", "language", "message_language", "words_language")
)
_INLINE = {"a", "abbr", "b", "bdi", "cite", "em", "i", "mark", "q", "s", "small", "span", "strong"}
_INLINE |= {"sub", "sup", "time", "u", "wbr", "br"}
_ATTRIBUTES = ("alt", "aria-label", "aria-description", "aria-valuetext", "label", "placeholder")
_ATTRIBUTES += ("summary", "title")
_META = {"description", "og:title", "og:description", "og:image:alt", "og:site_name"}
_META |= {"twitter:title", "twitter:description", "twitter:image:alt"}
# Words for machines: addresses, keys, numbers. What a script shows has a space or a capital.
_MACHINE = re.compile(r"[a-z0-9_./:#?=&%{}\[\],\"+-]*|[\w+/=-]{20,}|[{\[].*", re.DOTALL)
_DATA_WORDS = {"name", "headline", "description", "caption", "articleSection"}


def bracketed(text: str) -> str:
    """Put ``text`` into brackets, each paragraph into its own: mails show them apart."""
    return "\n\n".join(f"⟦{paragraph}⟧" for paragraph in text.split("\n\n"))


def write_catalogue(folder: Path) -> Path:
    """Write the catalogue of every wording of the project and of Django; return ``folder``."""
    pseudo = polib.POFile()
    pseudo.metadata = {
        "Content-Type": "text/plain; charset=UTF-8",
        "Plural-Forms": catalogues.PLURAL_FORMS[LANGUAGE],
    }
    wordings = {(m.context, m.singular): m.plural for m in catalogues.collect()}
    for entry in polib.mofile(str(_DJANGO)):
        wordings.setdefault((entry.msgctxt, entry.msgid), entry.msgid_plural)
    for (context, singular), plural in wordings.items():
        entry = polib.POEntry(msgctxt=context, msgid=singular)
        if plural:
            entry.msgid_plural = plural
            entry.msgstr_plural = {0: bracketed(singular), 1: bracketed(plural)}
        else:
            entry.msgstr = bracketed(singular)
        pseudo.append(entry)
    target = folder / LANGUAGE / "LC_MESSAGES" / "django.mo"
    target.parent.mkdir(parents=True)
    pseudo.save_as_mofile(str(target))
    return folder


class _PseudoWords:
    """Stands in for the words of the first content: every text has a translation."""

    def translation(self, data: str, language: str) -> str:
        # A hashtag is the same everywhere; in brackets it would be none.
        return data if re.fullmatch(r"#\w+", data) else bracketed(data)


def translate_content() -> None:
    """Put every page, menu, fact and consent of the French site in brackets."""
    for model in apps.get_models():
        _translate_facts(model)
    _translate_consents()
    english = Locale.objects.get(language_code="en")
    french = Locale.objects.get(language_code=LANGUAGE)
    words = _PseudoWords()
    for page in Page.objects.filter(locale=english, live=True, depth__gt=1).order_by("path"):
        there = page.get_translation_or_none(french)
        if there is not None:
            translate(page.specific, words, LANGUAGE, slug=there.slug)
    for snippet in SiteWords.objects.filter(locale=english):
        translate(snippet, words, LANGUAGE)


def _translate_facts(model) -> None:
    names = {field.name for field in model._meta.get_fields()}
    pairs = [
        (f"{name[:-3]}_en", name)
        for name in names
        if name.endswith(f"_{LANGUAGE}") and f"{name[:-3]}_en" in names
    ]
    for row in model._default_manager.all() if pairs else []:
        model._default_manager.filter(pk=row.pk).update(
            **{french: _translated(getattr(row, english)) for english, french in pairs}
        )


def _translated(text: str) -> str:
    """Nothing stays nothing: a fact may have no word of this kind."""
    return bracketed(text) if text else text


def _translate_consents() -> None:
    newest = ConsentWording.objects.filter(language="en").values("purpose")
    for row in newest.annotate(newest=Max("version")):
        words = ConsentWording.objects.get(
            purpose=row["purpose"], language="en", version=row["newest"]
        )
        latest = ConsentWording.objects.filter(purpose=row["purpose"], language=LANGUAGE)
        version = latest.aggregate(Max("version"))["version__max"] or 0
        ConsentWording.objects.create(
            purpose=words.purpose,
            language=LANGUAGE,
            version=version + 1,
            text=bracketed(words.text),
        )


def unmarked_in_text(text: str) -> list[str]:
    """The stretches of a plain text outside all brackets that have letters."""
    return [piece for piece, depth in _pieces(text, 0) if depth == 0 and _has_words(piece)]


def _pieces(text: str, depth: int) -> Iterator[tuple[str, int]]:
    """Cut ``text`` at its brackets; with each piece, how many are open around it."""
    for piece in re.split("([⟦⟧])", text):
        if piece in "⟦⟧" and piece:
            depth = max(depth + (1 if piece == "⟦" else -1), 0)
        yield piece, depth


def _has_words(text: str) -> bool:
    return text.strip() not in NAMES and any(letter.isalpha() for letter in VERBATIM.sub("", text))


def unmarked(html: str) -> list[str]:
    """What a visitor sees or hears of a screen outside the brackets, with where it stands.

    An element with a ``lang`` of its own is in that language on purpose: the name of a language,
    of a campaign elsewhere, of a partner.
    """
    soup = BeautifulSoup(html, "html.parser")
    for element in soup.select(f'html [lang]:not([lang="{LANGUAGE}"]), {_LEFT_OUT}'):
        if not element.decomposed:
            element.decompose()
    found = [f"{where}: {text}" for where, text in _texts(soup)]
    for element in soup.find_all(True):
        for name, value in element.attrs.items():
            if _is_shown(element, name, value):
                found += [f"{name}: {text}" for text in unmarked_in_text(value)]
    for block in soup.select('script[type="application/ld+json"]'):
        values = _words_of(json.loads(block.string))
        found += [f"data: {text}" for value in values for text in unmarked_in_text(value)]
    return found


def _texts(soup: BeautifulSoup) -> Iterator[tuple[str, str]]:
    """Unmarked texts; brackets count through inline elements, up to the end of their block."""
    depths: dict[int, int] = defaultdict(int)
    for node in soup.find_all(string=True):
        if isinstance(node, Comment | Doctype) or node.parent.name in ("script", "style"):
            continue
        block = _block(node)
        for piece, depth in _pieces(str(node), depths[id(block)]):
            depths[id(block)] = depth
            if depth == 0 and _has_words(piece):
                yield block.name, " ".join(piece.split())


def _block(node: NavigableString) -> Tag:
    return next(parent for parent in node.parents if parent.name not in _INLINE)


def _is_shown(element: Tag, name: str, value: object) -> bool:
    if not isinstance(value, str):
        return False
    if name in _ATTRIBUTES:
        return True
    if name == "content":
        return (element.get("name") or element.get("property")) in _META
    if name == "value":
        return element.name == "input" and element.get("type") in ("submit", "button", "reset")
    return name.startswith("data-") and not _MACHINE.fullmatch(value)


def _words_of(data: object) -> Iterator[str]:
    """The texts of structured data, by the names that schema.org gives to texts."""
    if isinstance(data, dict):
        for key, value in data.items():
            if key in _DATA_WORDS and isinstance(value, str):
                yield value
            else:
                yield from _words_of(value)
    elif isinstance(data, list):
        for value in data:
            yield from _words_of(value)
