"""An authenticator app for tests: RFC 6238 written out, apart from what the site checks with."""

import base64
import hashlib
import hmac
import time

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

PASSWORD = "correct horse battery staple"
SECRET = base64.b32encode(b"twenty bytes of test").decode()


def code_of(secret: str, *, steps: int = 0) -> str:
    """The six digits that an app shows now, or some half minutes before or after."""
    counter = (int(time.time()) // 30 + steps).to_bytes(8, "big")
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**6:06}"


def with_password(user):
    user.set_password(PASSWORD)
    user.save()
    return user


def with_app(user) -> list[str]:
    """Give ``user`` an app with SECRET, and recovery codes that are put away; return these."""
    from staff.adapters import MFAAdapter

    adapter = MFAAdapter()
    Authenticator.objects.create(
        user=user, type=Authenticator.Type.TOTP, data={"secret": adapter.encrypt(SECRET)}
    )
    codes = RecoveryCodes.activate(user)
    codes.instance.data["confirmed_at"] = 1.0
    codes.instance.save()
    return codes.generate_codes()


def give_password(client, user, password: str = PASSWORD, **more):
    return client.post(
        "/admin/login/", {"username": user.get_username(), "password": password, **more}
    )


def give_code(client, code: str):
    return client.post("/admin/login/code/", {"code": code})


def log_in(client, user) -> None:
    """Log in wholly, with a code of the half minute before, so that tests can use the present."""
    give_password(client, user)
    response = give_code(client, code_of(SECRET, steps=-1))
    assert response.status_code == 302, response.content.decode()
