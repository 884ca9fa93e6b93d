"""The sitemap (sitemaps.org): every live page in every language, with its translations."""

from collections import defaultdict

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe
from wagtail.models import Page

from campaign_site.caching import publicly_cached
from campaign_site.mail import absolute_url
from pages import links


def listed_pages():
    """Live pages that anyone may read."""
    return Page.objects.live().public().filter(depth__gt=1).order_by("path")


@require_safe
@publicly_cached()
def sitemap(request: HttpRequest) -> HttpResponse:
    """Each page once per language; ``x-default`` is the English one, else the first there is."""
    roots = links.site_roots()
    translations: dict[object, dict[str, str]] = defaultdict(dict)
    changed: dict[str, object] = {}
    # Search engines are asked to leave walls alone (``WallPage.serve``).
    pages_to_find = listed_pages().filter(wallpage__isnull=True)
    for key, url_path, day in pages_to_find.values_list(
        "translation_key", "url_path", "last_published_at"
    ):
        language, path = links.path_of(url_path, roots)
        if language:
            translations[key][language] = absolute_url(path)
            changed[absolute_url(path)] = day
    entries = [
        {
            "location": location,
            "changed": changed[location],
            "alternates": alternates.items(),
            "default": alternates.get(settings.LANGUAGE_CODE, location),
        }
        for alternates in translations.values()
        for location in alternates.values()
    ]
    return TemplateResponse(
        request, "sitemap.xml", {"entries": entries}, content_type="application/xml"
    )
