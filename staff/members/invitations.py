"""Invitations: how somebody comes to work here, or comes back.

The link of the mail is a standing one (``campaign_site.links``); an invitation sent anew takes the
links of earlier mails back.
"""

from collections.abc import Iterable

from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser, Group
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log
from wagtail.users.models import UserProfile

from campaign_site import links
from staff.members import log_actions
from staff.members.people import MemberError, close_every_way_in, lock_members, member_of
from staff.models import INVITATION_LIFETIME, Invitation

User = get_user_model()


@transaction.atomic
def invite(
    *, email: str, name: str, language: str, roles: Iterable[Group], by: AbstractUser | None
) -> Invitation:
    """Ask somebody to work here in ``roles``; a mail brings them the link.

    Raises ``MemberError`` for an address that has an account in use, or an invitation that can
    still be taken up. The account of somebody who left is opened again when they take it up.
    """
    lock_members()
    if User.objects.filter(email__iexact=email, is_active=True).exists():
        raise MemberError(_("Somebody with this address works here already."), "email")
    if Invitation.objects.open().filter(email__iexact=email).exists():
        raise MemberError(
            _("This address has been invited before. Send that invitation again."), "email"
        )
    invitation = Invitation.objects.create(email=email, name=name, language=language, invited_by=by)
    invitation.groups.set(roles)
    _log(invitation, log_actions.INVITE, by)
    _send(invitation)
    return invitation


@transaction.atomic
def send_again(*, invitation: Invitation, by: AbstractUser | None) -> Invitation:
    """Send an invitation anew, good for another 72 hours; the earlier link works no more."""
    lock_members()
    invitation = _waiting(invitation)
    if User.objects.filter(email__iexact=invitation.email, is_active=True).exists():
        raise MemberError(_("Somebody with this address works here already."))
    invitation.link_version += 1
    invitation.expires_at = timezone.now() + INVITATION_LIFETIME
    invitation.sent_at = None
    invitation.save(update_fields=["link_version", "expires_at", "sent_at"])
    _log(invitation, log_actions.INVITE_AGAIN, by)
    _send(invitation)
    return invitation


@transaction.atomic
def withdraw(*, invitation: Invitation, by: AbstractUser | None) -> None:
    """Take an invitation back: its link works no more."""
    lock_members()
    invitation = _waiting(invitation)
    invitation.withdrawn_at = timezone.now()
    invitation.save(update_fields=["withdrawn_at"])
    _log(invitation, log_actions.WITHDRAW, by)


def withdraw_sent_by(user: AbstractUser, *, by: AbstractUser | None) -> int:
    """Take back what somebody sent who invites nobody any more; return how many there were.

    Otherwise a link that they had sent to a mailbox of their own would let them in again.
    """
    sent = list(Invitation.objects.filter(invited_by=user, accepted_at=None, withdrawn_at=None))
    for invitation in sent:
        withdraw(invitation=invitation, by=by)
    return len(sent)


def find(token: str) -> Invitation:
    """Return the invitation that can be taken up by ``token``; raises ``links.BadLink``."""
    return links.find_by_token(Invitation.objects.open(), Invitation.LINK_PURPOSE, token)


@transaction.atomic
def accept(*, invitation: Invitation, password: str) -> AbstractUser:
    """Open the account that ``invitation`` promises, or the one that somebody left behind.

    Whoever comes back gets the roles of the invitation and none of the earlier ones. Raises
    ``links.BadLink`` when it was taken up, withdrawn or sent anew meanwhile.
    """
    lock_members()
    same = Invitation.objects.open().filter(pk=invitation.pk, link_version=invitation.link_version)
    invitation = same.select_for_update().first()
    if invitation is None:
        raise links.BadLink
    user = _account(invitation)
    user.first_name, user.last_name, user.is_active = invitation.name, "", True
    user.set_password(password)
    user.save()
    user.groups.set(invitation.groups.all())
    close_every_way_in(user)
    EmailAddress.objects.update_or_create(
        user=user, email=user.email, defaults={"primary": True, "verified": True}
    )
    UserProfile.objects.update_or_create(
        user=user, defaults={"preferred_language": invitation.language}
    )
    member = member_of(user)
    member.left_at = member.handed_over_to = None
    member.save(update_fields=["left_at", "handed_over_to"])
    invitation.accepted_at, invitation.account = timezone.now(), user
    invitation.save(update_fields=["accepted_at", "account"])
    log(
        instance=member,
        action=log_actions.ACCEPT,
        user=user,
        data={"roles": sorted(group.name for group in invitation.groups.all())},
    )
    return user


def _account(invitation: Invitation) -> AbstractUser:
    """Return the account of somebody who left, else a new one, which logs in by its address."""
    email = invitation.email.lower()
    if User.objects.filter(email__iexact=email, is_active=True).exists():
        raise links.BadLink
    former = User.objects.filter(email__iexact=email, is_active=False).order_by("-pk").first()
    if former is None:
        return User(username=email, email=email)
    Invitation.objects.filter(account=former).update(account=None)
    return former


def _waiting(invitation: Invitation) -> Invitation:
    found = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if found.accepted_at or found.withdrawn_at:
        raise MemberError(_("This invitation has been accepted or withdrawn meanwhile."))
    return found


def _send(invitation: Invitation) -> None:
    from staff.members.tasks import send_staff_invitation

    send_staff_invitation.defer(invitation_id=invitation.pk, link_version=invitation.link_version)


def _log(invitation: Invitation, action: str, by: AbstractUser | None) -> None:
    data = {"roles": sorted(invitation.groups.values_list("name", flat=True))}
    log(instance=invitation, action=action, user=by, data=data)
