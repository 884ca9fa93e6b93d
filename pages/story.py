"""How stories are set: blocks gathered into runs, names fitted to their width, the ways on."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby

from pages.frame import Frame
from pages.links import Link

# Blocks that readers read on from one to the next; every other block stands alone.
READ_ON = frozenset({"section", "text", "points"})
# A page with fewer headings needs no list of contents.
LEAST_CONTENTS = 3
# How many ways on the end of a page offers.
MOST_WAYS_ON = 3
# Upper ends of the classes of names, in characters: of the longest word, and of the whole name.
WORD_STEPS = (8, 11, 14, 17, 20, 25)
NAME_STEPS = (12, 24, 36, 60)


@dataclass
class Run:
    """Blocks that stand together: texts in one column, or one block of another kind."""

    is_text: bool
    blocks: list = field(default_factory=list)
    has_contents: bool = False

    @property
    def kind(self) -> str:
        """``section`` when any of its texts has a heading, else ``text``; empty for the rest."""
        if not self.is_text:
            return ""
        return "text" if all(block.block_type == "text" for block in self.blocks) else "section"


def runs_of(blocks: Iterable, *, headings: int = 0) -> list[Run]:
    """Return ``blocks`` as runs, in order.

    The first run of texts has the list of contents beside it, if the page has enough ``headings``.
    """
    runs: list[Run] = []
    for is_text, found in groupby(blocks, key=lambda block: block.block_type in READ_ON):
        if is_text:
            runs.append(Run(True, list(found)))
        else:
            runs += [Run(False, [block]) for block in found]
    first = next((run for run in runs if run.is_text), None)
    if first is not None:
        first.has_contents = headings >= LEAST_CONTENTS
    return runs


def fit_classes(name: str) -> str:
    """Return the classes that let ``name`` be as large as its longest word and length allow.

    A browser breaks lines between words only, so the longest word decides how large it may be.
    """
    longest = max((len(word) for word in re.split(r"[\s\-‑–]+", name)), default=0)
    word = next((step for step in WORD_STEPS if longest <= step), WORD_STEPS[-1])
    length = next((step for step in NAME_STEPS if len(name) <= step), NAME_STEPS[-1])
    return f"fit fit--word-{word} fit--name-{length}"


def ways_on(page, frame: Frame | None) -> list[Link]:
    """Return what readers of a page that is over can turn to instead, at most three.

    That is what its outcome says goes on, unless that is over too; otherwise what runs.
    """
    if not frame:
        return []
    chosen = [block.value["successor"] for block in page.outcomes]
    found = [frame.links.get(successor.pk) for successor in chosen if successor is not None]
    successors = [link for link in found if link is not None and not link.is_over]
    return (successors or frame.running_campaigns)[:MOST_WAYS_ON]
