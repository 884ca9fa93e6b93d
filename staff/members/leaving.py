"""Somebody leaves: their work passes to others, and their account is closed, all or nothing."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib.auth.models import AbstractUser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log
from wagtail.models import PageSubscription

from staff.hand_over import Holding, Piece, holdings
from staff.members import log_actions
from staff.members.people import (
    MemberError,
    User,
    close_every_way_in,
    lock_members,
    member_of,
    name_of,
    refuse_last_administrator,
)


@dataclass(frozen=True)
class Held:
    """One kind of thing that somebody still holds, and all of it."""

    holding: Holding
    pieces: list[Piece]

    @property
    def needs_heir(self) -> bool:
        return self.holding.pass_on is not None


def held_by(user: AbstractUser) -> list[Held]:
    """Everything that is open in the name of ``user``."""
    found = ((holding, list(holding.pieces(user))) for holding in holdings())
    return [Held(holding, pieces) for holding, pieces in found if pieces]


def heirs_for(holding: Holding, user: AbstractUser) -> list[AbstractUser]:
    """Who may take ``holding`` over from ``user``: members who are allowed that work."""
    others = User.objects.filter(is_active=True).exclude(pk=user.pk).order_by("first_name", "pk")
    return [other for other in others if holding.may_take(other)]


@transaction.atomic
def close_account(
    *, user: AbstractUser, heirs: Mapping[str, AbstractUser], by: AbstractUser
) -> dict[str, int]:
    """Pass on what ``user`` holds to ``heirs`` (by the key of the holding) and close the account.

    They cannot log in from that moment, wherever they are logged in; what they did stays in their
    name. Returns how many of each kind were passed on or ended. Raises ``MemberError`` for
    oneself, for the last administrator, and when something would be left to nobody: then nothing
    has changed.
    """
    lock_members()
    user.refresh_from_db()
    if user == by:
        raise MemberError(_("Nobody closes their own account. Ask another administrator."))
    if not user.is_active:
        raise MemberError(_("This account is closed."))
    refuse_last_administrator(user)
    counts = {}
    for held in held_by(user):
        count = _settle(held, user, heirs.get(held.holding.key))
        if count:
            counts[held.holding.key] = count
    _shut(user)
    member = member_of(user)
    member.left_at = timezone.now()
    followers = {heir.pk: heir for heir in heirs.values()}
    member.handed_over_to = next(iter(followers.values())) if len(followers) == 1 else None
    member.save(update_fields=["left_at", "handed_over_to"])
    log(
        instance=member,
        action=log_actions.CLOSE,
        user=by,
        data={"counts": counts, "to": {key: heir.pk for key, heir in heirs.items()}},
    )
    return counts


def _settle(held: Held, user: AbstractUser, heir: AbstractUser | None) -> int:
    holding = held.holding
    if holding.end is not None:
        return holding.end(user)
    if holding.pass_on is None:
        return 0
    if heir is None:
        raise MemberError(
            _("Say who goes on with: %(what)s.") % {"what": holding.label}, holding.key
        )
    if heir not in heirs_for(holding, user):
        raise MemberError(
            _("%(name)s may not do this work.") % {"name": name_of(heir)}, holding.key
        )
    return holding.pass_on(user, heir)


def _shut(user: AbstractUser) -> None:
    user.is_active = user.is_superuser = user.is_staff = False
    user.set_unusable_password()
    user.save(update_fields=["is_active", "is_superuser", "is_staff", "password"])
    user.groups.clear()
    user.user_permissions.clear()
    PageSubscription.objects.filter(user=user).delete()
    close_every_way_in(user)
