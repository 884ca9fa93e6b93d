"""The code by which a photo without a mail address is found again and taken back.

80 bits, written as four groups of four signs of an alphabet without look-alikes (Crockford's
base 32). It is computed from the photo's id with a key outside the database: one form that is
sent twenty times then answers with the same code. The database holds a keyed hash of it.
"""

import uuid
from datetime import timedelta

from campaign_site.encryption import keyed_hash
from campaign_site.hours import this_hour
from solidarity.models import Photo

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SIGNS = 16
_GROUP = 4
_BITS_PER_SIGN = 5
_LOOK_ALIKES = str.maketrans("OIL", "011")


def make_code(public_id: uuid.UUID) -> str:
    """Return the code of the photo with this id, ``XXXX-XXXX-XXXX-XXXX``."""
    digest = keyed_hash(public_id.hex, purpose="withdrawal-code")
    number = int(digest, 16) >> (len(digest) * 4 - _SIGNS * _BITS_PER_SIGN)
    signs = [_ALPHABET[number >> (position * _BITS_PER_SIGN) & 31] for position in range(_SIGNS)]
    groups = ["".join(signs[start : start + _GROUP]) for start in range(0, _SIGNS, _GROUP)]
    return "-".join(groups)


def code_hash(code: str) -> str:
    """Return what the database holds of a code; case, spaces, hyphens and look-alikes are one."""
    signs = "".join(sign for sign in code.upper() if sign.isalnum()).translate(_LOOK_ALIKES)
    return keyed_hash(signs, purpose="withdrawal-code-lookup")


def find_photo(code: str) -> Photo | None:
    """Return the photo that ``code`` belongs to, however it stands; None for any other text."""
    return Photo.objects.filter(withdrawal_code_hash=code_hash(code)).first()


def code_to_show(photo: Photo) -> str:
    """Return the code while it is shown: in the hour a photo was sent, and the hour after.

    Empty for a photo with a mail address, whose sender was mailed a link, and for one taken back.
    """
    is_new = photo.created_hour >= this_hour() - timedelta(hours=1)
    has_code = photo.withdrawal_code_hash is not None
    is_there = photo.status != Photo.Status.WITHDRAWN
    return make_code(photo.public_id) if is_new and has_code and is_there else ""
