"""The form that takes a pledge."""

from decimal import Decimal
from typing import ClassVar

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from campaign_site.forms import AddressField, LineField, visible_text
from campaign_site.templatetags.campaign import euros
from donations.amounts import AmountError, Problem, read_euros
from donations.models import MAX_AMOUNT_EUR, MIN_AMOUNT_EUR
from supporters.wordings_forms import ConsentingForm

PROPOSED_AMOUNTS_EUR = (10, 25, 50, 100)


class EuroInput(forms.TextInput):
    """A line of text with the number keyboard on phones, and amounts to choose from."""

    def render(self, name, value, attrs=None, renderer=None):
        list_id = f"{name}_proposed"
        field = super().render(name, value, {**(attrs or {}), "list": list_id}, renderer)
        choices = format_html_join(
            "", '<option value="{}"></option>', ((amount,) for amount in PROPOSED_AMOUNTS_EUR)
        )
        return format_html('{}<datalist id="{}">{}</datalist>', field, list_id, choices)


class EuroField(forms.CharField):
    """An amount from 1 to 10 000 euros, typed the way people of each language do."""

    widget = EuroInput
    default_error_messages: ClassVar = {
        Problem.UNREADABLE.name: _(
            "This is not an amount in euros. Type it in digits, like 25 or 25.50."
        ),
        Problem.TWO_READINGS.name: _(
            "“%(typed)s” can be read in two ways. For %(whole)s euros, type %(whole)s without a "
            "point or comma. For an amount with cents, type two decimals, like 12.50."
        ),
        Problem.TOO_PRECISE.name: _("An amount has at most two decimals, like 12.50."),
        "out_of_range": _("Choose an amount from %(lowest)s to %(highest)s."),
    }

    def __init__(self, **kwargs):
        super().__init__(max_length=40, **kwargs)
        self.widget.attrs.update({"inputmode": "decimal", "autocomplete": "off"})

    def clean(self, value) -> Decimal:
        typed = visible_text(super().clean(value))
        try:
            amount = read_euros(typed)
        except AmountError as error:
            whole = "".join(character for character in typed if character.isdecimal())
            raise self._refusal(error.problem.name, typed=typed, whole=whole) from error
        if not MIN_AMOUNT_EUR <= amount <= MAX_AMOUNT_EUR:
            raise self._refusal(
                "out_of_range", lowest=euros(MIN_AMOUNT_EUR), highest=euros(MAX_AMOUNT_EUR)
            )
        return amount

    def _refusal(self, code: str, **words: str) -> forms.ValidationError:
        return forms.ValidationError(self.error_messages[code], code=code, params=words)


class PledgeForm(ConsentingForm):
    """How much, from whom, and where the payment details may be mailed."""

    form_name = "pledge"

    amount_eur = EuroField(
        label=_("Amount in euros"),
        help_text=_("Any amount that suits you, for example 10, 25, 50 or 100."),
        error_messages={"required": _("Type the amount that you want to give.")},
    )
    name = LineField(
        label=_("Your name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Type your name.")},
    )
    email = AddressField(
        label=_("Your email address"),
        help_text=_("We email the payment details to this address."),
    )
