"""What the log says of logging in: each success, each failure, each change of a factor.

What was typed is never written down. An attempt on a name that no account has is told to the
server's log alone, and says nothing of the name either.
"""

import logging

from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.log_actions import log

logger = logging.getLogger(__name__)

LOGIN = "staff.login"
PASSWORD_WRONG = "staff.password_wrong"  # noqa: S105  # the name of an action
CODE_WRONG = "staff.code_wrong"
LOGOUT = "staff.logout"
RECOVERY_USED = "staff.recovery_used"
FACTOR_ADDED = "staff.factor_added"
FACTOR_REMOVED = "staff.factor_removed"
FACTORS_RESET = "staff.factors_reset"
CODES_MADE = "staff.codes_made"
PASSWORD_CHANGED = "staff.password_changed"  # noqa: S105
PASSWORD_RESET = "staff.password_reset"  # noqa: S105
SESSIONS_ENDED = "staff.sessions_ended"

ACTIONS = {
    LOGIN: (_("Log in"), _("Logged in")),
    PASSWORD_WRONG: (_("Type a wrong password"), _("Wrong password typed when logging in")),
    CODE_WRONG: (_("Give a wrong code"), _("Wrong code given as the second factor")),
    LOGOUT: (_("Log out"), _("Logged out")),
    RECOVERY_USED: (_("Log in with a recovery code"), _("Recovery code used as second factor")),
    FACTOR_ADDED: (_("Add a second factor"), _("Second factor added")),
    FACTOR_REMOVED: (_("Remove a second factor"), _("Second factor removed")),
    FACTORS_RESET: (_("Take second factors away"), _("Second factors taken away")),
    CODES_MADE: (_("Make recovery codes"), _("New recovery codes made")),
    PASSWORD_CHANGED: (_("Change the password"), _("Password changed")),
    PASSWORD_RESET: (_("Set a new password"), _("New password set with a link from an email")),
    SESSIONS_ENDED: (_("End other sessions"), _("Other sessions ended")),
}


@hooks.register("register_log_actions")
def name_actions(actions) -> None:
    for name, (label, message) in ACTIONS.items():
        actions.register_action(name, label, message)


def name_of(user) -> str:
    """What the log calls a member: by their name, since many log in by an email address."""
    return user.get_full_name() or user.get_username()


def note(action: str, user, **data: object):
    """Write that ``user`` did ``action`` to their own account; return the entry."""
    return log(instance=user, action=action, user=user, title=name_of(user), data=data)


def note_attempt(action: str, account) -> None:
    """Write that somebody, perhaps not its owner, tried to get into ``account``."""
    log(instance=account, action=action, user=None, title=name_of(account))


def wrong_password(account) -> None:
    if account is None:
        logger.info("log-in with a name that no account has")
    else:
        note_attempt(PASSWORD_WRONG, account)
