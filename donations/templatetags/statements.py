"""Amounts of bank statements, in whatever currency, as each language writes them."""

from decimal import Decimal

from django import template
from django.utils.translation import get_language

from campaign_site.templatetags.campaign import NARROW_SPACE, NO_BREAK_SPACE
from donations.statements.shape import decimals_of, in_decimals

register = template.Library()


@register.filter
def money(value: Decimal | str | None, currency: str = "EUR") -> str:
    """``-1,250.50 EUR`` in English, ``-1 250,50 EUR`` in French, ``-1.250,50 EUR`` in Dutch.

    Always with the decimals of the currency, so that amounts stand below one another.
    """
    if value is None or value == "":
        return ""
    amount = in_decimals(Decimal(value), currency).normalize()
    decimals = max(decimals_of(currency), -int(amount.as_tuple().exponent))
    text = f"{amount:,.{decimals}f}"
    language = get_language()
    if language == "fr":
        text = text.replace(",", NARROW_SPACE).replace(".", ",")
    elif language == "nl":
        text = text.translate(str.maketrans(",.", ".,"))
    return f"{text}{NO_BREAK_SPACE}{currency}"
