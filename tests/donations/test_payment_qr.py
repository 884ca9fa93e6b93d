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
        {"name": " "},
        {"name": "Viva\u2028Salud"},
        {"structured": "RF18539007547034"},
        {"text": "", "structured": "000100000028"},
        {"text": "", "structured": "RF19539007547034"},
        {"text": "", "structured": "RF18 5390 0754 7034"},
        {"bic": "GKCCBEB"},
        {"iban": "BE71096123456768"},
    ],
)
def test_what_the_guideline_forbids_is_refused(changes):
    with pytest.raises(ValueError, match=r"amount|name|element|bytes|text|reference|BIC|IBAN"):
        make_payload(**changes)


@pytest.mark.parametrize("structured", ["000100000027", "RF18539007547034"])
def test_structured_reference_takes_the_place_of_the_text(structured):
    assert make_payload(text="", structured=structured).split("\n")[9:] == [structured, ""]


def test_amount_may_be_left_to_the_payer():
    written = make_payload(amount_eur=None)

    assert written.split("\n")[7] == ""
    assert payment_qr.read_payload(written.encode()).amount_eur is None


@pytest.mark.parametrize(
    "changes",
    [{}, {"amount_eur": None}, {"bic": "GKCCBEBB"}, {"text": "", "structured": "000100000027"}],
)
def test_what_is_written_reads_back(changes):
    fields = {"structured": "", "bic": "", **FIELDS, **changes}

    found = payment_qr.read_payload(make_payload(**changes).encode())

    assert found == payment_qr.Transfer(**{**fields, "iban": "BE71096123456769"})


WRITTEN = b"BCD\n002\n1\nSCT\n\nViva\nBE71096123456769\nEUR12.3\n\n\ngift"


@pytest.mark.parametrize(
    ("content", "amount"),
    [
        (WRITTEN, "12.3"),
        (WRITTEN.replace(b"\n", b"\r\n"), "12.3"),
        (WRITTEN + b"\n\n", "12.3"),
        (WRITTEN.replace(b"EUR12.3", b"EUR20"), "20"),
        (WRITTEN.replace(b"002\n1\nSCT\n", b"001\n1\nSCT\nGKCCBEBB"), "12.3"),
        (WRITTEN.replace(b"\n1\n", b"\n2\n").replace(b"gift", b"d\xe9jeuner"), "12.3"),
    ],
)
def test_reader_takes_what_the_guideline_allows(content, amount):
    assert payment_qr.read_payload(content).amount_eur == Decimal(amount)


@pytest.mark.parametrize(
    ("part", "instead"),
    [
        (b"BCD", b"ABC"),
        (b"SCT", b"INST"),
        (b"002", b"001"),
        (b"002", b"003"),
        (b"\n1\n", b"\n9\n"),
        (b"gift", b"d\xe9jeuner"),
        (b"EUR12.3", b"EUR12,30"),
        (b"EUR12.3", b"USD12.30"),
        (b"EUR12.3", b"EUR0"),
        (b"EUR12.3", b"EUR-1"),
        (b"\n\n\ngift", b"\n\nRF18539007547034\ngift"),
        (b"Viva\n", b"Viva\r\n"),
        (b"\nBE71096123456769\nEUR12.3\n\n\ngift", b""),
        (b"gift", b"gift\n\nmore"),
        (b"gift", b"g" * 300),
    ],
)
def test_reader_refuses_the_rest(part, instead):
    with pytest.raises(ValueError, match=r"\w"):
        payment_qr.read_payload(WRITTEN.replace(part, instead, 1))


@pytest.mark.parametrize("changes", [{"name": "é" * 70}, {"text": "a" * 140}])
def test_longest_elements_are_taken(changes):
    assert len(make_payload(**changes).encode()) <= payment_qr.MAX_PAYLOAD_BYTES


def test_picture_reads_back_byte_for_byte():
    content = make_payload(name="Santé & Solidarité Ὑγεία")

    found = read_back(payment_qr.png(content))

    assert found.bytes == content.encode()
    assert found.ec_level == "M"
    assert found.symbology_identifier == "]Q1"  # no ECI header


def test_longest_name_and_text_fit_version_13():
    content = make_payload(name="a" * 70, text="a" * 140, bic="GKCCBEBBXXX")

    found = read_back(payment_qr.png(content))

    assert found.bytes == content.encode()
    assert payment_qr.code(content).version <= 13


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
