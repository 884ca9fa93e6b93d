"""Let the copies of translated pages be translations too, with everything translated so far.

Without it an editor who changes the English copy could not have the French one follow.
"""

from wagtail.models import Page
from wagtail_localize.models import (
    SegmentOverride,
    StringSegment,
    StringTranslation,
    Translation,
    TranslationContext,
    TranslationSource,
)


def copy_translations(page: Page, copy: Page, slugs: dict[int, str]) -> None:
    """Make ``copy`` the source of as many translations as ``page`` is.

    ``slugs`` are those of the translated copies, by locale. Does nothing for a page that was
    translated otherwise, or is a translation itself.
    """
    old = TranslationSource.objects.filter(
        object_id=page.translation_key, locale_id=page.locale_id
    ).first()
    translations = list(old.translations.filter(enabled=True)) if old else []
    if not translations:
        return
    source, _created = TranslationSource.update_or_create_from_instance(copy)
    for translation in translations:
        locale_id = translation.target_locale_id
        if locale_id in slugs:
            Translation.objects.get_or_create(source=source, target_locale_id=locale_id)
            _copy_words(page, source, locale_id, slugs[locale_id])
            _copy_overrides(page, copy, locale_id)


def _copy_words(page: Page, source: TranslationSource, locale_id: int, slug: str) -> None:
    rows = StringTranslation.objects.filter(
        context__object_id=page.translation_key, locale_id=locale_id
    ).select_related("context")
    known = {(row.context.path, row.translation_of_id): row for row in rows}
    segments = StringSegment.objects.filter(source=source).select_related("context")
    for segment in segments:
        row = known.get((segment.context.path, segment.string_id))
        words = slug if segment.context.path == "slug" else row and row.data
        if words is None:
            continue
        StringTranslation.objects.get_or_create(
            translation_of_id=segment.string_id,
            locale_id=locale_id,
            context=segment.context,
            defaults={
                "data": words,
                "translation_type": StringTranslation.TRANSLATION_TYPE_MANUAL,
            },
        )


def _copy_overrides(page: Page, copy: Page, locale_id: int) -> None:
    """What a translation has of its own that is no text: a picture, a link."""
    rows = SegmentOverride.objects.filter(
        context__object_id=page.translation_key, locale_id=locale_id
    ).select_related("context")
    for row in rows:
        context, _created = TranslationContext.objects.get_or_create(
            object_id=copy.translation_key, path=row.context.path
        )
        SegmentOverride.objects.get_or_create(
            locale_id=locale_id, context=context, defaults={"data_json": row.data_json}
        )
