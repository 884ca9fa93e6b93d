"""Doors before wagtail-localize's own screens: who may use them, and what stands in their place.

These addresses are those of wagtail-localize; the newsroom's are asked first. Its views let
everybody who may translate begin a translation into any language, publish sentences of the source
when texts are synchronised, and take half a PO file.
"""

from functools import wraps
from http import HTTPStatus

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin import messages
from wagtail.admin.views.pages.utils import get_valid_next_url_from_request
from wagtail.log_actions import log
from wagtail.models import Page
from wagtail_localize.models import Translation, TranslationSource
from wagtail_localize.views import convert, edit_translation, snippets_api, submit_translations

from newsroom.translating import marks, po_files
from newsroom.translating.access import (
    TRANSLATE,
    languages_of,
    may_publish,
    needs_translator,
    target_page,
    translation_for,
)
from newsroom.translating.log_actions import EXPORT, IMPORT
from newsroom.translating.states import LANGUAGES


def only_for_all_languages(view):
    """Let in only those who work in every language: editors, not the translators of one."""

    @wraps(view)
    def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if languages_of(request.user) != frozenset(LANGUAGES):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


@needs_translator
def update(request: HttpRequest, translation_source_id: int) -> HttpResponse:
    """Instead of synchronising unseen: show what changed, in a language that one may write.

    Words around the pages, which have no screen of that kind, are synchronised as before.
    """
    source = get_object_or_404(TranslationSource, pk=translation_source_id)
    if not issubclass(source.specific_content_type.model_class(), Page):
        from wagtail_localize.views.update_translations import UpdateTranslationsView

        view = only_for_all_languages(UpdateTranslationsView.as_view())
        return view(request, translation_source_id=translation_source_id)
    own = languages_of(request.user)
    for one in source.translations.filter(enabled=True).select_related("target_locale"):
        if one.target_locale.language_code in own:
            return redirect("newsroom_translating:changes", one.pk)
    raise PermissionDenied


@needs_translator
def report(request: HttpRequest) -> HttpResponse:
    """The board says what wagtail-localize's report says, and only of one's own languages."""
    return redirect("newsroom_translating:board")


@require_POST
def stop(request: HttpRequest, translation_id: int) -> HttpResponse:
    """Keeping a page by hand from now on is for those who may publish it."""
    translation = get_object_or_404(Translation, pk=translation_id)
    target = translation.get_target_instance()
    allowed = (
        may_publish(request.user, target)
        if isinstance(target, Page)
        else languages_of(request.user) == frozenset(LANGUAGES)
    )
    if not allowed:
        raise PermissionDenied
    return edit_translation.stop_translation(request, translation_id)


def convert_to_alias(request: HttpRequest, page_id: int) -> HttpResponse:
    """Throwing a translation away for the source's text is for those who may publish it."""
    page = get_object_or_404(Page, pk=page_id)
    if not may_publish(request.user, page):
        raise PermissionDenied
    return convert.convert_to_alias(request, page_id)


def _is_of_a_page(translation_id: int) -> bool:
    translation = get_object_or_404(
        Translation.objects.select_related("source__specific_content_type"), pk=translation_id
    )
    return issubclass(translation.source.specific_content_type.model_class(), Page)


@require_safe
def download(request: HttpRequest, translation_id: int) -> HttpResponse:
    """Hand out the texts of a translation as a PO file."""
    if not _is_of_a_page(translation_id):
        return only_for_all_languages(edit_translation.download_pofile)(request, translation_id)
    translation = translation_for(request, translation_id)
    response = HttpResponse(
        po_files.export(translation), content_type="text/x-gettext-translation; charset=utf-8"
    )
    name = slugify(translation.source.object_repr) or "translation"
    response["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=f"{name}-{translation.target_locale.language_code}.po"
    )
    log(instance=target_page(translation), action=EXPORT, user=request.user)
    return response


@require_POST
def upload(request: HttpRequest, translation_id: int) -> HttpResponse:
    """Take the translations of a PO file, all of them or none."""
    if not _is_of_a_page(translation_id):
        return only_for_all_languages(edit_translation.upload_pofile)(request, translation_id)
    translation = translation_for(request, translation_id)
    back = get_valid_next_url_from_request(request)
    answer = redirect(back) if back else redirect("newsroom_translating:changes", translation.pk)
    file = request.FILES.get("file")
    if file is None:
        messages.error(request, _("Choose a file first."))
        return answer
    try:
        # One byte more than allowed says that it is too large, without reading the rest.
        taken = po_files.take(translation, file.read(po_files.MOST_BYTES + 1), request.user)
    except po_files.Refused as error:
        messages.error(request, _("Nothing was taken from the file. ") + str(error))
        return answer
    if taken.has_doubts:
        marks.set_to_proofread(translation, request.user)
    log(
        instance=target_page(translation),
        action=IMPORT,
        user=request.user,
        data={"texts": taken.stored},
    )
    _tell(request, taken)
    return answer


def _tell(request: HttpRequest, taken: po_files.Imported) -> None:
    messages.success(
        request,
        ngettext(
            "%(number)s translation of the file is stored.",
            "%(number)s translations of the file are stored.",
            taken.stored,
        )
        % {"number": taken.stored},
    )
    if taken.kept:
        messages.warning(
            request,
            _("Changed here after the file was made, and left as they are: ")
            + " · ".join(f"“{text[:80]}”" for text in taken.kept[:10]),
        )
    if taken.earlier:
        messages.warning(
            request,
            _(
                "Some texts of the English have changed since the file was made. Their "
                "translations are kept as proposals."
            ),
        )


def string_or_override(view):
    """The strings and choices of one language: for those who may change its pages.

    wagtail-localize asks that too; of snippets, which have no language of their own in Django's
    permissions, the newsroom asks for all languages.
    """

    @wraps(view)
    def guarded(request: HttpRequest, translation_id: int, **kwargs) -> HttpResponse:
        if not request.user.has_perm(TRANSLATE):
            raise PermissionDenied
        if _is_of_a_page(translation_id):
            translation_for(request, translation_id)
        elif languages_of(request.user) != frozenset(LANGUAGES):
            raise PermissionDenied
        return view(request, translation_id=translation_id, **kwargs)

    return guarded


@string_or_override
def override(request: HttpRequest, translation_id: int, overridable_segment_id: int):
    """Choose something of its own for a language; refused when the page could not show it."""
    try:
        with transaction.atomic():
            answer = edit_translation.edit_override(
                request,
                translation_id=translation_id,
                overridable_segment_id=overridable_segment_id,
            )
            if answer.status_code < HTTPStatus.BAD_REQUEST:
                translation = Translation.objects.get(pk=translation_id)
                translation.source.get_ephemeral_translated_instance(
                    translation.target_locale, fallback=True
                )
    except (ValueError, TypeError, ObjectDoesNotExist):
        return HttpResponse(status=HTTPStatus.BAD_REQUEST)
    return answer


def no_machine(request: HttpRequest, translation_id: int) -> HttpResponse:
    """No text of the site is given to a translating machine of somebody else's."""
    raise Http404


_TRANSLATION = "translate/<int:translation_id>/"
urlpatterns = [
    path(
        "submit/page/<int:page_id>/",
        only_for_all_languages(submit_translations.SubmitPageTranslationView.as_view()),
    ),
    path(
        "submit/snippet/<slug:app_label>/<slug:model_name>/<str:pk>/",
        only_for_all_languages(submit_translations.SubmitSnippetTranslationView.as_view()),
    ),
    path("update/<int:translation_source_id>/", update),
    path(
        _TRANSLATION + "strings/<int:string_segment_id>/edit/",
        string_or_override(edit_translation.edit_string_translation),
    ),
    path(
        _TRANSLATION + "overrides/<int:overridable_segment_id>/edit/",
        override,
    ),
    path(_TRANSLATION + "pofile/download/", download),
    path(_TRANSLATION + "pofile/upload/", upload),
    path(_TRANSLATION + "machine_translate/", no_machine),
    path(_TRANSLATION + "disable/", stop),
    path("page/<int:page_id>/convert_to_alias/", convert_to_alias),
    path("reports/translations/", report),
    path("reports/translations/results/", report),
    path(
        "api/snippets/<slug:app_label>/<slug:model_name>/",
        only_for_all_languages(snippets_api.SnippetViewSet.as_view({"get": "list"})),
    ),
    path(
        "api/snippets/<slug:app_label>/<slug:model_name>/<str:pk>/",
        only_for_all_languages(snippets_api.SnippetViewSet.as_view({"get": "retrieve"})),
    ),
]
