"""The QR code that fills in a transfer in a bank's app.

EPC069-12 v2.1, "Quick Response Code: Guidelines to enable data capture for the initiation of a
SEPA credit transfer" (European Payments Council): lines of text separated by LF, at most 331
bytes, in a QR code of error level M and version 13 at most.

The Belgian communication goes into the unstructured remittance information, exactly as it is
shown: the structured element is for ISO 11649 references only.
"""

import io
from decimal import Decimal

import segno

MAX_PAYLOAD_BYTES = 331
MAX_NAME_CHARACTERS = 70
MAX_TEXT_CHARACTERS = 140
MIN_AMOUNT_EUR = Decimal("0.01")
MAX_AMOUNT_EUR = Decimal("999999999.99")

PNG_NAME = "payment-code.png"

_SERVICE_TAG = "BCD"
_VERSION = "002"  # in which the BIC may be left out
_UTF_8 = "1"
_CREDIT_TRANSFER = "SCT"
_QUIET_ZONE_MODULES = 4
_PNG_PIXELS_PER_MODULE = 12


def payload(*, name: str, iban: str, amount_eur: Decimal, text: str, bic: str = "") -> str:
    """Return the text of the code: who is paid, where, how much, and with what communication.

    ``amount_eur`` has at most two decimals. Raises ``ValueError`` for anything that the guideline
    does not allow, line ends within an element included.
    """
    if amount_eur != amount_eur.quantize(Decimal("0.01")):
        raise ValueError("an amount has at most two decimals")
    if not MIN_AMOUNT_EUR <= amount_eur <= MAX_AMOUNT_EUR:
        raise ValueError("the amount is out of range")
    if not 1 <= len(name) <= MAX_NAME_CHARACTERS or len(text) > MAX_TEXT_CHARACTERS:
        raise ValueError("the name or the text is too long, or the name is missing")
    purpose = structured_reference = ""
    elements = [
        _SERVICE_TAG,
        _VERSION,
        _UTF_8,
        _CREDIT_TRANSFER,
        bic,
        name,
        iban.replace(" ", ""),
        f"EUR{amount_eur:.2f}",
        purpose,
        structured_reference,
        text,
    ]
    if any(element and element.splitlines() != [element] for element in elements):
        raise ValueError("an element of a payment code is one line")
    joined = "\n".join(elements)
    if len(joined.encode()) > MAX_PAYLOAD_BYTES:
        raise ValueError(f"a payment code holds at most {MAX_PAYLOAD_BYTES} bytes")
    return joined


def code(content: str) -> segno.QRCode:
    """Return the code of a ``payload``: UTF-8 bytes, error level M, no ECI header."""
    return segno.make_qr(content, error="m", boost_error=False, mode="byte", encoding="utf-8")


def svg(content: str) -> bytes:
    """Return the code as a picture of any size: black on white, quiet zone included."""
    out = io.BytesIO()
    code(content).save(
        out,
        kind="svg",
        border=_QUIET_ZONE_MODULES,
        dark="#000",
        light="#fff",
        svgclass=None,
        lineclass=None,
        omitsize=True,
    )
    # Without this, browsers blur the seams between the rows at uneven sizes.
    return out.getvalue().replace(b"<svg ", b'<svg shape-rendering="crispEdges" ', 1)


def png(content: str) -> bytes:
    """Return the code as a PNG of about 500 pixels a side, quiet zone included."""
    out = io.BytesIO()
    code(content).save(
        out, kind="png", scale=_PNG_PIXELS_PER_MODULE, border=_QUIET_ZONE_MODULES, light="#fff"
    )
    return out.getvalue()
