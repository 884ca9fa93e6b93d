"""What the editors of pages say about translations, and what they ask before publishing one."""

from collections.abc import Iterable

from django.contrib.messages import get_messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail import hooks
from wagtail.admin import messages
from wagtail.log_actions import log
from wagtail.models import Page
from wagtail_localize.models import Translation, TranslationSource

from newsroom.translating import hand_work, publishing, syncing
from newsroom.translating.access import TRANSLATE, may_publish
from newsroom.translating.log_actions import TAKE_IN
from newsroom.translating.states import LANGUAGES


def translation_of(page: Page, *, enabled: bool = True) -> Translation | None:
    """The translation that writes this page, if any."""
    rows = Translation.objects.filter(
        source__object_id=page.translation_key, target_locale_id=page.locale_id, enabled=enabled
    )
    return rows.select_related("source__locale", "target_locale").first()


# Before wagtail-localize's own hook, which takes the screen over.
@hooks.register("before_edit_page", order=-10)
def before_edit_page(request: HttpRequest, page: Page) -> HttpResponse | None:
    if request.method == "POST":
        if request.POST.get("action") == "publish" and (translation := translation_of(page)):
            return _ask_before_publishing(request, page, translation)
        if "localize-restart-translation" in request.POST and (
            translation := translation_of(page, enabled=False)
        ):
            return _ask_before_restarting(request, page, translation)
        return None
    _tell_about_translations(request, page)
    return None


def _ask_before_publishing(
    request: HttpRequest, page: Page, translation: Translation
) -> HttpResponse | None:
    """Show what speaks against publishing; go on when nothing does or somebody answered for it.

    What was written into the page by hand is taken into its texts first.
    """
    if not may_publish(request.user, page):
        raise PermissionDenied
    doubts = publishing.doubts(translation)
    if doubts and request.POST.get("answered") != "yes":
        return render(
            request,
            "newsroom/translating/publish.html",
            {
                "page": page,
                "translation": translation,
                "doubts": doubts,
                "language_name": LANGUAGES[translation.target_locale.language_code],
            },
        )
    _take_in(request, page, translation)
    return None


def _take_in(request: HttpRequest, page: Page, translation: Translation) -> None:
    work = hand_work.take_in(translation)
    if work:
        log(
            instance=page,
            action=TAKE_IN,
            user=request.user,
            data={"texts": len(work.texts), "left": work.without_place + [t for _, t in work.both]},
        )


def _ask_before_restarting(
    request: HttpRequest, page: Page, translation: Translation
) -> HttpResponse | None:
    """Take what was written by hand into the list of texts before the list writes the page."""
    work = hand_work.find(translation)
    if work and request.POST.get("answered") != "yes":
        return render(
            request,
            "newsroom/translating/restart.html",
            {"page": page, "translation": translation, "work": work},
        )
    _take_in(request, page, translation)
    return None


def _tell_about_translations(request: HttpRequest, page: Page) -> None:
    """Say on the screen of a source page, or of one kept by hand, that something is not in step."""
    if not request.user.has_perm(TRANSLATE) or list(get_messages(request)):
        return
    source = TranslationSource.objects.get_for_instance_or_none(page)
    if source is not None:
        _tell_about_source(request, page, source)
        return
    by_hand = translation_of(page, enabled=False)
    if by_hand is not None and _said_after(by_hand.source):
        messages.warning(
            request,
            _("This page is kept by hand, and the page it was translated from has changed since."),
            buttons=[
                messages.button(
                    _changes_url(by_hand),
                    _("See what changed"),
                )
            ],
        )


def _changes_url(translation: Translation) -> str:
    return reverse("newsroom_translating:changes", args=[translation.pk])


def _said_after(source: TranslationSource) -> bool:
    return bool(syncing.news(source, source.get_source_instance()))


def _tell_about_source(request: HttpRequest, page: Page, source: TranslationSource) -> None:
    translations = list(source.translations.filter(enabled=True).select_related("target_locale"))
    if not translations or not syncing.news(source, page):
        return
    messages.warning(
        request,
        _("The translations of this page were made from an earlier text: %(languages)s.")
        % {"languages": _names(translations)},
        buttons=[
            messages.button(
                _changes_url(one),
                _("See what changed for %(language)s")
                % {"language": LANGUAGES[one.target_locale.language_code]},
            )
            for one in translations
        ],
    )


def _names(translations: Iterable[Translation]) -> str:
    return ", ".join(LANGUAGES[one.target_locale.language_code] for one in translations)


@hooks.register("before_bulk_action")
def before_bulk_action(request: HttpRequest, action_type: str, objects, action) -> object:
    """Publish no translation in bulk that one would be asked about one by one."""
    if action_type != "publish" or not issubclass(getattr(action, "models", [Page])[0], Page):
        return None
    doubtful = [
        page
        for page in objects
        if (translation := translation_of(page)) and publishing.doubts(translation)
    ]
    if not doubtful:
        return None
    messages.error(
        request,
        _(
            "Nothing was published: these translations are not complete or still to be proofread. "
            "Publish them one by one: %(pages)s"
        )
        % {"pages": ", ".join(page.get_admin_display_title() for page in doubtful)},
    )
    return redirect(action.next_url or "wagtailadmin_explore_root")
