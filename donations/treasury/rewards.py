"""Rewards to send: who waits for what, packing lists and labels, sent, come back, arrived."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from django import forms
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from wagtail.admin import messages
from wagtail.admin.auth import permission_required
from wagtail.log_actions import log

from campaign_site.pdf import PdfError
from campaign_site.query_numbers import read_number
from donations import packing, services
from donations.addresses import PostalAddress
from donations.models import Pledge, Reward, RewardDelivery, RewardOption
from donations.reward_forms import DeliveryChoiceForm
from donations.services import fulfilment, rewarding
from donations.treasury.access import FULFIL
from staff.fresh import ask_again

State = RewardDelivery.State
ROWS_A_PAGE = 100


def _deliveries() -> QuerySet[RewardDelivery]:
    return RewardDelivery.objects.select_related("pledge__reward", "pledge__appeal", "option")


def _in_packing_order(deliveries: QuerySet[RewardDelivery]) -> QuerySet[RewardDelivery]:
    """One reward after the other, size by size, as somebody walks along the shelf."""
    return deliveries.order_by(
        "pledge__reward__sort_order",
        "pledge__reward",
        "option__sort_order",
        "option",
        "arranged_at",
        "pk",
    )


@require_safe
@permission_required(FULFIL)
def index(request: HttpRequest) -> HttpResponse:
    """Show the deliveries of one state, how many there are of each, and what is left."""
    state = request.GET.get("state", "")
    if state not in State.values:
        state = State.ARRANGED
    counts = dict(RewardDelivery.objects.values_list("state").annotate(number=Count("pk")))
    rows = _in_packing_order(_deliveries().filter(state=state))
    page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("p"))
    context = {
        "state": state,
        "state_label": State(state).label,
        "states": [(value, label, counts.get(value, 0)) for value, label in State.choices],
        "page": page,
        "rows": [(delivery, PostalAddress.of(delivery), _is_paid(delivery)) for delivery in page],
        "pick_ups": any(delivery.way == RewardDelivery.Way.PICK_UP for delivery in page),
        "forecast": _forecast(),
        "unmet": rewarding.unmet_pledges().select_related("reward", "appeal").order_by("pk")[:50],
        "labels_a_sheet": packing.LABELS_A_SHEET,
    }
    return render(request, "donations/admin/rewards.html", context)


def _is_paid(delivery: RewardDelivery) -> bool:
    """Whether the money for it is still there: a match may have been undone, or sent back."""
    pledge = delivery.pledge
    return pledge.reward.is_earned_by(pledge.received_eur)


@dataclass
class _Line:
    """A reward or one of its sizes in the forecast; None stands for no limit."""

    name: str
    stock: int | None
    left: int | None
    waiting: int = 0
    to_send: int = 0
    gone: int = 0
    promised: int = 0
    unchosen: int = 0
    options: list["_Line"] = field(default_factory=list)

    @property
    def is_short(self) -> bool:
        return self.left is not None and self.left <= 0


def _forecast() -> list[_Line]:
    """Say of each reward and size how many are promised, wanted, gone and left; five queries."""
    rewards = Reward.objects.select_related("appeal").prefetch_related("options")
    rewards = rewards.filter(Q(is_offered=True) | Q(taken__gt=0)).order_by("appeal", "sort_order")
    counts = _counts("pledge__reward")
    by_option = _counts("option")
    promised = dict(
        Pledge.objects.filter(holds_reward=True, delivery=None)
        .order_by()
        .values_list("reward")
        .annotate(number=Count("pk"))
    )
    lines = []
    for reward in rewards:
        line = _Line(f"{reward.name} ({reward.appeal.name})", reward.stock, reward.left)
        _add_counts(line, counts.get(reward.pk, {}))
        line.promised = promised.get(reward.pk, 0)
        line.options = [_option_line(option, by_option) for option in reward.options.all()]
        lines.append(line)
    return lines


def _option_line(option: RewardOption, by_option: dict[int, dict[str, int]]) -> _Line:
    left = None if option.stock is None else option.stock - option.taken
    line = _Line(option.name, option.stock, left)
    _add_counts(line, by_option.get(option.pk, {}))
    return line


def _counts(key: str) -> dict[int, dict[str, int]]:
    """Return reward or option → state → how many."""
    rows = RewardDelivery.objects.order_by().values_list(key, "state").annotate(number=Count("pk"))
    counts: dict[int, dict[str, int]] = {}
    for owner, state, number in rows:
        counts.setdefault(owner, {})[state] = number
    return counts


def _add_counts(line: _Line, counts: dict[str, int]) -> None:
    line.unchosen = counts.get(State.ASKED, 0)
    line.to_send = counts.get(State.ARRANGED, 0)
    line.gone = counts.get(State.SENT, 0) + counts.get(State.ARRIVED, 0)


class SelectionForm(forms.Form):
    """Rows that were ticked, and what else the buttons below them need."""

    first = forms.IntegerField(min_value=1, max_value=packing.LABELS_A_SHEET, required=False)
    where = forms.CharField(max_length=400, required=False)


@require_POST
@permission_required(FULFIL)
def act(request: HttpRequest) -> HttpResponse:
    """Do what the pressed button says with the ticked deliveries."""
    ids = _ticked(request)
    acts: dict[str, Callable[..., HttpResponse]] = {
        "sent": _sent,
        "arrived": _arrived,
        "returned": _returned,
        "packing-list": _packing_list,
        "labels": _labels,
    }
    carry_out = acts.get(request.POST.get("do", ""))
    form = SelectionForm(request.POST)
    if carry_out is None or not ids:
        messages.error(request, _("Tick at least one row first."))
        return _back(request)
    if len(ids) > packing.MOST:
        messages.error(request, _("Choose %(number)d rows at most.") % {"number": packing.MOST})
        return _back(request)
    if not form.is_valid():
        messages.error(
            request,
            _("The first label is a number from 1 to %(number)d.")
            % {"number": packing.LABELS_A_SHEET},
        )
        return _back(request)
    return carry_out(request, ids, form.cleaned_data)


def _ticked(request: HttpRequest) -> list[int]:
    """Return the numbers of the ticked rows, or of the whole list, other pages included."""
    state = request.POST.get("state", "")
    if "all" in request.POST and state in State.values:
        everything = RewardDelivery.objects.filter(state=state).order_by("pk")
        return list(everything.values_list("pk", flat=True)[: packing.MOST + 1])
    return [number for number in map(read_number, request.POST.getlist("delivery")) if number]


def _back(request: HttpRequest) -> HttpResponse:
    state = request.POST.get("state", "")
    query = f"?state={state}" if state in State.values else ""
    return redirect(f"{reverse('donations_treasury:rewards')}{query}")


def _sent(request: HttpRequest, ids: Sequence[int], chosen: dict) -> HttpResponse:
    where = chosen["where"].strip()
    try:
        number = services.mark_sent(delivery_ids=ids, by=request.user, where=where)
    except fulfilment.DeliveryError as error:
        messages.error(request, str(error))
        return _back(request)
    _tell(
        request,
        ids,
        number,
        ngettext(
            "%(number)d reward is on its way; its donor is told.",
            "%(number)d rewards are on their way; their donors are told.",
            number,
        ),
    )
    return _back(request)


def _arrived(request: HttpRequest, ids: Sequence[int], _chosen: dict) -> HttpResponse:
    number = _each(services.mark_arrived, request, ids)
    sentence = ngettext(
        "%(number)d reward has arrived; its address is erased.",
        "%(number)d rewards have arrived; their addresses are erased.",
        number,
    )
    _tell(request, ids, number, sentence)
    return _back(request)


def _returned(request: HttpRequest, ids: Sequence[int], _chosen: dict) -> HttpResponse:
    number = _each(services.mark_returned, request, ids)
    sentence = ngettext(
        "%(number)d reward came back. Open it to ask its donor again, or to give it up.",
        "%(number)d rewards came back. Open each to ask its donor again, or to give it up.",
        number,
    )
    _tell(request, ids, number, sentence)
    return _back(request)


def _each(act: Callable[..., bool], request: HttpRequest, ids: Sequence[int]) -> int:
    deliveries = RewardDelivery.objects.filter(pk__in=ids).order_by("pk")
    return sum(act(delivery=delivery, by=request.user) for delivery in deliveries)


def _tell(request: HttpRequest, ids: Sequence[int], number: int, done: str) -> None:
    """Say what was done, and that rows which had changed meanwhile stayed as they are."""
    if number:
        messages.success(request, done % {"number": number})
    rest = len(set(ids)) - number
    if rest:
        sentence = ngettext(
            "%(number)d row stayed as it is: it had changed, or is not paid for.",
            "%(number)d rows stayed as they are: they had changed, or are not paid for.",
            rest,
        )
        messages.warning(request, sentence % {"number": rest})


def _to_pack(ids: Sequence[int]) -> list[RewardDelivery]:
    """What was ticked and may leave: arranged and paid for."""
    ready = rewarding.earned_deliveries().filter(pk__in=ids, state=State.ARRANGED)
    return list(_in_packing_order(ready.select_related("pledge__reward", "option")))


@ask_again
def _packing_list(request: HttpRequest, ids: Sequence[int], _chosen: dict) -> HttpResponse:
    deliveries = _to_pack(ids)
    today = timezone.localdate()
    return _pdf(
        request,
        deliveries,
        lambda: packing.packing_list(deliveries, on=today),
        action="donations.download_packing_list",
        name=f"{pgettext('file name', 'packing-list')}-{today.isoformat()}",
    )


@ask_again
def _labels(request: HttpRequest, ids: Sequence[int], chosen: dict) -> HttpResponse:
    deliveries = [delivery for delivery in _to_pack(ids) if PostalAddress.of(delivery)]
    return _pdf(
        request,
        deliveries,
        lambda: packing.labels(deliveries, first=chosen["first"] or 1),
        action="donations.download_labels",
        name=f"{pgettext('file name', 'labels')}-{timezone.localdate().isoformat()}",
    )


def _pdf(
    request: HttpRequest,
    deliveries: Sequence[RewardDelivery],
    make: Callable[[], bytes],
    *,
    action: str,
    name: str,
) -> HttpResponse:
    """Hand a document with addresses out, and keep who took those of which deliveries."""
    if not deliveries:
        messages.error(request, _("Nothing of what you ticked is ready to be sent by post."))
        return _back(request)
    try:
        pdf = make()
    except PdfError:
        messages.error(request, _("The document could not be made just now. Try again."))
        return _back(request)
    for delivery in deliveries:
        log(instance=delivery, action=action, user=request.user)
    response = HttpResponse(pdf, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(FULFIL)
def delivery(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Show one delivery; enter what a donor says on the phone; note what became of it."""
    found = get_object_or_404(_deliveries(), pk=delivery_id)
    if request.method != "POST":
        log(instance=found, action="donations.look_at_delivery", user=request.user)
        return _delivery_screen(request, found, DeliveryChoiceForm(delivery=found))
    if request.POST.get("do") == "choose":
        return _choose(request, found)
    acts = {
        "decline": (services.decline_reward, _("Given up. The piece is free for others.")),
        "returned": (services.mark_returned, _("Noted: it came back.")),
        "ask-again": (services.ask_again, _("The donor is asked again by email.")),
        "arrived": (services.mark_arrived, _("Noted: it arrived. The address is erased.")),
    }
    verb, done = acts.get(request.POST.get("do", ""), (None, ""))
    changed = False
    if verb is not None:
        with suppress(fulfilment.DeliveryError):
            changed = verb(delivery=found, by=request.user)
    if changed:
        messages.success(request, done)
    else:
        messages.error(request, _("Nothing was changed: somebody was quicker. See how it stands."))
    return redirect("donations_treasury:reward_delivery", found.pk)


def _choose(request: HttpRequest, found: RewardDelivery) -> HttpResponse:
    form = DeliveryChoiceForm(request.POST, delivery=found)
    if form.is_valid():
        try:
            services.choose_delivery(delivery=found, by=request.user, **form.choice)
        except fulfilment.DeliveryError as error:
            form.add_error(error.field, str(error))
            found.refresh_from_db()
        else:
            messages.success(request, _("Saved."))
            return redirect("donations_treasury:reward_delivery", found.pk)
    return _delivery_screen(request, found, form)


def _delivery_screen(
    request: HttpRequest, found: RewardDelivery, form: DeliveryChoiceForm
) -> HttpResponse:
    context = {
        "delivery": found,
        "pledge": found.pledge,
        "reward": found.pledge.reward,
        "address": PostalAddress.of(found),
        "is_paid": _is_paid(found),
        "is_open": found.state in fulfilment.OPEN_STATES,
        "form": form,
    }
    return render(request, "donations/admin/reward_delivery.html", context)
