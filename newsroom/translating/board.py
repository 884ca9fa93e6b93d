"""The board: every page, and how far it is in each language."""

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from wagtail.models import Page

from campaign_site.query_numbers import read_number
from newsroom.translating import states
from newsroom.translating.access import languages_of, needs_translator
from newsroom.translating.states import LANGUAGES, TARGETS, Row, State
from pages.models import CampaignPage

PAGE_SIZE = 50
# What the filter offers beside the states themselves.
_TO_DO = "to-do"


class BoardFilterForm(forms.Form):
    """Which pages the board shows; what is empty or unknown leaves nothing out."""

    language = forms.ChoiceField(label=_("Language"), required=False)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("every state")), (_TO_DO, _("anything to do")), *State.choices],
    )
    campaign = forms.ChoiceField(label=_("Campaign"), required=False)
    mine = forms.BooleanField(label=_("Only what I translate"), required=False)

    def __init__(self, *args, languages: list[str], campaigns: dict[str, str], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = [
            ("", _("every language")),
            *((code, LANGUAGES[code]) for code in languages),
        ]
        self.fields["campaign"].choices = [("", _("every campaign")), *campaigns.items()]

    def value(self, name: str) -> str:
        self.is_valid()
        return self.cleaned_data.get(name) or "" if self.is_bound else ""


def _campaigns() -> dict[str, str]:
    pages = CampaignPage.objects.filter(locale__language_code=states.SOURCE).order_by("path")
    return {str(pk): name for pk, name in pages.values_list("pk", "name")}


def _is_wanted(row: Row, form: BoardFilterForm, languages: list[str], user) -> bool:
    state, language = form.value("state"), form.value("language")
    cells = [cell for cell in row.cells if cell.language in languages]
    if language:
        cells = [cell for cell in cells if cell.language == language]
        if not row.is_source and row.language != language:
            return False
    if form.value("mine"):
        cells = [cell for cell in cells if cell.assigned_id == user.pk]
    if state == _TO_DO:
        cells = [cell for cell in cells if cell.state not in (State.LIVE, State.BY_HAND)]
    elif state:
        cells = [cell for cell in cells if cell.state == state]
    return bool(cells) or not (state or form.value("mine"))


@require_safe
@needs_translator
def board(request: HttpRequest) -> HttpResponse:
    """Show the pages, fifty at a time, with one way on for each language that one may write."""
    own = languages_of(request.user)
    languages = [code for code in TARGETS if code in own]
    form = BoardFilterForm(request.GET, languages=languages, campaigns=_campaigns())
    root = form.value("campaign")
    below = Page.objects.filter(pk=root).first() if root else None
    found = [
        row
        for row in states.rows(below=below)
        if _is_wanted(row, form, languages, request.user)
        and (row.is_source or row.language in languages)
    ]
    page = Paginator(found, PAGE_SIZE).get_page(read_number(request.GET.get("p", "")) or 1)
    shown = list(page)
    states.name_who(shown)
    for row in shown:
        row.cells = [cell for cell in row.cells if cell.language in languages]
    chosen = request.GET.copy()
    chosen.pop("p", None)
    return render(
        request,
        "newsroom/translating/board.html",
        {
            "form": form,
            "page": page,
            "rows": shown,
            "languages": [(code, LANGUAGES[code]) for code in languages],
            "query": chosen.urlencode(),
            "is_filtered": any(form.value(name) for name in form.fields),
            "may_join": states.SOURCE in own,
        },
    )
