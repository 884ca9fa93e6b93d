"""What a treasurer types to place a payment or to find a promise."""

import re
from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from campaign_site.query_numbers import read_number
from donations.amounts import AmountError, read_euros

# As ``suggestions.Suggestion.key`` writes it: what kind of place, then numbers of rows.
_TARGET = re.compile(r"(?P<kind>pledge|appeal|gift)(?P<numbers>(-[0-9]{1,18}){1,9})")


class PlaceForm(forms.Form):
    """Where a payment goes; ``amount`` only where that is a part of it."""

    target = forms.CharField(
        error_messages={"required": _("Choose where the payment goes, then confirm.")}
    )
    amount = forms.CharField(required=False)

    def clean_target(self) -> tuple[str, list[int]]:
        match = _TARGET.fullmatch(self.cleaned_data["target"])
        if match is None:
            raise forms.ValidationError(_("Choose where the payment goes, then confirm."))
        numbers = [int(number) for number in match["numbers"].split("-")[1:]]
        return match["kind"], numbers

    def clean_amount(self) -> Decimal | None:
        text = self.cleaned_data["amount"].strip()
        if not text:
            return None
        try:
            return read_euros(text)
        except AmountError as error:
            raise forms.ValidationError(
                _("Write the part as an amount in euros, for example 12,50.")
            ) from error

    @property
    def first_error(self) -> str:
        return next(iter(self.errors.values()))[0]


def read_seen(text: str) -> int | None:
    """The newest line that was on the screen, as the form sends it."""
    return read_number(text)
