"""Documents of editors: a few formats, none that runs, none that is something else."""

import io
import zipfile

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from wagtail.documents.models import Document

from campaign_site import document_forms
from campaign_site.document_forms import EXTENSIONS, check_document
from tests.factories import make_staff

ODT = "application/vnd.oasis.opendocument.text"
PDF = b"%PDF-1.7\n1 0 obj\n"


def packed(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


GOOD = {
    "letter.pdf": PDF,
    "letter.ODT": packed({"mimetype": ODT.encode(), "content.xml": b"<x/>"}),
    "letter.docx": packed({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"}),
    "sums.xlsx": packed({"xl/workbook.xml": b"<x/>"}),
}
BAD = {
    "page.html": b"<script>x()</script>",
    "drawing.svg": b"<svg onload='x()'/>",
    "page.pdf": b"<html><script>x()</script>",
    "late.pdf": b"<html>%PDF-1.7",
    "sums.docx": GOOD["sums.xlsx"],
    "letter.ods": GOOD["letter.ODT"],
    "macros.docx": packed({"word/document.xml": b"<x/>", "word/vbaProject.bin": b"x"}),
    "cut.docx": GOOD["letter.docx"][:-30],
    "letter.docm": GOOD["letter.docx"],
    "letter": PDF,
}


def upload(client, name: str, content: bytes):
    data = {"title": "A letter", "file": SimpleUploadedFile(name, content), "collection": 1}
    return client.post("/admin/documents/chooser/create/", {f"document-chooser-upload-{k}": v for k, v in data.items()})  # fmt: skip # noqa: E501


@pytest.mark.django_db
def test_documents_are_what_their_name_says(client):
    assert settings.WAGTAILDOCS_EXTENSIONS == EXTENSIONS
    assert settings.WAGTAILDOCS_DOCUMENT_FORM_BASE == "campaign_site.document_forms.DocumentForm"
    client.force_login(make_staff("Editors"))
    for name, content in GOOD.items():
        check_document(io.BytesIO(content), name, len(content))
    for name, content in BAD.items():
        with pytest.raises(ValidationError):
            check_document(io.BytesIO(content), name, len(content))
    with pytest.raises(ValidationError, match="too large"):
        check_document(io.BytesIO(PDF), "letter.pdf", 15 * 1024 * 1024 + 1)

    upload(client, "page.pdf", BAD["page.pdf"])
    assert Document.objects.count() == 0
    upload(client, "letter.pdf", PDF)
    assert [one.file_extension for one in Document.objects.all()] == ["pdf"]


def test_packed_documents_are_measured_before_they_are_unpacked(monkeypatch):
    bomb = packed({"word/document.xml": b"0" * 3_000_000})
    many = packed({"word/document.xml": b"", **{f"{one}.xml": b"" for one in range(30)}})
    check_document(io.BytesIO(bomb), "letter.docx", len(bomb))

    monkeypatch.setattr(document_forms, "MAXIMUM_UNPACKED_BYTES", 2_000_000)
    monkeypatch.setattr(document_forms, "MAXIMUM_PARTS", 20)
    for content in (bomb, many):
        with pytest.raises(ValidationError, match="far too large"):
            check_document(io.BytesIO(content), "letter.docx", len(content))


@pytest.mark.django_db
def test_names_of_documents_cannot_add_a_header(client):
    name = 'l"et\r\nX-Forged: 1\r\n;é.pdf'
    document = Document.objects.create(title=name, file=ContentFile(PDF, name=name))

    answer = client.get(document.url)

    assert b"".join(answer.streaming_content) == PDF
    assert "X-Forged" not in answer.headers
    assert "\n" not in str(answer.headers)
