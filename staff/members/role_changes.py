"""Changes of roles: never one's own, never the last administrator's."""

from collections.abc import Collection

from django.contrib.auth.models import AbstractUser, Group
from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from staff.groups import ADMINISTRATORS
from staff.members import invitations, log_actions
from staff.members.people import (
    MemberError,
    lock_members,
    member_of,
    refuse_last_administrator,
)


@transaction.atomic
def change_roles(*, user: AbstractUser, roles: Collection[Group], by: AbstractUser) -> bool:
    """Give ``user`` exactly ``roles``, which holds from their next click; a mail tells them.

    Returns False when they had these roles already: nothing is logged or sent.
    """
    lock_members()
    user.refresh_from_db()
    if user == by:
        raise MemberError(_("Nobody changes their own roles. Ask another administrator."))
    if not user.is_active:
        raise MemberError(_("This account is closed."))
    if not roles:
        raise MemberError(_("Choose at least one role. Whoever leaves hands over."), "roles")
    before = set(user.groups.values_list("name", flat=True))
    after = {group.name for group in roles}
    if before == after:
        return False
    if ADMINISTRATORS not in after:
        refuse_last_administrator(user)
    user.groups.set(roles)
    if ADMINISTRATORS in before - after:
        invitations.withdraw_sent_by(user, by=by)
    log(
        instance=member_of(user),
        action=log_actions.CHANGE_ROLES,
        user=by,
        data={"before": sorted(before), "after": sorted(after)},
    )
    from staff.members.tasks import send_staff_roles

    send_staff_roles.defer(user_id=user.pk)
    return True
