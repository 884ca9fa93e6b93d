"""Security headers of every response, errors and files included."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.csp import CSP

# Features nobody needs here are off; a view opens one with `allow_features`.
_FEATURES = (
    "accelerometer",
    "autoplay",
    "camera",
    "clipboard-write",
    "display-capture",
    "geolocation",
    "gyroscope",
    "microphone",
    "midi",
    "payment",
    "publickey-credentials-get",
    "usb",
)

# Wagtail's admin writes a few inline scripts and styles of its own, for dates and rich text.
ADMIN_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF, CSP.UNSAFE_INLINE],
    "style-src": [CSP.SELF, CSP.UNSAFE_INLINE],
    "img-src": [CSP.SELF, "data:", "blob:"],
    "font-src": [CSP.SELF, "data:"],
    "connect-src": [CSP.SELF],
    "frame-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.SELF],
    "object-src": [CSP.NONE],
}
# What a policy of a single answer has to say as well: default-src does not stand for them.
_ALWAYS = {"base-uri": "'none'", "form-action": "'none'", "frame-ancestors": "'none'"}

# Where staff log in nothing of Wagtail's is shown: these pages have the public policy.
_DOORS = ("/admin/login/", "/admin/logout/", "/admin/invitation/")


def is_admin(request: HttpRequest) -> bool:
    """Whether this is a page of Wagtail's admin, which needs the admin's own policy."""
    return request.path.startswith("/admin/") and not request.path.startswith(_DOORS)


def permissions_policy(allowed: set[str] | frozenset[str] = frozenset()) -> str:
    return ", ".join(f"{name}=({'self' if name in allowed else ''})" for name in _FEATURES)


def allow_features(response: HttpResponse, *features: str) -> HttpResponse:
    """Let the page use these features (``camera``, ``clipboard-write``) on our own origin."""
    unknown = set(features) - set(_FEATURES)
    if unknown:
        raise ValueError(f"Unknown browser features: {sorted(unknown)}")
    response.headers["Permissions-Policy"] = permissions_policy(set(features))
    return response


def extend_csp(response: HttpResponse, **sources: list[str]) -> HttpResponse:
    """Open the public policy for this response: ``extend_csp(response, img_src=["blob:"])``."""
    policy = dict(getattr(response, "_csp_config", settings.SECURE_CSP))
    for name, values in sources.items():
        directive = name.replace("_", "-")
        kept = [value for value in policy.get(directive, []) if value != CSP.NONE]
        policy[directive] = [*kept, *values]
    response._csp_config = policy
    return response


def _name_charset(response: HttpResponse) -> None:
    """Say of XML without a charset (sitemaps) that it is UTF-8, as its first line does."""
    if response.headers.get("Content-Type") == "application/xml":
        response.headers["Content-Type"] = "application/xml; charset=utf-8"


def _complete_policy(response: HttpResponse) -> None:
    """Add what a view's own policy (files, documents) left out and ``default-src`` leaves open."""
    policy = response.headers.get(CSP.HEADER_ENFORCE)
    if policy is None:
        return
    named = {part.split(maxsplit=1)[0] for part in policy.split(";") if part.strip()}
    missing = [f"{name} {value}" for name, value in _ALWAYS.items() if name not in named]
    if missing:
        response.headers[str(CSP.HEADER_ENFORCE)] = "; ".join([policy.rstrip("; "), *missing])


class ResponseHeadersMiddleware:
    """Add the headers that Django has no setting for, and complete the policies of views."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", permissions_policy())
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Cross-Origin-Embedder-Policy", "require-corp")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        if not getattr(response, "xframe_options_exempt", False):
            response.headers.setdefault("X-Frame-Options", "DENY")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        _complete_policy(response)
        _name_charset(response)
        return response


def admin_policy(get_response: Callable[[HttpRequest], HttpResponse]):
    """Give responses under /admin/ the admin's own content policy."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if is_admin(request):
            response._csp_config = ADMIN_CSP
        return response

    return middleware
