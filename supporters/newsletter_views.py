"""Ask for news by mail, confirm the wish, stop the news. GET shows, POST acts."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from campaign_site.errors import link_unusable
from campaign_site.links import BadLink, find_by_token
from campaign_site.same_origin import public_form
from supporters import newsletter
from supporters.door import guarded
from supporters.models import NewsletterSubscription
from supporters.newsletter_forms import NewsletterForm


@guarded("newsletter")
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for the address; the answer is the same whether it is known here or not."""
    form = NewsletterForm(request.POST or None, language=get_language(), door=request.door)
    if request.method == "POST" and form.is_valid():
        newsletter.ask_for_news(email=form.cleaned_data["email"], words=form.newsletter_words)
        return redirect("newsletter:sent")
    return render(request, "supporters/newsletter.html", {"form": form, "robots": "noindex"})


@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    return render(request, "supporters/newsletter_sent.html", {"robots": "noindex"})


@public_form
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Show a button to whoever opens the link, mail scanners included; a POST confirms, once."""
    if request.method != "POST":
        if not newsletter.can_confirm(token):
            return link_unusable(request)
        return render(request, "supporters/newsletter_confirm.html", {"robots": "noindex"})
    if newsletter.confirm_news(token=token) is None:
        return link_unusable(request)
    return redirect("newsletter:confirmed")


@require_safe
def confirmed(request: HttpRequest) -> HttpResponse:
    return render(request, "supporters/newsletter_confirmed.html", {"robots": "noindex"})


@csrf_exempt  # mail providers post for their readers, as the docstring says
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Show how the subscription stands; a POST ends it and answers without a redirect.

    The POST may come from anywhere: mail providers send it for their readers (RFC 8058, 3.2),
    without cookies or form key and from a foreign origin or none. So neither the same-origin
    check nor a limit stands before it. The token is the authority: it is signed, good for this
    one thing, and the worst that whoever holds it can do is what it was made for.
    """
    try:
        subscription = find_by_token(
            NewsletterSubscription.objects.all(), NewsletterSubscription.STOP_PURPOSE, token
        )
    except BadLink:
        return link_unusable(request)
    if request.method == "POST":
        newsletter.stop_news(subscription)
    ended = request.method == "POST" or subscription.ended_hour is not None
    context = {"is_ended": ended, "robots": "noindex"}
    return render(request, "supporters/newsletter_stop.html", context)
