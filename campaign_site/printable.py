"""Text that our fonts can print: what they cannot would stop a PDF/UA document from being made.

The fonts are those in ``fonts/``, their characters in ``fonts/coverage.txt``.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

COVERAGE = Path(__file__).with_name("fonts") / "coverage.txt"
# Stands for letters of a script that no font of ours has.
MISSING = "[…]"
_JOINER = "\u200d"
_SKIN_TONES = {chr(code) for code in range(0x1F3FB, 0x1F400)}


def printable(text: str) -> str:
    """Return ``text`` in NFC without what no font can print.

    Letters and digits of an unknown script become MISSING, one for a run of them; unknown signs,
    marks and emoji are left out; line ends stay and other white space becomes a space. Repeating
    it changes nothing.
    """
    kept: list[str] = []
    for cluster in _clusters(unicodedata.normalize("NFC", text)):
        shown = _shown(cluster)
        if shown == MISSING and kept and kept[-1] == MISSING:
            continue
        kept.append(shown)
    return "".join(kept)


def printable_data[T](data: T) -> T:
    """Return ``data`` (what JSON can hold) with every text in it printable; keys stay."""
    if isinstance(data, str):
        return printable(data)
    if isinstance(data, Mapping):
        return {key: printable_data(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [printable_data(value) for value in data]
    return data


def _clusters(text: str) -> Iterator[str]:
    """Cut into a letter or sign with the marks and joined signs that belong to it."""
    cluster = ""
    for character in text:
        belongs = (
            unicodedata.category(character) in {"Mn", "Mc", "Me"}
            or character == _JOINER
            or character in _SKIN_TONES
            or cluster.endswith(_JOINER)
        )
        if cluster and not belongs:
            yield cluster
            cluster = ""
        cluster += character
    if cluster:
        yield cluster


def _shown(cluster: str) -> str:
    """Return what is printed for one cluster: all of it, its first character, MISSING, nothing."""
    if cluster == "\n":
        return cluster
    # A cluster is printed with one font: typst looks for its marks nowhere else.
    if any(_covers(characters, cluster) for characters in coverage().values()):
        return cluster
    first = cluster[0]
    if len(cluster) > 1:
        return _shown(first)
    kind = unicodedata.category(first)
    if kind.startswith("Z") or first in "\t\r":
        return " "
    return MISSING if kind[0] in "LN" else ""


def _covers(characters: frozenset[int], cluster: str) -> bool:
    return all(ord(character) in characters for character in cluster)


@cache
def coverage() -> dict[str, frozenset[int]]:
    """Return the characters of each font, without controls and what PDF/UA forbids (U+FEFF)."""
    fonts = {}
    for line in COVERAGE.read_text().splitlines():
        name, *ranges = line.split()
        bounds = [[int(end, 16) for end in text.split("-")] for text in ranges]
        characters = {code for first, last in bounds for code in range(first, last + 1)}
        fonts[name] = frozenset(code for code in characters if code >= 0x20 and code != 0xFEFF)
    return fonts
