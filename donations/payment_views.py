"""Screens of a gift: the form, the payment page, the gift card, and payment codes as pictures."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from campaign_site.caching import allow_public_caching
from campaign_site.errors import link_unusable
from campaign_site.headers import allow_features
from campaign_site.languages import site_language
from campaign_site.links import BadLink, find_by_token
from campaign_site.same_origin import public_form
from donations import payment_qr, services
from donations.models import Appeal, Pledge, grouped
from donations.payment_details import (
    GiftCard,
    details_of,
    gift_card_of,
    last_received_on,
    standing_order_from,
)


def _page_of(appeal: Appeal):
    """Return the live page about ``appeal`` in the reader's language, or None."""
    return appeal.pages.live().filter(locale__language_code=site_language()).first()


def _find_pledge(token: str) -> Pledge:
    """Return the pledge that a standing link leads to, its account fetched; raises ``BadLink``."""
    pledges = Pledge.objects.select_related("account", "appeal__account", "earmark")
    return find_by_token(pledges, Pledge.LINK_PURPOSE, token)


@require_http_methods(["GET", "HEAD", "POST"])
@public_form
def payment(request: HttpRequest, token: str) -> HttpResponse:
    """Show how to pay a pledge, and what has arrived.

    A post takes the pledge back, as often as it is sent.
    """
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
        "details": details_of(pledge),
        "is_monthly": pledge.frequency == Pledge.Frequency.MONTHLY,
        "received_on": last_received_on(pledge) if pledge.received_eur else None,
        "shown_iban": grouped(pledge.shown_iban),
        "surplus_eur": max(pledge.received_eur - pledge.amount_eur, 0),
        "standing_order_from": standing_order_from(timezone.localdate()),
        "appeal_page": _page_of(pledge.appeal),
        "robots": "noindex",
    }
    cancelled = pledge.status == Pledge.Status.CANCELLED
    template = "donations/pledge_cancelled.html" if cancelled else "donations/payment.html"
    return allow_features(render(request, template, context), "clipboard-write")


@require_safe
def payment_svg(request: HttpRequest, token: str) -> HttpResponse:
    """Return the payment code as the payment page shows it."""
    return _picture_of_pledge(request, token, _svg)


@require_safe
def payment_png(request: HttpRequest, token: str) -> HttpResponse:
    """Return the payment code as a picture to keep."""
    return _picture_of_pledge(request, token, _png)


def _picture_of_pledge(request: HttpRequest, token: str, picture: Callable) -> HttpResponse:
    """Draw the code of the pledge behind ``token``; none where nothing is to be paid any more."""
    try:
        details = details_of(_find_pledge(token))
    except BadLink:
        details = None
    return picture(request, details.payload) if details else link_unusable(request)


def _svg(request: HttpRequest, payload: str) -> HttpResponse:
    drawing = HttpResponse(payment_qr.svg(payload), content_type="image/svg+xml")
    return _to_keep(request, drawing, payment_qr.SVG_NAME)


def _png(request: HttpRequest, payload: str) -> HttpResponse:
    drawing = HttpResponse(payment_qr.png(payload), content_type="image/png")
    return _to_keep(request, drawing, payment_qr.PNG_NAME)


def _to_keep(request: HttpRequest, drawing: HttpResponse, name: str) -> HttpResponse:
    """Let the browser save a picture, if that is what its address asks for."""
    if "download" in request.GET:
        drawing.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return drawing


def _find_card(request: HttpRequest, slug: str) -> tuple[Appeal, GiftCard | None]:
    announced = Appeal.objects.announced().select_related("account")
    appeal = get_object_or_404(announced, slug=slug)
    return appeal, gift_card_of(appeal, amount=request.GET.get("amount", ""))


@require_safe
def gift_card(request: HttpRequest, slug: str) -> HttpResponse:
    """Show account and communication of an appeal; of one that is over, where to give now."""
    appeal, card = _find_card(request, slug)
    context = {"appeal": appeal, "card": card, "appeal_page": _page_of(appeal)}
    if card is not None:
        answer = render(request, "donations/gift_card_page.html", context)
    elif appeal.is_past:
        context |= {"others": _open_elsewhere(), "robots": "noindex"}
        answer = render(request, "donations/gift_card_closed.html", context)
    else:
        # Without a communication for everybody, or not open yet: the form says how it stands.
        return redirect(appeal)
    # An account that has changed must not linger in a cache.
    answer = allow_public_caching(request, answer, stale_seconds=0)
    return allow_features(answer, "clipboard-write")


def _open_elsewhere() -> list[tuple[Appeal, object]]:
    """Return each appeal that takes gifts now, with its page in the reader's language."""
    announced = Appeal.objects.announced().select_related("account").order_by("closes_on", "pk")
    pages = [(appeal, _page_of(appeal)) for appeal in announced if appeal.is_open]
    return [(appeal, page) for appeal, page in pages if page is not None]


@require_safe
def gift_card_svg(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the code of a gift card as its page shows it."""
    return _picture_of_card(request, slug, _svg)


@require_safe
def gift_card_png(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the code of a gift card as a picture to keep, or to print on a poster."""
    return _picture_of_card(request, slug, _png)


def _picture_of_card(request: HttpRequest, slug: str, picture: Callable) -> HttpResponse:
    _appeal, card = _find_card(request, slug)
    if card is None or not card.payload:
        raise Http404
    return allow_public_caching(request, picture(request, card.payload), stale_seconds=0)
