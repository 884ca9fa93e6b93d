"""A lost second factor: an administrator takes it away, and everything starts anew.

Whoever finds a telephone may also know the password. So the password goes with the factor, and a
link to the member's own mailbox brings the next one; after it, a new factor is set up.
"""

from django.contrib.auth.models import AbstractUser
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db import models, transaction
from django.utils.encoding import force_bytes, force_str
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.log_actions import log

from campaign_site.links import BadLink
from staff.members import log_actions
from staff.members.people import (
    MemberError,
    User,
    administrators,
    close_every_way_in,
    lock_members,
    member_of,
)


class Proof(models.TextChoices):
    """How an administrator made sure who asks."""

    MET = "met", gettext_lazy("I met them")
    SAW = "saw", gettext_lazy("I saw them in a video call")
    CALLED = "called", gettext_lazy("I called them on a number that I had before")


class _Tokens(PasswordResetTokenGenerator):
    """Good for PASSWORD_RESET_TIMEOUT and for one password; never instead of another link."""

    key_salt = "staff.members.new_start"


_tokens = _Tokens()


@transaction.atomic
def take_factors_away(*, user: AbstractUser, proof: str, by: AbstractUser) -> None:
    """End all sessions of ``user``, take factors and password away, and mail the way back in.

    The other administrators are told as well. Raises ``MemberError`` for one's own account.
    """
    lock_members()
    user.refresh_from_db()
    if user == by:
        raise MemberError(
            _("Nobody does this for themselves. Use a recovery code, or ask another administrator.")
        )
    if not user.is_active:
        raise MemberError(_("This account is closed."))
    user.set_unusable_password()
    user.save(update_fields=["password"])
    close_every_way_in(user)
    log(
        instance=member_of(user),
        action=log_actions.NEW_START,
        user=by,
        data={"proof": Proof(proof).value},
    )
    from staff.members.tasks import send_staff_new_start, send_staff_new_start_told

    send_staff_new_start.defer(user_id=user.pk)
    for other in administrators().exclude(pk__in=[user.pk, by.pk]):
        send_staff_new_start_told.defer(user_id=other.pk, about_id=user.pk, by_id=by.pk)


def link_parts(user: AbstractUser) -> tuple[str, str]:
    """The two parts of the link by which ``user`` chooses a new password, once."""
    return urlsafe_base64_encode(force_bytes(user.pk)), _tokens.make_token(user)


def find(uid: str, token: str) -> AbstractUser:
    """Return whose link it is; raises ``BadLink`` for one that is used, expired or made up."""
    try:
        user = User.objects.filter(
            pk=int(force_str(urlsafe_base64_decode(uid))), is_active=True
        ).first()
    except (ValueError, OverflowError) as error:
        raise BadLink from error
    if user is None or user.has_usable_password() or not _tokens.check_token(user, token):
        raise BadLink
    return user


@transaction.atomic
def set_password(*, uid: str, token: str, password: str) -> AbstractUser:
    """Set the new password; raises ``BadLink`` when the link was used meanwhile."""
    lock_members()
    user = find(uid, token)
    user.set_password(password)
    user.save(update_fields=["password"])
    close_every_way_in(user)
    log(instance=member_of(user), action=log_actions.SET_PASSWORD, user=user)
    return user
