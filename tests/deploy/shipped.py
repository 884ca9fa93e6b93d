"""Read the shipped files as the programs that use them would, without those programs."""

import re
from pathlib import Path

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("campaign*.service"))


def nginx_text() -> str:
    """The site's file with what it includes, comments left out."""
    return _included((DEPLOY / "nginx/campaign.conf").read_text())


def _included(text: str) -> str:
    text = re.sub(r"^\s*#.*$", "", text, flags=re.MULTILINE)
    return re.sub(
        r"include (snippets/[\w-]+\.conf);",
        lambda found: _included((DEPLOY / "nginx" / found[1]).read_text()),
        text,
    )


def block(text: str, beginning: str) -> str:
    """What stands in the braces after ``beginning``."""
    start = text.index("{", text.index(beginning)) + 1
    depth = 1
    for place in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[place], 0)
        if depth == 0:
            return text[start:place]
    raise ValueError(f"{beginning} has no end.")


def unit(path: Path) -> dict[str, list[str]]:
    """The settings of a unit: each name with its values, in order."""
    found: dict[str, list[str]] = {}
    for line in path.read_text().splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found.setdefault(name, []).append(value)
    return found


def added_headers(text: str) -> dict[str, str]:
    return {
        name: value.strip('"')
        for name, value in re.findall(r'add_header ([\w-]+) ("[^"]*"|\S+) always;', text)
    }
