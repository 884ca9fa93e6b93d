"""How far each page is in each language: read for the whole site in a fixed number of queries."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Exists, F, Max, OuterRef, Q, TextChoices
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page, Revision
from wagtail_localize.models import (
    StringSegment,
    StringTranslation,
    Translation,
    TranslationSource,
)

from newsroom.models import JointPublication
from newsroom.translating import comparing

SOURCE = settings.LANGUAGE_CODE
LANGUAGES = dict(settings.LANGUAGES)
TARGETS = [code for code in LANGUAGES if code != SOURCE]
# The root of the tree is no page; the home pages stand below it.
_DEPTH_OF_HOMES = 2


class State(TextChoices):
    """Where a translation stands; the first that is true of those from the top."""

    MISSING = "missing", _("missing")
    BY_HAND = "by-hand", _("kept by hand")
    OUT_OF_DATE = "out-of-date", _("out of date")
    IN_PROGRESS = "in-progress", _("being translated")
    TO_PROOFREAD = "to-proofread", _("to proofread")
    READY = "ready", _("ready to publish")
    DRAFT = "draft", _("draft")
    LIVE = "live", _("live")


@dataclass
class Cell:
    """One page in one language. ``who`` and ``since`` are filled in for the rows that are shown."""

    language: str
    state: State
    page: Page | None = None
    translation: Translation | None = None
    done: int = 0
    total: int = 0
    is_live: bool = False
    who: str = ""
    since: datetime | None = None
    assigned_to: str = ""
    assigned_id: int | None = None


@dataclass
class Row:
    """A page of the source language and its translations; or a page that only others have."""

    page: Page
    language: str
    level: int
    cells: list[Cell] = field(default_factory=list)
    has_draft: bool = False
    planned: JointPublication | None = None

    @property
    def desk_id(self) -> int | None:
        """The translation whose desk shows what the source has anew."""
        found = (cell.translation for cell in self.cells if cell.translation and cell.page)
        return next((one.pk for one in found if one.enabled), None)

    @property
    def is_source(self) -> bool:
        return self.language == SOURCE


_NEEDED = (
    "pk",
    "title",
    "draft_title",
    "path",
    "depth",
    "live",
    "has_unpublished_changes",
    "translation_key",
    "locale_id",
    "alias_of_id",
    "latest_revision_id",
    "latest_revision_created_at",
    "last_published_at",
    "content_type_id",
)


def rows(*, below: Page | None = None, briefly: bool = False) -> list[Row]:
    """Return every page of the source language in the order of the tree, then all others.

    ``below`` keeps to one page and what stands below it; ``briefly`` leaves out what only waits to
    be published (``READY`` is then ``LIVE``) and what is planned. 5 queries, 3 briefly; one more
    for each kind of page among those that were saved since they were given to the translators.
    """
    pages = Page.objects.filter(depth__gte=_DEPTH_OF_HOMES).only(*_NEEDED).order_by("path")
    pages = pages.annotate(language=F("locale__language_code"))
    by_key: dict[UUID, dict[str, Page]] = defaultdict(dict)
    in_order = list(pages)
    for page in in_order:
        if page.alias_of_id is None:
            by_key[page.translation_key][page.language] = page
    sources = [page for page in in_order if page.language == SOURCE]
    if below is not None:
        sources = [page for page in sources if page.path.startswith(below.path)]
    translations = _translations()
    figures = _progress()
    edited = {} if briefly else _last_edits()
    changed = _changed(sources, translations)
    planned = {} if briefly else _planned()
    found = []
    for page in sources:
        row = Row(page, SOURCE, page.depth - _DEPTH_OF_HOMES)
        row.has_draft = page.live and page.has_unpublished_changes
        row.planned = planned.get(page.pk)
        for code in TARGETS:
            translation = translations.get((page.translation_key, code))
            row.cells.append(
                _cell(
                    code,
                    by_key[page.translation_key].get(code),
                    translation,
                    figures,
                    edited,
                    is_changed=page.translation_key in changed,
                )
            )
        found.append(row)
    if below is None:
        known = {page.translation_key for page in sources}
        found += [
            Row(page, page.language, 0)
            for page in in_order
            if page.translation_key not in known and page.alias_of_id is None
        ]
    return found


def _translations() -> dict[tuple[UUID, str], Translation]:
    found = Translation.objects.filter(source__locale__language_code=SOURCE)
    found = found.select_related(
        "source", "target_locale", "mark", "mark__assigned_to", "source__specific_content_type"
    ).defer("source__content_json")
    return {(one.source.object_id, one.target_locale.language_code): one for one in found}


def _planned() -> dict[int, JointPublication]:
    """The plan of each page, or the one that could not be done, the latest of several."""
    states = [JointPublication.State.PLANNED, JointPublication.State.REFUSED]
    found = JointPublication.objects.filter(state__in=states).order_by("planned_at")
    return {one.page_id: one for one in found}


def _progress() -> dict[int, tuple[int, int]]:
    """Return (texts translated, texts) by translation; one query."""
    is_translated = StringTranslation.objects.filter(
        translation_of_id=OuterRef("string_id"),
        context_id=OuterRef("context_id"),
        locale_id=OuterRef("source__translations__target_locale_id"),
        has_error=False,
    )
    counted = (
        StringSegment.objects.filter(source__translations__isnull=False)
        .annotate(is_translated=Exists(is_translated))
        .order_by()
        .values("source__translations__pk")
        .annotate(done=Count("pk", filter=Q(is_translated=True)), total=Count("pk"))
    )
    return {one["source__translations__pk"]: (one["done"], one["total"]) for one in counted}


def _last_edits() -> dict[tuple[UUID, str], datetime]:
    edits = (
        StringTranslation.objects.exclude(context=None)
        .order_by()
        .values_list("context__object_id", "locale__language_code")
        .annotate(Max("updated_at"))
    )
    return {(key, code): moment for key, code, moment in edits}


def _said_at(page: Page) -> datetime | None:
    """When a source page last said something else: to readers, or in a draft never published."""
    return page.last_published_at if page.live else page.latest_revision_created_at


def _changed(sources: Iterable[Page], translations: dict) -> set[UUID]:
    """Return the keys of the pages that say something else than their translators were given.

    Pages that were not saved since need no look; of the others the content decides, so that a
    page that was published without a change is not called out of date.
    """
    given = {one.source.object_id: one.source for one in translations.values()}
    suspects = [
        page
        for page in sources
        if (source := given.get(page.translation_key)) is not None
        and (said := _said_at(page)) is not None
        and said > source.last_updated_at
    ]
    if not suspects:
        return set()
    stored = dict(
        TranslationSource.objects.filter(
            pk__in=[given[page.translation_key].pk for page in suspects]
        ).values_list("object_id", "content_json")
    )
    live = Page.objects.filter(pk__in=[page.pk for page in suspects if page.live]).specific()
    now = {page.translation_key: comparing.page_content(page) for page in live}
    drafts = {page.latest_revision_id: page for page in suspects if not page.live}
    for revision in Revision.objects.filter(pk__in=drafts):
        key = drafts[revision.pk].translation_key
        model = given[key].specific_content_type.model_class()
        now[key] = comparing.revision_content(model, revision)
    return {
        key
        for key, said in now.items()
        if said
        != comparing.content(
            given[key].specific_content_type.model_class(), json.loads(stored[key])
        )
    }


def _cell(code, page, translation, figures, edited, *, is_changed: bool) -> Cell:
    cell = Cell(code, State.MISSING, page, translation)
    if page is None:
        return cell
    cell.is_live = page.live
    if translation is None or not translation.enabled:
        cell.state = State.BY_HAND
        return cell
    cell.done, cell.total = figures.get(translation.pk, (0, 0))
    mark = getattr(translation, "mark", None)
    if mark is not None and mark.assigned_to_id:
        cell.assigned_to = mark.assigned_to.get_full_name() or mark.assigned_to.get_username()
        cell.assigned_id = mark.assigned_to_id
    last = edited.get((page.translation_key, code))
    if is_changed:
        cell.state = State.OUT_OF_DATE
    elif cell.done < cell.total:
        cell.state = State.IN_PROGRESS
    elif mark is not None and mark.needs_proofreading:
        cell.state = State.TO_PROOFREAD
    elif not page.live:
        cell.state = State.DRAFT
    elif page.has_unpublished_changes or _is_after(last, page.last_published_at):
        cell.state = State.READY
    elif _is_after(translation.source.last_updated_at, page.last_published_at):
        # Nothing to translate, but a picture or a date of the source is not in the page yet.
        cell.state = State.READY
    else:
        cell.state = State.LIVE
    return cell


def _is_after(moment: datetime | None, other: datetime | None) -> bool:
    return moment is not None and (other is None or moment > other)


def name_who(shown: Iterable[Row]) -> None:
    """Fill in who last wrote each translation, and when; one query."""
    cells = {
        (cell.page.translation_key, cell.language): cell
        for row in shown
        for cell in row.cells
        if cell.page is not None
    }
    last = (
        StringTranslation.objects.filter(context__object_id__in={key for key, _ in cells})
        .select_related("last_translated_by", "context", "locale")
        .order_by("context__object_id", "locale_id", "-updated_at")
        .distinct("context__object_id", "locale_id")
    )
    for one in last:
        cell = cells.get((one.context.object_id, one.locale.language_code))
        if cell is None:
            continue
        cell.since = one.updated_at
        if one.last_translated_by:
            by = one.last_translated_by
            cell.who = by.get_full_name() or by.get_username()
