"""The campaign that an update is about: its pages, its dated news, its actions."""

import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q
from wagtail.models import Page

from campaign_site.languages import site_language
from campaign_site.mail import absolute_url
from campaign_site.templatetags.campaign import day
from newsroom.updating.plain_text import plain_text
from pages import links
from pages.models import AppealPage, CampaignPage, EventPage, PhotoCallPage
from pages.models.campaign import StoryPage
from pages.restrictions import is_restricted

# Where pages stand that are below the home page of a language and nothing else.
_TOP = 3
_LINKED_PAGE = re.compile(r'linktype="page"[^>]*\bid="(\d+)"|\bid="(\d+)"[^>]*linktype="page"')


@dataclass(frozen=True)
class News:
    """One dated update of a campaign's page, in one language."""

    block_id: uuid.UUID
    when: str
    heading: str
    html: str
    anchor: str


@dataclass(frozen=True)
class Campaign:
    """A campaign by the translation key of its pages; ``pages`` is language → page, live or not.

    An appeal that stands by itself, below no campaign, counts as one.
    """

    key: uuid.UUID
    pages: Mapping[str, StoryPage]

    @property
    def is_public(self) -> bool:
        return any(_is_public(page) for page in self.pages.values())

    @property
    def names(self) -> set[str]:
        return {_name(page) for page in self.pages.values()}

    def __str__(self) -> str:
        return self.name(site_language())

    def name(self, language: str) -> str:
        """Return the name in ``language``, else in another of the site's."""
        for code in (language, *(code for code, _name in settings.LANGUAGES)):
            if code in self.pages:
                return _name(self.pages[code])
        return ""

    def url(self, *languages: str, block_id: uuid.UUID | None = None) -> str:
        """Return where the public reads about it, in the first of ``languages`` that has a page.

        Leads to the news ``block_id`` where the page tells it. Empty when no page is public.
        """
        for code in languages:
            page = self.pages.get(code)
            if page is not None and _is_public(page):
                anchors = (one.anchor for one in news_of(page) if one.block_id == block_id)
                anchor = next(anchors, "") if block_id else ""
                path = links.path_of(page.url_path, links.site_roots())[1]
                return absolute_url(path + (f"#{anchor}" if anchor else ""))
        return ""


def _is_public(page: StoryPage) -> bool:
    return page.live and not page.is_private


def _name(page: StoryPage) -> str:
    return getattr(page, "name", "") or page.title


def find_campaigns(keys: Iterable[uuid.UUID] | None = None) -> dict[uuid.UUID, Campaign]:
    """Return the campaigns with these translation keys, or all there are; two queries."""
    found: dict[uuid.UUID, dict[str, StoryPage]] = {}
    for rows in (CampaignPage.objects.all(), AppealPage.objects.filter(depth=_TOP)):
        chosen = rows if keys is None else rows.filter(translation_key__in=keys)
        chosen = chosen.select_related("locale").annotate(is_private=is_restricted())
        for page in chosen.order_by("path"):
            found.setdefault(page.translation_key, {})[page.locale.language_code] = page
    return {key: Campaign(key, pages) for key, pages in found.items()}


def find_campaign(key: uuid.UUID) -> Campaign:
    """Return one campaign; without any page when it was deleted."""
    return find_campaigns([key]).get(key) or Campaign(key, {})


def news_of(page: StoryPage) -> list[News]:
    """Return the dated updates of a page, in the order in which it shows them."""
    return [
        News(
            block_id=uuid.UUID(item.id),
            when=day(item.value["date"]) if item.value["date"] else item.value["when"],
            heading=item.value["heading"],
            html=item.value["text"].source if item.value["text"] else "",
            anchor=block.value.anchor,
        )
        for block in page.body
        if block.block_type == "updates"
        for item in block.value["items"].bound_blocks
        if item.id
    ]


def words_of_news(campaign: Campaign, block_id: uuid.UUID) -> dict[str, tuple[str, str]]:
    """Return language → heading and plain text of one dated update, where a page tells it."""
    found = {}
    for language, page in campaign.pages.items():
        for news in news_of(page):
            if news.block_id == block_id:
                found[language] = (news.heading, plain_text(news.html, _urls(news.html, language)))
    return found


def _urls(html: str, language: str) -> dict[int, str]:
    """Return where the pages that a text links to are, for who reads ``language``."""
    ids = {int(first or second) for first, second in _LINKED_PAGE.findall(html)}
    if not ids:
        return {}
    table = links.resolve(ids, language).table
    return {number: absolute_url(link.url) for number, link in table.items() if link.url}


def facts_below(campaign: Campaign) -> tuple[list[int], list[int], list[int]]:
    """Return the ids of the photo calls, events and appeals of the campaign's pages."""
    below = Q(pk__in=[])
    for page in campaign.pages.values():
        below |= Q(path__startswith=page.path)
    pages = Page.objects.filter(below).values("pk")
    calls, events, appeals = (
        list(model.objects.filter(pk__in=pages).order_by().values_list(field, flat=True).distinct())
        for model, field in (
            (PhotoCallPage, "photo_call"),
            (EventPage, "event"),
            (AppealPage, "appeal"),
        )
    )
    return calls, events, appeals


def in_reader_order(campaigns: Iterable[Campaign]) -> list[Campaign]:
    """Return campaigns by name, as the reader's language knows them."""
    language = site_language()
    return sorted(campaigns, key=lambda one: one.name(language).casefold())
