"""The words of one mail in each language, as staff type them, and what is wrong with them."""

from typing import ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from campaign_site import idempotency
from campaign_site.language_forms import (
    LANGUAGES,
    InLanguagesForm,
    plain_line,
    plain_text,
    subject_field,
    text_field,
)
from supporters import mail_words
from supporters.mail_words import MOST_SUBJECT, MOST_TEXT, Kind, Words


class MailWordsForm(InLanguagesForm):
    """Subject and text of a mail in each language.

    ``seen`` is a digest of the words that were in force when the screen was opened: when somebody
    else has changed them since, they are not replaced unseen (``is_outdated``).
    """

    per_language: ClassVar = ("subject", "text")

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data=None, *, kind: Kind) -> None:
        self.kind = kind
        self.in_force = {code: mail_words.current_words(kind, code) for code in LANGUAGES}
        self.is_outdated = False
        super().__init__(data.copy() if data is not None else None)
        self.fields["seen"].initial = self._digest
        for code, words in self.in_force.items():
            subject = subject_field(code, most=MOST_SUBJECT, is_required=True)
            text = text_field(code, label=_("Text"), most=MOST_TEXT, rows=12, is_required=True)
            subject.initial, text.initial = words.subject, words.text
            self.fields[f"subject_{code}"], self.fields[f"text_{code}"] = subject, text

    @property
    def _digest(self) -> str:
        return idempotency.digest(
            {code: [words.subject, words.text] for code, words in self.in_force.items()}
        )

    @property
    def written(self) -> dict[str, Words]:
        """Return language → words, once valid."""
        return {
            code: Words(self.cleaned_data[f"subject_{code}"], self.cleaned_data[f"text_{code}"])
            for code in LANGUAGES
        }

    def clean(self):
        cleaned = super().clean()
        for code in LANGUAGES:
            subject = plain_line(cleaned.get(f"subject_{code}", ""))
            text = plain_text(cleaned.get(f"text_{code}", ""))
            # What is empty or too long has its error already.
            if subject:
                cleaned[f"subject_{code}"] = subject
                for error in mail_words.check_subject(self.kind, subject):
                    self.add_error(f"subject_{code}", error)
            if text:
                cleaned[f"text_{code}"] = text
                for error in mail_words.check_text(self.kind, text):
                    self.add_error(f"text_{code}", error)
        return cleaned

    def refuse_if_outdated(self) -> bool:
        """Say that the words in force are others than those on the screen; return whether so.

        They are seen then: sending the form once more replaces them.
        """
        self.is_outdated = self.cleaned_data["seen"] != self._digest
        if self.is_outdated:
            self.add_error(
                None,
                _(
                    "Somebody else has changed these words since you opened this screen. What you "
                    "typed is kept, and the words in force stand below. Save again to put yours "
                    "in their place."
                ),
            )
            self.data["seen"] = self._digest
        return self.is_outdated
