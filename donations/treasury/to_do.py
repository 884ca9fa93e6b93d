"""What waits for treasurers: payments, rewards, and accounts on which two people must agree."""

from collections.abc import Iterator

from django.db.models import Count, Min
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from donations.account_warnings import pages_to_check
from donations.models import AccountChange, RewardDelivery
from donations.services.rewarding import earned_deliveries
from donations.treasury.access import APPROVE_ACCOUNT, FULFIL, MATCH
from donations.treasury.matching_queue import payments_to_match
from staff.to_do import Item, waits_since


def payments_to_do(request: HttpRequest) -> Iterator[Item]:
    """Payments that no machine could place; one query."""
    if not request.user.has_perm(MATCH):
        return
    waiting = payments_to_match().aggregate(number=Count("pk"), oldest=Min("booked_on"))
    yield Item(
        key="payments",
        label=ngettext("payment to match", "payments to match", waiting["number"]),
        number=waiting["number"],
        url=reverse("donations_treasury:to_match"),
        note=waits_since(waiting["oldest"]),
        keep_when_done=True,
    )


def rewards_to_do(request: HttpRequest) -> Iterator[Item]:
    """Rewards that are paid for, and whose donors said where they want them; one query."""
    if not request.user.has_perm(FULFIL):
        return
    arranged = earned_deliveries().filter(state=RewardDelivery.State.ARRANGED)
    waiting = arranged.aggregate(number=Count("pk"), oldest=Min("arranged_at"))
    yield Item(
        key="rewards",
        label=ngettext("reward to send", "rewards to send", waiting["number"]),
        number=waiting["number"],
        url=reverse("donations_treasury:rewards"),
        note=waits_since(waiting["oldest"]),
        keep_when_done=True,
    )


def accounts_to_do(request: HttpRequest) -> Iterator[Item]:
    """Changes of accounts that others proposed, and pages that name a wrong account.

    Three queries. The pages are read again only when one of them or an account has changed.
    """
    if not request.user.has_perm(APPROVE_ACCOUNT):
        return
    address = reverse("donations_treasury:accounts")
    pages = len({warning.page_id for warning in pages_to_check()})
    yield Item(
        key="account-pages",
        label=ngettext("page that names another account", "pages that name another account", pages),
        number=pages,
        url=f"{address}#pages",
        note=_("Gifts could go astray."),
        is_urgent=True,
    )
    proposed = AccountChange.objects.filter(state=AccountChange.State.PROPOSED)
    waiting = proposed.exclude(proposed_by=request.user).aggregate(
        number=Count("pk"), oldest=Min("proposed_at")
    )
    yield Item(
        key="account-changes",
        label=ngettext(
            "change of a bank account to approve",
            "changes of bank accounts to approve",
            waiting["number"],
        ),
        number=waiting["number"],
        url=address,
        note=waits_since(waiting["oldest"]),
    )
