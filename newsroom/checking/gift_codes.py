"""Read payment codes back from the very pictures that pages show, and compare what they ask for.

The reader (zxing-cpp) shares no line with the writer (segno): whatever a bank's app would read, it
reads. A drawing is painted from its own strokes, not made anew.
"""

import io
import re
from collections.abc import Iterator
from decimal import Decimal
from xml.etree import ElementTree

import zxingcpp
from django.utils.translation import gettext as _
from PIL import Image, ImageDraw, UnidentifiedImageError

from campaign_site.templatetags.campaign import euros
from donations import payment_qr, references
from donations.models import Appeal, BankAccount, grouped
from donations.payment_details import CARD_AMOUNTS_EUR, PaymentDetails

_PIXELS_PER_MODULE = 8
_STROKE = re.compile(r"([Mmh])\s*(-?[\d.]+)(?:[\s,]+(-?[\d.]+))?")
# A promise that nobody made.
_SAMPLE_NUMBER = 1000
_SAMPLE_AMOUNT = Decimal("12.50")


class Unreadable(Exception):
    """There is no payment code in a picture, or none that can be read."""


def read_png(content: bytes) -> payment_qr.Transfer:
    """Return what the code in a PNG asks for; raises ``Unreadable``."""
    try:
        return _read(Image.open(io.BytesIO(content)).convert("L"))
    except (UnidentifiedImageError, OSError) as error:
        raise Unreadable from error


def read_svg(content: bytes) -> payment_qr.Transfer:
    """Return what the code in an SVG asks for; raises ``Unreadable``.

    Paints the rows of the drawing: strokes one unit wide that begin at ``M`` or ``m`` and go along
    by ``h``. A drawing of any other kind cannot be read.
    """
    try:
        root = ElementTree.fromstring(content)  # noqa: S314  # our own drawing, made just now
        _x, _y, width, height = (float(part) for part in root.attrib["viewBox"].split())
        (path,) = [
            one for one in root.iter("{http://www.w3.org/2000/svg}path") if "stroke" in one.attrib
        ]
        return _read(_painted(path.attrib["d"], round(width), round(height)))
    except (ElementTree.ParseError, KeyError, ValueError) as error:
        raise Unreadable from error


def _painted(strokes: str, width: int, height: int) -> Image.Image:
    picture = Image.new("L", (width * _PIXELS_PER_MODULE, height * _PIXELS_PER_MODULE), 255)
    pen = ImageDraw.Draw(picture)
    x = y = 0.0
    for command, first, second in _STROKE.findall(strokes):
        if command == "M":
            x, y = float(first), float(second)
        elif command == "m":
            x, y = x + float(first), y + float(second)
        else:
            begin, x = x, x + float(first)
            # The stroke lies half a unit on both sides of its line.
            box = (begin, y - 0.5, x, y + 0.5)
            left, top, right, bottom = (round(side * _PIXELS_PER_MODULE) for side in box)
            pen.rectangle((left, top, right - 1, bottom - 1), fill=0)
    return picture


def _read(picture: Image.Image) -> payment_qr.Transfer:
    found = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
    if len(found) != 1:
        raise Unreadable
    try:
        return payment_qr.read_payload(bytes(found[0].bytes))
    except ValueError as error:
        raise Unreadable from error


def differences(shown: PaymentDetails, read: payment_qr.Transfer) -> Iterator[str]:
    """Return a sentence for each line on which the code says something else than the page."""
    account = shown.account
    lines = (
        (_("account"), grouped(account.iban), grouped(read.iban)),
        ("BIC", account.bic, read.bic),
        (_("payee"), account.payee_name, read.name),
        (_("amount"), euros(shown.amount_eur), euros(read.amount_eur)),
        (
            _("communication"),
            shown.digits or shown.communication,
            read.structured or read.text,
        ),
    )
    for name, on_page, in_code in lines:
        if on_page != in_code:
            yield _("%(line)s: the page says “%(page)s”, the code “%(code)s”.") % {
                "line": name,
                "page": on_page,
                "code": in_code,
            }


def check_codes(appeal: Appeal) -> list[str]:
    """Return what is wrong with the payment codes of an appeal that has an account.

    Those of the gift card, without an amount and with each that is offered, and that of a promise;
    each as drawing and as PNG.
    """
    problems: list[str] = []
    for shown in _all_shown(appeal, appeal.account):
        try:
            payload = shown.payload
        except ValueError:
            problems.append(
                _("Payee and communication do not fit in a payment code: it is left out.")
            )
            continue
        for read, picture in ((read_svg, payment_qr.svg), (read_png, payment_qr.png)):
            try:
                problems += differences(shown, read(picture(payload)))
            except Unreadable:
                problems.append(_("A payment code cannot be read back from its picture."))
    return list(dict.fromkeys(problems))


def _all_shown(appeal: Appeal, account: BankAccount) -> Iterator[PaymentDetails]:
    if appeal.communication:
        for amount in (None, *CARD_AMOUNTS_EUR):
            amount_eur = None if amount is None else Decimal(amount)
            yield PaymentDetails(account, appeal.communication, amount_eur)
    structured = account.reference_line == BankAccount.ReferenceLine.STRUCTURED
    communication = references.structured_communication(_SAMPLE_NUMBER)
    yield PaymentDetails(account, communication, _SAMPLE_AMOUNT, is_structured=structured)
