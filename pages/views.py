"""How a page is found, and the few addresses that are no pages."""

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, Exists, ExpressionWrapper, F, OuterRef
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language, get_language_from_request
from django.views.decorators.http import require_safe
from wagtail import views as wagtail_views
from wagtail.models import Page, PageViewRestriction

from campaign_site.caching import publicly_cached
from pages import links
from pages.models import BasePage

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
        raise Http404
    url_path = f"{root}{path.strip('/')}/" if path.strip("/") else root
    found = (
        Page.objects.live()
        .filter(url_path=url_path)
        .annotate(restricted=Exists(_restrictions()))
        .first()
    )
    if found is None:
        raise Http404
    if found.restricted:
        return wagtail_views.serve(request, path)
    return _specific(found).serve(request)


def _restrictions():
    """View restrictions on the outer page or on any page above it."""
    outer = ExpressionWrapper(OuterRef("path"), output_field=CharField())
    return PageViewRestriction.objects.annotate(outer=outer).filter(
        outer__startswith=F("page__path")
    )


def _specific(page: Page) -> BasePage:
    model = ContentType.objects.get_for_id(page.content_type_id).model_class()
    return model.objects.get(pk=page.pk)
