"""Mails about accounts of staff, each in the language that its reader chose for the admin.

They go to people who work here, about their accounts: they carry no number by which a bounce could
be kept, and what is given up after a day stands among the failed mails as all others do.
"""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from procrastinate.contrib.django import app

from campaign_site import links, mail
from campaign_site.tasks import MAIL_RETRY
from staff.members import new_start
from staff.members.people import User, in_order, language_of, name_of
from staff.models import Invitation


def invitation_url(invitation: Invitation) -> str:
    """The address at which an invitation is taken up."""
    token = links.make_token(Invitation.LINK_PURPOSE, invitation.public_id, invitation.link_version)
    return mail.absolute_url(reverse("staff_invitation:invitation", args=[token]))


def _working(user_id: int):
    """The member who is told something; None once the account is closed or has no address."""
    return User.objects.filter(pk=user_id, is_active=True).exclude(email="").first()


@app.task(name="send_staff_invitation", retry=MAIL_RETRY)
def send_staff_invitation(invitation_id: int, link_version: int) -> None:
    """Mail the link; once for each time that staff send it, and only while it can be taken up."""
    invitation = (
        Invitation.objects.open()
        .select_related("invited_by")
        .filter(pk=invitation_id, link_version=link_version, sent_at=None)
        .first()
    )
    if invitation is None:
        return
    with override(invitation.language):
        roles = in_order(invitation.groups.all())
    mail.send(
        "staff_invitation",
        to=invitation.email,
        context={
            "name": invitation.name,
            "roles": roles,
            "by": name_of(invitation.invited_by) if invitation.invited_by else "",
            "link": invitation_url(invitation),
            "until": invitation.expires_at,
        },
        language=invitation.language,
    )
    Invitation.objects.filter(pk=invitation_id, link_version=link_version).update(
        sent_at=timezone.now()
    )


@app.task(name="send_staff_roles", retry=MAIL_RETRY)
def send_staff_roles(user_id: int) -> None:
    """Tell a member which roles they hold now."""
    user = _working(user_id)
    if user is None:
        return
    language = language_of(user)
    with override(language):
        roles = in_order(user.groups.all())
    context = {"name": name_of(user), "roles": roles}
    mail.send("staff_roles", to=user.email, context=context, language=language)


@app.task(name="send_staff_new_start", retry=MAIL_RETRY)
def send_staff_new_start(user_id: int) -> None:
    """Mail the link to a new password, unless a password has been chosen meanwhile."""
    user = _working(user_id)
    if user is None or user.has_usable_password():
        return
    path = reverse("staff_invitation:new_start", args=new_start.link_parts(user))
    mail.send(
        "staff_new_start",
        to=user.email,
        context={"name": name_of(user), "link": mail.absolute_url(path)},
        language=language_of(user),
    )


@app.task(name="send_staff_new_start_told", retry=MAIL_RETRY)
def send_staff_new_start_told(user_id: int, about_id: int, by_id: int) -> None:
    """Tell an administrator that another took somebody's second factor away."""
    user = _working(user_id)
    people = User.objects.in_bulk([about_id, by_id])
    if user is None or len(people) < 2:
        return
    mail.send(
        "staff_new_start_told",
        to=user.email,
        context={
            "name": name_of(user),
            "about": name_of(people[about_id]),
            "by": name_of(people[by_id]),
            "link": mail.absolute_url(reverse("staff_members:member", args=[about_id])),
        },
        language=language_of(user),
    )
