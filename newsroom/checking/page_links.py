"""Where the links of pages lead: to pages of the site, or to addresses elsewhere."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from wagtail.models import Page

from newsroom.checking.findings import Finding, Kind
from newsroom.checking.texts import Anchor, Leaf, Place
from newsroom.models import LinkCheck

# A link is told as broken after as many nights on which it failed.
BROKEN_AFTER = 3
_ELSEWHERE = re.compile(r"https?://", re.IGNORECASE)
# Texts of links that say nothing when they are read out alone (WCAG 2.2, 2.4.4 and 2.4.9).
_SAYS_NOTHING = {
    "en": {"click here", "here", "read more", "more", "this link", "link", "more info"},
    "fr": {"cliquez ici", "ici", "lire la suite", "en savoir plus", "plus", "ce lien", "lien"},
    "nl": {"klik hier", "hier", "lees meer", "meer", "meer info", "deze link", "link"},
}


@dataclass(frozen=True)
class Target:
    """A link of a page: to the page ``page_id``, or to ``url``; ``text`` is what it says, if any.

    ``has_text`` tells a link in a text from a page that is chosen, which is shown by its title.
    """

    place: Place
    text: str = ""
    url: str = ""
    page_id: int | None = None
    has_text: bool = False


@dataclass(frozen=True)
class Reached:
    """What is known of the places that links lead to, asked once for many pages.

    ``pages``: id → (live, language, translation key); ``live_in``: the languages in which pages of
    a translation key are live; ``broken``: address → what it answered, for broken links.
    """

    pages: dict[int, tuple[bool, str, object]] = field(default_factory=dict)
    live_in: dict[object, set[str]] = field(default_factory=dict)
    broken: dict[str, LinkCheck] = field(default_factory=dict)


def targets(leaves: Iterable[Leaf]) -> Iterator[Target]:
    """Return every link among ``leaves``."""
    for leaf in leaves:
        if leaf.kind == "page":
            yield Target(leaf.place, page_id=int(leaf.value))
        elif leaf.kind == "url":
            yield Target(leaf.place, url=str(leaf.value))
        elif leaf.kind == "html":
            for anchor in leaf.html.anchors:
                yield _of_anchor(anchor, leaf.place)


def _of_anchor(anchor: Anchor, place: Place) -> Target:
    return Target(place, anchor.text, anchor.href, anchor.page_id, has_text=True)


def is_elsewhere(url: str) -> bool:
    return _ELSEWHERE.match(url) is not None


def look_up(found: Iterable[Target]) -> Reached:
    """Ask what is known of all these targets; three queries, whatever their number."""
    found = list(found)
    ids = {target.page_id for target in found if target.page_id}
    urls = {target.url for target in found if is_elsewhere(target.url)}
    rows = Page.objects.filter(pk__in=ids).values_list(
        "pk", "live", "locale__language_code", "translation_key"
    )
    pages = {pk: (live, language, key) for pk, live, language, key in rows}
    live_in: dict[object, set[str]] = {}
    keys = {key for _live, _language, key in pages.values()}
    for key, language in Page.objects.filter(translation_key__in=keys, live=True).values_list(
        "translation_key", "locale__language_code"
    ):
        live_in.setdefault(key, set()).add(language)
    broken = LinkCheck.objects.filter(url__in=urls, failures__gte=BROKEN_AFTER)
    return Reached(pages, live_in, {check.url: check for check in broken})


def check_links(found: Iterable[Target], reached: Reached, language: str) -> Iterator[Finding]:
    """Find links that lead nowhere, to another language, or that say nothing."""
    for target in found:
        if target.page_id is not None:
            yield from _check_page(target, reached, language)
        elif target.url in reached.broken:
            yield _broken(target, reached.broken[target.url])
        elif target.has_text and not target.url:
            sentence = _("This link leads nowhere. Choose where it is to lead.")
            yield Finding(Kind.LINK, sentence, target.place, target.text, must_change=True)
        if target.has_text:
            yield from _check_text(target, language)


def _check_page(target: Target, reached: Reached, language: str) -> Iterator[Finding]:
    known = reached.pages.get(target.page_id)
    if known is None:
        sentence = _("The page that this leads to was deleted. Choose another, or take it away.")
        yield Finding(Kind.LINK, sentence, target.place, target.text, must_change=True)
        return
    live, own_language, key = known
    if language in reached.live_in.get(key, ()):
        return
    if live:
        sentence = _("The page that this leads to is not published in %(language)s yet.")
        name = language_name(language)
        yield Finding(Kind.LINK, sentence % {"language": name}, target.place, target.text)
    else:
        sentence = _("The page that this leads to is not published: readers get no link.")
        yield Finding(Kind.LINK, sentence, target.place, target.text, must_change=True)


def language_name(code: str) -> str:
    """Return the name of a language of the site as it stands in a sentence."""
    return {
        "en": pgettext("in a sentence", "English"),
        "fr": pgettext("in a sentence", "French"),
        "nl": pgettext("in a sentence", "Dutch"),
    }.get(code, code)


def _broken(target: Target, check: LinkCheck) -> Finding:
    sentence = _(
        "This address has not answered properly for several nights (%(answer)s). Look for the new "
        "address, or take the link away."
    ) % {"answer": answer_words(check)}
    return Finding(Kind.LINK, sentence, target.place, target.url, must_change=True)


def answer_words(check: LinkCheck) -> str:
    """Return in a few words what the address answered the last time."""
    if check.status:
        return _("answer %(status)s") % {"status": check.status}
    return {
        "no-address": _("no such site"),
        "timeout": _("no answer in time"),
        "certificate": _("its certificate is not valid"),
        "refused": _("it leads to an address that is not public"),
        "redirects": _("it leads on too often"),
        "wrong": _("it is not the address of a web page"),
    }.get(check.error, _("no answer"))


def _check_text(target: Target, language: str) -> Iterator[Finding]:
    said = " ".join(target.text.lower().split()).strip(" .…»«>→:!")
    if not said:
        sentence = _("This link has no words. Write what it leads to.")
        yield Finding(Kind.LINK, sentence, target.place, target.url, must_change=True)
    elif said in _SAYS_NOTHING[language]:
        sentence = _("The words of this link do not say where it leads. Name what people find.")
        yield Finding(Kind.LINK, sentence, target.place, target.text)
    elif is_elsewhere(target.text) or said.startswith("www."):
        sentence = _("This link shows a bare address. Write what people find there instead.")
        yield Finding(Kind.LINK, sentence, target.place, target.text)
