"""The key to "My solidarity": a signed token that names the person, good for an hour."""

import uuid
from collections.abc import Callable
from functools import wraps

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from campaign_site.errors import link_unusable
from campaign_site.links import BadLink
from supporters.models import Supporter

OVERVIEW_SECONDS = 3600
_SIGNER = signing.TimestampSigner(salt="my-solidarity-overview")


class PersonErased(Exception):
    """The token is good, and its person has been erased since it was given out."""


def make_overview_token(supporter: Supporter) -> str:
    return _SIGNER.sign(supporter.public_id.hex)


def find_by_overview_token(token: str) -> Supporter:
    """Return the person of a token; raises ``BadLink`` when it is bad, or older than an hour.

    Raises ``PersonErased`` for a good one whose person is gone. Whoever holds it may know: they
    erased themselves with it.
    """
    try:
        public_id = uuid.UUID(hex=_SIGNER.unsign(token, max_age=OVERVIEW_SECONDS))
    except (signing.BadSignature, ValueError) as error:
        raise BadLink from error
    supporter = Supporter.objects.filter(public_id=public_id).first()
    if supporter is None:
        raise PersonErased
    return supporter


def for_person(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorate a view that an overview token opens: it is given ``token`` and ``supporter``.

    A bad token gets the page of all bad links; one whose person is erased hears just that, so
    that pressing a button twice, or the browser's own to go back, is no riddle.
    """

    @wraps(view)
    def wrapper(request: HttpRequest, token: str) -> HttpResponse:
        try:
            supporter = find_by_overview_token(token)
        except BadLink:
            return link_unusable(request)
        except PersonErased:
            return person_erased(request)
        return view(request, token=token, supporter=supporter)

    return wrapper


def person_erased(request: HttpRequest, **result: object) -> HttpResponse:
    """Say that the person is erased, with what was erased and kept (``erased``, ``kept``)."""
    return render(request, "supporters/erased.html", {"robots": "noindex", **result})
