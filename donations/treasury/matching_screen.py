"""The screen that shows one payment and everything it takes to place it.

The same screen comes as a whole page or, for the script that asks with the header
``X-Matching: fragment``, alone: then no page has to be loaded between two payments.
"""

from dataclasses import dataclass, field, replace
from decimal import Decimal

from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.models import ModelLogEntry

from campaign_site.query_numbers import read_number
from campaign_site.templatetags.campaign import day
from donations.models import Allocation, Appeal, BankEntry, Pledge, grouped
from donations.particulars import Particulars
from donations.services.matching import EURO
from donations.suggestions import MOST, Suggestion, suggestions
from donations.treasury import matching_words as words
from donations.treasury.matching_queue import count_to_match, next_payment
from donations.treasury.matching_search import find_pledges

# What the script says; everything else stands in the template.
SCRIPT_WORDS = {
    "offline": gettext_lazy(
        "The server did not answer. Nothing was lost: press the key again in a moment."
    ),
    "chosen": gettext_lazy("%(choice)s. Enter confirms."),
    "choose": gettext_lazy("Choose where the payment goes, then confirm."),
}


@dataclass(frozen=True)
class Notice:
    """How an action went: shown in place, and read out."""

    text: str
    is_error: bool = False


@dataclass(frozen=True)
class Choice:
    """One place for a payment, as the screen offers it."""

    key: str
    title: str
    follows: str
    facts: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    # The key that chooses it; 0 beyond the ninth.
    digit: int = 0


def is_fragment(request: HttpRequest) -> bool:
    """Whether the script asks, which puts the answer into the page that is there."""
    return request.headers.get("X-Matching") == "fragment"


def last_decided(request: HttpRequest) -> str:
    """The number of the payment decided on last, which can be undone; carried along."""
    last = request.POST.get("last") or request.GET.get("last", "")
    return "" if read_number(last) is None else last


def find(entry_id: int) -> BankEntry | None:
    related = ("account", "statement", "statement__file", "batch")
    return BankEntry.objects.select_related(*related).filter(pk=entry_id).first()


def show(
    request: HttpRequest,
    entry: BankEntry | None,
    *,
    notice: Notice | None = None,
    last: str = "",
    status: int = 200,
    typed: str = "",
) -> HttpResponse:
    """Show a payment, or that none is waiting."""
    name = "match" if entry else "match_queue_empty"
    if is_fragment(request):
        name = "match_screen" if entry else "match_screen_empty"
    context = {"notice": notice, "last": last, "typed": typed}
    context["script_words"] = {key: str(sentence) for key, sentence in SCRIPT_WORDS.items()}
    if entry is not None:
        context |= _beside(request, entry)
    return render(request, f"donations/admin/{name}.html", context, status=status)


def go_on(
    request: HttpRequest, entry: BankEntry, notice: Notice, *, last: str = ""
) -> HttpResponse:
    """Show the payment after ``entry``, and how it went with that one."""
    if is_fragment(request):
        following = next_payment(entry.pk)
        shown = find(following.pk) if following else None
        return show(
            request, shown, notice=notice, last=last, status=409 if notice.is_error else 200
        )
    _tell(request, notice)
    return redirect(f"{reverse('donations_treasury:to_match')}?after={entry.pk}&last={last}")


def stay(
    request: HttpRequest, entry: BankEntry, notice: Notice, *, last: str | None = None
) -> HttpResponse:
    """Show the same payment as it is now, and how it went."""
    last = last_decided(request) if last is None else last
    if is_fragment(request):
        status = 409 if notice.is_error else 200
        return show(request, find(entry.pk), notice=notice, last=last, status=status)
    _tell(request, notice)
    return redirect(f"{reverse('donations_treasury:payment', args=[entry.pk])}?last={last}")


def _tell(request: HttpRequest, notice: Notice) -> None:
    (messages.error if notice.is_error else messages.success)(request, notice.text)


def _beside(request: HttpRequest, entry: BankEntry) -> dict[str, object]:
    """Everything that the screen says of a payment."""
    lines = list(
        entry.allocations.select_related(
            "appeal", "pledge", "returned_gift", "made_by", "undone_by"
        ).order_by("pk")
    )
    standing = [line for line in lines if line.undone_at is None]
    left = sum((one.amount for one in standing if one.kind == Allocation.Kind.SUSPENSE), Decimal(0))
    said = Particulars.from_text(entry.particulars)
    is_open = entry.state in {BankEntry.State.TO_MATCH, BankEntry.State.UNMATCHED} and bool(left)
    is_to_match = entry.state == BankEntry.State.TO_MATCH
    query = " ".join(request.GET.get("q", "").split())
    was_undone = is_to_match and any(
        line.undone_at and line.kind != Allocation.Kind.SUSPENSE for line in lines
    )
    return {
        "entry": entry,
        "amount": words.money(entry.amount, entry.currency),
        "said": said,
        "payer_account": grouped(said.account),
        "why": words.why(entry, was_undone=was_undone) if is_to_match else "",
        "left": words.money(left, entry.currency) if left and left != entry.amount else "",
        "is_open": is_open,
        "is_to_match": is_to_match,
        # Only money that came in, in euros, can be a gift.
        "takes_gifts": is_open and entry.currency == EURO and left > 0,
        "takes_returns": is_open and entry.currency == EURO and left < 0,
        "can_undo": bool(entry.state == BankEntry.State.UNMATCHED)
        or any(line.kind != Allocation.Kind.SUSPENSE for line in standing),
        "seen": max((line.pk for line in standing), default=0),
        "query": query,
        "choices": _choices(entry, left, query) if is_open and entry.currency == EURO else [],
        "appeals": _appeals(entry) if is_open else [],
        "standing": [
            (line, words.money(line.amount, entry.currency), words.placed(line))
            for line in standing
        ],
        "history": [
            (line, words.money(line.amount, entry.currency), words.placed(line)) for line in lines
        ],
        "decisions": ModelLogEntry.objects.for_instance(entry).select_related("user"),
        "parts": [(part, words.money(part.amount, part.currency)) for part in entry.parts.all()],
        "count": count_to_match(),
        "keys_are_on": _keys_are_on(request.user),
    }


def _choices(entry: BankEntry, left: Decimal, query: str) -> list[Choice]:
    """What the treasurer searched for, else what is suggested."""
    if query:
        found = [_pledge_choice(pledge, left) for pledge in find_pledges(query, entry)]
    else:
        found = [_suggested(suggestion, left) for suggestion in suggestions(entry)]
    return [replace(one, digit=place if place <= MOST else 0) for place, one in enumerate(found, 1)]


def _pledge_choice(pledge: Pledge, left: Decimal, reasons: list[str] | None = None) -> Choice:
    title = f"{words.name_of(pledge)} · {pledge.communication}"
    follows = words.follows(pledge, left)
    return Choice(f"pledge-{pledge.pk}", title, follows, words.pledge_facts(pledge), reasons or [])


def _suggested(one: Suggestion, left: Decimal) -> Choice:
    if one.pledge is not None:
        return _pledge_choice(one.pledge, left, one.reasons)
    if one.pledges:
        facts = [
            f"{words.name_of(pledge)}: {words.money(pledge.owed_eur, EURO)}"
            for pledge in one.pledges
        ]
        title = _("All of these promises")
        follows = _("Each promise is then received in full.")
        return Choice(one.key, title, follows, facts, one.reasons)
    if one.gift is not None:
        gift = one.gift
        title = _("The gift of %(day)s, %(amount)s") % {
            "day": day(gift.on),
            "amount": words.money(gift.amount, EURO),
        }
        follows = _("The gift does not count any more, as far as it was sent back.")
        return Choice(one.key, title, follows, [words.placed(gift)], one.reasons)
    follows = _("It counts as a gift without a promise.")
    if one.supporter is not None:
        follows = _("It counts as a gift without a promise; we thank the person who gave before.")
    return Choice(one.key, one.appeal.name, follows, [], one.reasons)


def _appeals(entry: BankEntry) -> list[tuple[int, Appeal]]:
    """Every appeal that takes transfers, those on the payment's account first."""
    appeals = list(Appeal.objects.exclude(account=None).order_by("-pk"))
    appeals.sort(key=lambda appeal: appeal.account_id != entry.account_id)
    return [(place if place <= MOST else 0, one) for place, one in enumerate(appeals, start=1)]


def _keys_are_on(user: AbstractBaseUser) -> bool:
    """Whether the user has left single keys on in their account (WCAG 2.1.4)."""
    profile = getattr(user, "wagtail_userprofile", None)
    return profile.keyboard_shortcuts if profile else True
