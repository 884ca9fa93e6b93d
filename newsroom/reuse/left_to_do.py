"""What a person still has to fill in before a campaign that was used again can be launched.

Everything is found by looking at the drafts; nothing is ticked here. The launch checklist checks
what every campaign needs; this list is about what a copy brings along from the year before.
"""

import re
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.blocks.stream_block import StreamValue
from wagtail.models import Page

from campaign_site.templatetags.campaign import day as written_day
from donations.models import Appeal
from events.models import Event
from newsroom.checking.page_links import language_name
from newsroom.translating.access import TRANSLATE
from pages.models.actions import FactPage
from solidarity.models import PhotoCall

_YEAR = re.compile(r"(?<![\d.,])(?:19|20)\d\d(?!\d|[.,]\d)")


@dataclass(frozen=True)
class Point:
    """One thing to see to: a sentence, and the screen where it is done ("" where there is none).

    ``permission`` is what that screen needs.
    """

    sentence: str
    url: str = ""
    permission: str = ""


def points_of(key: uuid.UUID) -> list[Point]:
    """Return what is left to do for the campaign with this translation key, in its order."""
    roots = Page.objects.filter(translation_key=key).order_by("path")
    pages = [
        page
        for root in roots
        for page in Page.objects.descendant_of(root, inclusive=True).order_by("path").specific()
    ]
    drafts = [page.get_latest_revision_as_object() for page in pages]
    facts = {
        (type(draft.fact), draft.fact.pk): draft.fact
        for draft in drafts
        if isinstance(draft, FactPage)
    }
    points = [point for fact in facts.values() for point in _POINTS[type(fact)](fact)]
    this_year = _year_of(facts.values())
    return [*points, *_old_years(drafts, this_year), *_missing(drafts)]


def _year_of(facts) -> int:
    """The year that the campaign is about: that of its last day, if that is to come."""
    days = [
        day
        for fact in facts
        for day in (getattr(fact, "day", None), getattr(fact, "closes_on", None))
        if day
    ]
    return max([*(day.year for day in days), timezone.localdate().year])


def _of_call(call: PhotoCall) -> Iterator[Point]:
    url = reverse("photo_calls_admin:edit", args=[call.pk])
    for sentence in _days(call.closes_on, call.name):
        yield Point(sentence, url, "solidarity.change_photocall")


def _of_event(event: Event) -> Iterator[Point]:
    url, permission = reverse("events_admin:edit", args=[event.pk]), "events.change_event"
    values = {"name": event.name, "day": written_day(event.day)}
    if event.is_past:
        sentence = _("“%(name)s” is on %(day)s, which is over: give it a day to come.")
        yield Point(sentence % values, url, permission)
    elif event.copied_from_id and not event.opens_at:
        sentence = _("“%(name)s” is on %(day)s: check the day and the hours.")
        yield Point(
            f"{sentence % values} {_('Say when sign-up opens, if not at once.')}", url, permission
        )


def _of_appeal(appeal: Appeal) -> Iterator[Point]:
    url, permission = reverse("appeal:edit", args=[appeal.pk]), "donations.change_appeal"
    name = {"name": appeal.name}
    if appeal.account_id is None and not appeal.platform:
        sentence = _("“%(name)s” has no bank account yet: a treasurer chooses it.")
        yield Point(sentence % name, url, permission)
    elif appeal.account_id and not appeal.account.is_in_use:
        sentence = _("The bank account of “%(name)s” is not in use: a treasurer chooses another.")
        yield Point(sentence % name, url, permission)
    if appeal.account_id and not appeal.communication:
        sentence = _(
            "“%(name)s” has no communication for gifts without a promise: it needs one of its own."
        )
        yield Point(sentence % name, url, permission)
    for sentence in _days(appeal.closes_on, appeal.name):
        yield Point(sentence, url, permission)
    waiting = appeal.rewards.filter(is_offered=False).count()
    if waiting and not appeal.rewards.filter(is_offered=True).exists():
        sentence = ngettext(
            "“%(name)s” has %(number)d reward that is not offered yet: say how many there are, "
            "then offer it.",
            "“%(name)s” has %(number)d rewards that are not offered yet: say how many there are, "
            "then offer them.",
            waiting,
        )
        yield Point(sentence % {**name, "number": waiting}, url, permission)


def _days(closes_on: date | None, name: str) -> Iterator[str]:
    if closes_on is None:
        yield _("“%(name)s” has no last day: say until when people can take part.") % {"name": name}
    elif closes_on < timezone.localdate():
        yield _("The last day of “%(name)s”, %(day)s, is over.") % {
            "name": name,
            "day": written_day(closes_on),
        }


_POINTS = {PhotoCall: _of_call, Event: _of_event, Appeal: _of_appeal}


def _old_years(drafts: list[Page], this_year: int) -> Iterator[Point]:
    """Pages whose words name a year before this one; they may be right, a person looks."""
    for draft in drafts:
        years = sorted({year for year in _years_in(draft) if int(year) < this_year})
        if years:
            sentence = _("“%(title)s” (%(language)s) names %(years)s: is that still right?")
            values = {
                "title": draft.title,
                "language": language_name(draft.locale.language_code),
                "years": ", ".join(years),
            }
            yield Point(sentence % values, reverse("wagtailadmin_pages:edit", args=[draft.pk]))


def _years_in(draft: Page) -> Iterator[str]:
    words = [draft.title, draft.seo_title, draft.search_description, draft.slug]
    words += [str(getattr(draft, name, "")) for name in ("lead", "strapline", "name", "hashtag")]
    for one in draft._meta.get_fields():
        value = getattr(draft, one.name, None)
        if isinstance(value, StreamValue):
            words += value.stream_block.get_searchable_content(value)
    for text in words:
        yield from _YEAR.findall(str(text))


def _missing(drafts: list[Page]) -> Iterator[Point]:
    """Pages that are not published yet, told once for each language."""
    waiting = Counter(draft.locale.language_code for draft in drafts if not draft.live)
    for code, number in waiting.items():
        sentence = ngettext(
            "%(number)d page in %(language)s is a draft: publish it when everything is right.",
            "%(number)d pages in %(language)s are drafts: publish them when everything is right.",
            number,
        )
        values = {"number": number, "language": language_name(code)}
        yield Point(sentence % values, reverse("newsroom_translating:board"), TRANSLATE)
