"""Staff forms about bank accounts: what one is to be and why, and what staff call it."""

import re

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminDateInput

from donations.models import BankAccount


class ChangeForm(forms.ModelForm):
    """What an account is to be, and why. Nothing is saved by it: a second person decides."""

    iban = forms.CharField(
        label="IBAN",
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    reason = forms.CharField(
        label=_("Why"),
        max_length=200,
        help_text=_("The second person reads it: for example the letter from the bank, its date."),
    )

    class Meta:
        model = BankAccount
        fields = BankAccount.GUARDED_FIELDS
        widgets = {"used_from": AdminDateInput, "used_until": AdminDateInput}

    def clean_iban(self) -> str:
        return re.sub(r"[\s.-]", "", self.cleaned_data["iban"]).upper()

    @property
    def values(self) -> dict[str, object]:
        return {name: self.cleaned_data[name] for name in BankAccount.GUARDED_FIELDS}


class NewAccountForm(ChangeForm):
    class Meta(ChangeForm.Meta):
        fields = ("label", "purpose", *BankAccount.GUARDED_FIELDS)


class DescriptionForm(forms.ModelForm):
    class Meta:
        model = BankAccount
        fields = ("label", "purpose")
