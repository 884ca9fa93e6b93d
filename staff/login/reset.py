"""A lost second factor: what is left of it is taken away, so that a new one can be set up."""

from allauth.mfa.models import Authenticator
from django.db import transaction
from wagtail.log_actions import log

from staff import sessions
from staff.login import journal, mails


@transaction.atomic
def take_factors_away(user, *, by=None) -> None:
    """Remove every factor and recovery code of ``user``, end their sessions, log it, tell them.

    ``by`` is who did it; None for the command line. Running it again changes nothing more.
    """
    Authenticator.objects.filter(user_id=user.pk).delete()
    sessions.end_sessions(user)
    entry = log(instance=user, action=journal.FACTORS_RESET, user=by, title=journal.name_of(user))
    mails.tell(entry)
