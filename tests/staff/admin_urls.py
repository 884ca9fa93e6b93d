"""Every address below ``/admin/``, read from the URL configuration.

``admin_urls()`` fills routes with numbers that need not exist, which is enough to knock at every
door. ``admin_urls(rows)`` takes what stands behind the arguments from ``tests/staff/rows.py``.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

_NUMBER, _WORD = "1", "x"
_UUID = "00000000-0000-4000-8000-000000000000"
_ARGUMENT = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")
_KINDS = {"int": _NUMBER, "uuid": _UUID}
# Regular expressions cannot be filled in by rule.
_BY_HAND = {
    r"pages/^(?P<pk>\d+)/revisions/compare/(?P<revision_id_a>live|earliest|\d+)\.\.\."
    r"(?P<revision_id_b>live|latest|\d+)/$": "pages/<int:pk>/revisions/compare/earliest...latest/",
    r"photos/^(?P<photo_id>\d{1,18})/(?P<variant>wall|large)\.(?P<extension>webp)$": (
        "photos/<int:photo_id>/wall.webp"
    ),
    r"photos/^(?P<photo_id>\d{1,18})/(?P<variant>original)\.(?P<extension>jpg)$": (
        "photos/<int:photo_id>/original.jpg"
    ),
    r"^(?:users|groups|bulk/auth)/": "bulk/auth/user/delete/",
    r"^(?:workflows/task_chooser|failwhale)/": "workflows/task_chooser/create/",
    r"^password_reset/": "password_reset/",
    r"^.*/$": "nowhere/",
}


@dataclass(frozen=True)
class Address:
    """One route below ``/admin/``, filled in; ``variant`` tells two fillings of it apart."""

    route: str
    name: str
    path: str
    callback: Any
    variant: str = ""

    @property
    def key(self) -> str:
        """How ``roles.toml`` calls it."""
        return f"{self.route} ({self.variant})" if self.variant else self.route


@dataclass(frozen=True)
class _Found:
    route: str
    namespace: str
    pattern: URLPattern


def _walk(resolver: URLResolver, prefix: str, namespaces: tuple[str, ...]) -> Iterator[_Found]:
    for one in resolver.url_patterns:
        route = prefix + str(one.pattern)
        if isinstance(one, URLResolver):
            inside = (*namespaces, one.namespace) if one.namespace else namespaces
            yield from _walk(one, route, inside)
        else:
            yield _Found(route, ":".join(namespaces), one)


def _template(route: str) -> str:
    """Return the route with ``<kind:name>`` for its arguments, whatever way it is written."""
    if route in _BY_HAND:
        return _BY_HAND[route]
    # Routers of the admin's interface for scripts write a needless ^ before each of their routes.
    plain = route.replace("/^", "/").removeprefix("^").removesuffix("$")
    if "(?P<" in plain:
        raise LookupError(f"Say in tests/staff/admin_urls.py how {route} is filled in.")
    return plain


def admin_urls(rows: Mapping[str, Mapping[str, object]] | None = None) -> list[Address]:
    """Return every address below ``/admin/``, each once for every variant of ``rows``.

    ``rows`` has for a variant's name ("" is the first) the values of arguments: by
    ``namespace:name:argument``, ``namespace:argument`` or ``argument``, the first found. A
    variant that changes nothing about an address is left out.
    """
    variants = rows or {"": {}}
    found = []
    for one in _walk(get_resolver(), "", ()):
        if not one.route.startswith("admin/"):
            continue
        route = one.route.removeprefix("admin/")
        template = _template(route)
        seen: set[str] = set()
        for variant, values in variants.items():
            path = "/admin/" + _fill(template, one, values)
            if path not in seen:
                seen.add(path)
                name = ":".join(filter(None, (one.namespace, one.pattern.name)))
                found.append(Address(route, name, path, one.pattern.callback, variant))
    return found


def _fill(template: str, found: _Found, values: Mapping[str, object]) -> str:
    def value(argument: re.Match) -> str:
        name = argument["name"]
        scopes = (f"{found.namespace}:{found.pattern.name}:", f"{found.namespace}:", "")
        keys = [scope + name for scope in scopes]
        if name == "pk":
            keys.insert(2, f"model:{_model_of(found.pattern.callback)}")
        known = next((values[key] for key in keys if key in values), None)
        return str(known) if known is not None else _KINDS.get(argument["kind"] or "", _WORD)

    return _ARGUMENT.sub(value, template)


def _model_of(callback: Any) -> str:
    """The model whose rows a class of views shows; empty for a plain view."""
    model = getattr(callback, "view_initkwargs", {}).get("model")
    model = model or getattr(getattr(callback, "view_class", None), "model", None)
    return getattr(getattr(model, "_meta", None), "label_lower", "")


def is_shadowed(address: Address) -> bool:
    """Whether another route answers at this address, because it stands before."""
    return get_resolver().resolve(address.path).func is not address.callback
