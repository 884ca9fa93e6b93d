"""What follows from a log-in: sessions begin, the log is written, mails go."""

from allauth.account import signals as account_signals
from allauth.mfa import signals as mfa_signals
from allauth.mfa.models import Authenticator
from django.contrib.auth import signals as auth_signals
from django.core.checks import register

from staff import sessions
from staff.login import checks, journal, shared_cache


def connect() -> None:
    """Connect everything below; called once, when the app is ready."""
    register(checks.second_factor_is_required)
    auth_signals.user_logged_in.connect(_begin_session, dispatch_uid="staff.begin")
    auth_signals.user_logged_out.connect(_note_logout, dispatch_uid="staff.logout")
    account_signals.user_logged_in.connect(_note_login, dispatch_uid="staff.login")
    mfa_signals.authentication_failed.connect(_note_wrong_code, dispatch_uid="staff.code")
    mfa_signals.authenticator_used.connect(_note_recovery, dispatch_uid="staff.recovery")


def _begin_session(request, user, **kwargs) -> None:
    sessions.begin(request)


def _note_login(request, user, **kwargs) -> None:
    from staff.login import enrolment

    enrolment.ask_for_codes_again(request, user)
    journal.note(journal.LOGIN, user)
    shared_cache.forget_expired()


def _note_logout(request, user, **kwargs) -> None:
    if user is not None and user.is_authenticated:
        journal.note(journal.LOGOUT, user)


def _note_wrong_code(user, **kwargs) -> None:
    journal.note_attempt(journal.CODE_WRONG, user)


def _note_recovery(user, authenticator, **kwargs) -> None:
    from staff.login import mails

    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        authenticator.refresh_from_db(fields=["data"])
        left = len(authenticator.wrap().get_unused_codes())
        mails.tell(journal.note(journal.RECOVERY_USED, user, codes_left=left))
