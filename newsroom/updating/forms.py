"""What staff write in an update, to whom it goes, and when."""

from typing import ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from campaign_site.language_forms import (
    LANGUAGES,
    InLanguagesForm,
    plain_line,
    plain_text,
    subject_field,
    text_field,
)
from newsroom.models import CampaignUpdate
from newsroom.updating.words import MOST_SUBJECT, MOST_TEXT, digest, fallback, written
from supporters.mail_words import Words

# What mail servers take from one sender without turning it away.
MOST_A_MINUTE = 600


class UpdateForm(InLanguagesForm):
    """Title, audience, pace and, in each language, subject and text of a draft.

    ``seen`` tells which words the form was opened with.
    """

    per_language = ("subject", "text")

    title = forms.CharField(
        label=_("Name for staff"),
        max_length=CampaignUpdate._meta.get_field("title").max_length,
        help_text=_("Nobody outside sees it."),
    )
    audience = forms.ChoiceField(label=_("To whom"), choices=CampaignUpdate.Audience.choices)
    pace = forms.IntegerField(
        label=_("Emails a minute"),
        min_value=1,
        max_value=MOST_A_MINUTE,
        help_text=_("Mail servers turn away who sends very many at once. 60 is safe."),
    )
    english_for_others = forms.BooleanField(
        label=_("Whoever reads a language that stays empty gets the English words"),
        required=False,
        help_text=_("A sentence above them says that there are none in their language."),
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for code in LANGUAGES:
            self.fields[f"subject_{code}"] = subject_field(code, most=MOST_SUBJECT)
            self.fields[f"text_{code}"] = text_field(code, label=_("Text"), most=MOST_TEXT, rows=16)

    @staticmethod
    def values_of(update: CampaignUpdate) -> dict[str, object]:
        """Return what the form shows of a draft."""
        values = {
            "title": update.title,
            "audience": update.audience,
            "pace": update.pace,
            "english_for_others": bool(fallback(update)),
            "seen": digest(update),
        }
        for code, words in written(update).items():
            values |= {f"subject_{code}": words.subject, f"text_{code}": words.text}
        return values

    @property
    def words(self) -> dict[str, Words]:
        """Return what is written, without the languages that were left empty."""
        found = {
            code: Words(
                plain_line(self.cleaned_data[f"subject_{code}"]),
                plain_text(self.cleaned_data[f"text_{code}"]),
            )
            for code in LANGUAGES
        }
        return {code: one for code, one in found.items() if one.subject or one.text}


class StartForm(forms.Form):
    """When an update leaves: now, or from a moment on (Belgian time)."""

    NOW, LATER = "now", "later"
    CHOICES: ClassVar = [(NOW, _("now")), (LATER, _("from this moment on:"))]

    when = forms.ChoiceField(
        label=_("When"), choices=CHOICES, initial=NOW, widget=forms.RadioSelect
    )
    begins_at = forms.DateTimeField(
        label=_("Day and hour, in Belgium"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("when") == self.NOW:
            cleaned["begins_at"] = None
        elif "begins_at" not in self.errors and not cleaned.get("begins_at"):
            self.add_error("begins_at", _("Say from which day and hour on."))
        return cleaned
