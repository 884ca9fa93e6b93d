"""The texts of a page one by one, as translators see them: what changed, what is still to do."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from hashlib import sha256

from django.utils.translation import gettext as _
from wagtail.models import Page
from wagtail_localize.models import (
    StringSegment,
    StringTranslation,
    Translation,
    TranslationSource,
)
from wagtail_localize.segments import StringSegmentValue
from wagtail_localize.segments.extract import extract_segments
from wagtail_localize.views.edit_translation import (
    FieldHasNoEditPanelError,
    TabHelper,
    get_segment_location_info,
)

from newsroom.translating.comparing import Piece, differences, pairs


def texts_of(page: Page) -> dict[str, list[str]]:
    """Return the texts of ``page`` by their place in it, in the order in which they stand there."""
    texts: dict[str, list[str]] = defaultdict(list)
    for value in extract_segments(page):
        if isinstance(value, StringSegmentValue):
            texts[value.path].append(value.string.data)
    return dict(texts)


def texts_of_source(source: TranslationSource) -> dict[str, list[str]]:
    """The same of what was last given to the translators; one query."""
    texts: dict[str, list[str]] = defaultdict(list)
    rows = StringSegment.objects.filter(source=source).order_by("order")
    for path, data in rows.values_list("context__path", "string__data"):
        texts[path].append(data)
    return dict(texts)


_SIGNS = "(?!(?:amp|lt|gt);)"


def readable(text: str) -> str:
    """Return a stored text, a fragment of HTML, as people write it: with a plain ``&``.

    ``&lt;`` and ``&gt;`` stay, so that no words look like a tag.
    """
    return re.sub(f"&amp;{_SIGNS}", "&", text)


def storable(text: str) -> str:
    """The way back from ``readable``; safe to repeat."""
    return re.sub(f"&{_SIGNS}", "&amp;", text)


class Places:
    """Says in an editor's words where on a page a text stands."""

    def __init__(self, source: TranslationSource) -> None:
        self._page = source.as_instance()
        self._tabs = TabHelper(self._page)

    def name(self, segment: StringSegment) -> str:
        """Return the field, and the field within its block; plain "Text" where a form has none."""
        try:
            place = get_segment_location_info(
                self._page,
                self._tabs,
                segment.context.path,
                segment.context.get_field_path(self._page),
            )
        except (FieldHasNoEditPanelError, KeyError, LookupError):
            return _("Text")
        parts = [place["field"], place["subField"]]
        return " · ".join(str(part) for part in parts if part)


@dataclass(frozen=True)
class Change:
    """One text of the source that is not what the translators were given.

    ``old`` is empty for a new text, ``new`` for one that is gone; ``translations`` are those of
    the old text by language.
    """

    old: str
    new: str
    old_pieces: list[Piece]
    new_pieces: list[Piece]
    translations: dict[str, str]


def changes(source: TranslationSource, page: Page) -> list[Change]:
    """Return in which texts ``page`` differs from ``source``, in the order of the page.

    Two queries, and those of the pages that blocks point at.
    """
    before, after = texts_of_source(source), texts_of(page)
    known: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    rows = StringTranslation.objects.filter(context__object_id=source.object_id)
    for path, text, code, data in rows.values_list(
        "context__path", "translation_of__data", "locale__language_code", "data"
    ):
        known[path, text][code] = data
    found = []
    for path in [*after, *(path for path in before if path not in after)]:
        for old, new in pairs(before.get(path, []), after.get(path, [])):
            if old == new:
                continue
            olds, news = differences(readable(old or ""), readable(new or ""))
            found.append(Change(old or "", new or "", olds, news, known.get((path, old or ""), {})))
    return found


def digest(text: str) -> str:
    """A short sign of a translation, by which a form knows whether somebody changed it since."""
    return sha256(text.encode()).hexdigest()[:16] if text else ""


@dataclass
class Task:
    """A text that waits for its translation.

    ``old`` and ``proposal`` are the earlier source text of this place and what it was translated
    by, where there are such; ``typed`` is what the translator wrote, ``error`` what is wrong with
    that.
    """

    segment: StringSegment
    place: str
    new: str
    old: str = ""
    proposal: str = ""
    current: str = ""
    error: str = ""
    typed: str | None = None
    still_fits: bool = False
    old_pieces: list[Piece] = field(default_factory=list)
    new_pieces: list[Piece] = field(default_factory=list)

    @property
    def base(self) -> str:
        return digest(self.current)

    @property
    def shown(self) -> str:
        """What stands in the field: never something else than what was typed."""
        return readable(self.typed if self.typed is not None else self.current or self.proposal)

    @property
    def shown_digest(self) -> str:
        """The sign of what the field is shown with, to know whether somebody typed in it."""
        return digest(storable(self.current or self.proposal))

    @property
    def rows(self) -> int:
        return min(12, 2 + max(len(self.new), len(self.shown)) // 60)


def tasks(translation: Translation) -> list[Task]:
    """Return the texts that have no good translation, each with what it was before. 6 queries.

    A translation of an earlier text at the same place is proposed, never taken as it is.
    """
    source, locale = translation.source, translation.target_locale
    segments = list(
        StringSegment.objects.filter(source=source)
        .select_related("string", "context")
        .annotate_translation(locale)
        .order_by("order")
    )
    waiting = [segment for segment in segments if not segment.translation]
    if not waiting:
        return []
    places = Places(source)
    contexts = {segment.context_id for segment in waiting}
    faulty = {
        (row.context_id, row.translation_of_id): row
        for row in StringTranslation.objects.filter(
            locale=locale, context__in=contexts, has_error=True
        ).select_related("translation_of")
    }
    earlier = _earlier(translation, segments, waiting)
    found = []
    for segment in waiting:
        task = Task(segment, places.name(segment), segment.string.data)
        old, task.proposal = earlier.get((segment.context_id, segment.string.data), ("", ""))
        task.old = old
        if old:
            task.old_pieces, task.new_pieces = differences(readable(old), readable(task.new))
        if row := faulty.get((segment.context_id, segment.string_id)):
            task.current, task.error = row.data, str(row.get_error() or "")
        found.append(task)
    return found


def _earlier(
    translation: Translation, segments: list[StringSegment], waiting: list[StringSegment]
) -> dict[tuple[int, str], tuple[str, str]]:
    """Return for (place, text) the latest earlier text there and its translation; one query."""
    now: dict[int, list[str]] = defaultdict(list)
    for segment in segments:
        now[segment.context_id].append(segment.string.data)
    wanted: dict[int, list[str]] = defaultdict(list)
    for segment in waiting:
        wanted[segment.context_id].append(segment.string.data)
    past: dict[int, dict[str, str]] = defaultdict(dict)
    rows = StringTranslation.objects.filter(
        locale=translation.target_locale, context__in=list(wanted), has_error=False
    ).exclude(data="")
    for context, text, data in rows.order_by("-updated_at", "-pk").values_list(
        "context_id", "translation_of__data", "data"
    ):
        if text not in now[context]:
            past[context].setdefault(text, data)
    found = {}
    for context, translated in past.items():
        # Where one text stands, what stood there last is what it was.
        old = list(translated)[:1] if len(now[context]) == 1 else list(translated)
        for before, after in pairs(old, wanted[context]):
            if before and after:
                found[context, after] = before, translated[before]
    return found


def store(
    translation: Translation, string_id: int, context_id: int, text: str, *, by, tool: str = ""
) -> None:
    """Keep ``text`` as a person's translation of one text at one place, instead of any other.

    ``by`` is who wrote it, None when nobody knows; ``tool`` what it came with, if not the site.
    """
    StringTranslation.objects.update_or_create(
        translation_of_id=string_id,
        locale=translation.target_locale,
        context_id=context_id,
        defaults={
            "data": text,
            "translation_type": StringTranslation.TRANSLATION_TYPE_MANUAL,
            "tool_name": tool,
            "last_translated_by": by,
            "has_error": False,
            "field_error": "",
        },
    )


def progress(translation: Translation) -> tuple[int, int]:
    """Return how many texts are translated, and of how many; two queries."""
    total, done = translation.get_progress()
    return done, total


def missing_texts(translation: Translation) -> list[str]:
    """Return the source texts that have no good translation, in the order of the page."""
    rows = StringSegment.objects.filter(source_id=translation.source_id)
    rows = rows.annotate_translation(translation.target_locale).filter(translation=None)
    return list(rows.order_by("order").values_list("string__data", flat=True))
