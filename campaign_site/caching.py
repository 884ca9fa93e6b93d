"""Which responses may be kept by a cache: none, unless a view says so.

Anonymous GETs of pages, feeds and static files may be public; forms, links with a token,
anything for staff and previews never are. A view says whether, and for how long at most; what is
sent outward in the end is decided where answers are kept (serving/lifetimes.py).
"""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control

from campaign_site.environment import env_text

PAGE_SECONDS = 60
STALE_SECONDS = 300


def allow_public_caching(
    request: HttpRequest,
    response: HttpResponse,
    *,
    seconds: int = PAGE_SECONDS,
    stale_seconds: int = STALE_SECONDS,
) -> HttpResponse:
    """Let shared caches keep ``response`` for ``seconds``, if it is a plain anonymous answer.

    For ``stale_seconds`` more they may show it while they fetch a new one.

    Does nothing for other methods than GET and HEAD, for errors, for previews, and for any
    response that sets a cookie or varies by one.
    """
    plain = (
        request.method in {"GET", "HEAD"}
        and response.status_code in {200, 301, 304}
        and not getattr(request, "is_preview", False)
        and not getattr(request, "is_dummy", False)
        and not response.cookies
        and "cookie" not in response.get("Vary", "").lower()
    )
    if plain:
        patch_cache_control(
            response,
            public=True,
            max_age=0,
            s_maxage=seconds,
            stale_while_revalidate=stale_seconds,
        )
    return response


def publicly_cached(seconds: int = PAGE_SECONDS):
    """Decorate a view whose anonymous answer is the same for everybody."""

    def decorator(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def wrapper(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            return allow_public_caching(request, view(request, *args, **kwargs), seconds=seconds)

        return wrapper

    return decorator


class NeverCacheByDefaultMiddleware:
    """Mark every response that nobody declared public as ``private, no-store``."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        declared = response.get("Cache-Control", "")
        unsafe = bool(response.cookies) or "cookie" in response.get("Vary", "").lower()
        if not declared or (unsafe and "public" in declared):
            response.headers["Cache-Control"] = "private, no-store"
        return response


def frontend_caches() -> dict[str, dict[str, str]]:
    """Return Wagtail's setting for the network that delivers the site, from the environment.

    ``CDN_PURGE_URL`` takes PURGE requests; ``CLOUDFLARE_ZONE_ID`` and ``CLOUDFLARE_TOKEN`` name a
    zone there. Without any of them there is none.
    """
    found: dict[str, dict[str, str]] = {}
    backends = "wagtail.contrib.frontend_cache.backends"
    if location := env_text("CDN_PURGE_URL", ""):
        found["purge"] = {"BACKEND": f"{backends}.HTTPBackend", "LOCATION": location}
    if zone := env_text("CLOUDFLARE_ZONE_ID", ""):
        found["cloudflare"] = {
            "BACKEND": f"{backends}.CloudflareBackend",
            "ZONEID": zone,
            "BEARER_TOKEN": env_text("CLOUDFLARE_TOKEN"),
        }
    return found
