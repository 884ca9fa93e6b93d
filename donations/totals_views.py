"""The figures of every appeal, for everybody: a page that explains them, and a table (CSV).

Sums only, and nobody's name. Numbers of people and gifts are withheld where fewer than five gave:
beside a sum they would tell what somebody gave.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from donations.models import Appeal
from donations.totals import LEAST_COUNTED, Totals, totals_by_appeal
from supporters.newsletter_export import harmless

_KEPT_SECONDS = 60 * 60

COLUMNS = (
    "appeal",
    "name",
    "state",
    "opens_on",
    "closes_on",
    "goal_eur",
    "received_eur",
    "sent_back_eur",
    "elsewhere_eur",
    "elsewhere_is_at_least",
    "in_all_eur",
    "promised_eur",
    "gifts",
    "donors",
    "first_gift",
    "last_gift",
)


@dataclass(frozen=True)
class Row:
    appeal: Appeal
    totals: Totals

    @property
    def state(self) -> str:
        """``open``, ``ended``, ``elsewhere`` (collected on another platform) or ``to come``."""
        if self.appeal.is_past:
            return "ended"
        if self.appeal.is_open:
            return "open"
        return "to come" if self.appeal.account_id else "elsewhere"

    @property
    def is_known(self) -> bool:
        """Whether there is anything to tell, or will be."""
        return self.totals != Totals() or not self.appeal.is_past

    @property
    def promised_eur(self):
        """What is promised, or None where the appeal does not tell."""
        return self.totals.promised_eur if self.appeal.shows_promised else None

    @property
    def cells(self) -> tuple:
        appeal, totals = self.appeal, self.totals
        is_told = totals.donors_told is not None
        return (
            appeal.slug,
            harmless(appeal.name),
            self.state,
            appeal.opens_on or "",
            appeal.closes_on or "",
            "" if appeal.goal_eur is None else appeal.goal_eur,
            totals.received_eur,
            totals.sent_back_eur,
            totals.outside_eur,
            "yes" if totals.is_at_least else "no",
            totals.in_hand_eur,
            "" if self.promised_eur is None else self.promised_eur,
            totals.gift_count if is_told else "",
            totals.donors_told if is_told else "",
            f"{totals.first_on:%Y-%m}" if is_told else "",
            f"{totals.last_on:%Y-%m}" if is_told else "",
        )


def _rows() -> list[Row]:
    """Every announced appeal with its totals, those that are over last; two queries.

    Of one that was over before anything was kept here, nothing is known: zero would be wrong.
    """
    appeals = Appeal.objects.announced().select_related("account").order_by("slug")
    appeals = list(appeals)
    totals = totals_by_appeal(appeal.pk for appeal in appeals)
    rows = [Row(appeal, totals[appeal.pk]) for appeal in appeals]
    told = [row for row in rows if row.is_known]
    return sorted(told, key=lambda row: row.appeal.is_past)


@require_safe
def totals(request: HttpRequest) -> HttpResponse:
    """Explain how the figures are made, and show them."""
    context = {"rows": _rows(), "least_counted": LEAST_COUNTED}
    return _kept_for_an_hour(render(request, "donations/totals.html", context))


@require_safe
def totals_csv(request: HttpRequest) -> HttpResponse:
    """Return the figures as a table (RFC 4180), names in the language of the path."""
    response = HttpResponse(_lines(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{_file_name()}"'
    return _kept_for_an_hour(response)


def _file_name() -> str:
    # The name of the file that visitors save; letters, digits and hyphens only.
    return _("totals-of-appeals.csv")


def _lines() -> Iterator[str]:
    class Line:
        def write(self, text: str) -> str:
            return text

    writer = csv.writer(Line())
    yield writer.writerow(COLUMNS)
    for row in _rows():
        yield writer.writerow(row.cells)


def _kept_for_an_hour(response: HttpResponse) -> HttpResponse:
    patch_cache_control(response, public=True, max_age=_KEPT_SECONDS)
    return response
