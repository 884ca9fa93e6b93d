"""What somebody wrote into a translated page itself, past the list of its texts.

While a page is kept in step with its source, wagtail-localize writes it from the list of texts.
Once that was switched off (or a page was changed by code) the page has words that the list does
not have, and writing it from the list again would throw them away (issues 861 and 876 of
wagtail-localize). So before that happens they are taken into the list. What cannot be, for want
of a place in the source, is named; the history of the page keeps it.
"""

import json
from collections import defaultdict
from dataclasses import dataclass, field

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from wagtail.models import Page, Revision
from wagtail_localize.models import (
    OverridableSegment,
    SegmentOverride,
    StringSegment,
    StringTranslation,
    Translation,
    TranslationLog,
)
from wagtail_localize.segments import OverridableSegmentValue
from wagtail_localize.segments.extract import extract_segments

from newsroom.translating.access import target_page
from newsroom.translating.segments import store, texts_of


@dataclass
class HandWork:
    """What differs between a page and the list of its texts, because of what was written by hand.

    ``texts``: (segment, text of the page). ``values``: (segment, value), a chosen page or picture
    for example. ``both``: texts that were changed in the page and in the list since; the list
    keeps its own, and these are those of the page. ``without_place``: texts of the page that stand
    where its source has none.
    """

    texts: list[tuple[StringSegment, str]] = field(default_factory=list)
    values: list[tuple[OverridableSegment, object]] = field(default_factory=list)
    both: list[tuple[str, str]] = field(default_factory=list)
    without_place: list[str] = field(default_factory=list)

    @property
    def leaves_something(self) -> bool:
        """Whether the next writing of the page would drop words that a person wrote."""
        return bool(self.both or self.without_place)

    def __bool__(self) -> bool:
        return bool(self.texts or self.values or self.leaves_something)


def latest(page: Page) -> Page:
    """Return the page as it was last saved, live or not."""
    return page.specific.get_latest_revision_as_object()


def _last_written(translation: Translation) -> Revision | None:
    """The revision that the list of texts last wrote, as far as it is still kept."""
    log = (
        TranslationLog.objects.filter(
            source=translation.source, locale=translation.target_locale, revision__isnull=False
        )
        .select_related("revision")
        .order_by("-created_at", "-pk")
        .first()
    )
    return log.revision if log else None


def find(translation: Translation) -> HandWork:
    """Return what was written by hand since the page was last written from its texts.

    Nothing when no other revision came after; four queries then, otherwise a few more.
    """
    page = target_page(translation)
    written = _last_written(translation)
    if written is not None and page.latest_revision_id == written.pk:
        return HandWork()
    shown = latest(page)
    base = texts_of(written.as_object()) if written else {}
    work = HandWork()
    _compare_texts(translation, texts_of(shown), base, written, work)
    _compare_values(translation, shown, written, work)
    return work


def _compare_texts(translation, now, base, written, work: HandWork) -> None:
    segments: dict[str, list[StringSegment]] = defaultdict(list)
    rows = StringSegment.objects.filter(source=translation.source).order_by("order")
    for segment in rows.select_related("string", "context"):
        segments[segment.context.path].append(segment)
    listed = {
        (row.context_id, row.translation_of_id): row
        for row in StringTranslation.objects.filter(
            locale=translation.target_locale, context__object_id=translation.source.object_id
        )
    }
    for path, texts in now.items():
        before = base.get(path, [])
        if texts == before:
            continue
        of_source = segments.get(path, [])
        if len(of_source) != len(texts):
            known = {row.data for row in listed.values()} | set(before)
            work.without_place += [text for text in texts if text not in known]
            continue
        for place, (segment, text) in enumerate(zip(of_source, texts, strict=True)):
            old = before[place] if len(before) == len(texts) else None
            if text == old:
                continue
            row = listed.get((segment.context_id, segment.string_id))
            if row is None or row.has_error or row.data == old:
                # A page that nobody has translated yet still has the words of its source.
                if text != segment.string.data or row is not None:
                    work.texts.append((segment, text))
            elif row.data != text:
                _decide(work, segment, row, text, written)


def _decide(work: HandWork, segment, row: StringTranslation, text: str, written) -> None:
    """The list has another text than the page had: whoever wrote last in the list is kept.

    Without a revision to compare with nobody knows who wrote last; the page is what readers see.
    """
    if written is not None and row.updated_at > written.created_at:
        work.both.append((row.data, text))
    else:
        work.texts.append((segment, text))


def _values(page: Page) -> dict[str, object]:
    return {
        value.path: value.data
        for value in extract_segments(page)
        if isinstance(value, OverridableSegmentValue)
    }


def _compare_values(translation, shown: Page, written, work: HandWork) -> None:
    """Pictures, links and pages that were chosen by hand become exceptions of this language."""
    now = _values(shown)
    base = _values(written.as_object()) if written else {}
    rows = OverridableSegment.objects.filter(source=translation.source).select_related("context")
    for segment in rows:
        path = segment.context.path
        before = base.get(path, segment.data)
        if path in now and now[path] != before:
            work.values.append((segment, now[path]))


@transaction.atomic
def take_in(translation: Translation) -> HandWork:
    """Put what was written by hand into the list of texts, and return what that was.

    It counts as written by whoever saved the page last, not by who takes it in: nobody may then
    proofread their own words. Safe to repeat: what the list has already is not written again.
    Afterwards the page as it is counts as written from the list.
    """
    Translation.objects.select_for_update().get(pk=translation.pk)
    work = find(translation)
    if not work:
        return work
    locale = translation.target_locale
    saved = target_page(translation).latest_revision
    author = saved.user if saved else None
    for segment, text in work.texts:
        store(translation, segment.string_id, segment.context_id, text, by=author)
    for segment, value in work.values:
        SegmentOverride.objects.update_or_create(
            locale=locale,
            context_id=segment.context_id,
            defaults={
                "data_json": json.dumps(value, cls=DjangoJSONEncoder),
                "last_translated_by": author,
            },
        )
    TranslationLog.objects.create(
        source=translation.source,
        locale=locale,
        revision=saved,
    )
    return work
