"""A page of three languages, as the translating tests change it."""

from wagtail.models import Locale, Page
from wagtail_localize.models import StringSegment, StringTranslation, Translation

from pages.models import StandardPage


def about(language: str = "en") -> StandardPage:
    english = StandardPage.objects.get(slug="about", locale__language_code="en")
    return english if language == "en" else english.get_translation(locale(language))


def locale(language: str) -> Locale:
    return Locale.objects.get(language_code=language)


def translation(language: str, page: Page | None = None) -> Translation:
    page = page or about()
    return Translation.objects.get(
        source__object_id=page.translation_key, target_locale=locale(language)
    )


def rewrite(page: Page, *, publish: bool = True, **fields) -> Page:
    """Save ``page`` with other words, as an editor does."""
    page = page.get_latest_revision_as_object()
    for name, value in fields.items():
        setattr(page, name, value)
    revision = page.save_revision()
    if publish:
        revision.publish()
    return Page.objects.get(pk=page.pk).specific


def give(language: str, path: str, text: str, *, page: Page | None = None, user=None) -> None:
    """Translate the text at ``path``, as it is in the list now."""
    one = translation(language, page)
    segment = StringSegment.objects.get(source=one.source, context__path=path)
    StringTranslation.objects.update_or_create(
        translation_of=segment.string,
        locale=one.target_locale,
        context=segment.context,
        defaults={"data": text, "translation_type": "manual", "last_translated_by": user},
    )


def stored(language: str, path: str) -> list[str]:
    """All translations that the list has for a place, of now and of earlier texts."""
    one = translation(language)
    rows = StringTranslation.objects.filter(
        context__object_id=one.source.object_id, context__path=path, locale=one.target_locale
    )
    return list(rows.order_by("pk").values_list("data", flat=True))
