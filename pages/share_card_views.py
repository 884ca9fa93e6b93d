"""Answer with a page's card: drawn when it is first asked for, kept, fetched by other sites."""

import re
from threading import Lock

from django.core.cache import cache
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseNotFound,
    HttpResponseRedirect,
)
from django.utils.cache import patch_cache_control
from django.utils.translation import override
from django.views.decorators.http import require_safe

from campaign_site.caching import PAGE_SECONDS
from pages import links
from pages.models import BasePage, Organisation
from pages.share_cards import Card, draw_card
from pages.sharing import card_of, card_path
from pages.sitemaps import listed_pages

_NAME = re.compile(r"(?P<page>[1-9][0-9]{0,8})-(?P<version>[0-9a-f]{12})\.png", re.ASCII)
_KEPT_SECONDS = 7 * 24 * 3600

# Drawing takes some tenths of a second: however many ask, one is drawn at a time in a process.
_drawing = Lock()


@require_safe
def share_card(request: HttpRequest, name: str) -> HttpResponse:
    """Show the card of a page that anyone may read; an older version leads to today's.

    ``name`` is the page's id and what is drawn, so the answer may be kept for long. Whatever is
    no card is told so in few words: nobody reads a page in the place of a picture.
    """
    asked = _NAME.fullmatch(name)
    page = _page(int(asked["page"])) if asked else None
    if page is None:
        return HttpResponseNotFound("There is no such picture.\n", content_type="text/plain")
    card = _card(page)
    if asked["version"] != card.version:
        response = HttpResponseRedirect(card_path(page.pk, card))
        seconds = PAGE_SECONDS
    else:
        response = HttpResponse(_picture(card), content_type="image/png")
        seconds = _KEPT_SECONDS
    patch_cache_control(response, public=True, max_age=seconds)
    # Other sites show the picture beside their link to the page.
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _page(page_id: int) -> BasePage | None:
    """Return the page if anyone may read it at an address of this site."""
    page = listed_pages().filter(pk=page_id).first()
    if page is None or not links.path_of(page.url_path, links.site_roots())[0]:
        return None
    specific = page.specific
    return specific if isinstance(specific, BasePage) else None


def _card(page: BasePage) -> Card:
    language, _path = links.path_of(page.url_path, links.site_roots())
    with override(language):
        return card_of(
            page,
            ancestors=links.resolve((), language, around=page).ancestors,
            organisation=Organisation.load().name,
        )


def _picture(card: Card) -> bytes:
    key = f"share-card-{card.version}"
    with _drawing:
        return cache.get_or_set(key, lambda: draw_card(card), _KEPT_SECONDS)
