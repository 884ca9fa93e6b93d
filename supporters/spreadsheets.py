"""Tables as files for spreadsheets, written as they are sent: CSV (RFC 4180) and XLSX (ECMA-376).

Neither file ever exists as a whole, however many rows there are, and no spreadsheet runs a cell of
either. The CSV is what Excel opens with Belgian settings: semicolons, decimal commas, a byte order
mark; days are written as ISO 8601 has them, which every setting reads. The XLSX has real numbers
and days, and its texts are marked as such.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from xml.sax.saxutils import escape

from supporters.newsletter_export import harmless

Cell = str | Decimal | int | date | None

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Excel takes no more rows than 1,048,576.
MOST_ROWS = 1_000_000
_BYTES_AT_A_TIME = 64 * 1024


class _Line:
    """Takes what ``csv`` writes and gives it back as it is."""

    def write(self, text: str) -> str:
        return text


def csv_chunks(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """Yield a table as CSV: the header, then the rows."""
    writer = csv.writer(_Line(), delimiter=";")
    written = ["\ufeff", writer.writerow([harmless(heading) for heading in headings])]
    size = 0
    for row in rows:
        line = writer.writerow([_csv_cell(cell) for cell in row])
        written.append(line)
        size += len(line)
        if size >= _BYTES_AT_A_TIME:
            yield "".join(written).encode()
            written, size = [], 0
    yield "".join(written).encode()


def _csv_cell(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        return f"{cell:f}".replace(".", ",")
    if isinstance(cell, str):
        return harmless(cell)
    return cell.isoformat() if isinstance(cell, date) else str(cell)


_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_CONTENT = "application/vnd.openxmlformats-officedocument.spreadsheetml"
# Everything but the sheet itself. Styles: 0 as it is, 1 an amount, 2 a day, 3 a heading.
_PARTS = {
    "[Content_Types].xml": f"""{_DECLARATION}<Types xmlns="{_PACKAGE}/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/xl/workbook.xml" ContentType="{_CONTENT}.sheet.main+xml"/>
<Override PartName="/xl/styles.xml" ContentType="{_CONTENT}.styles+xml"/>
<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_CONTENT}.worksheet+xml"/></Types>""",
    "_rels/.rels": f"""{_DECLARATION}<Relationships xmlns="{_PACKAGE}/relationships">
<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>
</Relationships>""",
    "xl/workbook.xml": f"""{_DECLARATION}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">
<sheets><sheet name="1" sheetId="1" r:id="rId1"/></sheets></workbook>""",
    "xl/_rels/workbook.xml.rels": f"""{_DECLARATION}<Relationships xmlns="{_PACKAGE}/relationships">
<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>
<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>""",
    "xl/styles.xml": f"""{_DECLARATION}<styleSheet xmlns="{_MAIN}">
<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>\
<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>
<fills count="2"><fill><patternFill patternType="none"/></fill>\
<fill><patternFill patternType="gray125"/></fill></fills>
<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>
<cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>\
<xf numFmtId="4" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>\
<xf numFmtId="14" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>\
<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs>
<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>
</styleSheet>""",
}
# The header stays in sight.
_SHEET_BEGINS = f"""{_DECLARATION}<worksheet xmlns="{_MAIN}"><sheetViews>\
<sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" \
state="frozen"/></sheetView></sheetViews>"""
_SHEET_ENDS = "</sheetData></worksheet>"
_COLUMN_WIDTH = 18
# Days are counted so that 1 March 1900 is 61 (ECMA-376, 18.17.4.1).
_DAY_ZERO = date(1899, 12, 30).toordinal()
_LONGEST_TEXT = 32_767
# What XML 1.0 cannot carry.
_NO_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class _Passage(io.RawIOBase):
    """A file that can only be written to, and hands on what was written."""

    def __init__(self) -> None:
        self._written: list[bytes] = []
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, content: bytes) -> int:
        self._written.append(bytes(content))
        self.size += len(content)
        return len(content)

    def take(self) -> bytes:
        content = b"".join(self._written)
        self._written, self.size = [], 0
        return content


def xlsx_chunks(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """Yield a table as a workbook with one sheet: the header, then the rows."""
    passage = _Passage()
    with zipfile.ZipFile(passage, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
        for name, text in _PARTS.items():
            archive.writestr(name, text)
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            for text in _sheet(headings, rows):
                sheet.write(text.encode())
                if passage.size >= _BYTES_AT_A_TIME:
                    yield passage.take()
    yield passage.take()


def _sheet(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """Yield the text of the sheet in pieces of some kilobytes."""
    columns = f'<col min="1" max="{len(headings)}" width="{_COLUMN_WIDTH}" customWidth="1"/>'
    header = "".join(_text_cell(heading, ' s="3"') for heading in headings)
    yield f"{_SHEET_BEGINS}<cols>{columns}</cols><sheetData><row>{header}</row>"
    pieces: list[str] = []
    for row in rows:
        pieces.append(f"<row>{''.join(map(_xlsx_cell, row))}</row>")
        if len(pieces) == 100:
            yield "".join(pieces)
            pieces = []
    yield "".join(pieces) + _SHEET_ENDS


def _xlsx_cell(cell: Cell) -> str:
    if cell is None or cell == "":
        return "<c/>"
    if isinstance(cell, str):
        return _text_cell(cell)
    if isinstance(cell, Decimal):
        return f'<c s="1"><v>{cell:f}</v></c>'
    if isinstance(cell, date):
        return f'<c s="2"><v>{cell.toordinal() - _DAY_ZERO}</v></c>'
    return f"<c><v>{cell}</v></c>"


def _text_cell(text: str, style: str = "") -> str:
    """A cell of the type "inline string", which is never read as a formula."""
    clean = escape(_NO_XML.sub("", text[:_LONGEST_TEXT]))
    return f'<c t="inlineStr"{style}><is><t xml:space="preserve">{clean}</t></is></c>'
