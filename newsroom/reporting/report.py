"""Put together the report of one campaign, for one member of staff."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaign_site.languages import site_language
from donations.models import Appeal
from events.hosting.languages import LANGUAGES
from events.models import Event
from newsroom.reporting.access import SEE_SUMS, kinds_for
from newsroom.reporting.campaigns import Campaign
from newsroom.reporting.counting import Kind, counts_of
from newsroom.reporting.figures import Figures, figures_by_kind
from newsroom.reporting.headlines import headline_of
from newsroom.reporting.sections import (
    Compared,
    Section,
    Span,
    TableRow,
    compare,
    measure_of,
    section_of,
)
from solidarity.models import PhotoCall
from supporters.models import SourceTag

PERIODS = {
    0: _("from the beginning"),
    30: _("the last 30 days"),
    90: _("the last 90 days"),
    365: _("the last year"),
}
# From so many days on, weeks are drawn unless somebody asks for days.
_MOST_DAYS = 92
_NAMED = {Kind.PHOTO: PhotoCall, Kind.SIGN_UP: Event, Kind.PLEDGE: Appeal, Kind.GIFT: Appeal}


@dataclass
class Report:
    """A campaign's figures in the sections that the reader may see; ``span`` None without any."""

    campaign: Campaign
    sections: list[Section] = field(default_factory=list)
    span: Span | None = None
    compared: Campaign | None = None


def report_of(
    campaign: Campaign,
    user,
    *,
    days: int = 0,
    weekly: bool | None = None,
    other: Campaign | None = None,
) -> Report:
    """Return the report of the last ``days`` (0: of all time), drawn by day or by week.

    ``other`` is a campaign to compare with, always of all time. The number of queries does not
    depend on how much came in.
    """
    kinds = kinds_for(user)
    with_sums = user.has_perm(SEE_SUMS)
    rows = counts_of(campaign.subjects(kinds))
    all_time = figures_by_kind(rows)
    today = timezone.localdate()
    if days:
        rows = [row for row in rows if row.day > today - timedelta(days=days)]
    figures = figures_by_kind(rows)
    report = Report(campaign, span=_span(figures, today, days, weekly), compared=other)
    if not all_time:
        return report
    others = figures_by_kind(counts_of(other.subjects(kinds))) if other else {}
    names = source_names()
    for kind in (kind for kind in kinds if campaign.subjects([kind])[kind]):
        measure = measure_of(kind, with_sums=with_sums)
        section = section_of(
            kind,
            figures.get(kind, Figures()),
            report.span or Span(today, today),
            measure=measure,
            language_names=LANGUAGES,
            source_names=names,
        )
        of_all_time = all_time.get(kind, Figures())
        section.headline = headline_of(kind, campaign, of_all_time, with_sums=with_sums)
        section.subjects = _by_subject(kind, of_all_time, measure)
        if kind in others and of_all_time.first_day and others[kind].first_day:
            own_span, other_span = _of_all(all_time, today), _of_all(others, today)
            compare(
                section,
                measure,
                Compared(campaign.title, of_all_time, *own_span),
                Compared(other.title, others[kind], *other_span),
            )
        report.sections.append(section)
    return report


def source_names() -> dict[str, str]:
    return dict(SourceTag.objects.values_list("slug", "name"))


def _span(figures: Mapping[str, Figures], today: date, days: int, weekly: bool | None):
    first = [one.first_day for one in figures.values() if one.first_day]
    if not first:
        return None
    since = today - timedelta(days=days - 1) if days else min(first)
    last = max(max(one.by_day) for one in figures.values() if one.by_day)
    # A campaign that ended long ago is drawn as far as something came.
    until = today if days else max(last, min(today, last + timedelta(days=6)))
    length = (until - since).days + 1
    return Span(since, until, length > _MOST_DAYS if weekly is None else weekly)


def _of_all(figures: Mapping[str, Figures], today: date) -> tuple[date, date]:
    """The first and the last day of a campaign on which anything came."""
    days = [day for one in figures.values() for day in one.by_day]
    return min(days), max(days)


def _by_subject(kind: str, figures: Figures, measure) -> list[TableRow]:
    """What came for each photo call, event or appeal, where there are several."""
    if len(figures.by_subject) < 2:
        return []
    names = _names(kind, figures)
    return [
        measure.row(names.get(subject, str(subject)), sums)
        for subject, sums in sorted(figures.by_subject.items(), key=lambda one: -one[1].number)
    ]


def _names(kind: str, figures: Figures) -> dict[int, str]:
    model = _NAMED[Kind(kind)]
    named = model.objects.filter(pk__in=figures.by_subject).values_list(
        "pk", f"name_{site_language()}", "name_en"
    )
    return {pk: name or english for pk, name, english in named}
