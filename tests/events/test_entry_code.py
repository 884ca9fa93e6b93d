"""The code that is shown at the door, read back from its pictures."""

import io
import re
from uuid import UUID, uuid4

import pytest
import zxingcpp
from PIL import Image, ImageDraw

from events import entry_code
from events.models import SignUp

PUBLIC_ID = UUID("0f1e2d3c-4b5a-4697-8877-665544332211")
TEXT = "VIVA:0F1E2D3C4B5A46978877665544332211"


@pytest.fixture
def sign_up():
    return SignUp(name="Sam Peeters", public_id=PUBLIC_ID)


def read_back(picture: Image.Image):
    (found,) = zxingcpp.read_barcodes(picture)
    return found


def drawn(svg: str) -> Image.Image:
    """Return the picture of an SVG that is one path of horizontal strokes of one module's height.

    Fails on anything that is drawn another way.
    """
    side = int(re.search(r'viewBox="0 0 (\d+) \1"', svg)[1])
    picture = Image.new("1", (side, side), 1)
    pen = ImageDraw.Draw(picture)
    (path,) = re.findall(r'<path stroke="#000" d="([^"]+)"/>', svg)
    x = y = 0.0
    for kind, numbers in re.findall(r"([Mmh])([^Mmh]+)", path):
        steps = [float(number) for number in re.findall(r"-?[\d.]+", numbers)]
        if kind == "h":
            pen.line((x, y, x + steps[0] - 1, y), 0)
            x += steps[0]
        elif kind == "m":
            x, y = x + steps[0], y + steps[1]
        else:
            x, y = steps[0], steps[1] - 0.5
    return picture.resize((side * 8, side * 8), Image.Resampling.NEAREST)


def test_text_names_the_sign_up_and_nobody(sign_up):
    assert entry_code.entry_text(sign_up) == TEXT


def test_png_says_the_text_and_has_its_quiet_zone(sign_up):
    picture = Image.open(io.BytesIO(entry_code.entry_png(sign_up)))

    found = read_back(picture)

    assert (found.text, found.format) == (TEXT, zxingcpp.BarcodeFormat.QRCode)
    assert found.ec_level == "M"
    assert picture.width == picture.height >= 480
    ink = picture.convert("L").point(lambda grey: 255 - grey).getbbox()
    modules = 25 + 2 * 4
    quiet = picture.width // modules * 4
    assert ink == (quiet, quiet, picture.width - quiet, picture.height - quiet)


def test_svg_says_the_same(sign_up):
    svg = entry_code.entry_svg(sign_up)

    assert read_back(drawn(svg)).text == TEXT
    assert 'aria-hidden="true"' in svg
    # What the page's content policy refuses, and what would give it a size of its own.
    assert not re.search(r"style|width=|height=|class=", svg)


def test_pictures_hold_no_personal_data(sign_up):
    drawing = entry_code.entry_png(sign_up) + entry_code.entry_svg(sign_up).encode()

    assert b"Sam" not in drawing
    assert b"Date" not in drawing


def test_short_code_is_read_from_the_first_thirty_bits():
    # 00001 11100 01111 00010 11010 01111 are 1, 28, 15, 2, 26 and 15.
    assert entry_code.short_code(PUBLIC_ID) == "1WF2TF"
    assert entry_code.short_code(UUID(int=0)) == "000000"
    assert entry_code.short_code(UUID(int=2**128 - 1)) == "ZZZZZZ"


def test_short_codes_use_no_look_alikes_and_differ():
    ids = [uuid4() for _ in range(500)]

    codes = {entry_code.short_code(public_id) for public_id in ids}

    assert all(re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{6}", code) for code in codes)
    # Two of 500 share a code once in nine thousand runs, four of them never.
    assert len(codes) >= 498


def test_short_code_depends_on_each_of_its_bits():
    codes = {entry_code.short_code(UUID(int=PUBLIC_ID.int ^ 1 << bit)) for bit in range(98, 128)}

    assert len(codes - {entry_code.short_code(PUBLIC_ID)}) == 30
