"""Facts with a name in each language: fields ``name_en``, ``name_fr``, ``name_nl``.

Pages are translated by Wagtail; the few words that a fact itself must carry (an event's name in
a mail, a place in a calendar file) are fields of the fact, one per language.
"""

from django.conf import settings
from django.utils.translation import get_language


def site_language(code: str | None = None) -> str:
    """Return ``code`` (or the active language) as one of the site's languages, else English."""
    short = (code or get_language() or "")[:2]
    return short if short in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


class InLanguage:
    """Read ``<name>_<language>`` in the active language; English where that is empty."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        chosen = getattr(instance, f"{self.name}_{site_language()}")
        return chosen or getattr(instance, f"{self.name}_{settings.LANGUAGE_CODE}")
