"""Match payments: the queue, one payment, and what a treasurer decides on it."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin.auth import permission_required

from campaign_site.query_numbers import read_number
from donations import services
from donations.models import Allocation, Appeal, BankEntry, Pledge
from donations.services.matching import Line
from donations.suggestions import Suggestion, suggestions
from donations.treasury import matching_screen as screen
from donations.treasury import matching_words as words
from donations.treasury.access import MATCH
from donations.treasury.matching_forms import PlaceForm, read_seen
from donations.treasury.matching_queue import next_payment


@require_safe
@permission_required(MATCH)
def to_match(request: HttpRequest) -> HttpResponse:
    """Show the payment after the one just decided on or skipped, or say that there is none."""
    last = screen.last_decided(request)
    found = next_payment(read_number(request.GET.get("after", "")) or 0)
    if found is None or screen.is_fragment(request):
        return screen.show(request, screen.find(found.pk) if found else None, last=last)
    address = reverse("donations_treasury:payment", args=[found.pk])
    return redirect(f"{address}?last={last}" if last else address)


@require_safe
@permission_required(MATCH)
def payment(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Show one payment: what it takes to place it, or where it is, and its whole history."""
    found = screen.find(entry_id)
    if found is None:
        raise Http404
    return screen.show(request, found, last=screen.last_decided(request))


@require_POST
@permission_required(MATCH)
def place(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Place a payment, or a part of it, on what was chosen."""
    entry = get_object_or_404(BankEntry, pk=entry_id)
    form = PlaceForm(request.POST)
    if not form.is_valid():
        notice = screen.Notice(form.first_error, is_error=True)
        typed = request.POST.get("amount", "")
        last = screen.last_decided(request)
        shown = screen.find(entry_id)
        return screen.show(request, shown, notice=notice, last=last, status=422, typed=typed)
    kind, numbers = form.cleaned_data["target"]
    carry_out = {"pledge": _on_pledges, "appeal": _on_appeal, "gift": _as_return}[kind]
    values = {"by": request.user, "seen": read_seen(request.POST.get("seen", ""))}
    amount = form.cleaned_data["amount"]
    suggested = {one.key: one for one in suggestions(entry)}.get(request.POST["target"])

    def decide() -> BankEntry:
        return carry_out(entry, numbers, amount, suggested, values)

    return _carry_out(request, entry, decide)


def _on_pledges(entry, numbers, amount, suggested: Suggestion | None, values) -> BankEntry:
    pledges = Pledge.objects.defer("name").in_bulk(numbers)
    if len(pledges) != len(numbers):
        raise _gone()
    rule = suggested.rule if suggested else Allocation.Rule.BY_HAND
    if len(numbers) == 1:
        pledge = pledges[numbers[0]]
        return services.place_on_pledge(
            entry=entry, pledge=pledge, amount=amount, rule=rule, **values
        )
    if suggested is None:
        raise _gone()
    lines = [
        Line(Allocation.Kind.GIFT, pledge.owed_eur, pledge=pledge) for pledge in suggested.pledges
    ]
    return services.place_rest(entry=entry, lines=lines, rule=rule, **values)


def _on_appeal(entry, numbers, amount, suggested: Suggestion | None, values) -> BankEntry:
    appeal = Appeal.objects.exclude(account=None).filter(pk=numbers[0]).first()
    # Whose gift it is comes from the suggestion only, never from the form.
    if appeal is None or (len(numbers) > 1 and suggested is None):
        raise _gone()
    return services.place_on_appeal(
        entry=entry,
        appeal=appeal,
        amount=amount,
        rule=suggested.rule if suggested else Allocation.Rule.BY_HAND,
        supporter=suggested.supporter if suggested else None,
        **values,
    )


def _as_return(entry, numbers, amount, _suggested, values) -> BankEntry:
    gift = Allocation.objects.filter(pk=numbers[0], kind=Allocation.Kind.GIFT).first()
    if gift is None:
        raise _gone()
    part = -amount if amount else None
    return services.place_return(entry=entry, original=gift, amount=part, **values)


def _gone() -> services.DonationError:
    return services.DonationError(
        _("What you chose is not there any more. Nothing was changed; choose again.")
    )


@require_POST
@permission_required(MATCH)
def not_a_gift(request: HttpRequest, entry_id: int) -> HttpResponse:
    return _decide(request, entry_id, services.set_not_a_gift)


@require_POST
@permission_required(MATCH)
def nobody_knows(request: HttpRequest, entry_id: int) -> HttpResponse:
    return _decide(request, entry_id, services.set_unmatched)


@require_POST
@permission_required(MATCH)
def undo(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Take back where a payment was placed, and show it."""
    entry = get_object_or_404(BankEntry, pk=entry_id)
    seen = read_seen(request.POST.get("seen", ""))
    try:
        services.undo(entry=entry, by=request.user, seen=seen)
    except services.DonationError as error:
        return screen.stay(request, entry, screen.Notice(str(error), is_error=True))
    return screen.stay(request, entry, screen.Notice(_("Undone. It is to be matched again.")))


def _decide(request: HttpRequest, entry_id: int, verb: Callable[..., BankEntry]) -> HttpResponse:
    entry = get_object_or_404(BankEntry, pk=entry_id)
    seen = read_seen(request.POST.get("seen", ""))
    return _carry_out(request, entry, lambda: verb(entry=entry, by=request.user, seen=seen))


def _carry_out(
    request: HttpRequest, entry: BankEntry, decide: Callable[[], BankEntry]
) -> HttpResponse:
    """Decide, tell how it went, and go on: to the next payment, or to what is left of this one."""
    before = _line_numbers(entry)
    try:
        decided = decide()
    except services.DonationError as error:
        return _refused(request, entry, error)
    notice = screen.Notice(_how_it_went(decided, before))
    if decided.state == BankEntry.State.TO_MATCH:
        return screen.stay(request, decided, notice, last=str(decided.pk))
    return screen.go_on(request, decided, notice, last=str(decided.pk))


def _line_numbers(entry: BankEntry) -> set[int]:
    return set(entry.allocations.filter(undone_at=None).values_list("pk", flat=True))


def _how_it_went(entry: BankEntry, before: set[int]) -> str:
    if entry.state == BankEntry.State.UNMATCHED:
        return _("%(amount)s: nobody knows whose.") % {
            "amount": words.money(entry.amount, entry.currency)
        }
    lines = entry.allocations.filter(undone_at=None).exclude(pk__in=before)
    placed = lines.exclude(kind=Allocation.Kind.SUSPENSE).select_related("appeal", "pledge")
    return words.done(entry, list(placed.order_by("pk")))


def _refused(request: HttpRequest, entry: BankEntry, error: services.DonationError) -> HttpResponse:
    """Say why nothing was done: beside the payment if it still waits, else beside the next one."""
    notice = screen.Notice(str(error), is_error=True)
    entry.refresh_from_db(fields=["state"])
    if entry.state in {BankEntry.State.TO_MATCH, BankEntry.State.UNMATCHED}:
        return screen.stay(request, entry, notice)
    return screen.go_on(request, entry, notice, last=screen.last_decided(request))
