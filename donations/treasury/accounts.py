"""Staff screens of bank accounts: the list, one account, and a change that two people make."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from wagtail.admin import messages
from wagtail.admin.auth import any_permission_required, permission_required
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.base import ViewSet

from campaign_site.templatetags.campaign import day
from donations import services
from donations.account_warnings import pages_to_check, promises_told_otherwise
from donations.models import AccountChange, Appeal, BankAccount, Pledge, grouped
from donations.services.accounts import current_values
from donations.treasury.access import APPROVE_ACCOUNT, PROPOSE_ACCOUNT
from donations.treasury.account_forms import ChangeForm, DescriptionForm, NewAccountForm

VIEW = "donations.view_bankaccount"
ADD = "donations.add_bankaccount"

for_staff = any_permission_required(VIEW, PROPOSE_ACCOUNT, APPROVE_ACCOUNT)


@require_safe
@for_staff
def index(request: HttpRequest) -> HttpResponse:
    """Show the accounts, what waits for a second person, and pages that name another account."""
    told_otherwise = promises_told_otherwise()
    accounts = list(BankAccount.objects.order_by("label"))
    waiting = AccountChange.objects.filter(state=AccountChange.State.PROPOSED)
    changes = list(waiting.select_related("account", "proposed_by").order_by("pk"))
    waits = {change.account_id for change in changes}
    context = {
        "accounts": [
            (account, state_of(account), account.pk in waits, told_otherwise.get(account.pk, 0))
            for account in accounts
        ],
        "changes": changes,
        "warnings": pages_to_check(),
        "may_add": request.user.has_perm(ADD),
    }
    return render(request, "donations/admin/accounts.html", context)


def state_of(account: BankAccount) -> str:
    """Say in words whether the account takes gifts today, and if not, why."""
    today = timezone.localdate()
    if not account.is_confirmed:
        return _("takes no gifts: two people have not agreed to it yet")
    if account.used_from and today < account.used_from:
        return _("takes gifts from %(day)s") % {"day": day(account.used_from)}
    if account.used_until and account.used_until < today:
        return _("takes no gifts since %(day)s") % {"day": day(account.used_until)}
    return _("in use")


@require_safe
@for_staff
def account(request: HttpRequest, account_id: int) -> HttpResponse:
    """Show one account: what it is, who uses it, and every change with its two people."""
    found = get_object_or_404(BankAccount, pk=account_id)
    changes = list(found.changes.select_related("proposed_by", "decided_by"))
    context = {
        "account": found,
        "state": state_of(found),
        "lines": [(line.label, line.now) for line in compare(current_values(found), None)],
        "changes": changes,
        "waiting": next((one for one in changes if one.state == one.State.PROPOSED), None),
        "may_propose": request.user.has_perm(PROPOSE_ACCOUNT),
        "told_otherwise": promises_told_otherwise().get(found.pk, 0),
        **reach_of(found),
    }
    return render(request, "donations/admin/account.html", context)


def reach_of(account: BankAccount) -> dict[str, object]:
    """Return where an account is read: open appeals with their pages, and promises awaited."""
    appeals = Appeal.objects.filter(account=account).select_related("account")
    awaited = Q(pledges__status__in=Pledge.AWAITED)
    counted = appeals.annotate(awaited_count=Count("pledges", filter=awaited)).order_by("name_en")
    shown = [appeal for appeal in counted if not appeal.is_past]
    promised = Pledge.objects.filter(account=account, status__in=Pledge.AWAITED)
    return {
        "appeals": [(appeal, list(appeal.pages.live().order_by("path"))) for appeal in shown],
        "promised_count": promised.count(),
    }


@dataclass(frozen=True)
class Line:
    """One fact of an account, as it is (or was) and as it is to be."""

    label: str
    now: str
    then: str
    is_changed: bool


def compare(before: dict | None, after: dict | None) -> list[Line]:
    """Return what stands side by side; None for an account that is none yet, or no change."""
    fields = {name: BankAccount._meta.get_field(name) for name in BankAccount.GUARDED_FIELDS}
    return [
        Line(
            label=str(field.verbose_name),
            now=_written(name, (before or {}).get(name)),
            then=_written(name, (after or {}).get(name)),
            is_changed=(before or {}).get(name) != (after or {}).get(name),
        )
        for name, field in fields.items()
    ]


def _written(name: str, value: str | None) -> str:
    if not value:
        return "–"
    if name == "iban":
        return grouped(value)
    if name == "reference_line":
        return str(dict(BankAccount.ReferenceLine.choices)[value])
    return day(date.fromisoformat(value)) if name.startswith("used_") else value


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(ADD)
def new(request: HttpRequest) -> HttpResponse:
    """Propose an account that is none yet."""
    form = NewAccountForm(request.POST or None)
    if form.is_valid():
        propose = partial(
            services.propose_change,
            account=None,
            values=form.values,
            label=form.cleaned_data["label"],
            purpose=form.cleaned_data["purpose"],
            reason=form.cleaned_data["reason"],
            by=request.user,
        )
        if (change := _proposed(request, form, propose)) is not None:
            return redirect("donations_treasury:account_change", change.pk)
    context = {"form": form, "title": _("New bank account"), "account": None}
    return render(request, "donations/admin/account_form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(PROPOSE_ACCOUNT)
def propose(request: HttpRequest, account_id: int) -> HttpResponse:
    """Propose that an account be another."""
    found = get_object_or_404(BankAccount, pk=account_id)
    # The form writes what was typed into its instance.
    form = ChangeForm(request.POST or None, instance=BankAccount.objects.get(pk=found.pk))
    if form.is_valid():
        values, reason = form.values, form.cleaned_data["reason"]
        propose = partial(
            services.propose_change, account=found, values=values, reason=reason, by=request.user
        )
        if (change := _proposed(request, form, propose)) is not None:
            return redirect("donations_treasury:account_change", change.pk)
    context = {"form": form, "title": _("Propose a change"), "account": found, **reach_of(found)}
    return render(request, "donations/admin/account_form.html", context)


def _proposed(request: HttpRequest, form, propose: Callable) -> AccountChange | None:
    """Propose and say so; what stands against it goes to the form, with all that was typed."""
    try:
        change = propose()
    except services.DonationError as error:
        form.add_error(None, str(error))
        return None
    messages.success(request, _("Proposed. A second person has to approve it now."))
    return change


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(PROPOSE_ACCOUNT)
def describe(request: HttpRequest, account_id: int) -> HttpResponse:
    """Change label and purpose, which only staff see; one person may."""
    found = get_object_or_404(BankAccount, pk=account_id)
    form = DescriptionForm(request.POST or None, instance=BankAccount.objects.get(pk=found.pk))
    if form.is_valid():
        try:
            services.describe_account(account=found, by=request.user, **form.cleaned_data)
        except services.DonationError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect("donations_treasury:account", found.pk)
    context = {"form": form, "title": _("Label and purpose"), "account": found, "is_words": True}
    return render(request, "donations/admin/account_form.html", context)


@require_safe
@for_staff
def change(request: HttpRequest, change_id: int) -> HttpResponse:
    """Show old and new side by side, what it touches, and the buttons of whoever may decide."""
    changes = AccountChange.objects.select_related("account", "proposed_by", "decided_by")
    found = get_object_or_404(changes, pk=change_id)
    is_waiting = found.state == AccountChange.State.PROPOSED
    is_own = found.proposed_by_id == request.user.pk
    before = found.values_before
    if is_waiting and found.account.is_confirmed:
        before = current_values(found.account)
    context = {
        "change": found,
        "account": found.account,
        "lines": compare(before, found.values),
        "is_new": before is None,
        "is_waiting": is_waiting,
        "is_own": is_own,
        "may_approve": request.user.has_perm(APPROVE_ACCOUNT) and not is_own,
        **reach_of(found.account),
    }
    return render(request, "donations/admin/account_change.html", context)


@require_POST
@permission_required(APPROVE_ACCOUNT)
def approve(request: HttpRequest, change_id: int) -> HttpResponse:
    done = _("Approved. Pages, payment codes and emails show it from now on.")
    return _decide(request, change_id, services.approve_change, done)


@require_POST
@permission_required(APPROVE_ACCOUNT)
def refuse(request: HttpRequest, change_id: int) -> HttpResponse:
    return _decide(request, change_id, services.refuse_change, _("Refused. Nothing has changed."))


@require_POST
@permission_required(PROPOSE_ACCOUNT)
def withdraw(request: HttpRequest, change_id: int) -> HttpResponse:
    done = _("Withdrawn. Nothing has changed.")
    return _decide(request, change_id, services.withdraw_change, done)


def _decide(request: HttpRequest, change_id: int, decide: Callable, done: str) -> HttpResponse:
    found = get_object_or_404(AccountChange, pk=change_id)
    try:
        decide(change=found, by=request.user)
    except services.DonationError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect("donations_treasury:account_change", found.pk)


class AccountsMenuItem(MenuItem):
    def is_shown(self, request) -> bool:
        return any(map(request.user.has_perm, (VIEW, PROPOSE_ACCOUNT, APPROVE_ACCOUNT)))


class AccountsViewSet(ViewSet):
    """Puts the accounts into the menu; their addresses are those of the treasurer's screens."""

    name = "donations_accounts"
    icon = "key"
    menu_label = gettext_lazy("Bank accounts")
    menu_item_class = AccountsMenuItem

    @cached_property
    def menu_url(self) -> str:
        return reverse("donations_treasury:accounts")
