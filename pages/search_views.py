"""The search screen; no cache and no cookie keeps what somebody looked for."""

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from campaign_site.languages import site_language
from pages.search import Results, find, kind_name, suggestions
from pages.search_words import clean_query


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Answer ``?q=``: the query, cut to a length, and ``?page=`` of its results."""
    language = site_language()
    query = clean_query(request.GET.get("q", ""))
    results = find(query, language, request.GET.get("page", 1)) if query else None
    context = {"query": query, "results": results, "robots": "noindex"}
    if not _found(results):
        offered = suggestions(language)
        context["offered"] = [(link, kind_name(link)) for link in offered]
    return TemplateResponse(request, "pages/search.html", context)


def _found(results: Results | None) -> bool:
    return results is not None and bool(results.exact or results.close)
