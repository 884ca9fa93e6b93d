"""How a page is found, and the few addresses that are no pages."""

from http import HTTPStatus

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language, get_language_from_request
from django.views.decorators.http import require_safe
from wagtail import views as wagtail_views
from wagtail.models import Page

from campaign_site.caching import publicly_cached
from campaign_site.errors import error_page
from pages import links, missing, prepared
from pages.models import BasePage
from pages.redirects import redirection
from pages.restrictions import is_restricted

_DAY_SECONDS = 24 * 3600


@require_safe
def first_visit(request: HttpRequest) -> HttpResponse:
    """Send a first visitor to the home page in their language; English when they name none."""
    language = get_language_from_request(request)
    response = HttpResponseRedirect(f"/{language}/")
    patch_vary_headers(response, ["Accept-Language"])
    return response


@require_safe
@publicly_cached(seconds=_DAY_SECONDS)
def robots(request: HttpRequest) -> HttpResponse:
    lines = [
        "User-agent: *",
        "Disallow: /admin/",
        "Disallow: /photos/",
        f"Sitemap: {settings.SITE_URL}/sitemap.xml",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_safe
def serve(request: HttpRequest, path: str) -> HttpResponse:
    """Serve the live page at ``path`` in the active language.

    Found by its full path in one query instead of Wagtail's one a level. A page below a view
    restriction goes through Wagtail's own way, which asks for the password or the log-in.
    """
    root = links.site_roots().get(get_language())
    if root is None:
        return _not_here(request, path)
    found = _live_page(f"{root}{path.strip('/')}/" if path.strip("/") else root)
    if found is None:
        return _not_here(request, path)
    if found.restricted:
        return wagtail_views.serve(request, path)
    return found.serve(request)


# Of which kind the page at a path was when it was last asked for. Only a guess: what is shown is
# always asked of the database.
_kinds: dict[str, type[BasePage]] = {}
_MOST_KINDS = 10_000


def _live_page(url_path: str) -> BasePage | None:
    """Return the live page at ``url_path`` with whatever showing it needs; None when there is none.

    It has ``restricted``, whether only some may read it. One query for a path whose kind of page is
    known, since the page is then asked for as what it is; another kind there is found by two more.
    """
    kind = _kinds.get(url_path)
    if kind is not None:
        guessed = _at(kind, url_path)
        if guessed is not None:
            return guessed
        _kinds.pop(url_path, None)
    plain = _at(Page, url_path)
    if plain is None:
        return None
    kind = ContentType.objects.get_for_id(plain.content_type_id).model_class()
    if len(_kinds) < _MOST_KINDS:
        _kinds[url_path] = kind
    found = kind.to_show().filter(pk=plain.pk).first()
    if found is not None:
        found.restricted = plain.restricted
    return found


def _at(kind: type[Page], url_path: str) -> Page | None:
    return next(iter(prepared.fetch(page_at, kind, url_path=url_path)), None)


def page_at(given, kind: type[Page]):
    """The live page of a kind at a path, as ``prepared`` asks for it."""
    pages = kind.to_show() if issubclass(kind, BasePage) else kind.objects.all()
    found = pages.live().filter(url_path=given.url_path)
    return found.annotate(restricted=is_restricted()).order_by("path")[:1]


def _not_here(request: HttpRequest, path: str) -> HttpResponse:
    """Answer for a path that the active language lacks.

    It may be another language's name of a page that this one has: then lead there, for good where
    the page had that name itself, else for the moment. Or the page exists in other languages only:
    then say so, in the language asked for, and offer those. Raises ``Http404`` when no language
    has it.
    """
    versions = missing.versions_at(path, get_language())
    if not versions:
        raise Http404
    own = versions.get(get_language())
    if own:
        query = request.META.get("QUERY_STRING", "")
        address = f"{own.path}?{query}" if query else own.path
        return redirection(request) or HttpResponseRedirect(address)
    names = dict(settings.LANGUAGES)
    offers = [(code, names[code], *versions[code]) for code in names if code in versions]
    context = {"versions": offers, "there": {code: path for code, _, _, path in offers}}
    return error_page(request, "not_in_this_language", HTTPStatus.NOT_FOUND, context)


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that there is no such page, and offer what goes on; with or without a database."""
    language = get_language_from_request(request, check_path=True)
    context = {"campaigns": missing.running_campaigns(language)}
    return error_page(request, "404", HTTPStatus.NOT_FOUND, context)
