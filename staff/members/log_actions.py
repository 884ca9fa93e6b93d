"""What the log says about accounts of staff; whose it was is the row's own title."""

from django.utils.translation import gettext_lazy as _
from wagtail import hooks

INVITE = "staff.invite"
INVITE_AGAIN = "staff.invite_again"
WITHDRAW = "staff.withdraw_invitation"
ACCEPT = "staff.accept_invitation"
CHANGE_ROLES = "staff.change_roles"
NEW_START = "staff.new_start"
CLOSE = "staff.close_account"
SET_PASSWORD = "staff.set_first_password"  # noqa: S105  # a name in the log


@hooks.register("register_log_actions")
def name_actions_on_members(actions) -> None:
    named = [
        (INVITE, _("Invite somebody"), _("Invited to work here")),
        (INVITE_AGAIN, _("Invite somebody again"), _("Invitation sent again")),
        (WITHDRAW, _("Withdraw an invitation"), _("Invitation withdrawn")),
        (ACCEPT, _("Accept an invitation"), _("Invitation accepted")),
        (CHANGE_ROLES, _("Change somebody’s roles"), _("Roles changed")),
        (NEW_START, _("Take a lost second factor away"), _("Second factor taken away")),
        (SET_PASSWORD, _("Choose a password with a link"), _("New password chosen with a link")),
        (CLOSE, _("Close an account"), _("Work handed over and account closed")),
    ]
    for name, label, message in named:
        actions.register_action(name, label, message)
