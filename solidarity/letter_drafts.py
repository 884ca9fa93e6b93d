"""The letter that a new edition begins with, in the language of its office; staff make it theirs.

The texts in ``letters/`` are not in the catalogues: each is written for readers of its own
language, and none translates another. Blank lines divide paragraphs.
"""

from pathlib import Path

_LETTERS = Path(__file__).parent / "letters"


def draft_letter(language: str) -> str:
    """Return the letter to begin with; ``language`` is "en", "fr" or "nl"."""
    return (_LETTERS / f"{language}.txt").read_text(encoding="utf-8")
