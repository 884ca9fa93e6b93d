"""Paper for an event: write the action sheet, and download it and the poster."""

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin import messages
from wagtail.admin.auth import permission_required
from wagtail.log_actions import log

from campaign_site.pdf import PdfError
from campaign_site.territories import language_name
from events import paper as papers
from events.hosting.access import CHANGE_EVENTS, SEE_EVENTS
from events.hosting.languages import LANGUAGES
from events.models import ActionSheet, Event
from events.paper import Paper
from events.paper_views import come_back, pdf_response
from events.rights import house_words

_SUBJECTS = ("meeting_point", "route", "bring", "plan_b", "rights")
_LINES = 5


class ActionSheetForm(forms.ModelForm):
    """What stands on the sheet, in three languages; all of it may be empty."""

    class Meta:
        model = ActionSheet
        fields = (
            *(f"{subject}_{language}" for subject in _SUBJECTS for language in LANGUAGES),
            "is_public",
        )

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        for subject in _SUBJECTS:
            for language in LANGUAGES:
                widget = self.fields[f"{subject}_{language}"].widget
                widget.attrs |= {"rows": _LINES, "lang": language}

    @property
    def rows(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields of each subject beside one another, the subject's name first."""
        names = {
            "meeting_point": _("Where we meet"),
            "route": _("What happens"),
            "bring": _("What to bring"),
            "plan_b": _("If things go differently"),
            "rights": _("Rights and safety"),
        }
        return [
            (names[subject], [self[f"{subject}_{language}"] for language in LANGUAGES])
            for subject in _SUBJECTS
        ]

    @property
    def half_written(self) -> list[str]:
        """The subjects that are written in one language and missing in another.

        Rights are none of them: where they are not written, the house has words.
        """
        return [
            name
            for name, fields in self.rows[:-1]
            if 0 < sum(bool(field.value()) for field in fields) < len(LANGUAGES)
        ]


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(SEE_EVENTS)
def paper(request: HttpRequest, event_id: int) -> HttpResponse:
    """Show what stands on the sheet and what can be downloaded; save what was written."""
    event = get_object_or_404(Event, pk=event_id)
    may_write = request.user.has_perm(CHANGE_EVENTS)
    if request.method == "POST":
        if not may_write:
            raise PermissionDenied
        written, _is_new = ActionSheet.objects.get_or_create(event=event)
        form = ActionSheetForm(request.POST, instance=written)
    else:
        written = ActionSheet.objects.filter(event=event).first() or ActionSheet(event=event)
        form = ActionSheetForm(instance=written)
    if form.is_valid():
        form.save()
        log(instance=event, action="wagtail.edit", user=request.user)
        messages.success(request, _("The action sheet is saved."))
        return redirect("events_hosting:paper", event.pk)
    if form.is_bound:
        messages.error(request, _("Nothing is saved yet: see below what is wrong."))
    context = {
        "event": event,
        "form": form,
        "may_write": may_write,
        "languages": [(language, language_name(language)) for language in LANGUAGES],
        "sizes": papers.SIZES,
        "house_words": _house_words(),
    }
    return render(request, "events/hosting/paper.html", context)


@require_safe
@permission_required(SEE_EVENTS)
def poster(request: HttpRequest, event_id: int, language: str, size: str) -> HttpResponse:
    """Answer with the poster, also of an event that is not announced yet."""
    event = _event(event_id, language)
    if size not in papers.SIZES:
        raise Http404
    with override(language):
        made = papers.poster(event, size=size)
    return _answer(request, made)


@require_safe
@permission_required(SEE_EVENTS)
def sheet(request: HttpRequest, event_id: int, language: str) -> HttpResponse:
    """Answer with the action sheet as those who signed up get it."""
    event = _event(event_id, language)
    with override(language):
        made = papers.sheet(event, for_attendees=True)
    return _answer(request, made)


def _event(event_id: int, language: str) -> Event:
    if language not in LANGUAGES:
        raise Http404
    return get_object_or_404(Event, pk=event_id)


def _answer(request: HttpRequest, made: Paper) -> HttpResponse:
    try:
        return pdf_response(made.pdf(), made.name)
    except PdfError:
        return come_back(request)


def _house_words() -> list[tuple[str, list[dict[str, object]]]]:
    """What the sheet says of rights by itself, the language of the screen first."""
    own = get_language()
    found = []
    for language in sorted(LANGUAGES, key=lambda language: language != own):
        with override(language):
            found.append((language, house_words()))
    return found
