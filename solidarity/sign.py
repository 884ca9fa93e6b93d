"""The sign to hold in a photo: a few words as large as an A4 page takes them, as a PDF."""

from functools import lru_cache
from pathlib import Path

from campaign_site.pdf import make_pdf

TEMPLATE = Path(__file__).parent / "typst" / "sign.typ"
WORDS_LENGTH = 80
# Ready signs kept in each process: they hold nobody's own words.
KEPT_SIGNS = 32


def make_sign(words: str, *, language: str, line: str, interface: str = "en") -> bytes:
    """Return the PDF of a sign with ``words`` in ``language`` (BCP 47).

    The page lies or stands, whichever makes the words larger. ``line`` is the small line below, in
    the language ``interface``. Nothing is kept. Raises PdfError.
    """
    data = {"words": words, "language": language, "line": line, "interface": interface}
    return make_pdf(TEMPLATE, data)


@lru_cache(maxsize=KEPT_SIGNS)
def make_ready_sign(words: str, *, language: str, line: str) -> bytes:
    """Return the PDF of a sign with the call's own words, made once. Raises PdfError."""
    return make_sign(words, language=language, line=line, interface=language)
