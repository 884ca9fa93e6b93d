"""The one member of staff of the rig's site, and the codes of her telephone (RFC 6238)."""

import base64
import hashlib
import hmac
import struct
import time
from dataclasses import dataclass

USERNAME = "rita"
EMAIL = "rita@example.org"
PASSWORD = "a lamp, two bicycles and no rain"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
STEP_SECONDS = 30


@dataclass(frozen=True)
class Administrator:
    username: str = USERNAME
    email: str = EMAIL
    password: str = PASSWORD
    secret: str = SECRET

    def code(self) -> str:
        """The code of this half minute; the site takes each one once."""
        counter = struct.pack(">Q", int(time.time()) // STEP_SECONDS)
        digest = hmac.new(base64.b32decode(self.secret), counter, hashlib.sha1).digest()
        place = digest[-1] & 15
        number = struct.unpack(">I", digest[place : place + 4])[0] & 0x7FFFFFFF
        return f"{number % 10**6:06}"
