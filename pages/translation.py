"""Translate a page or snippet through wagtail-localize, as an editor would, from known texts.

Editors then find every segment filled in, see what changed since, and can export it.
"""

from collections.abc import Mapping

from wagtail.models import Locale
from wagtail_localize.models import (
    StringSegment,
    StringTranslation,
    Translation,
    TranslationSource,
)
from wagtail_localize.strings import StringValue


class MissingWords(Exception):
    """A text of the source has no translation; the message names the texts."""


class Words:
    """Texts met while building the English source, with their French and Dutch.

    ``words(table)`` takes a table ``{"en": …, "fr": …, "nl": …}``, remembers it and returns the
    English, so that the code that builds a page reads like the page.
    """

    def __init__(self) -> None:
        self._known: dict[str, Mapping[str, str]] = {}

    def __call__(self, table: Mapping[str, str]) -> str:
        key = StringValue.from_plaintext(table["en"]).data
        known = self._known.setdefault(key, table)
        if dict(known) != dict(table):
            raise MissingWords(f"Two translations of one text: {table['en']!r}")
        return table["en"]

    def translation(self, data: str, language: str) -> str | None:
        table = self._known.get(data)
        return StringValue.from_plaintext(table[language]).data if table else None


def translate(instance, words: Words, language: str, *, slug: str = ""):
    """Publish ``instance`` in ``language``; safe to repeat.

    ``slug`` is the translated page's slug. A segment that was translated before keeps that where
    ``words`` has nothing. Raises ``MissingWords`` when a segment has no words at all.
    """
    locale = Locale.objects.get(language_code=language)
    source, _ = TranslationSource.update_or_create_from_instance(instance)
    translation, _ = Translation.objects.get_or_create(source=source, target_locale=locale)
    missing = []
    segments = StringSegment.objects.filter(source=source).select_related("string", "context")
    for segment in segments:
        own = slug if segment.context.path == "slug" else None
        text = own or words.translation(segment.string.data, language)
        if text is None and _is_translated(segment, locale):
            continue
        if text is None:
            missing.append(segment.string.data)
            continue
        StringTranslation.objects.update_or_create(
            translation_of=segment.string,
            locale=locale,
            context=segment.context,
            defaults={
                "data": text,
                "translation_type": StringTranslation.TRANSLATION_TYPE_MANUAL,
            },
        )
    if missing:
        raise MissingWords(f"No {language} for: {missing}")
    translation.save_target(publish=True)
    return instance.get_translation(locale)


def _is_translated(segment: StringSegment, locale: Locale) -> bool:
    return StringTranslation.objects.filter(
        translation_of=segment.string, locale=locale, context=segment.context
    ).exists()
