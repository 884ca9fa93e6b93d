"""How a piece of the first content is loaded: once, whole, and in three languages."""

import tomllib
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import transaction
from wagtail.models import Locale, Page

from pages.models import HomePage, LoadedContent
from pages.translation import Words, translate

CONTENT = Path(__file__).parents[1] / "content"
TRANSLATIONS = [code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE]


def read_content(name: str) -> dict:
    return tomllib.loads((CONTENT / f"{name}.toml").read_text(encoding="utf-8"))


def once(key: str, load: Callable[[], object]) -> bool:
    """Run ``load`` unless it ran before; all of it or nothing. Return whether it ran."""
    with transaction.atomic():
        _, is_new = LoadedContent.objects.get_or_create(key=key)
        if is_new:
            load()
    if is_new:
        # Translations are published as the transaction ends, from copies taken before they had
        # children: count these again, or editors could add none.
        Page.fix_tree()
    return is_new


def names(entry: dict, field: str) -> dict[str, str]:
    """Return the three fields of a fact that has ``field`` in each language."""
    return {f"{field}_{code}": entry[field][code] for code, _ in settings.LANGUAGES}


def home_page() -> HomePage:
    return HomePage.objects.get(locale=Locale.get_default())


def publish(parent: Page, page: Page, words: Words, slugs: dict[str, str]) -> Page:
    """Add ``page`` below ``parent``, publish it and its translations, and return it."""
    page.slug = slugs["en"]
    page.locale = parent.locale
    parent.add_child(instance=page)
    publish_translated(page, words, slugs)
    return page


def publish_translated(page: Page, words: Words, slugs: dict[str, str]) -> None:
    """Publish ``page`` as it is now, and its translations with it."""
    page.save_revision().publish()
    for language in TRANSLATIONS:
        translate(page, words, language, slug=slugs[language])
