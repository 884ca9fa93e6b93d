"""Staff screens of the words that people are asked to agree to: see them, add a version."""

from collections.abc import Mapping
from dataclasses import dataclass

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import get_text_list
from django.utils.translation import get_language_info, gettext_lazy, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin import messages
from wagtail.admin.auth import permission_required

from campaign_site.forms import LineField
from supporters import wordings
from supporters.models import ConsentWording
from supporters.wordings import ConsentPurpose, WordingError

VIEW = "supporters.view_consentwording"
ADD = "supporters.add_consentwording"


def _language_name(code: str) -> str:
    return get_language_info(code)["name_translated"]


def _listed(codes: list[str]) -> str:
    return get_text_list([_language_name(code) for code in codes], _("and"))


@dataclass(frozen=True)
class Preview:
    """One language's words as somebody might see them; ``version`` is 0 while not saved."""

    language: str
    text: str
    version: int = 0

    @property
    def name(self) -> str:
        return _language_name(self.language)


def _preview(purpose: ConsentPurpose, language: str, text: str, version: int = 0) -> Preview:
    with override(language):
        return Preview(language, purpose.example(text), version)


class WordingForm(forms.Form):
    """The words of one purpose in each language, as they shall be from now on."""

    SAME, LATER = "same", "later"

    others = forms.ChoiceField(
        label=gettext_lazy("The languages that you do not change"),
        choices=[
            (SAME, gettext_lazy("They say the same already: give them the new number too.")),
            (LATER, gettext_lazy("They follow later: keep warning until then.")),
        ],
        widget=forms.RadioSelect,
        required=False,
    )
    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(
        self, data=None, *, purpose: ConsentPurpose, current: Mapping[str, ConsentWording]
    ) -> None:
        super().__init__(data)
        self.purpose = purpose
        self.current = current
        versions = {language: row.version for language, row in current.items()}
        self.fields["seen"].initial = ",".join(
            f"{language}:{version}" for language, version in versions.items()
        )
        for language, row in current.items():
            self.fields[f"text_{language}"] = LineField(
                label=_language_name(language),
                initial=row.text,
                max_length=wordings.MAX_LENGTH,
                widget=forms.Textarea(attrs={"rows": 4, "lang": language}),
            )

    @property
    def text_fields(self) -> list[forms.BoundField]:
        return [self[f"text_{language}"] for language in self.current]

    @property
    def texts(self) -> dict[str, str]:
        """Language → words, once valid."""
        return {language: self.cleaned_data[f"text_{language}"] for language in self.current}

    @property
    def previews(self) -> list[Preview]:
        return [_preview(self.purpose, language, text) for language, text in self.texts.items()]

    def clean_seen(self) -> dict[str, int]:
        """Return language → the version that was on the screen."""
        pairs = (part.partition(":") for part in self.cleaned_data["seen"].split(","))
        return {language: int(n) for language, _colon, n in pairs if n.isdecimal()}

    def clean(self) -> None:
        super().clean()
        for language in self.current:
            text = self.cleaned_data.get(f"text_{language}", "")
            try:
                if text:
                    self.purpose.check(text)
            except WordingError as error:
                self.add_error(f"text_{language}", str(error))
        if not self.errors:
            self._ask_about_others()

    def _ask_about_others(self) -> None:
        plan = wordings.plan_version(self.current, self.texts)
        if plan.changed and plan.behind and not self.cleaned_data["others"]:
            sentence = _(
                "You changed %(changed)s and not %(others)s. The languages must say the same: "
                "change the others too, or choose here."
            )
            names = {"changed": _listed(plan.changed), "others": _listed(plan.behind)}
            self.add_error("others", sentence % names)

    def save(self, user) -> list[ConsentWording]:
        """Add the version; raises ``WordingError``."""
        return wordings.change_words(
            purpose=self.purpose,
            texts=self.texts,
            seen=self.cleaned_data["seen"],
            user=user,
            keep_in_step=self.cleaned_data["others"] == self.SAME,
        )


def _out_of_step(current: Mapping[str, ConsentWording]) -> str:
    """Return the warning that the languages are at different versions; empty when they are not."""
    newest = max(row.version for row in current.values())
    behind = [language for language, row in current.items() if row.version < newest]
    if not behind:
        return ""
    sentence = _("Version %(number)d does not exist in %(languages)s: the languages differ.")
    return sentence % {"number": newest, "languages": _listed(behind)}


@require_safe
@permission_required(VIEW)
def index(request: HttpRequest) -> HttpResponse:
    """Show the words in use for each purpose, with a warning where the languages differ."""
    rows = []
    for purpose in wordings.purposes():
        current = wordings.words_in_use(purpose.key)
        previews = [_preview(purpose, code, row.text, row.version) for code, row in current.items()]
        rows.append((purpose, previews, _out_of_step(current)))
    context = {"rows": rows, "may_add": request.user.has_perm(ADD)}
    return render(request, "supporters/admin/wordings.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(ADD)
def wording(request: HttpRequest, key: str) -> HttpResponse:
    """Show one purpose with all its versions; preview new words, or put them into use."""
    purpose = wordings.find_purpose(key)
    if purpose is None:
        raise Http404
    current = wordings.words_in_use(purpose.key)
    form = WordingForm(request.POST or None, purpose=purpose, current=current)
    is_valid = request.method == "POST" and form.is_valid()
    if is_valid and "preview" not in request.POST:
        try:
            form.save(request.user)
        except WordingError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The new words are in use."))
            return redirect("people_admin:wordings")
    versions = ConsentWording.objects.filter(purpose=purpose.key).select_related("created_by")
    context = {
        "purpose": purpose,
        "places": [f"{{{place}}}" for place in purpose.places],
        "form": form,
        "previews": form.previews if is_valid else [],
        "warning": _out_of_step(current),
        "versions": versions.order_by("-version", "language"),
    }
    return render(request, "supporters/admin/wording.html", context)
