"""The form that makes a sign with words of one's own."""

from django import forms
from django.utils.translation import gettext_lazy as _

from campaign_site.forms import LineField, PublicForm
from campaign_site.printable import printable
from solidarity.form_choices import language_choices
from solidarity.sign import WORDS_LENGTH


class SignForm(PublicForm):
    """The words of a sign and their language. Nothing of it is kept."""

    form_name = "sign"

    words = LineField(
        label=_("Your words"),
        help_text=_("80 characters at most. The fewer, the larger they are printed."),
        max_length=WORDS_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Type the words for your sign.")},
    )
    words_language = forms.ChoiceField(label=_("Language of your words"), choices=[])

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        field = self.fields["words_language"]
        field.choices = language_choices()
        field.initial = self.language

    def clean_words(self) -> str:
        """Refuse words of which no font has a single sign: there would be nothing to print."""
        words = self.cleaned_data["words"]
        if not printable(words).strip():
            raise forms.ValidationError(_("We have no letters for these words. Try other ones."))
        return words
