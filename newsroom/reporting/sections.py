"""The sections of a campaign's report: one for each kind of figure that its reader may see."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from campaign_site.charts import Amount, BarChart, LineChart, bar_chart, line_chart
from campaign_site.templatetags.campaign import day as written_day
from campaign_site.templatetags.campaign import euros, whole
from events.services.totals import OTHER
from newsroom.reporting.counting import Kind
from newsroom.reporting.figures import (
    Figures,
    Sums,
    by_week,
    cumulative,
    height_on,
    told_parts,
)
from newsroom.reporting.small_numbers import is_told, told

_WEEK_DAYS = 7
# After so many days two campaigns are compared.
_COMPARED_DAYS = (7, 14, 30, 60, 90, 180, 365)


@dataclass(frozen=True)
class TableRow:
    """One line of a table: what it is about, its cells, and what there was by then.

    ``figures`` are the cells as numbers, None where they are not told; ``since`` is the day, or
    the first day of the week, of a line about one.
    """

    label: str
    cells: list[str]
    figures: list[Amount] | None = None
    so_far: str = ""
    since: date | None = None


@dataclass(frozen=True)
class Measure:
    """What a section counts: the number that its charts show, and the columns of its tables."""

    heading: str
    value: Callable[[Sums], Amount]
    written: Callable[[Amount], str]
    columns: tuple[tuple[str, Callable[[Sums], Amount], Callable[[Amount], str]], ...]

    def row(self, label: str, sums: Sums, **more) -> TableRow:
        """A line about ``sums``; a small number stands alone and in words."""
        if sums.number and not is_told(sums.number) and "since" not in more:
            return TableRow(label, [told(sums.number), *[""] * (len(self.columns) - 1)])
        figures = [value(sums) for _heading, value, _written in self.columns]
        written = [written(value(sums)) for _heading, value, written in self.columns]
        return TableRow(label, written, figures, **more)


@dataclass(frozen=True)
class Span:
    """The days of a report, both counted, and whether they are drawn as weeks."""

    since: date
    until: date
    is_weekly: bool = False

    @property
    def length(self) -> int:
        return (self.until - self.since).days + 1


@dataclass
class Section:
    """One kind of figures. ``chart`` is None where too few people stand behind it."""

    kind: str
    heading: str
    total: str
    columns: list[str]
    headline: list[tuple[str, str]] = field(default_factory=list)
    chart: BarChart | None = None
    days: list[TableRow] = field(default_factory=list)
    languages: list[TableRow] = field(default_factory=list)
    sources: list[TableRow] = field(default_factory=list)
    subjects: list[TableRow] = field(default_factory=list)
    comparison: LineChart | None = None
    compared: list[tuple[str, str, str]] = field(default_factory=list)
    total_row: TableRow = field(default_factory=lambda: TableRow("", []))
    counts_people: bool = False


def measure_of(kind: str, *, with_sums: bool) -> Measure:
    """Return what is counted; with sums of money for those who may see them."""
    number = lambda sums: sums.number  # noqa: E731
    people = lambda sums: sums.people  # noqa: E731
    amount = lambda sums: sums.amount_eur  # noqa: E731
    photos = (pgettext("column of figures", "Photos"), number, whole)
    if kind == Kind.PHOTO:
        return Measure(_("Photos sent"), number, whole, (photos,))
    if kind == Kind.SIGN_UP:
        columns = ((_("Sign-ups"), number, whole), (_("People"), people, whole))
        return Measure(_("People who asked for a place"), people, whole, columns)
    if kind == Kind.PLEDGE:
        heading, column = _("Promises to give"), (_("Promises"), number, whole)
        money = (_("Promised, once"), amount, euros)
    else:
        heading, column = _("Gifts received"), (_("Gifts"), number, whole)
        money = (_("Received, less what was sent back"), amount, euros)
    if with_sums:
        return Measure(heading, amount, euros, (column, money))
    return Measure(heading, number, whole, (column,))


def section_of(
    kind: str,
    figures: Figures,
    span: Span,
    *,
    measure: Measure,
    language_names: Mapping[str, str],
    source_names: Mapping[str, str],
) -> Section:
    """Put the figures of one kind into words and pictures, small numbers left out."""
    section = Section(
        kind=kind,
        heading=measure.heading,
        total=_written_total(figures, measure),
        columns=[heading for heading, _value, _written in measure.columns],
        total_row=measure.row("", figures.total),
        counts_people=kind == Kind.SIGN_UP,
    )
    if not figures.is_told:
        return section
    parts = by_week(figures.by_day) if span.is_weekly else figures.by_day
    section.chart = bar_chart(
        {day: measure.value(sums) for day, sums in parts.items()},
        _start(span),
        span.until,
        written=measure.written,
        named=week_of if span.is_weekly else written_day,
        days_each=_WEEK_DAYS if span.is_weekly else 1,
    )
    by_then = dict(cumulative(parts))
    section.days = [
        measure.row(
            week_of(day) if span.is_weekly else written_day(day),
            parts[day],
            so_far=measure.written(measure.value(by_then[day])),
            since=day,
        )
        for day in sorted(parts, reverse=True)
    ]
    section.languages = _parts(figures.by_language, measure, _named_languages(language_names))
    section.sources = _parts(figures.by_source, measure, _named_sources(source_names))
    return section


def _start(span: Span) -> date:
    return span.since - timedelta(days=span.since.weekday()) if span.is_weekly else span.since


def _written_total(figures: Figures, measure: Measure) -> str:
    if figures.is_told or not figures.total.number:
        return measure.written(measure.value(figures.total))
    return told(figures.total.number)


def _parts(
    parts: Mapping[str, Sums], measure: Measure, name: Callable[[str], str]
) -> list[TableRow]:
    found = told_parts(parts, lambda sums: sums.number)
    return [measure.row(name(key), sums) for key, sums in found]


def _named_languages(names: Mapping[str, str]) -> Callable[[str], str]:
    unknown = pgettext("a language", "not known")
    return lambda key: _("others") if key == OTHER else names.get(key, unknown)


def _named_sources(names: Mapping[str, str]) -> Callable[[str], str]:
    def name(key: str) -> str:
        if key == OTHER:
            return _("others")
        return names.get(key, key) if key else _("without a tag")

    return name


def week_of(monday: date) -> str:
    return _("week from %(day)s") % {"day": written_day(monday)}


@dataclass(frozen=True)
class Compared:
    """A campaign beside another: its name, its figures of one kind, and its days so far."""

    title: str
    figures: Figures
    first: date
    last: date

    @property
    def length(self) -> int:
        return (self.last - self.first).days + 1


def compare(section: Section, measure: Measure, own: Compared, other: Compared) -> None:
    """Lay another campaign beside this one, both from their first day on."""
    if not (own.figures.is_told and other.figures.is_told):
        return
    both = [(one, cumulative(one.figures.by_day)) for one in (own, other)]
    section.comparison = line_chart(
        [_line(one, series, measure) for one, series in both],
        max(own.length, other.length),
        written=measure.written,
        named=lambda number: _("day %(number)s") % {"number": whole(number + 1)},
    )
    section.compared = [
        (label, *(_reached(one, series, days, measure) for one, series in both))
        for days, label in _milestones(max(own.length, other.length))
    ]
    total = [measure.written(measure.value(one.figures.total)) for one, _series in both]
    section.compared.append((_("so far"), *total))


def _line(one: Compared, series: list[tuple[date, Sums]], measure: Measure):
    """The corners of a campaign's line, up to its last day."""
    points = [((day - one.first).days, measure.value(sums)) for day, sums in series]
    return [*points, (one.length - 1, measure.value(one.figures.total))]


def _milestones(length: int) -> list[tuple[int, str]]:
    return [
        (days, _("after %(days)d days") % {"days": days})
        for days in _COMPARED_DAYS
        if days < length
    ]


def _reached(one: Compared, series, days: int, measure: Measure) -> str:
    """What a campaign had by then; a dash where that day is still to come."""
    if days > one.length:
        return "–"
    return measure.written(measure.value(height_on(series, one.first, days - 1)))
