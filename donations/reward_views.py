"""The page of one reward, for the donor alone: which one, where to, or not any more."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from campaign_site.errors import link_unusable
from campaign_site.links import BadLink, find_by_token
from campaign_site.same_origin import public_form
from donations.addresses import PostalAddress
from donations.models import RewardDelivery
from donations.reward_forms import DeliveryChoiceForm
from donations.rewards import card_of
from donations.services import fulfilment


@require_http_methods(["GET", "HEAD", "POST"])
@public_form
def reward(request: HttpRequest, token: str) -> HttpResponse:
    """Show a reward's delivery to whoever has its link.

    A post with ``decline`` gives the reward up; any other post keeps what was chosen.
    """
    deliveries = RewardDelivery.objects.select_related(
        "pledge__reward__picture", "pledge__appeal", "option"
    )
    try:
        found = find_by_token(deliveries, RewardDelivery.LINK_PURPOSE, token)
    except BadLink:
        return link_unusable(request)
    if request.method != "POST":
        form = DeliveryChoiceForm(delivery=found)
        return _screen(request, found, form, is_noted=request.GET.get("noted") == "1")
    if "decline" in request.POST:
        return _decline(request, found)
    form = DeliveryChoiceForm(request.POST, delivery=found)
    if form.is_valid():
        try:
            fulfilment.choose_delivery(delivery=found, **form.choice)
        except fulfilment.DeliveryError as error:
            form.add_error(error.field, str(error))
            found.refresh_from_db(fields=["state", "option"])
        else:
            return redirect(f"{request.path}?noted=1")
    return _screen(request, found, form)


def _decline(request: HttpRequest, found: RewardDelivery) -> HttpResponse:
    try:
        fulfilment.decline_reward(delivery=found)
    except fulfilment.DeliveryError as error:
        found.refresh_from_db(fields=["state"])
        form = DeliveryChoiceForm(delivery=found)
        return _screen(request, found, form, refusal=str(error))
    return redirect(request.path)


def _screen(
    request: HttpRequest, found: RewardDelivery, form: DeliveryChoiceForm, **context: object
) -> HttpResponse:
    pledge = found.pledge
    is_paid = pledge.reward.is_earned_by(pledge.received_eur)
    values = {
        "delivery": found,
        "pledge": pledge,
        "card": card_of(pledge.reward),
        "form": form,
        "address": PostalAddress.of(found),
        "is_paid": is_paid,
        "is_open": is_paid and found.state in fulfilment.OPEN_STATES,
        "waits_for_money": not is_paid and found.state in fulfilment.OPEN_STATES,
        "robots": "noindex",
    }
    return render(request, "donations/reward.html", {**values, **context})
