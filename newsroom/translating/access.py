"""Who may translate what: a member of staff works in the languages whose pages they may change.

Editors may change every page and so work in all languages; a translator's group reaches the pages
below the home page of one language.
"""

from collections.abc import Callable
from functools import wraps

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from wagtail.models import Page
from wagtail_localize.models import Translation

TRANSLATE = "wagtail_localize.submit_translation"
# The home page of each language stands at this depth of the tree.
_DEPTH_OF_HOMES = 2


def languages_of(user) -> frozenset[str]:
    """Return the codes of the languages in which ``user`` may change pages; two queries at most."""
    if not user.has_perm(TRANSLATE):
        return frozenset()
    homes = Page.objects.filter(depth=_DEPTH_OF_HOMES).select_related("locale")
    return frozenset(
        home.locale.language_code for home in homes if home.permissions_for_user(user).can_edit()
    )


def needs_translator(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let in only those who translate into some language."""

    @wraps(view)
    def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if not request.user.has_perm(TRANSLATE):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def translation_for(request: HttpRequest, translation_id: int) -> Translation:
    """Return the translation of a page, for those who may change pages in its language.

    404 where there is no such translation or its page is gone; ``PermissionDenied`` for others.
    """
    rows = Translation.objects.select_related("source__locale", "target_locale")
    translation = get_object_or_404(rows, pk=translation_id)
    page = get_object_or_404(
        Page, translation_key=translation.source.object_id, locale=translation.target_locale
    )
    if (
        not request.user.has_perm(TRANSLATE)
        or not page.permissions_for_user(request.user).can_edit()
    ):
        raise PermissionDenied
    return translation


def target_page(translation: Translation) -> Page:
    """Return the translated page as it is in the database: what is live, where something is."""
    return translation.get_target_instance()


def may_publish(user, *pages: Page) -> bool:
    return all(page.permissions_for_user(user).can_publish() for page in pages)
