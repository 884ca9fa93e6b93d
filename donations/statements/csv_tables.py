"""Tables of separated values as banks write them: any line end, loose quotes, old encodings."""

import codecs
import csv
import io
from collections import deque
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO

from donations.statements.shape import Refusal, StatementError

_CHUNK = 256 * 1024
_MAX_LINE_BYTES = 1024 * 1024
MAX_CELL = 64 * 1024
# A cell with line breaks in it holds a communication at most: four lines of 35 letters.
_MAX_LINES_OF_A_RECORD = 8
# Bytes that Windows-1252 gives no letter.
_NO_LETTERS = bytes([0x81, 0x8D, 0x8F, 0x90, 0x9D])

Record = tuple[int, list[str]]  # the number of its first line, from 1, and its cells


def encoding_of(file: BinaryIO) -> tuple[str, bool]:
    """Return how the letters of ``file`` are written, and whether some remain unexplained.

    UTF-8 where every byte fits it, Windows-1252 otherwise. The whole file is looked at, a piece at
    a time: one name with an accent may come after a megabyte of digits. Raises ``StatementError``
    for an empty file, for bytes that are no text, and for a line that never ends.
    """
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf_8, has_gaps, has_text, line_bytes, start = True, False, False, 0, b""
    while chunk := file.read(_CHUNK):
        start = start or chunk[:4]
        if b"\0" in chunk:
            raise StatementError(Refusal.ENCODING)
        has_text = has_text or bool(chunk.removeprefix(codecs.BOM_UTF8).strip())
        has_gaps = has_gaps or any(byte in chunk for byte in _NO_LETTERS)
        line_bytes = _bytes_since_line_end(chunk, line_bytes)
        if is_utf_8:
            is_utf_8 = _decodes(decoder, chunk)
    if not has_text:
        raise StatementError(Refusal.EMPTY)
    if is_utf_8 and _decodes(decoder, b"", final=True):
        return ("utf-8-sig" if start.startswith(codecs.BOM_UTF8) else "utf-8"), False
    if start.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise StatementError(Refusal.ENCODING)
    return "cp1252", has_gaps


def _bytes_since_line_end(chunk: bytes, before: int) -> int:
    first = min((at for at in (chunk.find(b"\n"), chunk.find(b"\r")) if at >= 0), default=-1)
    if before + (first if first >= 0 else len(chunk)) > _MAX_LINE_BYTES:
        raise StatementError(Refusal.BAD_RECORD)
    if first < 0:
        return before + len(chunk)
    return len(chunk) - 1 - max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def lines_of(file: BinaryIO, encoding: str) -> Iterator[str]:
    """Yield the lines of ``file`` without their ends; KBC's are a carriage return alone."""
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="")
    try:
        for line in text:
            yield line.rstrip("\r\n")
    finally:
        text.detach()  # otherwise the file is closed with the wrapper


def records_of(
    lines: Iterator[str], delimiter: str, width: int, number: int = 1
) -> Iterator[Record]:
    """Yield the records in ``lines``, the first of which is line ``number``; blank lines are none.

    Banks quote, or they do not and let a payer's quotation mark stand as it is. A mark is taken
    for a quote where that gives a record ``width`` cells, also over the next lines, and for a
    plain letter otherwise, so that one open quote never swallows the rows behind it.
    """
    waiting: deque[str] = deque()

    def following() -> Iterator[str]:
        yield from islice(waiting, len(waiting))
        while len(waiting) < _MAX_LINES_OF_A_RECORD and (line := next(lines, None)) is not None:
            waiting.append(line)
            yield line

    while waiting or (line := next(lines, None)) is not None:
        if waiting:
            line = waiting.popleft()
        taken = 0
        if '"' in line:
            cells, taken = _with_quotes(line, following(), delimiter, width)
            for _ in range(taken):
                waiting.popleft()
        else:
            cells = line.split(delimiter)
        if line.strip() and any(cell.strip() for cell in cells):
            yield number, cells
        number += 1 + taken


def _with_quotes(
    line: str, following: Iterator[str], delimiter: str, width: int
) -> tuple[list[str], int]:
    """Return the cells of a record that has quotation marks, and how many more lines it takes."""
    plain = line.split(delimiter)
    text, taken = line, 0
    while True:
        if text.count('"') % 2 == 0:
            cells = split_quoted(text, delimiter)
            if _fits(cells, width):
                return cells, taken
            if taken == 0:
                return (plain if _fits(plain, width) else cells), 0
        more = next(following, None)
        if more is None or len(text) > MAX_CELL or _fits(more.split(delimiter), width):
            return plain, 0  # what comes next is a record of its own
        text = f"{text}\n{more}"
        taken += 1


def _fits(cells: list[str], width: int) -> bool:
    """Say whether a record has a cell for each column; a delimiter at its end adds an empty one."""
    return len(cells) >= width and not any(cell.strip() for cell in cells[width:])


def split_quoted(text: str, delimiter: str) -> list[str]:
    """Return the cells of one record, quotes taken off unless a cell is too long for that."""
    try:
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    except csv.Error:
        return text.split(delimiter)
