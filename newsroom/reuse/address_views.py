"""The list of old addresses: where each of them leads, and which lead nowhere."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe
from wagtail.admin.auth import permission_required

from newsroom.reuse.addresses import described, old_addresses

CHANGE = "wagtailredirects.change_redirect"
_PER_PAGE = 50
_LONGEST_WORDS = 200


@require_safe
@permission_required(CHANGE)
def index(request: HttpRequest) -> HttpResponse:
    """Show the old addresses, those with the words asked for; fifty a page."""
    words = request.GET.get("q", "").strip()[:_LONGEST_WORDS].replace("\0", "")
    page = Paginator(old_addresses(words), _PER_PAGE).get_page(request.GET.get("p"))
    context = {
        "page": page,
        "addresses": described(page.object_list),
        "words": words,
        "query": urlencode({"q": words}) if words else "",
    }
    return render(request, "newsroom/reuse/addresses.html", context)
