"""What staff write to attendees, and what is wrong with it."""

import uuid
from typing import ClassVar

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from events.hosting.access import SEE_NEEDS
from events.mail_words import MOST_SUBJECT, MOST_TEXT
from events.services.changes import MOST_NOTICE
from events.services.messages import SEGMENTS, Written

LANGUAGES = dict(settings.LANGUAGES)


class InLanguagesForm(forms.Form):
    """A form with the same fields in each language; a template shows them side by side."""

    per_language: ClassVar[tuple[str, ...]] = ()

    @property
    def columns(self) -> list[tuple[str, str, list[forms.BoundField]]]:
        """Return code, name and fields of each language."""
        return [
            (code, name, [self[f"{field}_{code}"] for field in self.per_language])
            for code, name in LANGUAGES.items()
        ]

    @property
    def others(self) -> list[forms.BoundField]:
        in_columns = {field.name for _code, _name, fields in self.columns for field in fields}
        return [field for field in self.visible_fields() if field.name not in in_columns]


def _subject(code: str) -> forms.CharField:
    return forms.CharField(
        label=_("Subject"),
        max_length=MOST_SUBJECT,
        required=False,
        widget=forms.TextInput(attrs={"lang": code}),
    )


def _text(code: str, *, label, most: int, rows: int) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=most,
        required=False,
        widget=forms.Textarea(attrs={"rows": rows, "lang": code}),
    )


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
            self.fields[f"subject_{code}"] = _subject(code)
            self.fields[f"text_{code}"] = _text(code, label=_("Text"), most=MOST_TEXT, rows=10)

    @property
    def words(self) -> dict[str, Written]:
        """Return what is written, without the languages that were left empty."""
        written = {
            code: Written(
                subject=" ".join(self.cleaned_data[f"subject_{code}"].split()),
                text=self.cleaned_data[f"text_{code}"].replace("\r\n", "\n").strip(),
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
            self.fields[f"notice_{code}"] = _text(code, label=_("Note"), most=MOST_NOTICE, rows=5)

    @property
    def notice(self) -> dict[str, str]:
        return {
            code: self.cleaned_data[f"notice_{code}"].replace("\r\n", "\n").strip()
            for code in LANGUAGES
        }


class MailWordsForm(InLanguagesForm):
    """Subject and text of one kind of mail in each language."""

    per_language = ("subject", "text")

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for code in LANGUAGES:
            subject, text = _subject(code), _text(code, label=_("Text"), most=MOST_TEXT, rows=12)
            subject.required = text.required = True
            self.fields[f"subject_{code}"], self.fields[f"text_{code}"] = subject, text

    def written(self, code: str) -> tuple[str, str]:
        """Return subject and text in a language, on one line and with plain line ends."""
        subject = " ".join(self.cleaned_data[f"subject_{code}"].split())
        return subject, self.cleaned_data[f"text_{code}"].replace("\r\n", "\n").strip()
