"""Join the parts of the style sheet: ``python -m campaign_site.stylesheet`` writes site.css.

The parts are for people: tokens, base, layout, one file a component, print. The browser gets one
file, in one request. Comments stay behind; nothing else changes. The joined file is committed, and
a test fails when it is out of date.
"""

import re
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "static" / "css"
SITE_STYLESHEET = FOLDER / "site.css"
_NOTE = "/* Joined by python -m campaign_site.stylesheet: edit the parts, not this file. */\n"
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
    return _NOTE + _EMPTY_LINES.sub("\n", _MARGIN.sub("", text)).lstrip("\n")


def write() -> None:
    SITE_STYLESHEET.write_text(joined(), encoding="utf-8")


if __name__ == "__main__":
    write()
    sys.stdout.write(f"{SITE_STYLESHEET.name}: {SITE_STYLESHEET.stat().st_size} bytes\n")
