"""Give the translators what a page says now, without touching what they wrote.

Their translations are kept by text and place: a text that stayed keeps its translation, one that
moved to another place takes it along, and the translation of a text that changed stays in the
list as a proposal for the new one (``segments.tasks``). The translated pages themselves are not
written; readers keep what they have until somebody publishes.
"""

from dataclasses import dataclass

from django.db import transaction
from wagtail.log_actions import log
from wagtail.models import Page
from wagtail_localize.models import (
    StringSegment,
    StringTranslation,
    Translation,
    TranslationSource,
)

from newsroom.translating import comparing, hand_work
from newsroom.translating.log_actions import TAKE_OVER


@dataclass(frozen=True)
class Versions:
    """What a source page says: ``live`` to readers (None when to nobody), and in its newest draft.

    ``newest`` is the same object as ``live`` when there is no draft beside it.
    """

    live: Page | None
    newest: Page


def versions(page: Page) -> Versions:
    """Return the live and the newest version of a page; two queries, three with a draft."""
    page = page.specific
    if page.live and page.has_unpublished_changes and page.latest_revision_id:
        return Versions(page, page.get_latest_revision_as_object())
    if page.live:
        return Versions(page, page)
    return Versions(None, page.get_latest_revision_as_object())


def is_in_step(source: TranslationSource, page: Page) -> bool:
    """Whether ``page`` says exactly what the translators were given."""
    return comparing.page_content(page) == comparing.source_content(source)


@dataclass(frozen=True)
class News:
    """The versions of a source page that its translators have not been given; None for none."""

    live: Page | None = None
    draft: Page | None = None

    def __bool__(self) -> bool:
        return self.live is not None or self.draft is not None


def news(source: TranslationSource, page: Page) -> News:
    """Return what ``page`` says that its translators do not know.

    Nothing when they were given the newest draft: what is live then is older than what they have.
    """
    found = versions(page)
    if is_in_step(source, found.newest):
        return News()
    if found.live is None:
        return News(draft=found.newest)
    has_no_draft = found.newest is found.live
    published_at = found.live.last_published_at
    is_later = published_at is not None and published_at > source.last_updated_at
    is_news = (has_no_draft or is_later) and not is_in_step(source, found.live)
    return News(found.live if is_news else None, None if has_no_draft else found.newest)


def is_ahead(source: TranslationSource, page: Page) -> bool:
    """Whether the translators have a draft of ``page`` that its readers do not have yet."""
    found = versions(page)
    return (
        found.newest is not found.live
        and is_in_step(source, found.newest)
        and (found.live is None or not is_in_step(source, found.live))
    )


@dataclass(frozen=True)
class Taken:
    """What taking a change over did: translations in step again, and texts taken from pages."""

    languages: list[str]
    taken_in: int
    left: list[str]


@transaction.atomic
def take_over(source: TranslationSource, page: Page, user=None) -> Taken:
    """Make ``page`` (a version of the source page) what the translations are made from.

    Repeating it changes nothing. Raises nothing of its own.
    """
    # One at a time: two people who press at once would both write the list of texts.
    source = TranslationSource.objects.select_for_update().get(pk=source.pk)
    translations = list(
        source.translations.filter(enabled=True).select_related("source", "target_locale")
    )
    taken_in, left = 0, []
    for translation in translations:
        if _has_page(translation):
            work = hand_work.take_in(translation)
            taken_in += len(work.texts) + len(work.values)
            left += work.without_place + [text for _, text in work.both]
    TranslationSource.update_or_create_from_instance(page)
    for translation in translations:
        _carry_along(translation)
        source.refresh_from_db()
        source.update_target_view_restrictions(translation.target_locale)
    taken = Taken([one.target_locale.language_code for one in translations], taken_in, left)
    log(
        instance=page,
        action=TAKE_OVER,
        user=user,
        data={"languages": taken.languages, "taken_in": taken_in, "left": left},
    )
    return taken


def _has_page(translation: Translation) -> bool:
    return Page.objects.filter(
        translation_key=translation.source.object_id, locale=translation.target_locale
    ).exists()


def _carry_along(translation: Translation) -> None:
    """Give a text that moved within the page the translation that it had at its old place."""
    locale = translation.target_locale
    waiting = StringSegment.objects.filter(source_id=translation.source_id)
    waiting = waiting.annotate_translation(locale, include_errors=True).filter(translation=None)
    for segment in waiting:
        known = (
            StringTranslation.objects.filter(
                translation_of_id=segment.string_id,
                locale=locale,
                context__object_id=translation.source.object_id,
                has_error=False,
            )
            # A translation of this very text at a place where it no longer stands.
            .exclude(context_id=segment.context_id)
            .order_by("-updated_at")
            .first()
        )
        if known is not None and _may_follow(segment, known):
            StringTranslation.objects.create(
                translation_of_id=segment.string_id,
                locale=locale,
                context_id=segment.context_id,
                data=known.data,
                translation_type=known.translation_type,
                tool_name=known.tool_name,
                last_translated_by_id=known.last_translated_by_id,
            )


def _may_follow(segment: StringSegment, known: StringTranslation) -> bool:
    """Only within the same kind of field: a title of one word is not the same word in a menu."""
    return (
        segment.context.field_path.split(".")[-1] == known.context.field_path.split(".")[-1]
        and segment.context.path != "slug"
    )
