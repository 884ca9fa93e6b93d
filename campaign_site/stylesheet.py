"""The style sheets: written in parts for people, served as one file for browsers.

The parts are tokens, base, layout, one file a component, print. ``StylesheetFinder`` lets Django's
static files find ``css/site.css``, joined from them whenever a part is newer, so nobody has to run
a build: a changed part shows at the next request of a development site, and ``collectstatic``
takes the joined file along. Comments and margins stay behind; nothing else changes.

What only a few screens need is joined into files of its own, so that no other page carries it:
``css/wall.css`` for screens with photos of a wall, ``css/development.css`` for those of a
development site. Both come after ``css/site.css``, which says in which order layers count.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

NAME = "css/site.css"
# Components that only some screens fetch, by the name of the file that they are joined into.
APART = {"css/wall.css": ("wall",), "css/development.css": ("mails", "styleguide")}
NAMES = (NAME, *APART)
FOLDER = Path(__file__).resolve().parents[1] / "static" / "css"
_COMMENT = re.compile(r"[ \t]*/\*.*?\*/[ \t]*\n?", re.DOTALL)
_MARGIN = re.compile(r"^[ \t]+", re.MULTILINE)
_EMPTY_LINES = re.compile(r"\n{2,}")


def parts(name: str = NAME) -> list[Path]:
    """The files that make up a style sheet, in the order of the cascade."""
    components = FOLDER / "components"
    if name in APART:
        return [components / f"{component}.css" for component in APART[name]]
    elsewhere = {component for found in APART.values() for component in found}
    return [
        *(FOLDER / f"{part}.css" for part in ("tokens", "base", "layout")),
        *(path for path in sorted(components.glob("*.css")) if path.stem not in elsewhere),
        FOLDER / "print.css",
    ]


def joined(name: str = NAME) -> str:
    """Return a style sheet without comments, margins and empty lines."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in parts(name))
    text = _COMMENT.sub("\n", text)
    return _EMPTY_LINES.sub("\n", _MARGIN.sub("", text)).lstrip("\n")


def up_to_date(folder: Path, name: str = NAME) -> Path:
    """Return the joined file below ``folder``, writing it first if a part has changed.

    Safe in several processes at once: the file is replaced whole. Its time is the newest part's.
    """
    target = folder / name
    watched = [FOLDER, FOLDER / "components", *parts(name)]
    newest = max(path.stat().st_mtime_ns for path in watched)
    if not target.exists() or target.stat().st_mtime_ns != newest:
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f"{target.name}.{os.getpid()}")
        draft.write_text(joined(name), encoding="utf-8")
        os.utime(draft, ns=(newest, newest))
        os.replace(draft, target)
    return target


class StylesheetFinder(BaseFinder):
    """Finds the files that are made from others."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.folder = settings.LOCAL_DIR / "built"

    def check(self, **kwargs) -> list:
        return []

    def find(self, path: str, find_all: bool = False):
        if path not in NAMES:
            # Nothing else: Django takes None for a path.
            return []
        found = str(up_to_date(self.folder, path))
        return [found] if find_all else found

    def list(self, ignore_patterns) -> Iterator[tuple[str, FileSystemStorage]]:
        for name in NAMES:
            up_to_date(self.folder, name)
            yield name, FileSystemStorage(location=self.folder)
