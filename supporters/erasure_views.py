"""The screens by which a person has everything erased."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from campaign_site.same_origin import public_form
from supporters.erasure import erase_supporter
from supporters.holdings import held_items
from supporters.models import Supporter
from supporters.overview import for_person, person_erased


@public_form
@require_http_methods(["GET", "HEAD", "POST"])
@for_person
def erase(request: HttpRequest, token: str, supporter: Supporter) -> HttpResponse:
    """Ask once more, and say what cannot be undone; POST erases and shows the receipt.

    No mail follows: there is nobody left to write to.
    """
    if request.method != "POST":
        items = held_items(supporter)
        context = {"items": items, "token": token, "robots": "noindex"}
        return render(request, "supporters/erase.html", context)
    result = erase_supporter(supporter)
    if result is None:
        return person_erased(request)
    return person_erased(request, erased=result.erased, kept=result.kept)
