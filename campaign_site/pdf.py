"""Make a tagged PDF (PDF/UA-1) from a typst template and data.

typst runs in a child process (``pdf_compiler.py``) with an empty environment, limits on memory and
time, and neither files nor network; everything it reads is handed to it, and nothing touches the
disk. What people wrote is data in JSON, never markup, so it cannot be taken for an instruction.
"""

import json
import logging
import re
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from campaign_site.child_processes import open_unnamed, run_child
from campaign_site.printable import printable_data

logger = logging.getLogger(__name__)

COMPILER = Path(__file__).with_name("pdf_compiler.py")
FONTS = Path(__file__).with_name("fonts")
# What every template may import: "house.typ".
HOUSE = Path(__file__).with_name("typst")
MAX_PDF_BYTES = 64 * 1024 * 1024
ENVIRONMENT = {"LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "1", "RAYON_NUM_THREADS": "1"}

# A compiler may use 1 GiB. Two at once per process; more wait for their turn, but not for ever.
_turns = threading.BoundedSemaphore(2)
TURN_SECONDS = 10


class PdfError(Exception):
    """The PDF could not be made. Says where in the template, and nothing of the data."""


class PdfBusy(PdfError):
    """Too many PDFs are being made at this moment."""


def make_pdf(
    template: Path,
    data: Mapping[str, Any],
    *,
    files: Mapping[str, bytes] | None = None,
    longest_side: int | None = None,
    seconds: int = 20,
) -> bytes:
    """Compile ``template`` with ``data`` and return the PDF.

    The template reads ``data`` with ``json("data.json")``, ``files`` by their names, and may import
    the other templates in its folder and those of ``campaign_site/typst``. It has to set the
    document's title and language: ``house.typ`` does. Characters that no font has are taken out of
    the data (``printable``). JPEGs (names in ``.jpg``) are scaled down to ``longest_side`` pixels.
    The PDF holds no date and no name of a person unless the data does; the same input gives
    the same bytes.

    Waits for 10 s at most for its turn, then works for ``seconds`` at most. Safe to call again.
    Raises PdfBusy, or PdfError when the template is wrong, or takes too long or too much memory.
    """
    given = {path.name: path.read_bytes() for path in sorted(HOUSE.glob("*.typ"))}
    given |= {path.name: path.read_bytes() for path in sorted(template.parent.glob("*.typ"))}
    given["main.typ"] = given.pop(template.name)
    words = json.dumps(printable_data(dict(data)), ensure_ascii=False)
    given["data.json"] = words.encode("utf-8", "replace")
    given |= files or {}
    with _turn(), open_unnamed() as source, open_unnamed() as written:
        header = {"files": [[name, len(content)] for name, content in given.items()]}
        source.write(json.dumps(header | {"longest_side": longest_side}).encode() + b"\n")
        source.writelines(given.values())
        source.seek(0)  # also flushes
        command = [sys.executable, "-I", str(COMPILER), str(FONTS)]
        status = run_child(command, source, written, environment=ENVIRONMENT, seconds=seconds)
        return _read_pdf(template, status, written)


def page_count(pdf: bytes) -> int:
    """Return the number of pages of a PDF made here (typst writes one flat page tree, in clear)."""
    found = re.search(rb"/Type/Pages/Count (\d+)", pdf)
    if not found:
        raise PdfError("not a PDF made here")
    return int(found[1])


@contextmanager
def _turn() -> Iterator[None]:
    if not _turns.acquire(timeout=TURN_SECONDS):
        raise PdfBusy("too many PDFs at once")
    try:
        yield
    finally:
        _turns.release()


def _read_pdf(template: Path, status: int, written: BinaryIO) -> bytes:
    """Return what the compiler wrote; raises PdfError when that is no PDF."""
    written.seek(0)
    pdf = written.read(MAX_PDF_BYTES + 1)
    if status == 0 and pdf.startswith(b"%PDF-") and len(pdf) <= MAX_PDF_BYTES:
        return pdf
    ended = f"ended by signal {-status}" if status < 0 else f"status {status}"
    places = re.findall(rb"[\w-]+\.typ:\d+:\d+", pdf[:1000]) if status == 1 else []
    where = ", ".join(place.decode() for place in places) or "no place given"
    logger.warning("No PDF from %s: %s, %s", template.name, ended, where)
    raise PdfError(f"{template.name}: {ended}, {where}")
