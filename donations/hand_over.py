"""What a member of staff holds among the accounts: changes that wait for a second person."""

from collections.abc import Iterator

from django.contrib.auth.models import AbstractBaseUser
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from donations.models import AccountChange
from staff.hand_over import Holding, Piece, register


def _proposed(user: AbstractBaseUser) -> Iterator[Piece]:
    waiting = AccountChange.objects.filter(
        proposed_by=user, state=AccountChange.State.PROPOSED
    ).select_related("account")
    for change in waiting.order_by("pk"):
        yield Piece(
            change.account.label, reverse("donations_treasury:account_change", args=[change.pk])
        )


# Not passed on: who proposed a change is what makes whoever approves it the second person.
register(
    Holding(
        "account-changes",
        _("proposed changes to bank accounts"),
        _("They keep waiting for a second person, who approves or refuses them."),
        _proposed,
    )
)
