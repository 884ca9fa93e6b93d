"""Who translates a page, and whether a second person has read the translation."""

from datetime import UTC, datetime

from django import forms
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from wagtail.admin import messages
from wagtail.log_actions import log
from wagtail.models import GroupPagePermission, Page
from wagtail_localize.models import StringTranslation, Translation

from newsroom.models import TranslationMark
from newsroom.translating.access import target_page, translation_for
from newsroom.translating.log_actions import ASSIGN, MARK, PROOFREAD

# Before anybody wrote here.
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def mark_of(translation: Translation) -> TranslationMark:
    """The mark on a translation; an unsaved, empty one where nobody has set any."""
    return TranslationMark.objects.filter(translation=translation).select_related(
        "assigned_to", "marked_by", "proofread_by"
    ).first() or TranslationMark(translation=translation)


def set_to_proofread(translation: Translation, user, note: str = "") -> None:
    """Say that a second person has to read the translation. Safe to repeat."""
    TranslationMark.objects.update_or_create(
        translation=translation,
        defaults={
            "needs_proofreading": True,
            "note": note,
            "marked_by": user,
            "marked_at": timezone.now(),
        },
    )
    log(instance=target_page(translation), action=MARK, user=user)


def may_confirm(translation: Translation, user) -> bool:
    """A second person: neither who set the mark nor who wrote a text since the last reading."""
    mark = mark_of(translation)
    if not mark.needs_proofreading or mark.marked_by_id == user.pk:
        return False
    written = StringTranslation.objects.filter(
        context__object_id=translation.source.object_id,
        locale=translation.target_locale,
        last_translated_by=user,
    )
    if mark.proofread_at:
        written = written.filter(updated_at__gt=mark.proofread_at)
    return not written.exists()


def confirmable(user) -> set[int]:
    """The translations that ``user`` may confirm, by ``may_confirm``'s rule; one query."""
    written = StringTranslation.objects.filter(
        context__object_id=OuterRef("translation__source__object_id"),
        locale=OuterRef("translation__target_locale"),
        last_translated_by=user,
        updated_at__gt=Coalesce(OuterRef("proofread_at"), _LONG_AGO),
    )
    waiting = TranslationMark.objects.filter(~Exists(written), needs_proofreading=True)
    rows = waiting.exclude(marked_by=user).values_list("translation_id", flat=True)
    return set(rows)


def translators_of(language: str) -> QuerySet:
    """The active members of staff whose group may change the pages of ``language``."""
    home = Page.objects.filter(depth=2, locale__language_code=language).first()
    around = home.get_ancestors(inclusive=True) if home else Page.objects.none()
    groups = GroupPagePermission.objects.filter(
        page__in=around, permission__codename="change_page"
    ).values("group")
    members = get_user_model().objects.filter(is_active=True, groups__in=groups)
    return members.distinct().order_by("first_name", "last_name", "username")


class AssignForm(forms.Form):
    """Who translates: people who work in this language, or nobody in particular."""

    assigned_to = forms.ModelChoiceField(
        label=gettext_lazy("Who translates"),
        queryset=get_user_model().objects.none(),
        required=False,
        empty_label=gettext_lazy("nobody in particular"),
    )

    def __init__(self, *args, language: str, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["assigned_to"]
        field.queryset = translators_of(language)
        field.label_from_instance = lambda user: user.get_full_name() or user.get_username()


def _back(translation: Translation) -> HttpResponse:
    return redirect("newsroom_translating:changes", translation.pk)


@require_POST
def mark(request: HttpRequest, translation_id: int) -> HttpResponse:
    """Mark a translation as to be proofread."""
    translation = translation_for(request, translation_id)
    most = TranslationMark._meta.get_field("note").max_length
    set_to_proofread(translation, request.user, request.POST.get("note", "").strip()[:most])
    messages.success(request, _("A second person is asked to read this translation."))
    return _back(translation)


@require_POST
@transaction.atomic
def confirm(request: HttpRequest, translation_id: int) -> HttpResponse:
    """Note that a second person has read the translation; refused to the first one."""
    translation = translation_for(request, translation_id)
    Translation.objects.select_for_update().get(pk=translation.pk)
    if not may_confirm(translation, request.user):
        messages.error(
            request,
            _(
                "Somebody else has to read it: not the person who asked for it, nor one who wrote "
                "part of it."
            ),
        )
        return _back(translation)
    TranslationMark.objects.filter(translation=translation).update(
        needs_proofreading=False, proofread_by=request.user, proofread_at=timezone.now()
    )
    log(instance=target_page(translation), action=PROOFREAD, user=request.user)
    messages.success(request, _("Noted: you have proofread this translation."))
    return _back(translation)


@require_POST
def assign(request: HttpRequest, translation_id: int) -> HttpResponse:
    """Say who translates."""
    translation = translation_for(request, translation_id)
    form = AssignForm(request.POST, language=translation.target_locale.language_code)
    if not form.is_valid():
        messages.error(request, _("This person does not translate into this language."))
        return _back(translation)
    TranslationMark.objects.update_or_create(
        translation=translation, defaults={"assigned_to": form.cleaned_data["assigned_to"]}
    )
    log(instance=target_page(translation), action=ASSIGN, user=request.user)
    messages.success(request, _("Noted who translates this page."))
    return _back(translation)
