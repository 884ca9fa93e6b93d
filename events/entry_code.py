"""The code that somebody shows at the door: as a QR code, and as six characters to type.

It says which sign-up this is and nothing else: no name, no address, and no right to change
anything. The standing link, which can, is signed and never drawn.
"""

import io
from uuid import UUID

import segno
from django.utils.safestring import SafeString

from events.models import SignUp

PREFIX = "VIVA:"
PNG_NAME = "entry-code.png"
SHORT_CODE_CHARACTERS = 6

# Crockford's base 32: no I, L, O and U, so that nobody reads a 1, a 0 or a word into it.
_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_BITS_PER_DIGIT = 5
# ISO/IEC 18004 asks for four light modules around the code.
_QUIET_ZONE_MODULES = 4
_PNG_PIXELS_PER_MODULE = 15


def entry_text(sign_up: SignUp) -> str:
    """Return what the QR code says: a prefix of our own and the 32 digits of the public id.

    All of it is in the alphanumeric set of ISO/IEC 18004 (digits, capitals, colon), which makes
    the code as coarse as it can be: 25 modules a side at error level M.
    """
    return PREFIX + sign_up.public_id.hex.upper()


def short_code(public_id: UUID) -> str:
    """Return the six characters that somebody reads aloud when nothing can be scanned.

    They are the first 30 bits of the id, all of them random (RFC 9562, 5.4). In a list of 1 000
    sign-ups, two share a code once in 2 000 lists: whoever looks a code up shows everybody it fits.
    """
    bits = public_id.int >> (128 - SHORT_CODE_CHARACTERS * _BITS_PER_DIGIT)
    places = reversed(range(SHORT_CODE_CHARACTERS))
    return "".join(_DIGITS[bits >> place * _BITS_PER_DIGIT & 31] for place in places)


def entry_svg(sign_up: SignUp) -> SafeString:
    """Return the code as an ``svg`` element for a page: black on white, quiet zone included.

    Screen readers pass over it; the element around it says what it is.
    """
    drawing = _code(sign_up).svg_inline(
        border=_QUIET_ZONE_MODULES,
        dark="#000",
        light="#fff",
        svgclass=None,
        lineclass=None,
        omitsize=True,
    )
    # Without crisp edges, browsers blur the seams between the rows at uneven sizes.
    attributes = '<svg aria-hidden="true" focusable="false" shape-rendering="crispEdges" '
    # Made of numbers only: nothing that anybody wrote is in it.
    return SafeString(drawing.replace("<svg ", attributes, 1))


def entry_png(sign_up: SignUp) -> bytes:
    """Return the code as a PNG of about 500 pixels a side, quiet zone included."""
    out = io.BytesIO()
    _code(sign_up).save(
        out, kind="png", scale=_PNG_PIXELS_PER_MODULE, border=_QUIET_ZONE_MODULES, light="#fff"
    )
    return out.getvalue()


def _code(sign_up: SignUp) -> segno.QRCode:
    return segno.make_qr(entry_text(sign_up), error="m")
