"""Begin a translation: a draft of the page in the other language, with every text still to do."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail.admin import messages
from wagtail.models import Locale, Page
from wagtail_localize.models import Translation, TranslationSource

from newsroom.translating.access import languages_of, needs_translator
from newsroom.translating.states import SOURCE, TARGETS


@transaction.atomic
def start(page: Page, locale: Locale, user) -> Translation:
    """Make the draft of ``page`` in ``locale`` and its list of texts; safe to repeat.

    The draft stands below the translation of the page's parent. Raises ``ValueError`` with a
    sentence when that is missing.
    """
    parent = page.get_parent()
    if (
        parent.depth > 1
        and not Page.objects.filter(translation_key=parent.translation_key, locale=locale).exists()
    ):
        raise ValueError(
            _("Translate the page above it first: “%(title)s”.") % {"title": parent.title}
        )
    source, _made = TranslationSource.get_or_create_from_instance(page.specific)
    translation, is_new = Translation.objects.get_or_create(source=source, target_locale=locale)
    if is_new:
        # A draft: never live, even where the source is.
        translation.save_target(user=user, publish=False)
    return translation


@require_POST
@needs_translator
def begin(request: HttpRequest, page_id: int, language: str) -> HttpResponse:
    """Begin the translation of a source page into a language that one may write."""
    if language not in TARGETS:
        raise Http404
    if language not in languages_of(request.user):
        raise PermissionDenied
    page = get_object_or_404(Page, pk=page_id, locale__language_code=SOURCE, depth__gt=1)
    locale = get_object_or_404(Locale, language_code=language)
    if _has_own_page(page, locale):
        messages.error(request, _("This page exists in this language already."))
        return redirect("newsroom_translating:board")
    try:
        translation = start(page, locale, request.user)
    except (ValueError, ValidationError) as error:
        messages.error(request, " ".join(getattr(error, "messages", [str(error)])))
        return redirect("newsroom_translating:board")
    messages.success(request, _("The translation has begun. Nobody sees it until it is published."))
    return redirect("newsroom_translating:changes", translation.pk)


def _has_own_page(page: Page, locale: Locale) -> bool:
    """Whether there is a translated page, kept by hand or not, that is more than a mirror."""
    return (
        Page.objects.filter(translation_key=page.translation_key, locale=locale, alias_of=None)
        .exclude(pk=page.pk)
        .exists()
    )
