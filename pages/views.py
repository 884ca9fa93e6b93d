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
from pages import links, missing
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
    url_path = f"{root}{path.strip('/')}/" if path.strip("/") else root
    found = (
        Page.objects.live().filter(url_path=url_path).annotate(restricted=is_restricted()).first()
    )
    if found is None:
        return _not_here(request, path)
    if found.restricted:
        return wagtail_views.serve(request, path)
    return _specific(found).serve(request)


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


def _specific(page: Page) -> BasePage:
    model = ContentType.objects.get_for_id(page.content_type_id).model_class()
    return model.to_show().get(pk=page.pk)
