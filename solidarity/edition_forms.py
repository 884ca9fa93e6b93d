"""Staff forms about editions: the letter, the record of a delivery, the answer."""

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminDateInput
from wagtail.images.widgets import AdminImageChooser

from solidarity.models import Delivery, Edition

_LANGUAGES = [code for code, _name in settings.LANGUAGES]


def _in_each_language(field: str) -> list[str]:
    return [f"{field}_{code}" for code in _LANGUAGES]


class LetterForm(forms.ModelForm):
    class Meta:
        model = Edition
        fields = ("letter",)
        widgets = {"letter": forms.Textarea(attrs={"rows": 22})}
        help_texts = {
            "letter": _(
                "Leave a line empty between paragraphs. The date, the address and the list of "
                "what the dossier holds are added by themselves."
            )
        }


class InAllLanguagesForm(forms.ModelForm):
    """What is written in one language is written in all: readers of each get the same."""

    in_all_languages: tuple[str, ...] = ()

    def clean(self):
        cleaned = super().clean()
        for field in self.in_all_languages:
            names = _in_each_language(field)
            written = [name for name in names if cleaned.get(name)]
            for name in names if written and len(written) < len(names) else ():
                if name not in written and name not in self.errors:
                    self.add_error(name, _("Write this in all three languages, or in none."))
        return cleaned


class DeliveryForm(InAllLanguagesForm):
    in_all_languages = ("place", "note")

    class Meta:
        model = Delivery
        fields = (
            "delivered_on",
            *_in_each_language("place"),
            "delivered_by",
            "received_by",
            "picture",
            *_in_each_language("note"),
        )
        widgets = {"delivered_on": AdminDateInput, "picture": AdminImageChooser}
        help_texts = {
            "received_by": _("A job title is enough. It stays inside."),
            "delivered_by": _("Shown to nobody outside."),
        }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for name in _in_each_language("note"):
            self.fields[name].widget.attrs["rows"] = 4

    def clean_delivered_on(self):
        day = self.cleaned_data["delivered_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("This day has not come yet."))
        return day


class AnswerForm(InAllLanguagesForm):
    in_all_languages = ("answer",)

    class Meta:
        model = Delivery
        fields = ("answered_on", *_in_each_language("answer"))
        widgets = {"answered_on": AdminDateInput}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.required = True
        for name in _in_each_language("answer"):
            self.fields[name].widget.attrs["rows"] = 6
