"""Public forms with boxes to agree: what stands beside each box is the words now in use."""

from collections.abc import Mapping
from typing import ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from campaign_site import idempotency
from campaign_site.forms import PublicForm
from supporters.models import NewsletterSubscription
from supporters.wordings import Words, current_words


class ConsentingForm(PublicForm):
    """A public form with the box for news and, named by ``consent_fields``, boxes of its own.

    No box is ticked in advance. The form carries a digest of the words it was shown with; when
    they have changed before it is sent, the boxes come back empty beside the new words. After
    ``is_valid()``: ``words`` (purpose → Words) is what was on the screen.
    """

    consent_fields: ClassVar[Mapping[str, str]] = {}

    words_shown = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data=None, files=None, *, places: Mapping[str, str] | None = None, **kwargs):
        super().__init__(data, files, **kwargs)
        self.fields["newsletter"] = forms.BooleanField(
            required=False,
            help_text=_("We ask you to confirm this in the email that we send you."),
        )
        self.boxes = {**self.consent_fields, "newsletter": NewsletterSubscription.PURPOSE}
        self.words = current_words(self.boxes.values(), language=self.language, values=places)
        for name, purpose in self.boxes.items():
            self.fields[name].label = self.words[purpose].text
        self.fields["words_shown"].initial = self._words_digest
        self.words_have_changed = False

    @property
    def _words_digest(self) -> str:
        shown = {key: [words.wording.pk, words.text] for key, words in self.words.items()}
        return idempotency.digest(shown)

    @property
    def newsletter_words(self) -> Words | None:
        """The words beside the box for news, if it was ticked."""
        ticked = self.cleaned_data["newsletter"]
        return self.words[NewsletterSubscription.PURPOSE] if ticked else None

    def clean(self):
        cleaned = super().clean()
        shown = cleaned.pop("words_shown", "")
        ticked = [name for name in self.boxes if cleaned.get(name)]
        if ticked and shown != self._words_digest:
            self.words_have_changed = True
            for name in ticked:
                self.data.pop(name, None)
            self.add_error(
                None,
                _(
                    "The words beside the boxes have changed since you opened this form, so we "
                    "have emptied the boxes. The rest is kept: read the words and send the form "
                    "again."
                ),
            )
        # Whatever else is wrong, the form comes back with the words now in use.
        self.data["words_shown"] = self._words_digest
        if cleaned.get("newsletter") and not cleaned.get("email") and "email" not in self.errors:
            self.add_error("email", _("Type your email address, so that we can write to you."))
        return cleaned
