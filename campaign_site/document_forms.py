"""Documents of editors: a few formats, and each what its name says.

A document is handed to readers as it is, so nothing may be taken that runs by itself (macros) or
that is something else than it claims (OWASP ASVS 5.0, 5.2.2 and 5.2.3). Office files are ZIP
archives: what they hold is counted from their table of contents, before anything is unpacked.
"""

import zipfile
from typing import BinaryIO

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from wagtail.documents.forms import BaseDocumentForm

MAXIMUM_BYTES = 15 * 1024 * 1024
MAXIMUM_UNPACKED_BYTES = 200 * 1024 * 1024
MAXIMUM_PARTS = 5000
_PDF = b"%PDF-"
# The part by which each packed format is known, and how its content begins.
_OFFICE = {
    "docx": ("word/document.xml", b""),
    "pptx": ("ppt/presentation.xml", b""),
    "xlsx": ("xl/workbook.xml", b""),
    "odp": ("mimetype", b"application/vnd.oasis.opendocument.presentation"),
    "ods": ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
    "odt": ("mimetype", b"application/vnd.oasis.opendocument.text"),
}
EXTENSIONS = ["pdf", *_OFFICE]
_RUNS = ("vbaproject.bin", "vbadata.xml", "basic/script-lc.xml")


def check_document(file: BinaryIO, name: str, size: int) -> None:
    """Raise ``ValidationError`` unless ``file`` is a document that may be handed out.

    Reads its beginning or its table of contents, never all of it, and leaves it at its beginning.
    """
    extension = name.rpartition(".")[2].lower()
    if extension not in EXTENSIONS:
        allowed = ", ".join(one.upper() for one in EXTENSIONS)
        raise ValidationError(
            _("Documents can be of these formats: %(formats)s.") % {"formats": allowed}
        )
    if size > MAXIMUM_BYTES:
        raise ValidationError(
            _("This document is too large: the limit is %(number)d MB.")
            % {"number": MAXIMUM_BYTES // 1024**2}
        )
    file.seek(0)
    try:
        is_one = file.read(5) == _PDF if extension == "pdf" else _is_office(file, extension)
    finally:
        file.seek(0)
    if not is_one:
        raise ValidationError(
            _("This file is not in %(format)s format, or it is damaged.")
            % {"format": extension.upper()}
        )


def _is_office(file: BinaryIO, extension: str) -> bool:
    part, beginning = _OFFICE[extension]
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            unpacked = sum(one.file_size for one in parts)
            if len(parts) > MAXIMUM_PARTS or unpacked > MAXIMUM_UNPACKED_BYTES:
                raise ValidationError(_("This document would be far too large when it is opened."))
            if any(one.filename.lower().endswith(_RUNS) for one in parts):
                raise ValidationError(_("This document has macros. Save it without them."))
            with archive.open(part) as content:
                return content.read(len(beginning)) == beginning
    except (zipfile.BadZipFile, KeyError, NotImplementedError, OSError, RuntimeError):
        return False


class DocumentForm(BaseDocumentForm):
    """WAGTAILDOCS_DOCUMENT_FORM_BASE."""

    def clean_file(self):
        file = self.cleaned_data["file"]
        if "file" in self.changed_data:
            check_document(file, file.name, file.size)
        return file
