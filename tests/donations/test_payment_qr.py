"""The payment code, line by line, and read back from its picture."""

import io
from decimal import Decimal

import pytest
import zxingcpp
from PIL import Image

from donations import payment_qr

FIELDS = {
    "name": "Viva Salud",
    "iban": "BE71 0961 2345 6769",
    "amount_eur": Decimal("25.00"),
    "text": "+++000/1000/00104+++",
}


def make_payload(**changes) -> str:
    return payment_qr.payload(**{**FIELDS, **changes})


def read_back(png: bytes):
    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(png)))
    return found


def test_payload_has_the_elements_of_the_guideline_in_order():
    assert make_payload().split("\n") == [
        "BCD",
        "002",
        "1",
        "SCT",
        "",
        "Viva Salud",
        "BE71096123456769",
        "EUR25.00",
        "",
        "",
        "+++000/1000/00104+++",
    ]


def test_payload_names_the_bic_when_there_is_one():
    assert make_payload(bic="GKCCBEBB").split("\n")[4] == "GKCCBEBB"


@pytest.mark.parametrize(
    ("amount", "element"),
    [("0.01", "EUR0.01"), ("12.5", "EUR12.50"), ("999999999.99", "EUR999999999.99")],
)
def test_amount_is_written_with_a_point(amount, element):
    assert make_payload(amount_eur=Decimal(amount)).split("\n")[7] == element


@pytest.mark.parametrize(
    "changes",
    [
        {"amount_eur": Decimal("0")},
        {"amount_eur": Decimal("-1")},
        {"amount_eur": Decimal("0.004")},
        {"amount_eur": Decimal("10.001")},
        {"amount_eur": Decimal("1000000000")},
        {"name": ""},
        {"name": "a" * 71},
        {"text": "a" * 141},
        {"name": "Viva\nSalud"},
        {"text": "gift\r"},
        {"name": "é" * 70, "text": "é" * 140},
    ],
)
def test_what_the_guideline_forbids_is_refused(changes):
    with pytest.raises(ValueError, match=r"amount|name|element|bytes"):
        make_payload(**changes)


@pytest.mark.parametrize("changes", [{"name": "é" * 70}, {"text": "a" * 140}])
def test_longest_elements_are_taken(changes):
    assert len(make_payload(**changes).encode()) <= payment_qr.MAX_PAYLOAD_BYTES


def test_picture_reads_back_byte_for_byte():
    content = make_payload(name="Santé & Solidarité Ὑγεία")

    found = read_back(payment_qr.png(content))

    assert found.bytes == content.encode()
    assert found.ec_level == "M"
    assert found.symbology_identifier == "]Q1"  # no ECI header


def test_largest_payload_fits_version_13():
    content = "é" * 165 + "a"

    assert len(content.encode()) == payment_qr.MAX_PAYLOAD_BYTES
    assert payment_qr.code(content).designator == "13-M"


def test_png_has_a_white_quiet_zone_of_four_modules():
    content = make_payload()

    picture = Image.open(io.BytesIO(payment_qr.png(content))).convert("L")

    modules = payment_qr.code(content).symbol_size(border=4)[0]
    side = picture.width // modules
    assert picture.width == picture.height == modules * side
    for box in [(0, 0, picture.width, 4 * side), (0, 0, 4 * side, picture.height)]:
        assert picture.crop(box).getextrema() == (255, 255)
    assert picture.getpixel((4 * side, 4 * side)) == 0


def test_svg_needs_no_style():
    drawing = payment_qr.svg(make_payload()).decode()

    assert "style" not in drawing
    assert "class=" not in drawing
    assert 'fill="#fff"' in drawing
    assert "viewBox=" in drawing
    assert 'shape-rendering="crispEdges"' in drawing
