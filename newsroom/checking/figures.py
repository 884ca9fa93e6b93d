"""Figures on a page: each says where it comes from, and from when that is."""

from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext as _
from wagtail.models import Page

from campaign_site.templatetags.campaign import day
from newsroom.checking.findings import Finding, Kind
from newsroom.checking.texts import Place, items_of, stored_blocks

_FEBRUARY_29 = (2, 29)


def a_year_before(today: date) -> date:
    """Return the same day of last year; 28 February for the 29th."""
    if (today.month, today.day) == _FEBRUARY_29:
        return today.replace(year=today.year - 1, day=28)
    return today.replace(year=today.year - 1)


def read_date(stored: object) -> date | None:
    """Return a date as a block stores it; None for none, or for what is no date."""
    if isinstance(stored, date):
        return stored
    try:
        return date.fromisoformat(str(stored))
    except ValueError:
        return None


def check_figures(page: Page, today: date) -> Iterator[Finding]:
    """Find figures without a source or a date, figures older than a year, sources without date.

    Articles keep the figures of their day: there only what is missing is found.
    """
    oldest = None if hasattr(page, "published_on") else a_year_before(today)
    for block, place in stored_blocks(page, "figures"):
        for figure in items_of(block["value"].get("items")):
            yield from _check_figure(figure, place, oldest, today)
    for block, place in stored_blocks(page, "sources"):
        for source in items_of(block["value"].get("items")):
            if not read_date(source.get("date")):
                yield Finding(
                    Kind.FIGURE,
                    _("This source has no date. Add the day on which it appeared."),
                    place,
                    source.get("text") or "",
                )


def _check_figure(
    figure: dict, place: Place, oldest: date | None, today: date
) -> Iterator[Finding]:
    said = " ".join(part for part in (figure.get("value"), figure.get("text")) if part)
    if not (figure.get("source") or "").strip():
        sentence = _("This figure has no source. Say where it comes from, or leave it out.")
        yield Finding(Kind.FIGURE, sentence, place, said, must_change=True)
    told_on = read_date(figure.get("date"))
    if told_on is None:
        sentence = _("This figure has no date: readers see “undated”. Add the date of its source.")
        yield Finding(Kind.FIGURE, sentence, place, said)
    elif told_on > today:
        sentence = _("The date of this figure lies ahead: %(day)s. Correct it.")
        yield Finding(Kind.FIGURE, sentence % {"day": day(told_on)}, place, said, must_change=True)
    elif oldest is not None and told_on < oldest:
        sentence = _(
            "This figure is more than a year old (%(day)s). Look for a newer one, or say in the "
            "text that it is from then."
        )
        yield Finding(Kind.FIGURE, sentence % {"day": day(told_on)}, place, said)
