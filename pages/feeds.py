"""The news of a language as an Atom feed (RFC 4287): articles, and dated updates of campaigns."""

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import strip_tags
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from wagtail.models import Page

from campaign_site.caching import publicly_cached
from campaign_site.mail import absolute_url
from pages import links
from pages.frame import site_words
from pages.models import AppealPage, ArticlePage, CampaignPage, Organisation
from pages.restrictions import is_restricted
from pages.typography import typeset

ENTRIES = 30
_QUARTER_SECONDS = 15 * 60
# What XML cannot hold (XML 1.0, 2.2) and word processors paste, a line break within a title first.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]+")


@dataclass(frozen=True)
class Entry:
    """One piece of news. ``key`` never changes, whatever becomes of title and address."""

    key: uuid.UUID
    title: str
    path: str
    summary: str
    published_on: date
    updated_at: datetime
    author: str = ""


@require_safe
@publicly_cached(seconds=_QUARTER_SECONDS)
def news(request: HttpRequest) -> HttpResponse:
    """Answer with the newest news in the active language; a feed without any is a feed too."""
    language = get_language()
    name = Organisation.load().name
    words = site_words(language)
    feed = Atom1Feed(
        title=feed_title(name),
        link=absolute_url(f"/{language}/"),
        description="",
        subtitle=_written(words.mission, language) if words else "",
        language=language,
        author_name=name,
        feed_url=absolute_url(request.path),
        feed_guid=absolute_url(request.path),
    )
    for entry in newest_entries(language):
        feed.add_item(
            title=_written(entry.title, language),
            link=absolute_url(entry.path),
            description=_written(entry.summary, language),
            unique_id=entry.key.urn,
            pubdate=_morning(entry.published_on),
            updateddate=entry.updated_at,
            author_name=_written(entry.author, language) or None,
        )
    content_type = "application/atom+xml; charset=utf-8"
    return HttpResponse(feed.writeString("utf-8"), content_type=content_type)


def _written(text: str, language: str) -> str:
    return typeset(_UNWRITABLE.sub(" ", text), language)


def feed_title(organisation: str) -> str:
    return _("%(organisation)s: articles and news") % {"organisation": organisation}


def newest_entries(language: str) -> list[Entry]:
    """Return the newest entries of ``language`` that anyone may read, at most ``ENTRIES``."""
    entries = [*_articles(language), *_updates(language)]
    return sorted(entries, key=lambda entry: (entry.published_on, entry.key), reverse=True)[
        :ENTRIES
    ]


def _readable(model, language: str):
    live = model.objects.live().filter(locale__language_code=language)
    return live.filter(~is_restricted())


def _articles(language: str) -> Iterator[Entry]:
    roots = links.site_roots()
    articles = _readable(ArticlePage, language).defer("body")
    for page in articles.order_by("-published_on", "-pk")[:ENTRIES]:
        yield Entry(
            key=_key(page, ""),
            title=page.title,
            path=links.path_of(page.url_path, roots)[1],
            summary=page.description,
            published_on=page.published_on,
            updated_at=page.last_published_at or _morning(page.published_on),
            author=page.author,
        )


def _updates(language: str) -> Iterator[Entry]:
    """Updates that carry a date, of campaigns and appeals. One changed later keeps its day."""
    roots = links.site_roots()
    for model in (CampaignPage, AppealPage):
        for page in _readable(model, language):
            path = links.path_of(page.url_path, roots)[1]
            for heading, item in _stored_updates(page):
                day = date.fromisoformat(item["value"]["date"])
                yield Entry(
                    key=_key(page, item["id"]),
                    title=f"{page.title} – {item['value']['heading']}",
                    path=f"{path}#{slugify(heading)}",
                    summary=_plain(item["value"]["text"]),
                    published_on=day,
                    updated_at=_morning(day),
                )


def _stored_updates(page: Page) -> Iterator[tuple[str, dict]]:
    """Dated updates as they are stored, with the heading they stand under: nothing is fetched."""
    for block in page.body.raw_data:
        if block["type"] == "updates":
            for item in block["value"]["items"]:
                if item["value"].get("date"):
                    yield block["value"]["heading"], item


def _key(page: Page, part: str) -> uuid.UUID:
    """The same for as long as the page lives, in whatever database; another in each language."""
    return uuid.uuid5(page.translation_key, f"{get_language()}:{part}")


def _plain(html: str) -> str:
    return " ".join(strip_tags(html.replace("</p>", " ")).split())


def _morning(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
