"""The style sheet: written in parts for people, served as one file for browsers.

The parts are tokens, base, layout, one file a component, print. ``StylesheetFinder`` lets Django's
static files find ``css/site.css``, joined from them whenever a part is newer, so nobody has to run
a build: a changed part shows at the next request of a development site, and ``collectstatic``
takes the joined file along. Comments and margins stay behind; nothing else changes.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

NAME = "css/site.css"
FOLDER = Path(__file__).resolve().parents[1] / "static" / "css"
_COMMENT = re.compile(r"[ \t]*/\*.*?\*/[ \t]*\n?", re.DOTALL)
_MARGIN = re.compile(r"^[ \t]+", re.MULTILINE)
_EMPTY_LINES = re.compile(r"\n{2,}")


def parts() -> list[Path]:
    """The files that make up the style sheet, in the order of the cascade."""
    components = sorted((FOLDER / "components").glob("*.css"))
    return [
        *(FOLDER / f"{name}.css" for name in ("tokens", "base", "layout")),
        *components,
        FOLDER / "print.css",
    ]


def joined() -> str:
    """Return the style sheet without comments, margins and empty lines."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in parts())
    text = _COMMENT.sub("\n", text)
    return _EMPTY_LINES.sub("\n", _MARGIN.sub("", text)).lstrip("\n")


def up_to_date(folder: Path) -> Path:
    """Return the joined file below ``folder``, writing it first if a part has changed.

    Safe in several processes at once: the file is replaced whole. Its time is the newest part's.
    """
    target = folder / NAME
    newest = max(path.stat().st_mtime_ns for path in [FOLDER, FOLDER / "components", *parts()])
    if not target.exists() or target.stat().st_mtime_ns != newest:
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f"{target.name}.{os.getpid()}")
        draft.write_text(joined(), encoding="utf-8")
        os.utime(draft, ns=(newest, newest))
        os.replace(draft, target)
    return target


class StylesheetFinder(BaseFinder):
    """Finds the one file that is made from others."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.folder = settings.LOCAL_DIR / "built"

    def check(self, **kwargs) -> list:
        return []

    def find(self, path: str, find_all: bool = False):
        if path != NAME:
            return [] if find_all else None
        found = str(up_to_date(self.folder))
        return [found] if find_all else found

    def list(self, ignore_patterns) -> Iterator[tuple[str, FileSystemStorage]]:
        up_to_date(self.folder)
        yield NAME, FileSystemStorage(location=self.folder)
