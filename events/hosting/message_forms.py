"""What staff write to attendees, and what is wrong with it."""

import uuid

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
from events.hosting.access import SEE_NEEDS
from events.services.changes import MOST_NOTICE
from events.services.messages import SEGMENTS, Written
from supporters.mail_words import MOST_SUBJECT, MOST_TEXT


class MessageForm(InLanguagesForm):
    """To whom, in which words. ``seen`` is the number of recipients that was shown before."""

    per_language = ("subject", "text")

    segment = forms.ChoiceField(label=_("To whom"))
    language = forms.ChoiceField(label=_("Who reads"), required=False)
    public_id = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args, user, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["segment"].choices = [
            (key, label)
            for key, label in SEGMENTS.items()
            # Who asked for something is no secret to those alone who prepare it.
            if key != "needs" or user.has_perm(SEE_NEEDS)
        ]
        self.fields["language"].choices = [("", _("all languages")), *LANGUAGES.items()]
        self.fields["public_id"].initial = uuid.uuid4
        for code in LANGUAGES:
            self.fields[f"subject_{code}"] = subject_field(code, most=MOST_SUBJECT)
            self.fields[f"text_{code}"] = text_field(code, label=_("Text"), most=MOST_TEXT, rows=10)

    @property
    def words(self) -> dict[str, Written]:
        """Return what is written, without the languages that were left empty."""
        written = {
            code: Written(
                subject=plain_line(self.cleaned_data[f"subject_{code}"]),
                text=plain_text(self.cleaned_data[f"text_{code}"]),
            )
            for code in LANGUAGES
        }
        return {code: one for code, one in written.items() if one.subject or one.text}


class NoticeForm(InLanguagesForm):
    """A note about a change or a cancellation, in each language; ``sure`` is about the latter."""

    per_language = ("notice",)

    sure = forms.BooleanField(label=_("I am sure: it does not take place"), required=False)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for code in LANGUAGES:
            self.fields[f"notice_{code}"] = text_field(
                code, label=_("Note"), most=MOST_NOTICE, rows=5
            )

    @property
    def notice(self) -> dict[str, str]:
        return {code: plain_text(self.cleaned_data[f"notice_{code}"]) for code in LANGUAGES}
