"""Old English, new English and one's own translation side by side: the translator's desk."""

import re

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST
from wagtail.admin import messages
from wagtail.models import Page
from wagtail_localize.models import Translation, TranslationSource
from wagtail_localize.strings import StringValue, validate_translation_links

from campaign_site.query_numbers import read_number
from newsroom.translating import hand_work, marks, segments, syncing
from newsroom.translating.access import languages_of, needs_translator, target_page, translation_for
from newsroom.translating.segments import Task, digest
from newsroom.translating.states import LANGUAGES

LONGEST = 20_000
# Tabs and line ends are no control characters here.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def check_translation(source_text: str, text: str) -> str:
    """Return what is wrong with a translation, in a sentence; empty when nothing is.

    Only the tags and the links of its source may stand in it: everything else would be shown to
    readers as it is, or be dropped.
    """
    if _CONTROL.search(text):
        return _("This text has a character that cannot be stored.")
    if len(text) > LONGEST:
        return _("This text is too long.")
    try:
        StringValue.from_translated_html(text)
        validate_translation_links(source_text, text)
    except ValueError as error:
        return _("The marks in < > are not those of the English: %(error)s") % {"error": error}
    return ""


def _typed(data, name: str) -> str:
    """What stands in a field, to be stored; browsers write line ends in their own way."""
    return segments.storable(data.get(name, "").strip().replace("\r\n", "\n"))


def _save(translation: Translation, task: Task, data, user) -> bool:
    """Store one translation if it was really given; return whether it was.

    A proposal that nobody touched and nobody said fits stays a proposal. What somebody else
    stored since the form was shown is never overwritten.
    """
    number = task.segment.pk
    text = _typed(data, f"text-{number}")
    task.typed, task.still_fits = text, f"fits-{number}" in data
    if not text or (text == segments.storable(task.proposal) and not task.still_fits):
        return False
    if data.get(f"base-{number}", "") != task.base:
        task.error = _other_text(task.current)
        return False
    task.error = check_translation(task.new, text)
    if task.error:
        return False
    segments.store(translation, task.segment.string_id, task.segment.context_id, text, by=user)
    return True


def _other_text(text: str) -> str:
    return _(
        "Meanwhile somebody else has written here: “%(text)s”. What you wrote stands below and is "
        "not stored."
    ) % {"text": segments.readable(text)}


@transaction.atomic
def save_texts(translation: Translation, data, user) -> tuple[int, list[Task]]:
    """Store what was typed, all that is right of it; return how many texts, and what is left.

    A text that somebody else translated meanwhile is among what is left, with an error, when
    something else was typed for it.
    """
    Translation.objects.select_for_update().get(pk=translation.pk)
    saved, left = 0, []
    waiting = segments.tasks(translation)
    for task in waiting:
        if _save(translation, task, data, user):
            saved += 1
        else:
            left.append(task)
    return saved, left + _overtaken(translation, data, {task.segment.pk for task in waiting})


def _overtaken(translation: Translation, data, waiting: set[int]) -> list[Task]:
    """The texts typed for what no longer waits: shown again beside what is stored by now."""
    numbers = {read_number(name.removeprefix("text-")) for name in data if name[:5] == "text-"}
    rows = (
        translation.source.stringsegment_set.filter(pk__in=numbers - waiting - {None})
        .select_related("string", "context")
        .annotate_translation(translation.target_locale)
        .order_by("order")
    )
    found = []
    for segment in rows:
        text = _typed(data, f"text-{segment.pk}")
        was_touched = digest(text) != data.get(f"shown-{segment.pk}", "")
        if text and was_touched and text != segments.storable(segment.translation):
            task = Task(segment, _("Text"), segment.string.data, current=segment.translation)
            task.typed, task.error = text, _other_text(segment.translation)
            found.append(task)
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def changes(request: HttpRequest, translation_id: int) -> HttpResponse:
    """Show what the source says anew, and the texts that wait; a post stores translations."""
    translation = translation_for(request, translation_id)
    source = translation.source
    left = None
    if request.method == "POST":
        saved, left = save_texts(translation, request.POST, request.user)
        if saved and request.POST.get("proofread"):
            marks.set_to_proofread(translation, request.user)
        if saved:
            messages.success(
                request,
                ngettext(
                    "%(number)s translation is stored.",
                    "%(number)s translations are stored.",
                    saved,
                )
                % {"number": saved},
            )
        if not any(task.error for task in left):
            if not saved:
                messages.warning(
                    request, _("Nothing was stored: no text was changed and none was ticked.")
                )
            return redirect("newsroom_translating:changes", translation.pk)
    return _screen(request, translation, source, left)


def _screen(request, translation: Translation, source: TranslationSource, left) -> HttpResponse:
    page = source.get_source_instance()
    language = translation.target_locale.language_code
    news = syncing.news(source, page)
    live = _changes(source, news.live, language)
    draft = _changes(source, news.draft, language)
    done, total = segments.progress(translation)
    target = target_page(translation)
    mark = marks.mark_of(translation)
    errors = [task for task in left or [] if task.error]
    return render(
        request,
        "newsroom/translating/changes.html",
        {
            "translation": translation,
            "source": source,
            "source_page": page,
            "target": target,
            "language": language,
            "language_name": LANGUAGES[language],
            "live_changes": live,
            "draft_changes": draft,
            "tasks": left if left is not None else segments.tasks(translation),
            "has_errors": bool(errors),
            "done": done,
            "total": total,
            "mark": mark,
            "may_edit_source": page.permissions_for_user(request.user).can_edit(),
            "may_confirm": marks.may_confirm(translation, request.user),
            "may_publish": target.permissions_for_user(request.user).can_publish(),
            "assign_form": marks.AssignForm(
                language=language, initial={"assigned_to": mark.assigned_to_id}
            ),
            "hand_work": hand_work.find(translation),
            "edit_url": reverse("wagtailadmin_pages:edit", args=[target.pk]),
        },
        status=422 if errors else 200,
    )


def _changes(source: TranslationSource, page: Page | None, language: str) -> list[dict] | None:
    """Return the texts that ``page`` has anew, each with one's own translation of the old one.

    None without a page; empty when only pictures, dates or the like are different.
    """
    if page is None:
        return None
    return [
        {"change": change, "own": change.translations.get(language, "")}
        for change in segments.changes(source, page)
    ]


@require_POST
@needs_translator
def take_over(request: HttpRequest, source_id: int) -> HttpResponse:
    """Give the translators the live or the draft version of a source page."""
    source = get_object_or_404(TranslationSource, pk=source_id)
    targets = source.translations.filter(enabled=True).select_related("target_locale")
    own = languages_of(request.user)
    mine = [one for one in targets if one.target_locale.language_code in own]
    if not mine:
        raise PermissionDenied
    found = syncing.versions(source.get_source_instance())
    wants_draft = request.POST.get("version") == "draft"
    page = found.newest if wants_draft or found.live is None else found.live
    taken = syncing.take_over(source, page, request.user)
    names = ", ".join(LANGUAGES[code] for code in taken.languages)
    messages.success(
        request,
        _("The translators have the new text now (%(languages)s). No translation was lost.")
        % {"languages": names},
    )
    if taken.left:
        messages.warning(
            request,
            _("These words were only in a translated page and have no place in the English: ")
            + " · ".join(taken.left[:10]),
        )
    chosen = request.POST.get("translation", "")
    back = next((one for one in mine if str(one.pk) == chosen), mine[0])
    return redirect("newsroom_translating:changes", back.pk)
