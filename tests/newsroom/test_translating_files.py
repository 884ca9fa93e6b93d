"""A PO file comes in whole or not at all, and overwrites nothing newer."""

from datetime import timedelta

import polib
import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from wagtail_localize.models import StringTranslation, Translation

from newsroom.models import TranslationMark
from newsroom.translating import po_files, segments, syncing
from tests.factories import make_staff, notatarget
from tests.newsroom.translating import about, give, rewrite, stored, translation

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client):
    user = make_staff("Editors")
    client.force_login(user)
    return user


def download(client, language: str = "fr") -> bytes:
    url = reverse("wagtail_localize:download_pofile", args=[translation(language).pk])
    return client.get(url).content


def upload(client, content: bytes, language: str = "fr") -> str:
    url = reverse("wagtail_localize:upload_pofile", args=[translation(language).pk])
    file = SimpleUploadedFile("page.po", content)
    return client.post(url, {"file": file}, follow=True).content.decode()


def parsed(content: bytes) -> polib.POFile:
    # A text with line ends is no name of a file.
    return polib.pofile(content.decode())


def with_text(content: bytes, path: str, text: str) -> bytes:
    po = parsed(content)
    next(entry for entry in po if entry.msgctxt == path).msgstr = text
    return str(po).encode()


def everything() -> list:
    return list(StringTranslation.objects.order_by("pk").values_list("pk", "data"))


def test_file_goes_out_and_comes_in_again(client, editor):
    content = download(client)
    before = everything()

    assert "0 translations of the file" in upload(client, content)
    assert everything() == before

    body = upload(client, with_text(content, "lead", "Par fichier."))
    assert "1 translation of the file is stored." in body
    assert stored("fr", "lead") == ["Par fichier."]
    row = StringTranslation.objects.get(data="Par fichier.")
    assert (row.last_translated_by, row.tool_name) == (editor, "PO")


def test_what_was_changed_here_meanwhile_stays(client, editor):
    content = with_text(download(client), "lead", "Par fichier.")
    give("fr", "lead", "Écrit entretemps.")

    body = upload(client, content)

    assert stored("fr", "lead") == ["Écrit entretemps."]
    assert "Écrit entretemps." in body


def test_what_is_written_while_the_file_is_made_stays(client, editor, monkeypatch):
    whole = Translation.export_po

    def slowly(one):
        po = whole(one)
        give("fr", "lead", "Écrit entretemps.")
        return po

    with monkeypatch.context() as patched:
        patched.setattr(Translation, "export_po", slowly)
        content = with_text(download(client), "lead", "Par fichier.")
    upload(client, content)

    assert stored("fr", "lead") == ["Écrit entretemps."]


def test_file_of_an_earlier_text_becomes_proposals(client, editor):
    content = with_text(download(client), "lead", "Par fichier.")
    syncing.take_over(translation("fr").source, rewrite(about(), lead="All new."))

    upload(client, content)

    [task] = segments.tasks(translation("fr"))
    assert (task.new, task.proposal) == ("All new.", "Par fichier.")


def test_doubtful_entries_ask_for_a_second_reader(client, editor):
    po = parsed(with_text(download(client), "lead", "Peut-être."))
    next(entry for entry in po if entry.msgctxt == "lead").flags.append("fuzzy")

    upload(client, str(po).encode())

    assert TranslationMark.objects.get().needs_proofreading


def other_page(client):
    one = translation("fr", notatarget("en"))
    return client.get(reverse("wagtail_localize:download_pofile", args=[one.pk])).content


def half(client):
    content = download(client)
    po = parsed(content)
    del po[len(po) // 2 :]
    return str(po).encode()


def cut_off(client):
    content = download(client)
    return content[: len(content) // 2]


def with_a_text_of_its_own(client):
    po = parsed(download(client))
    po[-1] = polib.POEntry(msgid="Never there", msgctxt="lead", msgstr="Jamais là")
    return str(po).encode()


def in_language(code):
    def made(client):
        return download(client).replace(b"Language: fr", b"Language: " + code)

    return made


HOSTILE = {
    "no file of this kind": lambda client: b"%PDF-1.7 nothing",
    "the name of a file": lambda client: b"/etc/passwd",
    "bytes": lambda client: b"msgid\xff\xfe\x00",
    "too large": lambda client: download(client) + b"#" * po_files.MOST_BYTES,
    "another page": other_page,
    "another language": lambda client: download(client, "nl"),
    "says another language": in_language(b"nl"),
    "half": half,
    "cut off": cut_off,
    "a text of its own": with_a_text_of_its_own,
    "a script": lambda client: with_text(download(client), "lead", "<script>alert(1)</script>"),
    "a link of its own": lambda client: with_text(download(client), "lead", '<a id="a7">x</a>'),
    "a control character": lambda client: with_text(download(client), "lead", "a\x08b"),
    "an address with a slash": lambda client: with_text(download(client), "slug", "../admin"),
    "no head": lambda client: b'msgid "a"\nmsgstr "b"\n',
    "no moment": lambda client: download(client).replace(b"Exported-At: 2", b"Exported-At: x"),
}


def test_file_that_is_not_right_is_refused_whole(client, editor):
    before = everything()
    taken = []
    for name, made in HOSTILE.items():
        # Some of the file would be right: none of it is taken.
        content = made(client).replace("À propos".encode(), b"Hors sujet")
        url = reverse("wagtail_localize:upload_pofile", args=[translation("fr").pk])
        answer = client.post(url, {"file": SimpleUploadedFile("page.po", content)})
        said = list(get_messages(answer.wsgi_request))[-1]
        if not str(said).startswith("Nothing was taken from the file. "):
            taken.append((name, str(said)))

    assert taken == []
    assert everything() == before


def test_the_same_file_without_a_fault_is_taken(client, editor):
    """What the test above changes in every file would be stored otherwise."""
    upload(client, download(client).replace("À propos".encode(), b"Hors sujet"))

    assert any("Hors sujet" in data for _, data in everything())


def test_no_file_at_all_is_said(client, editor):
    url = reverse("wagtail_localize:upload_pofile", args=[translation("fr").pk])

    assert "Choose a file first." in client.post(url, follow=True).content.decode()


def test_older_file_is_known_by_its_date(client, editor):
    """The date in the file decides, not the moment at which it comes in."""
    give("fr", "lead", "Avant.")
    StringTranslation.objects.filter(data="Avant.").update(
        updated_at=timezone.now() - timedelta(days=1)
    )

    upload(client, with_text(download(client), "lead", "Après."))

    assert stored("fr", "lead") == ["Après."]
