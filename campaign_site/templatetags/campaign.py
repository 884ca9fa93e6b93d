"""Dates, amounts and addresses as each language writes them."""

from datetime import date, datetime
from decimal import Decimal

from django import template
from django.conf import settings
from django.utils import formats, timezone
from django.utils.translation import get_language

register = template.Library()

NARROW_SPACE = "\u202f"
NO_BREAK_SPACE = "\u00a0"


def _local_day(value: date | datetime) -> date:
    return timezone.localtime(value).date() if isinstance(value, datetime) else value


def _written(value: date, pattern: str) -> str:
    text = formats.date_format(value, pattern)
    if get_language() == "fr" and value.day == 1:
        text = text.replace("1 ", "1er ", 1)
    return text


@register.filter
def long_day(value: date | datetime | None) -> str:
    """``Friday 9 December 2022``, ``vendredi 9 décembre 2022``, ``vrijdag 9 december 2022``."""
    return _written(_local_day(value), "l j F Y") if value else ""


@register.filter
def day(value: date | datetime | None) -> str:
    """``9 December 2022`` in the reader's language."""
    return _written(_local_day(value), "j F Y") if value else ""


@register.filter
def clock(value: datetime | None) -> str:
    """``14:30``; in French ``14 h 30``. Brussels time."""
    if not value:
        return ""
    local = timezone.localtime(value)
    if get_language() == "fr":
        minutes = f"{NO_BREAK_SPACE}{local:%M}" if local.minute else ""
        return f"{local.hour}{NO_BREAK_SPACE}h{minutes}"
    return f"{local:%H:%M}"


@register.filter
def euros(value: Decimal | int | None) -> str:
    """``€1,250.50`` in English, ``1 250,50 €`` in French, ``€ 1.250,50`` in Dutch; cents if any."""
    if value is None:
        return ""
    amount = Decimal(value).quantize(Decimal("0.01"))
    text = f"{amount:,.2f}" if amount % 1 else f"{amount:,.0f}"
    language = get_language()
    if language == "fr":
        swapped = text.replace(",", NARROW_SPACE).replace(".", ",")
        return f"{swapped}{NO_BREAK_SPACE}€"
    if language == "nl":
        swapped = text.replace(",", " ").replace(".", ",").replace(" ", ".")
        return f"€{NO_BREAK_SPACE}{swapped}"
    return f"€{text}"


@register.filter
def whole(value: int) -> str:
    """A whole number with the language's thousands separator."""
    text = f"{value:,}"
    if get_language() == "fr":
        return text.replace(",", NARROW_SPACE)
    return text.replace(",", ".") if get_language() == "nl" else text


@register.simple_tag
def site_url() -> str:
    return settings.SITE_URL
