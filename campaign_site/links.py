"""Standing links: signed, good for one purpose, as long as the thing they lead to lives.

Of the three kinds of links that leave the house, this module makes the standing ones (see,
withdraw, cancel, pay). One-time links are rows of ``supporters``; form keys are in ``forms``.
A link's first part names the object by its public id; the second is a version that the object
also stores, so that raising it there takes every older link back.
"""

import uuid

from django.core import signing

_SEPARATOR = "."


class BadLink(Exception):
    """The link is unknown, damaged, of another purpose, or taken back."""


def _signer(purpose: str) -> signing.Signer:
    return signing.Signer(salt=f"standing-link:{purpose}", sep=_SEPARATOR)


def make_token(purpose: str, public_id: uuid.UUID, version: int = 1) -> str:
    """Return the token of a standing link: id, version and signature, safe in a URL."""
    return _signer(purpose).sign(f"{public_id.hex}-{version}")


def read_token(purpose: str, token: str) -> tuple[uuid.UUID, int]:
    """Return the public id and the version that ``token`` was made for; raises ``BadLink``."""
    try:
        public_id, _, version = _signer(purpose).unsign(token).partition("-")
        return uuid.UUID(hex=public_id), int(version)
    except (signing.BadSignature, ValueError) as error:
        raise BadLink from error


def find_by_token(queryset, purpose: str, token: str):
    """Return the object of ``queryset`` that a token of ``purpose`` leads to; raises ``BadLink``.

    The model has a ``public_id`` and a ``link_version``.
    """
    public_id, version = read_token(purpose, token)
    found = queryset.filter(public_id=public_id, link_version=version).first()
    if found is None:
        raise BadLink
    return found
