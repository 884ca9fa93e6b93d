"""The files of a dossier: what they say, in whose language, and what they never say."""

import csv
import hashlib
import json
import zipfile
from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
from PIL import Image
from pypdf import PdfReader

from campaign_site.pdf import PdfError, page_count
from solidarity.dossier import (
    Dossier,
    HashedFile,
    Item,
    file_name,
    make_letter,
    make_manifest,
    make_volume,
    plan_volumes,
    safe_cell,
    write_csv,
    write_zip,
)

A4 = (595, 842)  # points
SECRET = "Canary-5521"


def item(number: int, **fields) -> Item:
    given = {
        "display_name": "Ève",
        "message": "Vous n’êtes pas seules",
        "message_language": "fr",
        "partner": "Gabriela",
        "country": "Belgique",
        "alt_text": f"Une pancarte {number}",
        **fields,
    }
    return Item(number, **given)


def dossier(*items: Item, language: str = "fr") -> Dossier:
    return Dossier(
        language=language,
        sender="Viva Salud",
        site="vivasalud.example",
        call_name="#NotATarget",
        edition_number=2,
        office="Cabinet des Affaires étrangères",
        address="Rue des Petits Carmes 15\n1000 Bruxelles",
        holder="Mme Exemple",
        letter="Madame la Ministre,\r\n\r\nUne ligne\nune autre.",
        day=date(2026, 12, 1),
        items=items or (item(1),),
    )


def jpeg(size: tuple[int, int] = (120, 90)) -> bytes:
    written = BytesIO()
    Image.new("RGB", size, "#a03020").save(written, "JPEG")
    return written.getvalue()


def read_picture(number: int) -> bytes:
    return jpeg((120 + number, 90))


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())


def alternatives(pdf: bytes) -> list[str]:
    """The descriptions that the structure of a tagged PDF gives its figures, in order."""
    found: list[str] = []

    def walk(element) -> None:
        element = element.get_object()
        if isinstance(element, list):
            for child in element:
                walk(child)
        elif isinstance(element, dict):
            if element.get("/S") == "/Figure":
                found.append(element.get("/Alt"))
            if "/K" in element:
                walk(element["/K"])

    walk(PdfReader(BytesIO(pdf)).trailer["/Root"]["/StructTreeRoot"]["/K"])
    return found


def test_the_letter_holds_the_letter_the_contents_and_the_counts():
    items = [item(number) for number in range(1, 53)]
    items[0] = item(1, message_language="ar", country="", partner="")
    items[1] = item(2, is_taken_back=True, message=SECRET, display_name=SECRET)

    pdf = make_letter(dossier(*items))

    text = text_of(pdf)
    assert "Mme Exemple Cabinet des Affaires étrangères Rue des Petits Carmes 15" in text
    assert text.startswith("Viva Salud vivasalud.example Mme Exemple")
    assert "1er décembre 2026" in text
    assert "Une ligne une autre." in text
    assert f"{file_name(dossier(), 'volume', 2)} " in text
    assert "51–52" in text
    assert "français 50" in text
    assert "arabe 1" in text
    assert "Belgique 50" in text
    assert "Gabriela 50" in text
    assert SECRET not in text
    box = PdfReader(BytesIO(pdf)).pages[0].mediabox
    assert (round(box.width), round(box.height)) == A4


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Volume 1 of 1 Photos 1–3"), ("fr", "Volume 1 sur 1"), ("nl", "Deel 1 van 1")],
)
def test_a_volume_holds_photos_and_words_in_every_language(language, words):
    items = (
        item(1),
        item(2, message="Je bent niet alleen, hé", message_language="nl", alt_text=""),
        item(3, message="You are not alone", message_language="en", display_name=""),
    )
    given = dossier(*items, language=language)

    pdf = make_volume(given, plan_volumes(items)[0], read_picture)

    text = text_of(pdf)
    for said in ("Vous n’êtes pas seules", "Je bent niet alleen, hé", "You are not alone", words):
        assert said in text
    assert "2 Ève" in text
    root = PdfReader(BytesIO(pdf)).trailer["/Root"]
    assert (root["/Lang"], root["/MarkInfo"]["/Marked"].value) == (language, True)
    assert alternatives(pdf) == ["Une pancarte 1", "Je bent niet alleen, hé", "Une pancarte 3"]
    assert b"/Lang(nl)" in pdf
    assert [image.image.size for image in PdfReader(BytesIO(pdf)).pages[1].images] == [
        (121, 90),
        (122, 90),
        (123, 90),
    ]


def test_of_a_photo_taken_back_only_the_number_is_written():
    items = (item(1), item(2, is_taken_back=True, message=SECRET, alt_text=SECRET), item(3))
    given = dossier(*items)
    asked: list[int] = []

    def counted(number: int) -> bytes:
        asked.append(number)
        return read_picture(number)

    volume = make_volume(given, plan_volumes(items)[0], counted)
    archive, table = BytesIO(), BytesIO()
    write_zip(given, counted, archive)
    write_csv(given, table)
    manifest = make_manifest(given, [])

    assert asked == [1, 3, 1, 3]
    assert zipfile.ZipFile(archive).namelist() == ["1.jpg", "3.jpg"]
    rows = list(csv.reader(table.getvalue().decode("utf-8-sig").splitlines(), delimiter=";"))
    assert [row[0] for row in rows[1:]] == ["1", "2", "3"]
    assert set(rows[2][1:-1]) == {""}
    assert rows[2][-1] and not rows[1][-1]
    assert json.loads(manifest)["taken_back"] == [2]
    assert json.loads(manifest)["photos"] == 2
    assert len(alternatives(volume)) == 2
    everything = text_of(volume) + table.getvalue().decode() + manifest.decode()
    assert SECRET not in everything
    kept = dossier(items[0], replace(items[1], is_taken_back=False), items[2])
    assert SECRET in text_of(make_volume(kept, plan_volumes(kept.items)[0], read_picture))


def test_photos_are_divided_among_volumes_in_order():
    assert plan_volumes([]) == ()
    volumes = plan_volumes([item(number) for number in range(1, 102)])
    assert [(v.number, v.of, v.first, v.last) for v in volumes] == [
        (1, 3, 1, 50),
        (2, 3, 51, 100),
        (3, 3, 101, 101),
    ]
    assert [file_name(dossier(language="en"), "volume", v.number) for v in volumes] == [
        "volume-01.pdf",
        "volume-02.pdf",
        "volume-03.pdf",
    ]


def test_four_photos_a_page_whatever_is_written():
    messages = [
        "x" * 280,
        "\n".join("abcdefghi"),
        "لستم وحدكم ❤️",
        "中文",
        "W " * 140,
        "#a *b* $c$",
        "",
    ]
    items = tuple(
        item(number, message=messages[number % 7], message_language=["und", "ar"][number % 2])
        for number in range(1, 10)
    )
    given = dossier(*items)

    pdf = make_volume(given, plan_volumes(items)[0], read_picture)

    assert page_count(pdf) == 1 + 3
    text = text_of(pdf)
    assert "#a *b* $c$" in text
    assert "a / b / c / d" in text
    assert pdf == make_volume(given, plan_volumes(items)[0], read_picture)


def test_a_picture_that_is_none_stops_the_volume():
    with pytest.raises(PdfError):
        make_volume(dossier(), plan_volumes([item(1)])[0], lambda number: b"no picture")


def test_what_reading_a_picture_raises_passes_through():
    def gone(number: int) -> bytes:
        raise FileNotFoundError(number)

    with pytest.raises(FileNotFoundError):
        make_volume(dossier(), plan_volumes([item(1)])[0], gone)
    with pytest.raises(FileNotFoundError):
        write_zip(dossier(), gone, BytesIO())


def test_the_table_opens_in_a_spreadsheet_and_starts_no_formula():
    given = dossier(item(1, message="=HYPERLINK(1)\nÉté", display_name="@sum", country="-2"))
    written = BytesIO()

    write_csv(given, written)

    assert written.getvalue().startswith(b"\xef\xbb\xbf")
    [head, row] = csv.reader(
        BytesIO(written.getvalue()).read().decode("utf-8-sig").split("\r\n")[:2],
        delimiter=";",
    )
    assert len(head) == len(row) == 8
    assert row[:4] == ["1", "'@sum", "'=HYPERLINK(1)\nÉté", "français"]
    assert row[5] == "'-2"
    assert [safe_cell(text) for text in ("+1", "\tx", "1-1", "")] == ["'+1", "'\tx", "1-1", ""]
    assert [safe_cell(text) for text in (" =1", "＝1", "\n@x")] == ["' =1", "'＝1", "'\n@x"]


def test_no_formula_begins_where_a_belgian_spreadsheet_divides_a_message():
    """Where semicolons divide cells, a message is cut into several."""
    formula, quoted = 'Hello;=HYPERLINK("http://x")', 'Hello; "=1+1"'

    assert safe_cell(formula) == 'Hello;\'=HYPERLINK("http://x")'
    assert safe_cell(quoted) == 'Hello; "\'=1+1"'
    assert safe_cell("Courage ;-) and a; b, @sum") == "Courage ;-) and a; b, @sum"


def test_the_archive_holds_the_very_bytes_and_is_the_same_each_time():
    given = dossier(item(1), item(2))
    first, second = BytesIO(), BytesIO()

    write_zip(given, read_picture, first)
    write_zip(given, read_picture, second)

    assert first.getvalue() == second.getvalue()
    assert zipfile.ZipFile(first).read("2.jpg") == read_picture(2)


def test_the_manifest_lists_files_counts_and_digests():
    digest = hashlib.sha256(b"x").hexdigest()
    given = dossier(item(1), item(2, message_language="nl", country=""))

    manifest = json.loads(make_manifest(given, [HashedFile("photos.zip", 1, digest)]))

    assert manifest["files"] == [{"name": "photos.zip", "bytes": 1, "sha256": digest}]
    assert (manifest["photos"], manifest["edition"], manifest["day"]) == (2, 2, "2026-12-01")
    assert manifest["message_languages"] == {"fr": 1, "nl": 1}
    assert manifest["countries"] == {"Belgique": 1}
