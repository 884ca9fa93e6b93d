"""Who gets in where: every role asks at every address, and ``roles.toml`` says who may.

Views are called as the URL configuration has them, with Wagtail's checks around them, but past the
middleware, which only takes away. Nothing is drawn, and what a request changed is rolled back.
"""

import logging
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.sessions.backends.cache import SessionStore
from django.core.exceptions import PermissionDenied
from django.core.signals import request_finished
from django.db import close_old_connections, transaction
from django.http import Http404, HttpResponse
from django.template.backends.django import Template
from django.test import RequestFactory
from django.urls import resolve
from django.utils.safestring import SafeString

from tests.staff.admin_urls import Address

ROLES = {
    "editor": "Editors",
    "french": "Translators (French)",
    "dutch": "Translators (Dutch)",
    "moderator": "Moderators",
    "treasurer": "Treasurers",
    "host": "Event hosts",
    "administrator": "Administrators",
}
METHODS = ("get", "post", "put", "delete")
_RULES = tomllib.loads((Path(__file__).parent / "roles.toml").read_text(encoding="utf-8"))


def is_open(address: Address) -> bool:
    """Whether people who have not logged in get something at this address."""
    return _rule(_RULES["open"], address.route) is not None


def allowed(address: Address) -> set[str] | None:
    """The roles that may be at an address; None when no line of ``roles.toml`` is about it."""
    own = _RULES.get(address.variant.lower(), {})
    words = _rule(own, address.route)
    if words is None:
        words = _rule(_RULES["roles"], address.route)
    if words is None:
        return None
    named = set(words.split())
    if named <= {"everybody", "nobody"}:
        return set(ROLES) if "everybody" in named else set()
    if unknown := named - set(ROLES):
        raise LookupError(f"roles.toml names no such role: {unknown}")
    return named


def unused_rules(addresses: Iterable[Address]) -> set[str]:
    """Lines of ``roles.toml`` that no address answers to any more."""
    routes = {address.route for address in addresses}
    lines = {line for table in _RULES.values() for line in table}
    return {line for line in lines if not any(_fits(line, route) for route in routes)}


def _fits(line: str, route: str) -> bool:
    return route.startswith(line[:-1]) if line.endswith("*") else route == line


def _rule(lines: dict[str, str], route: str) -> str | None:
    """The line for exactly this route, else the longest beginning that fits."""
    fitting = [line for line in lines if _fits(line, route)]
    return lines[max(fitting, key=lambda line: (line == route, len(line)))] if fitting else None


@contextmanager
def nothing_drawn() -> Iterator[None]:
    """Let templates come out empty: what is asked is who gets in, not what they see."""
    # As Django's own test client does: a response that is closed would close the database.
    request_finished.disconnect(close_old_connections)
    # Nor is each of some thousand refusals written down.
    logging.disable(logging.WARNING)
    try:
        with mock.patch.object(Template, "render", lambda *_args, **_kwargs: SafeString("")):
            yield
    finally:
        logging.disable(logging.NOTSET)
        request_finished.connect(close_old_connections)


def ask(user, path: str, method: str) -> str:
    """What ``user`` is answered: "refused", "wrong method", "not found" or "let in"."""
    # As a script would ask: then Wagtail's refusal is no redirect to the admin's first page.
    headers = {"X-Requested-With": "XMLHttpRequest"}
    request = getattr(RequestFactory(headers=headers), method)(path)
    request.user, request.session, request.LANGUAGE_CODE = user, SessionStore(), "en"
    request._messages = CookieStorage(request)
    request._dont_enforce_csrf_checks = True
    match = resolve(path)
    with transaction.atomic():
        try:
            response = match.func(request, *match.args, **match.kwargs)
            if hasattr(response, "render"):
                response.render()
            response.close()
            return _word_for(response)
        except PermissionDenied:
            return "refused"
        except Http404:
            return "not found"
        except (LookupError, AttributeError, TypeError, ValueError):
            # Past every check, and stumbled over what nobody sends: an empty body.
            if method == "get":
                raise
            return "let in"
        finally:
            transaction.set_rollback(True)


def _word_for(response: HttpResponse) -> str:
    refused = ("/admin/", "/admin/login/")
    if response.status_code == 302 and response.url.partition("?")[0] in refused:
        return "refused"
    words = {401: "refused", 403: "refused", 404: "not found", 405: "wrong method"}
    return words.get(response.status_code, "let in")


def _words(user, path: str) -> Iterator[str]:
    """What ``user`` is answered to each way of asking that the address takes."""
    for pair in (METHODS[:2], METHODS[2:]):
        answered = False
        for method in pair:
            word = ask(user, path, method)
            if word != "wrong method":
                answered = True
                yield word
        if answered:
            return


def gets_in(user, path: str) -> bool:
    """Whether the first way of asking that the address takes lets ``user`` in."""
    return next(_words(user, path), "") == "let in"


def is_kept_out(user, path: str) -> bool:
    """Whether no way of asking that the address takes lets ``user`` in."""
    return "let in" not in set(_words(user, path))
