"""Points of the checklist about going public: consents, contact, cards, search, second readers."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from wagtail.models import Page

from newsroom.checking.campaigns import LANGUAGES, Campaign
from newsroom.checking.launch_texts import edit_url
from newsroom.checking.page_links import language_name
from newsroom.checking.points import Detail, Point, State, Tick
from newsroom.checking.texts import stored_blocks
from pages.models import Organisation
from pages.search import find
from pages.share_cards import WIDTH, Card, drawable, fitted
from pages.sharing import card_of
from supporters.models import ConsentWording
from supporters.wordings import ensure_wordings, purposes

SECOND_READER = "second-reader"
# What only people can see to: key → (heading, what to do).
BY_HAND = {
    SECOND_READER: (
        gettext_lazy("A second person has read everything"),
        gettext_lazy("Somebody who did not write it: facts, names, tone, all three languages."),
    ),
    "phone": (
        gettext_lazy("Looked at on a telephone"),
        gettext_lazy("Each page and each form, in each language, on a small screen."),
    ),
    "cards-seen": (
        gettext_lazy("Share cards looked at"),
        gettext_lazy("The pictures below are what others see when somebody shares the page."),
    ),
    "partners": (
        gettext_lazy("Partners and those who are named have agreed"),
        gettext_lazy("Everybody whose name, words or picture stands on the pages."),
    ),
}
# Room for a title on a share card, in pixels.
_TITLE_ROOM = (WIDTH - 120, 300)


def public_points(campaign: Campaign, ticks: dict[str, Tick]) -> list[Point]:
    """Return the points about going public; ``ticks`` are those that people have set."""
    return [
        consents(campaign),
        contact(campaign),
        cards(campaign),
        searching(campaign),
        *(by_hand(campaign, key, ticks.get(key)) for key in BY_HAND),
    ]


def by_hand(campaign: Campaign, key: str, tick: Tick | None) -> Point:
    """A point that somebody ticks; it opens again when a page was changed after that."""
    heading, what = (str(words) for words in BY_HAND[key])
    if tick is None:
        return Point(key, heading, State.OPEN, what, is_by_hand=True)
    changed = [
        draft.page
        for draft in campaign.drafts
        if draft.page.latest_revision_created_at and draft.page.latest_revision_created_at > tick.at
    ]
    if changed:
        sentence = _("Changed since: %(pages)s. Look again.") % {
            "pages": ", ".join(dict.fromkeys(page.title for page in changed[:5]))
        }
        return Point(key, heading, State.OPEN, sentence, tick=tick, is_by_hand=True)
    return Point(key, heading, State.DONE, what, tick=tick, is_by_hand=True)


def consents(campaign: Campaign) -> Point:
    """Whoever takes part is asked in their own language, and for the same in each of them.

    A number stands for words that say the same: a language with a lower one was left behind. Words
    that are the English ones were never translated.
    """
    ensure_wordings()
    in_use: dict[str, dict[str, ConsentWording]] = {}
    for row in ConsentWording.objects.in_use():
        in_use.setdefault(row.purpose, {})[row.language] = row
    details = [
        Detail(sentence % {"purpose": purpose.name, "language": language_name(code)})
        for purpose in purposes()
        for code, sentence in _behind(in_use.get(str(purpose.key), {}))
    ]
    heading = _("Consents say the same in three languages")
    return Point("consents", heading, State.WRONG if details else State.DONE, details=details)


def _behind(rows: dict[str, ConsentWording]) -> Iterator[tuple[str, str]]:
    newest = max((row.version for row in rows.values()), default=0)
    for code in LANGUAGES:
        row = rows.get(code)
        if row is None or (code != "en" and "en" in rows and row.text == rows["en"].text):
            yield code, _("“%(purpose)s” has no words in %(language)s.")
        elif row.version < newest:
            yield code, _("“%(purpose)s” was changed in other languages, but not in %(language)s.")


def contact(campaign: Campaign) -> Point:
    """The campaign's page names somebody to write to, in each language."""
    details = []
    for code, head in campaign.heads.items():
        blocks = [block["value"] for block, _place in stored_blocks(head, "contact")]
        if not any(value.get("name") and value.get("email") for value in blocks):
            sentence = _("The page in %(language)s names nobody to write to.")
            details.append(Detail(sentence % {"language": language_name(code)}, edit_url(head)))
    heading = _("There is somebody to write to")
    return Point("contact", heading, State.OPEN if details else State.DONE, details=details)


def card(page: Page, language: str) -> Card:
    """Return the share card of a page as its draft says it."""
    with override(language):
        return card_of(page, ancestors=[], organisation=Organisation.load().name)


def cards(campaign: Campaign) -> Point:
    """The title of each language fits on its share card."""
    details = []
    for code, head in campaign.heads.items():
        title = drawable(card(head, code).title)
        if not title or not fitted(title, *_TITLE_ROOM).is_whole:
            sentence = _("The title in %(language)s is too long for its share card.")
            details.append(Detail(sentence % {"language": language_name(code)}, edit_url(head)))
    heading = _("Share cards can be drawn")
    return Point("cards", heading, State.OPEN if details else State.DONE, details=details)


def searching(campaign: Campaign) -> Point:
    """Who searches for the campaign's name finds it, in each language."""
    heading = _("Searching for the name finds the page")
    live = {code: head for code, head in campaign.heads.items() if head.live}
    if not live:
        sentence = _("Only published pages are found. Come back after publication.")
        return Point("search", heading, State.LATER, sentence)
    details = []
    for code, head in live.items():
        name = getattr(head, "name", "") or head.title
        results = find(name, code)
        if head.pk not in {result.link.page_id for result in results.exact}:
            sentence = _("Searching for “%(name)s” in %(language)s does not find the page.")
            values = {"name": name, "language": language_name(code)}
            details.append(
                Detail(sentence % values, reverse("wagtailadmin_explore", args=[head.pk]))
            )
    return Point("search", heading, State.OPEN if details else State.DONE, details=details)
