"""The QR code that fills in a transfer in a bank's app, written and read.

EPC069-12 v2.1, "Quick Response Code: Guidelines to enable data capture for the initiation of a
SEPA credit transfer" (European Payments Council): lines of text separated by LF, at most 331
bytes, in a QR code of error level M and version 13 at most.

The Belgian communication goes into the unstructured remittance information, exactly as it is
shown: the structured element is for ISO 11649 references. Sources disagree, and some Belgian banks
read its twelve digits from the structured element; each account says which it is to be.
"""

import io
import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

import segno
from stdnum import iban as iban_check
from stdnum import iso11649

from donations import references

MAX_PAYLOAD_BYTES = 331
MAX_NAME_CHARACTERS = 70
MAX_TEXT_CHARACTERS = 140
MAX_REFERENCE_CHARACTERS = 35
MIN_AMOUNT_EUR = Decimal("0.01")
MAX_AMOUNT_EUR = Decimal("999999999.99")

PNG_NAME = "payment-code.png"
SVG_NAME = "payment-code.svg"

_SERVICE_TAG = "BCD"
_VERSION = "002"  # in which the BIC may be left out
_UTF_8 = "1"
_CREDIT_TRANSFER = "SCT"
# ISO 9362: bank, country and place, then perhaps the branch.
BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?")
_AMOUNT = re.compile(r"EUR([0-9]{1,9}(?:\.[0-9]{1,2})?)")
# What the third element may announce (section 3 of the guideline).
_CHARACTER_SETS = {
    "1": "utf-8",
    "2": "iso-8859-1",
    "3": "iso-8859-2",
    "4": "iso-8859-4",
    "5": "iso-8859-5",
    "6": "iso-8859-7",
    "7": "iso-8859-10",
    "8": "iso-8859-15",
}
_ELEMENTS = 12
_QUIET_ZONE_MODULES = 4
_PNG_PIXELS_PER_MODULE = 12


@dataclass(frozen=True)
class Transfer:
    """What a payment code asks for; empty or None is what it leaves to the payer."""

    name: str
    iban: str
    amount_eur: Decimal | None = None
    text: str = ""
    structured: str = ""
    bic: str = ""
    purpose: str = ""


def payload(
    *,
    name: str,
    iban: str,
    amount_eur: Decimal | None,
    text: str = "",
    structured: str = "",
    bic: str = "",
) -> str:
    """Return the text of the code: who is paid, where, how much, and with what communication.

    ``amount_eur`` has at most two decimals; None leaves it to the payer. The communication is
    either ``text`` or ``structured``, never both: a reference of ISO 11649 or the twelve digits of
    a Belgian one. Raises ``ValueError`` for anything that the guideline does not allow, line ends
    within an element included.
    """
    transfer = Transfer(
        name=name,
        iban=iban_check.compact(iban),
        amount_eur=amount_eur,
        text=text,
        structured=structured,
        bic=bic,
    )
    _check(transfer)
    elements = [
        _SERVICE_TAG,
        _VERSION,
        _UTF_8,
        _CREDIT_TRANSFER,
        transfer.bic,
        transfer.name,
        transfer.iban,
        "" if amount_eur is None else f"EUR{amount_eur:.2f}",
        transfer.purpose,
        transfer.structured,
        transfer.text,
    ]
    joined = "\n".join(elements)
    if len(joined.encode()) > MAX_PAYLOAD_BYTES:
        raise ValueError(f"a payment code holds at most {MAX_PAYLOAD_BYTES} bytes")
    return joined


def _check(transfer: Transfer) -> None:
    amount = transfer.amount_eur
    if amount is not None:
        if amount != amount.quantize(Decimal("0.01")):
            raise ValueError("an amount has at most two decimals")
        if not MIN_AMOUNT_EUR <= amount <= MAX_AMOUNT_EUR:
            raise ValueError("the amount is out of range")
    if not 1 <= len(transfer.name.strip()) <= len(transfer.name) <= MAX_NAME_CHARACTERS:
        raise ValueError("the name is missing or too long")
    if len(transfer.text) > MAX_TEXT_CHARACTERS:
        raise ValueError("the text is too long")
    if transfer.text and transfer.structured:
        raise ValueError("the communication is a text or a structured reference, not both")
    if transfer.structured and not _is_reference(transfer.structured):
        raise ValueError("this is neither an ISO 11649 nor a Belgian structured reference")
    if transfer.bic and not BIC.fullmatch(transfer.bic):
        raise ValueError("a BIC has 8 or 11 letters and digits")
    if not iban_check.is_valid(transfer.iban, check_country=False):
        raise ValueError("the account is no IBAN")
    if not re.fullmatch(r"[A-Z]{0,4}", transfer.purpose):
        raise ValueError("a purpose has at most four letters")
    values = (transfer.name, transfer.text)
    if any(unicodedata.category(sign) in ("Cc", "Zl", "Zp") for sign in "".join(values)):
        raise ValueError("an element of a payment code is one line")


def _is_reference(written: str) -> bool:
    """Whether the structured element may hold it: ISO 11649, or twelve Belgian digits."""
    if re.fullmatch(r"[0-9]{12}", written):
        return int(written[10:]) == references.check_digits(int(written[:10]))
    is_compact = iso11649.compact(written) == written
    return is_compact and len(written) <= MAX_REFERENCE_CHARACTERS and iso11649.is_valid(written)


def read_payload(content: bytes) -> Transfer:
    """Return what a payment code asks for; the bytes are those that a QR reader found.

    Takes what the guideline allows: versions 001 and 002, its eight character sets, CR LF instead
    of LF if it is so throughout, elements left out at the end. Raises ``ValueError`` otherwise.
    """
    if len(content) > MAX_PAYLOAD_BYTES:
        raise ValueError(f"a payment code holds at most {MAX_PAYLOAD_BYTES} bytes")
    elements = _elements(content)
    tag, version, _set, identification, bic, name, iban, amount = elements[:8]
    purpose, structured, text, _information = elements[8:]
    if (tag, identification) != (_SERVICE_TAG, _CREDIT_TRANSFER):
        raise ValueError("this is no code for a SEPA credit transfer")
    if version not in ("001", "002"):
        raise ValueError("this version of the guideline is unknown")
    if version == "001" and not bic:
        raise ValueError("version 001 needs the BIC")
    written = _AMOUNT.fullmatch(amount)
    if amount and written is None:
        raise ValueError("this amount is not written as the guideline asks")
    transfer = Transfer(
        name=name,
        iban=iban,
        amount_eur=Decimal(written[1]) if written else None,
        text=text,
        structured=structured,
        bic=bic,
        purpose=purpose,
    )
    _check(transfer)
    return transfer


def _elements(content: bytes) -> list[str]:
    """Return the twelve elements of a code, those left out at the end as empty ones."""
    lines = content.split(b"\r\n") if b"\r\n" in content else content.split(b"\n")
    while lines and not lines[-1]:
        lines.pop()
    if not 7 <= len(lines) <= _ELEMENTS:
        raise ValueError("a payment code has seven to twelve elements")
    encoding = _CHARACTER_SETS.get(lines[2].decode("ascii", "replace"))
    if encoding is None:
        raise ValueError("this character set is unknown")
    try:
        elements = [line.decode(encoding) for line in lines]
    except UnicodeDecodeError as error:
        raise ValueError("the text is not in the character set that it announces") from error
    if any("\r" in element or "\n" in element for element in elements):
        raise ValueError("the ends of the lines are mixed")
    return elements + [""] * (_ELEMENTS - len(elements))


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
