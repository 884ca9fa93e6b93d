"""The pages of the guide, as text: what they show, name and link to."""

import gettext
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import wagtail
from django.conf import settings

GUIDE = Path(settings.BASE_DIR, "docs", "guide")
LANGUAGES = ("en", "fr", "nl")
_ADMIN = Path(wagtail.__file__).parent / "admin" / "locale"


@dataclass(frozen=True)
class GuidePage:
    """One page; ``language`` is the folder that it is in."""

    path: Path
    text: str

    @property
    def language(self) -> str:
        return self.path.parent.name

    @property
    def headings(self) -> list[int]:
        """The level of each heading."""
        return [len(marks) for marks in re.findall(r"^(#+) ", self.text, re.MULTILINE)]

    @property
    def pictures(self) -> list[tuple[str, str]]:
        """What stands for each picture, and its address."""
        return re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", self.text)

    @property
    def links(self) -> list[str]:
        return re.findall(r"(?<!!)\[[^\]]+\]\(([^)]+)\)", re.sub(r"!\[[^\]]*\]", "!", self.text))

    @property
    def buttons(self) -> list[str]:
        """The names of menu entries, buttons, fields and headings of screens."""
        return re.findall(r"\*\*(.+?)\*\*", self.text)

    @property
    def screens(self) -> list[str]:
        """Addresses of the site."""
        return re.findall(r"`(/[^`]*/)`", self.text)


def pages_of(language: str) -> list[GuidePage]:
    paths = sorted((GUIDE / language).glob("*.md"))
    return [GuidePage(path, path.read_text(encoding="utf-8")) for path in paths]


@cache
def words_on_screens(language: str) -> frozenset[str]:
    """Every sentence that screens show in ``language``: the site's own, and Wagtail's."""
    found = set()
    for folder in (Path(settings.BASE_DIR, "locale"), _ADMIN):
        # What is shown in English is what the catalogues translate.
        read = "fr" if language == "en" else language
        with (folder / read / "LC_MESSAGES" / "django.mo").open("rb") as file:
            catalogue = gettext.GNUTranslations(file)._catalog
        for source, shown in catalogue.items():
            name = source[0] if isinstance(source, tuple) else source
            found.add(name.rpartition("\x04")[2] if language == "en" else shown)
    return frozenset(found)
