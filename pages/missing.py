"""Pages that a language lacks, and what a visitor who meets one can read instead.

Somebody who changes the language in an address, or follows the switcher to a language that lacks
the page, types the path of another language; slugs may even come from several. Only live pages
that everybody may read are ever named here.
"""

from typing import NamedTuple

from django.db import InterfaceError, OperationalError
from django.db.models.functions import Left
from wagtail.models import Page

from pages import links
from pages.models import CampaignPage
from pages.restrictions import is_restricted

# No page lies deeper; a longer path is somebody guessing and costs nothing.
_DEEPEST = 6
_HOME_DEPTH = 2


class Version(NamedTuple):
    """A page in one language: its title there and its path on this site."""

    title: str
    path: str


def versions_at(path: str, language: str) -> dict[str, Version]:
    """Return the page at ``path`` in every language that has it, by language; empty when none does.

    ``path`` is what follows the language in an address; each of its parts may be the slug of any
    language. Where several pages fit, the one that ``language`` has comes first. One query a part
    and one more.
    """
    parts = [part for part in path.split("/") if part]
    if len(parts) > _DEEPEST:
        return {}
    roots = links.site_roots()
    level = Page.objects.live().filter(url_path__in=roots.values())
    for depth, slug in enumerate(parts, start=_HOME_DEPTH + 1):
        level = _below(list(level.values_list("path", flat=True)), depth, slug)
    pages: dict[object, dict[str, Version]] = {}
    public = level.annotate(is_restricted=is_restricted()).filter(is_restricted=False)
    for key, url_path, title in public.order_by("path").values_list(
        "translation_key", "url_path", "title"
    ):
        code, own_path = links.path_of(url_path, roots)
        if code:
            pages.setdefault(key, {})[code] = Version(title, own_path)
    fitting = sorted(pages.values(), key=lambda versions: language not in versions)
    return fitting[0] if fitting else {}


def _below(parents: list[str], depth: int, slug: str):
    """Live pages at ``depth`` named ``slug`` below one of ``parents``, with all translations."""
    named = (
        Page.objects.live()
        .filter(depth=depth, slug=slug)
        .annotate(parent_path=Left("path", Page.steplen * (depth - 1)))
        .filter(parent_path__in=parents)
    )
    return Page.objects.live().filter(translation_key__in=named.values("translation_key"))


def running_campaigns(language: str) -> list[Version]:
    """Return the campaigns that run, in ``language``; none when the database does not answer."""
    try:
        roots = links.site_roots()
        pages = (
            CampaignPage.objects.live()
            .filter(locale__language_code=language, state=CampaignPage.State.RUNNING)
            .annotate(is_restricted=is_restricted())
            .filter(is_restricted=False)
            .order_by("path")
        )
        return [
            Version(title, links.path_of(url_path, roots)[1])
            for title, url_path in pages.values_list("title", "url_path")
        ]
    except (InterfaceError, OperationalError):
        return []
