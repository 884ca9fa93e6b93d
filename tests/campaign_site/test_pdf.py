"""PDFs from templates: tagged, from data alone, in a process that can do nothing else."""

import json
import logging
import re
import subprocess
import sys
import threading
from io import BytesIO
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from PIL import Image
from pypdf import PdfReader

from campaign_site import pdf, pdf_compiler
from campaign_site.pdf import PdfBusy, PdfError, make_pdf, page_count
from campaign_site.printable import MISSING, coverage, printable, printable_data

FRAME = """
#import "house.typ": *
#let data = json("data.json")
#show: house.with(title: data.title, language: data.language)
"""
LETTER = FRAME + "= #data.title\n#data.words\n#pagebreak()\n#data.more"
DATA = {"title": "Sur l’hôpital", "language": "fr", "words": "Élan à Gand", "more": "Zo’n"}


@pytest.fixture
def template(tmp_path) -> Path:
    path = tmp_path / "letter.typ"
    path.write_text(LETTER)
    return path


def jpeg(size: tuple[int, int] = (300, 200)) -> bytes:
    written = BytesIO()
    Image.new("RGB", size, "#a03020").save(written, "JPEG")
    return written.getvalue()


def text_of(data: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(data)).pages)


def test_a_pdf_is_tagged_titled_and_says_its_language(template):
    made = make_pdf(template, DATA)

    reader = PdfReader(BytesIO(made))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"].value
    assert root["/Lang"] == "fr"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value
    assert reader.metadata.title == "Sur l’hôpital"
    assert "<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data().decode()
    assert "Élan à Gand" in text_of(made)
    assert page_count(made) == len(reader.pages) == 2


def test_a_pdf_names_nobody_and_no_moment_and_is_the_same_each_time(template):
    made = make_pdf(template, DATA)

    found = PdfReader(BytesIO(made))
    assert set(found.metadata) == {"/Title", "/Creator"}
    assert not re.search(rb"CreateDate|ModDate|CreationDate|D:20", made)
    assert make_pdf(template, DATA) == made


def test_words_are_data_and_never_markup(template):
    words = '#panic("read") = *bold* $x$ \\ #json("data.json") <a> @a // end'

    made = make_pdf(template, {**DATA, "words": words})

    assert words in text_of(made).replace("\n", " ")


def test_a_jpeg_is_scaled_down_and_kept_as_a_jpeg(tmp_path):
    template = tmp_path / "photo.typ"
    template.write_text(FRAME + '#picture("1.jpg", alt: "A sign", width: 40mm)')

    made = make_pdf(template, DATA, files={"1.jpg": jpeg()}, longest_side=150)

    [image] = PdfReader(BytesIO(made)).pages[0].images
    assert image.image.size == (150, 100)
    assert image.name.endswith(".jpg")
    with pytest.raises(PdfError):
        make_pdf(template, DATA, files={"1.jpg": b"no picture"})


def test_a_picture_without_a_description_is_refused(tmp_path):
    template = tmp_path / "photo.typ"
    template.write_text(FRAME + '#picture("1.jpg", width: 40mm)')

    with pytest.raises(PdfError):
        make_pdf(template, DATA, files={"1.jpg": jpeg()})


def test_a_failure_names_the_place_and_none_of_the_words(tmp_path, caplog):
    template = tmp_path / "broken.typ"
    template.write_text(FRAME + "#panic(data.words)")

    with caplog.at_level(logging.WARNING), pytest.raises(PdfError) as failure:
        make_pdf(template, {**DATA, "words": "secret-7731"})

    assert "main.typ:5:1" in str(failure.value)
    assert "main.typ:5:1" in caplog.text
    assert "secret-7731" not in caplog.text + str(failure.value)


def test_an_endless_document_is_ended(tmp_path):
    template = tmp_path / "endless.typ"
    template.write_text(FRAME + "#for a in range(90000) { for b in range(90000) {} }")

    with pytest.raises(PdfError, match="signal 9"):
        make_pdf(template, DATA, seconds=1)


def test_a_document_that_needs_too_much_memory_is_ended(tmp_path):
    template = tmp_path / "huge.typ"
    template.write_text(FRAME + '#("a" * 1200000000).len()')

    with pytest.raises(PdfError, match="signal 6"):
        make_pdf(template, DATA)


def test_those_who_wait_too_long_for_their_turn_are_told(template, monkeypatch):
    monkeypatch.setattr(pdf, "_turns", threading.BoundedSemaphore(1))
    monkeypatch.setattr(pdf, "TURN_SECONDS", 0.01)

    with pdf._turn(), pytest.raises(PdfBusy):
        make_pdf(template, DATA)

    assert page_count(make_pdf(template, DATA)) == 2


ATTEMPTS = {
    "network": "import socket; socket.socket()",
    "file read": "open('/etc/hostname')",
    "file written": "open('planted', 'w')",
    "program": "import subprocess; subprocess.run(['true'])",
    "memory": "import mmap; mmap.mmap(-1, 1100 * 1024 * 1024)",
}
CONFINED = """
import json, sys
folder, fonts, attempts, confined = json.loads(sys.argv[1])
sys.path.insert(0, folder)
import mmap, socket, subprocess
import pdf_compiler
compiler = pdf_compiler.open_compiler(fonts)
if confined:
    pdf_compiler.confine()
for name, attempt in attempts.items():
    try:
        exec(attempt)
        print(name, "worked")
    except OSError:
        print(name, "failed")
"""


@pytest.mark.parametrize(("confined", "result"), [(False, "worked"), (True, "failed")])
def test_the_compiler_can_reach_nothing_once_confined(confined, result, tmp_path):
    given = [str(pdf.COMPILER.parent), str(pdf.FONTS), ATTEMPTS, confined]

    answer = subprocess.run(
        [sys.executable, "-c", CONFINED, json.dumps(given)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert answer.stdout.splitlines() == [f"{name} {result}" for name in ATTEMPTS]
    assert (tmp_path / "planted").exists() is not confined


def test_what_no_font_prints_is_marked_or_left_out():
    assert printable("Courage ✊🏽 ❤️ 🇧🇪") == "Courage ✊🏽 ❤️ 🇧🇪"
    assert printable("mo\u0301ti, mɔ\u0301tɛ\u0301") == "móti, mɔ\u0301tɛ\u0301"
    assert printable("لستم وحدكم") == "لستم وحدكم"
    assert printable("Слава, Ελλάς") == "Слава, Ελλάς"
    assert printable("中文 a 中") == f"{MISSING} a {MISSING}"
    assert printable("a\u0378b\x07c⛏\tz\u2003z\nq") == "abc⛏ z z\nq"
    assert printable("ب\u0363") == "ب"
    assert printable(printable("नमस्ते x")) == printable("नमस्ते x") == f"{MISSING} x"
    assert printable_data({"中": ["中", 1, None, {"a": ("文",)}]}) == {
        "中": [MISSING, 1, None, {"a": [MISSING]}]
    }


def test_every_character_that_a_font_claims_can_be_printed(template):
    """Clusters of each font, and odd pairs of a letter of one font with a mark of another."""
    marks = "\u0301\u0323\u0651\u200d\ufe0f\u0363"
    letters = "aéɔЖΩب❤𐍈中\u0e01"
    pairs = [printable(letter + mark) for letter in letters for mark in marks]
    everything = " ".join(chr(code) for codes in coverage().values() for code in sorted(codes))

    made = make_pdf(template, {**DATA, "words": printable(everything), "more": " ".join(pairs)})

    assert page_count(made) > 1


def test_the_list_of_characters_is_that_of_the_fonts():
    listed = coverage()

    assert set(listed) == {path.stem for path in pdf.FONTS.glob("*.ttf")}
    for name, characters in listed.items():
        held = set(TTFont(pdf.FONTS / f"{name}.ttf").getBestCmap())
        assert characters == {code for code in held if code >= 0x20 and code != 0xFEFF}, name


def test_a_small_jpeg_stays_as_it_is():
    small = jpeg((40, 30))

    assert pdf_compiler.scale(small, 40) == small
    assert pdf_compiler.scale(small, None) == small
    assert len(pdf_compiler.scale(small, 20)) != len(small)
