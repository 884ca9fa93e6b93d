"""Screens of a pledge: the form, the payment page, and the payment code as pictures."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from campaign_site.errors import form_key_reused, link_unusable
from campaign_site.headers import allow_features
from campaign_site.idempotency import KeyReused
from campaign_site.languages import site_language
from campaign_site.links import BadLink, find_by_token
from campaign_site.same_origin import public_form
from donations import payment_qr, services
from donations.forms import PledgeForm
from donations.models import Appeal, Pledge
from supporters.door import guarded


@require_http_methods(["GET", "HEAD", "POST"])
@guarded("pledge")
def pledge(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the form of an appeal; take a pledge and lead on to its payment page."""
    appeal = get_object_or_404(Appeal.objects.announced(), slug=slug)
    data = request.POST if request.method == "POST" else None
    form = PledgeForm(data, subject=appeal.slug, language=site_language(), door=request.door)
    if form.is_valid():
        try:
            made = _create_pledge(appeal, form)
        except KeyReused:
            return form_key_reused(request)
        except services.PledgeError as error:
            form.add_error(None, str(error))
        else:
            return redirect(made)
    template = "donations/pledge.html" if appeal.is_open else "donations/appeal_closed.html"
    context = {"appeal": appeal, "form": form, "appeal_page": _page_of(appeal)}
    return render(request, template, {**context, "robots": "noindex"})


def _create_pledge(appeal: Appeal, form: PledgeForm) -> Pledge:
    return services.create_pledge(
        appeal=appeal,
        name=form.cleaned_data["name"],
        email=form.cleaned_data["email"],
        amount_eur=form.cleaned_data["amount_eur"],
        language=form.language,
        form_key=form.key,
        form_digest=form.content_digest,
        newsletter=form.newsletter_words,
    )


def _page_of(appeal: Appeal):
    """Return the live page about ``appeal`` in the reader's language, or None."""
    return appeal.pages.live().filter(locale__language_code=site_language()).first()


def _find_pledge(token: str) -> Pledge:
    """Return the pledge that a standing link leads to, its account fetched; raises ``BadLink``."""
    pledges = Pledge.objects.select_related("appeal__account")
    return find_by_token(pledges, Pledge.LINK_PURPOSE, token)


@require_http_methods(["GET", "HEAD", "POST"])
@public_form
def payment(request: HttpRequest, token: str) -> HttpResponse:
    """Show how to pay a pledge; a post takes the pledge back, as often as it is sent."""
    try:
        pledge = _find_pledge(token)
    except BadLink:
        return link_unusable(request)
    if request.method == "POST":
        services.cancel_pledge(pledge=pledge)
        return redirect(request.path)
    context = {
        "pledge": pledge,
        "appeal": pledge.appeal,
        "account": pledge.appeal.account,
        "appeal_page": _page_of(pledge.appeal),
        "robots": "noindex",
    }
    cancelled = pledge.status == Pledge.Status.CANCELLED
    template = "donations/pledge_cancelled.html" if cancelled else "donations/payment.html"
    return allow_features(render(request, template, context), "clipboard-write")


@require_safe
def payment_svg(request: HttpRequest, token: str) -> HttpResponse:
    """Return the payment code as the payment page shows it."""
    return _code_picture(request, token, payment_qr.svg, "image/svg+xml")


@require_safe
def payment_png(request: HttpRequest, token: str) -> HttpResponse:
    """Return the payment code as a picture to keep."""
    response = _code_picture(request, token, payment_qr.png, "image/png")
    if "download" in request.GET and response.status_code == 200:
        response.headers["Content-Disposition"] = f'attachment; filename="{payment_qr.PNG_NAME}"'
    return response


def _code_picture(request: HttpRequest, token: str, draw, media_type: str) -> HttpResponse:
    """Draw the code of the pledge behind ``token``; nobody is to pay one that was taken back."""
    try:
        pledge = _find_pledge(token)
    except BadLink:
        return link_unusable(request)
    if pledge.status == Pledge.Status.CANCELLED:
        return link_unusable(request)
    return HttpResponse(draw(pledge.payment_code), content_type=media_type)
