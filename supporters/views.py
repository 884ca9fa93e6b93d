"""My solidarity: one link by mail shows everything a person did here. No account, no cookie."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_safe

from campaign_site.errors import link_unusable
from campaign_site.same_origin import public_form
from supporters import services
from supporters.door import guarded
from supporters.forms import LinkRequestForm
from supporters.holdings import held_items
from supporters.models import Supporter
from supporters.overview import for_person, make_overview_token


@guarded("my-solidarity")
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for the address; the answer is the same whether it is known here or not."""
    form = LinkRequestForm(request.POST or None, door=request.door)
    if request.method == "POST" and form.is_valid():
        services.request_my_solidarity(email=form.cleaned_data["email"], language=get_language())
        return redirect("supporters:sent")
    return render(request, "supporters/ask.html", {"form": form, "robots": "noindex"})


@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    return render(request, "supporters/sent.html", {"robots": "noindex"})


@public_form
@require_http_methods(["GET", "HEAD", "POST"])
def open_link(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows a button, since mail scanners follow links; POST uses the link up."""
    if request.method != "POST":
        link = services.find_one_time_link(token=token, purpose=services.MY_SOLIDARITY)
        if link is None:
            return link_unusable(request)
        return render(request, "supporters/open.html", {"robots": "noindex"})
    supporter = services.use_one_time_link(token=token, purpose=services.MY_SOLIDARITY)
    if supporter is None:
        return link_unusable(request)
    return redirect("supporters:overview", token=make_overview_token(supporter))


@require_safe
@for_person
def overview(request: HttpRequest, token: str, supporter: Supporter) -> HttpResponse:
    """Show everything the person did, for an hour after the link was used."""
    context = {"items": held_items(supporter), "token": token, "robots": "noindex"}
    return render(request, "supporters/overview.html", context)
