"""The figures of a campaign as a file: what its report shows, nobody in it.

Days, languages, sources and subjects are listed one after the other, never crossed: a line for one
day, one language and one poster could be one person.
"""

from collections.abc import Iterator
from datetime import date

from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from newsroom.reporting.report import Report
from newsroom.reporting.sections import Section, TableRow
from supporters.spreadsheets import CSV_TYPE, XLSX_TYPE, Cell, csv_chunks, xlsx_chunks

KINDS = {"csv": (CSV_TYPE, csv_chunks), "xlsx": (XLSX_TYPE, xlsx_chunks)}


def rows_of(report: Report) -> list[list[Cell]]:
    """The lines of the file: what is counted, by what, of which, and how many."""
    return [row for section in report.sections for row in _of_section(section)]


def _of_section(section: Section) -> Iterator[list[Cell]]:
    yield [section.heading, _("in all"), "", *_numbers(section, section.total_row)]
    for by, rows in (
        (_("by day or week"), sorted(section.days, key=lambda row: row.since or date.min)),
        (_("by language"), section.languages),
        (_("by source"), section.sources),
        (_("by page"), section.subjects),
    ):
        for row in rows:
            of_which = row.since if row.since else row.label
            yield [section.heading, by, of_which, *_numbers(section, row)]


def _numbers(section: Section, row: TableRow) -> list[Cell]:
    """The figures as numbers; words where a number is not told."""
    cells = list(row.figures if row.figures is not None else row.cells)
    if not section.counts_people:
        cells.insert(1, None)
    return [*cells, *[None] * (3 - len(cells))][:3]


def headings() -> list[str]:
    return [
        _("What"),
        _("Added up"),
        _("Of which"),
        pgettext("column of figures", "Number"),
        _("People"),
        _("Euros"),
    ]


def answer(report: Report, kind: str, rows: list[list[Cell]]) -> StreamingHttpResponse:
    """Return the file, ``kind`` being one of KINDS."""
    content_type, chunks = KINDS[kind]
    response = StreamingHttpResponse(chunks(headings(), rows), content_type=content_type)
    name = f"{pgettext('file name', 'figures')}-{timezone.localdate():%Y-%m-%d}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    response.headers["Cache-Control"] = "no-store"
    return response
