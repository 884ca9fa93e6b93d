"""What leaves the site when somebody shares a page: its card, a text, the ways to send it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from campaign_site.languages import site_language
from campaign_site.mail import absolute_url
from campaign_site.templatetags.campaign import day, euros, long_day, whole
from pages.links import Link
from pages.models import (
    AppealPage,
    ArticlePage,
    BasePage,
    CampaignPage,
    EventPage,
    HomePage,
    PhotoCallPage,
    WallPage,
)
from pages.share_cards import Card
from pages.typography import typeset

# Sentences of a lead that go on a card together; about two of its lines.
_LINE_LENGTH = 84
_BETWEEN_SENTENCES = re.compile(r"(?<=[.!?…])\s+(?=[^\Wa-z_])")
# A smaller crowd is not counted aloud.
_LEAST_COUNTED = 5


@dataclass(frozen=True)
class Way:
    """A service to send a link with: its name, and an address that carries text and link."""

    name: str
    url: str


@dataclass(frozen=True)
class Sharing:
    """A page as others see it. All addresses are absolute; the card's are empty without a card."""

    title: str
    description: str
    url: str
    text: str
    ways: list[Way]
    card_url: str = ""
    card_alt: str = ""


def sharing_of(page: BasePage, *, path: str, ancestors: list[Link], organisation: str) -> Sharing:
    """Return what is shared of ``page``, at ``path``, in the active language.

    Asks the database nothing that the page itself does not show. A page that is not saved yet,
    in an editor's preview, has no card.
    """
    language, url = site_language(), absolute_url(path)
    title = typeset(page.title, language)
    text = _text(title, _hashtag(page, ancestors))
    card = card_of(page, ancestors=ancestors, organisation=organisation)
    said = [card.title, card.kicker, card.line]
    return Sharing(
        title=title,
        description=typeset(page.description, language),
        url=url,
        text=text,
        ways=ways(title, text, url),
        card_url=absolute_url(card_path(page.pk, card)) if page.pk else "",
        card_alt=" – ".join(part for part in said if part),
    )


def card_path(page_id: int, card: Card) -> str:
    return f"/share-cards/{page_id}-{card.version}.png"


def _hashtag(page: BasePage, ancestors: Iterable[Link]) -> str:
    """The page's own hashtag, else that of the campaign it stands below."""
    above = [getattr(link.page, "hashtag_shared", "") for link in ancestors]
    return next((tag for tag in [page.hashtag_shared, *reversed(above)] if tag), "")


def _text(title: str, hashtag: str) -> str:
    return title if not hashtag or hashtag.lower() in title.lower() else f"{title} {hashtag}"


def ways(title: str, text: str, url: str) -> list[Way]:
    """Mail, and the three services whose address for sharing is the same for everybody.

    Nothing of theirs is loaded; whoever follows the link tells them what it carries, no more.
    """
    both = f"{text}\n{url}"
    mail = urlencode({"subject": title, "body": f"{text}\n\n{url}"}, quote_via=quote)
    return [
        Way(pgettext("a way to share a page", "Email"), f"mailto:?{mail}"),
        Way("WhatsApp", f"https://wa.me/?{urlencode({'text': both}, quote_via=quote)}"),
        Way("Facebook", f"https://www.facebook.com/sharer/sharer.php?{urlencode({'u': url})}"),
        Way(
            "Bluesky",
            f"https://bsky.app/intent/compose?{urlencode({'text': both}, quote_via=quote)}",
        ),
    ]


def card_of(page: BasePage, *, ancestors: list[Link], organisation: str) -> Card:
    """Return the card of ``page`` in the active language; actions wear their campaign's mood."""
    title, kicker, line = _words(page)
    above = [getattr(link.page, "mood", "") for link in ancestors if link.kind == "campaign"]
    language = site_language()
    return Card(
        title=typeset(title, language),
        kicker=typeset(kicker, language),
        line=typeset(line, language),
        organisation=organisation,
        mood=getattr(page, "mood", "") or next(iter(above), ""),
    )


def _words(page: BasePage) -> tuple[str, str, str]:
    """Title, kicker and line of a page's card."""
    line = first_sentences(page.lead)
    if isinstance(page, HomePage):
        return page.hero_title, page.hero_kicker, line
    if isinstance(page, CampaignPage):
        return page.name, page.strapline, _ended(page) or line
    if isinstance(page, EventPage):
        return page.title, _day_and_place(page.event), _people(page) or line
    if isinstance(page, AppealPage):
        return page.title, page.strapline or _("Appeal"), _raised(page) or line
    if isinstance(page, PhotoCallPage):
        return page.title, _("Photo call"), _photos(page.photo_call) or line
    if isinstance(page, WallPage):
        return page.title, page.photo_call.name, line
    if isinstance(page, ArticlePage):
        return page.title, day(page.published_on), line
    return page.title, "", line


def first_sentences(text: str) -> str:
    """Return the first sentence of ``text``, and those after it that a card has room for."""
    sentences = _BETWEEN_SENTENCES.split(" ".join(text.split(" ")).strip())
    said = sentences[0]
    for sentence in sentences[1:]:
        if len(said) + len(sentence) >= _LINE_LENGTH:
            break
        said = f"{said} {sentence}"
    return said


def _ended(page: CampaignPage) -> str:
    if not page.is_over:
        return ""
    if page.ended_on is None:
        return _("This campaign has ended.")
    return _("This campaign ended on %(day)s.") % {"day": long_day(page.ended_on)}


def _day_and_place(event) -> str:
    return " · ".join(part for part in (long_day(event.day), event.place) if part)


def _people(page: EventPage) -> str:
    event, crowd = page.event, page.crowd
    if event.is_cancelled:
        return _("This event is cancelled.")
    if event.is_past:
        return _("This event is over.")
    if not crowd.is_worth_telling:
        return ""
    return ngettext(
        "%(number)s person is coming. And you?",
        "%(number)s people are coming. And you?",
        crowd.coming,
    ) % {"number": whole(crowd.coming)}


def _raised(page: AppealPage) -> str:
    """What has come in, else what was promised; of an appeal that is over, the final figure."""
    appeal, meter = page.appeal, page.meter
    if meter is None or not meter.main_sum:
        return _("This appeal is over.") if appeal.is_past else ""
    values = {"sum": euros(meter.main_sum)}
    if appeal.is_past:
        if not meter.in_hand:
            return _("This appeal is over.")
        if meter.is_at_least:
            return _("This appeal is over. More than %(sum)s came in.") % values
        return _("This appeal is over. %(sum)s came in.") % values
    if not meter.in_hand:
        return _("%(sum)s promised so far.") % values if appeal.is_open else ""
    if meter.is_at_least:
        return _("More than %(sum)s received so far.") % values
    return _("%(sum)s received so far.") % values


def _photos(call) -> str:
    if call.public_count < _LEAST_COUNTED:
        return _("This photo call is closed.") if call.is_past else ""
    return ngettext(
        "%(number)s photo on the wall.", "%(number)s photos on the wall.", call.public_count
    ) % {"number": whole(call.public_count)}
