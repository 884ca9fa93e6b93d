"""Translations out of the site and in again as a PO file, for whoever translates with a tool.

A file is taken whole or not at all. What was translated on the site after the file left it stays;
the file's own text for that is named and not taken.
"""

import re
import tempfile
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import polib
from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from wagtail_localize.models import (
    String,
    StringSegment,
    StringTranslation,
    Translation,
    TranslationContext,
)

from newsroom.translating import segments
from newsroom.translating.changes import check_translation

MOST_BYTES = 1024 * 1024
_MOST_ENTRIES = 5000
_ID = "X-WagtailLocalize-TranslationID"
_EXPORTED = "X-Exported-At"
_NUMBER = "X-Texts"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Refused(Exception):
    """Why a file is not taken; the message is a sentence for the translator."""


def export(translation: Translation) -> str:
    """Return wagtail-localize's file, with what is needed to see whether one comes back whole."""
    # Before the texts are read: what is written meanwhile must not count as older than the file.
    left = timezone.now()
    po = translation.export_po()
    po.metadata["Language"] = translation.target_locale.language_code
    po.metadata[_EXPORTED] = left.isoformat()
    po.metadata[_NUMBER] = str(len(_own(po)))
    return str(po)


def _own(po: polib.POFile) -> list[polib.POEntry]:
    return [entry for entry in po if not entry.obsolete]


def _read(content: bytes) -> polib.POFile:
    if len(content) > MOST_BYTES:
        raise Refused(_("This file is larger than 1 MB: it is not a file of this page."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(_("This is not a PO file in UTF-8.")) from error
    if _CONTROL.search(text) or "msgid" not in text:
        raise Refused(_("This is not a PO file."))
    # polib takes a text without a line end for the name of a file, and would open it.
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "upload.po"
        path.write_text(text, encoding="utf-8")
        try:
            return polib.pofile(str(path), encoding="utf-8")
        except (OSError, ValueError, IndexError, AttributeError) as error:
            raise Refused(_("This PO file is damaged: it cannot be read to its end.")) from error


def _check_origin(translation: Translation, po: polib.POFile) -> datetime:
    """Return when the file left the site."""
    language = translation.target_locale.language_code
    if po.metadata.get(_ID) != str(translation.uuid):
        raise Refused(_("This file was made for another page or another language."))
    if po.metadata.get("Language", language)[:2].lower() != language:
        raise Refused(_("This file says that it is in another language."))
    number = po.metadata.get(_NUMBER, "")
    if not number.isdigit() or len(_own(po)) != int(number) or int(number) > _MOST_ENTRIES:
        raise Refused(_("This file is not whole: texts of it are missing or were added."))
    try:
        left = parse_datetime(po.metadata.get(_EXPORTED, ""))
    except ValueError:
        left = None
    if left is None or left.tzinfo is None:
        raise Refused(_("The head of this file was changed: it no longer says when it was made."))
    return left


@dataclass
class Imported:
    """What a file brought: texts stored, texts left as the site has them, texts of earlier on."""

    stored: int = 0
    kept: list[str] = field(default_factory=list)
    earlier: int = 0
    has_doubts: bool = False


@transaction.atomic
def take(translation: Translation, content: bytes, user) -> Imported:
    """Store the translations of a file. Raises ``Refused``; nothing is stored then.

    Repeating it stores nothing more. Empty entries are left out, so that a file that is half done
    can be brought in as well.
    """
    po = _read(content)
    left = _check_origin(translation, po)
    Translation.objects.select_for_update().get(pk=translation.pk)
    result = Imported()
    known = _Known(translation)
    for entry in _own(po):
        string, context = known.find(entry)
        text = entry.msgstr.strip()
        if entry.msgid_plural or entry.msgstr_plural:
            raise Refused(_("This file has plural forms, which no text of a page has."))
        if not text:
            continue
        if error := check_translation(entry.msgid, text):
            raise Refused(f"“{entry.msgid[:80]}” – {error}")
        if entry.msgctxt == "slug" and not re.fullmatch(r"[\w-]+", text):
            raise Refused(
                _("The address “%(text)s” may have only letters, digits and -.")
                % {"text": text[:80]}
            )
        result.has_doubts |= entry.fuzzy
        result.earlier += not known.is_current(string, context)
        _store(translation, string, context, text, left, user, result)
    return result


class _Known:
    """The texts and places of a page, of now and of earlier, in two queries."""

    def __init__(self, translation: Translation) -> None:
        source = translation.source
        rows = StringSegment.objects.filter(source=source).select_related("string", "context")
        self._texts: dict[tuple[str, str], tuple[String, TranslationContext]] = {
            (row.context.path, row.string.data): (row.string, row.context) for row in rows
        }
        self._current = {(row.string_id, row.context_id) for row in rows}
        earlier = StringTranslation.objects.filter(context__object_id=source.object_id)
        for row in earlier.select_related("translation_of", "context"):
            key = row.context.path, row.translation_of.data
            self._texts.setdefault(key, (row.translation_of, row.context))
        self._source = source

    def find(self, entry: polib.POEntry) -> tuple[String, TranslationContext]:
        found = self._texts.get((entry.msgctxt or "", entry.msgid)) or self._forgotten(entry)
        if found is None:
            raise Refused(
                _("This file has a text that the page never had: “%(text)s”.")
                % {"text": entry.msgid[:80]}
            )
        return found

    def _forgotten(self, entry: polib.POEntry) -> tuple[String, TranslationContext] | None:
        """A text that the page had when the file was made and nobody has translated since."""
        context = TranslationContext.objects.filter(
            object_id=self._source.object_id, path=entry.msgctxt or ""
        ).first()
        string = String.objects.filter(
            locale_id=self._source.locale_id, data_hash=String._get_data_hash(entry.msgid)
        ).first()
        return (string, context) if string and context else None

    def is_current(self, string: String, context: TranslationContext) -> bool:
        return (string.pk, context.pk) in self._current


def _store(translation, string, context, text, left, user, result: Imported) -> None:
    row = StringTranslation.objects.filter(
        translation_of=string, locale=translation.target_locale, context=context
    ).first()
    if row is not None and row.data == text and not row.has_error:
        return
    if row is not None and row.updated_at > left:
        result.kept.append(row.data)
        return
    segments.store(translation, string.pk, context.pk, text, by=user, tool="PO")
    result.stored += 1
