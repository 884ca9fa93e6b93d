"""Message catalogues: collect the site's words, merge them into locale/, compile them.

The words of the interface are written in English in Python and in templates; their French and Dutch
are in ``locale/<language>/LC_MESSAGES/django.po`` (GNU gettext's PO format). Django reads compiled
.mo files, which are made here and never committed. Nothing needs GNU gettext to be installed.

From the command line: ``python -m campaign_site.catalogues compile|update|check``.
"""

import argparse
import io
import os
import re
import sys
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parents[1]
LANGUAGES = ("fr", "nl")
# What Django's own catalogues say of these languages, so that Django can merge ours with them.
PLURAL_FORMS = {
    "fr": "nplurals=2; plural=(n > 1);",
    "nl": "nplurals=2; plural=(n != 1);",
}
FORMS_COUNT = 2

# Folders of Python packages whose words no visitor or editor sees.
SILENT_FOLDERS = {"tests", "benchmarks", "migrations"}
TEMPLATE_SUFFIXES = {".html", ".ics", ".json", ".svg", ".txt", ".webmanifest", ".xml"}

# Where each function has its context ("c"), its singular and its plural (Babel's notation).
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
COMMENT_TAG = "Translators:"
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}")


class CatalogueError(Exception):
    """A catalogue or a source cannot be read; the message is a sentence that names the file."""


@dataclass
class Message:
    """What is to be translated: one wording, wherever it is used."""

    context: str | None
    singular: str
    plural: str = ""
    files: set[str] = field(default_factory=set)
    comments: list[str] = field(default_factory=list)

    @property
    def key(self) -> tuple[str | None, str]:
        return self.context, self.singular


# Compiling


def compile_all() -> list[Path]:
    """Compile each catalogue whose .mo is missing or of another time; return what was written."""
    sources = sorted(ROOT.glob("locale/*/LC_MESSAGES/django.po"))
    return [target for source in sources if (target := _compile(source))]


def _compile(source: Path) -> Path | None:
    """Write the .mo of one catalogue, unless it bears the time of its source.

    Raises CatalogueError. Replaced in one step: a server may be reading the old one.
    """
    target = source.with_suffix(".mo")
    written_ns = source.stat().st_mtime_ns
    if target.exists() and target.stat().st_mtime_ns == written_ns:
        return None
    unfinished = target.with_name(f".{target.name}.{os.getpid()}")
    _read(source).save_as_mofile(str(unfinished))
    os.utime(unfinished, ns=(written_ns, written_ns))
    unfinished.replace(target)
    return target


def _catalogue_path(language: str) -> Path:
    return ROOT / "locale" / language / "LC_MESSAGES" / "django.po"


def _read(source: Path) -> polib.POFile:
    """Read a catalogue. Raises CatalogueError when it is no PO file."""
    try:
        # Without check_for_duplicates a wording that stands twice would be taken at random.
        return polib.pofile(str(source), encoding="utf-8", check_for_duplicates=True)
    except (OSError, ValueError) as error:
        raise CatalogueError(f"{source.relative_to(ROOT)} cannot be read: {error}.") from error


# Collecting


def collect() -> list[Message]:
    """Find every wording in the project's own Python and templates, sorted by file and wording."""
    found: dict[tuple[str | None, str], Message] = {}
    for path in _sources():
        for message in _extract(path):
            known = found.setdefault(message.key, message)
            known.plural = known.plural or message.plural
            known.files |= message.files
            known.comments += [text for text in message.comments if text not in known.comments]
    return sorted(found.values(), key=lambda m: (min(m.files), m.singular, m.context or ""))


def _sources() -> Iterator[Path]:
    """Every file of the project that may hold words."""
    for folder in sorted(ROOT.iterdir()):
        if folder.name != "templates" and not (folder / "__init__.py").exists():
            continue
        for path in sorted(folder.rglob("*")):
            parts = path.relative_to(ROOT).parts
            if SILENT_FOLDERS.intersection(parts) or not path.is_file():
                continue
            is_template = "templates" in parts and path.suffix in TEMPLATE_SUFFIXES
            if is_template or path.suffix == ".py":
                yield path


def _extract(path: Path) -> Iterator[Message]:
    """Find the wordings of one file. Raises CatalogueError when it cannot be parsed."""
    # Tools for developers, not installed where the site only runs.
    from babel.messages.extract import extract

    name = path.relative_to(ROOT).as_posix()
    source = path.read_text(encoding="utf-8")
    try:
        if path.suffix != ".py":
            source = _as_python(source, name)
        rows = list(extract("python", io.BytesIO(source.encode()), KEYWORDS, [COMMENT_TAG]))
    except (SyntaxError, tokenize.TokenError) as error:
        raise CatalogueError(f"The words of {name} cannot be collected: {error}.") from error
    for _line, wording, comments, context in rows:
        singular, plural = wording if isinstance(wording, tuple) else (wording, "")
        if singular:
            yield Message(context, singular, plural, {name}, list(comments))


def _as_python(template: str, name: str) -> str:
    """Turn a Django template into Python that calls gettext for its words.

    In brackets, since the template's own indentation is no Python.
    """
    from django.utils.translation.template import templatize

    return f"(\n{templatize(template, origin=name)}\n)"


# Merging


def update() -> None:
    """Merge the collected wordings into the catalogues of all LANGUAGES.

    Translations stay, wordings no longer used go, new ones come in empty; nothing is guessed.
    Locations name files without lines, so that a catalogue changes only when the words do.
    """
    messages = collect()
    for language in LANGUAGES:
        path = _catalogue_path(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        old = _read(path) if path.exists() else polib.POFile()
        new = polib.POFile(wrapwidth=100)
        new.metadata = old.metadata or _metadata(language)
        known = {(entry.msgctxt, entry.msgid): entry for entry in old if not entry.obsolete}
        new.extend(_entry(message, known.get(message.key)) for message in messages)
        unfinished = path.with_suffix(".po.unfinished")
        new.save(str(unfinished))
        unfinished.replace(path)


def _metadata(language: str) -> dict[str, str]:
    """The header of a new catalogue; without dates, which would change at each update."""
    return {
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": PLURAL_FORMS[language],
    }


def _entry(message: Message, old: polib.POEntry | None) -> polib.POEntry:
    """The entry of a wording, with the translation that it had."""
    entry = polib.POEntry(
        msgctxt=message.context,
        msgid=message.singular,
        comment="\n".join(message.comments),
        occurrences=[(name, "") for name in sorted(message.files)],
        flags=["python-format"] if "%(" in message.singular + message.plural else [],
    )
    if message.plural:
        entry.msgid_plural = message.plural
        entry.msgstr_plural = dict.fromkeys(range(FORMS_COUNT), "")
    if old:
        entry.tcomment = old.tcomment
        entry.flags += [flag for flag in old.flags if flag == "fuzzy"]
        if message.plural and old.msgid_plural:
            entry.msgstr_plural = {**entry.msgstr_plural, **old.msgstr_plural}
        elif not message.plural:
            entry.msgstr = old.msgstr
    return entry


# Checking


def missing(language: str) -> list[str]:
    """The wordings in use that ``language`` ("fr" or "nl") lacks, be it in one plural form."""
    path = _catalogue_path(language)
    catalogue = _read(path) if path.exists() else polib.POFile()
    known = {(entry.msgctxt, entry.msgid): entry for entry in catalogue if not entry.obsolete}
    return [
        message.singular
        for message in collect()
        if not _is_translated(message, known.get(message.key))
    ]


def _is_translated(message: Message, entry: polib.POEntry | None) -> bool:
    if entry is None or entry.fuzzy:
        return False
    if not message.plural:
        return bool(entry.msgstr)
    forms = entry.msgstr_plural or {}
    return len(forms) == FORMS_COUNT and all(forms.values())


def mismatched(language: str) -> list[str]:
    """The wordings whose translation lacks or invents a placeholder, which fails only when shown.

    A singular may leave out what its plural names: "one photo", "%(count)d photos".
    """
    path = _catalogue_path(language)
    catalogue = _read(path) if path.exists() else polib.POFile()
    return [entry.msgid for entry in catalogue.translated_entries() if not _agrees(entry)]


def _agrees(entry: polib.POEntry) -> bool:
    wanted = _placeholders([entry.msgid, entry.msgid_plural])
    if not entry.msgid_plural:
        return _placeholders([entry.msgstr]) == wanted
    first, *others = (_placeholders([text]) for _, text in sorted(entry.msgstr_plural.items()))
    return first <= wanted and all(form == wanted for form in others)


def _placeholders(texts: Iterable[str | None]) -> set[str]:
    return {match for text in texts for match in PLACEHOLDER.findall(text or "")}


def check() -> list[str]:
    """Say in sentences what is wrong with the catalogues; empty when all is translated."""
    complaints = []
    for language in LANGUAGES:
        complaints += [f"{language}: no translation of {text!r}" for text in missing(language)]
        complaints += [
            f"{language}: other placeholders in {text!r}" for text in mismatched(language)
        ]
    return complaints


def main(arguments: list[str] | None = None) -> int:
    """Compile, update or check the catalogues; return the exit code."""
    parser = argparse.ArgumentParser(description="The site's message catalogues.")
    parser.add_argument("action", choices=["compile", "update", "check"])
    action = parser.parse_args(arguments).action
    try:
        if action == "compile":
            compile_all()
            return 0
        if action == "update":
            update()
        complaints = check()
    except CatalogueError as error:
        parser.exit(1, f"{error}\n")
    sys.stdout.write("".join(f"{complaint}\n" for complaint in complaints))
    # Right after an update, wordings without translation are what is left to do, not a failure.
    return int(action == "check" and bool(complaints))


if __name__ == "__main__":
    sys.exit(main())
