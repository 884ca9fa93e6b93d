"""The screens on which administrators invite somebody, and take care of what they sent."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from wagtail.admin import messages
from wagtail.admin.auth import permission_required

from staff.fresh import ask_again
from staff.members import invitations
from staff.members.access import MANAGE
from staff.members.forms import InviteForm
from staff.members.people import MemberError
from staff.models import Invitation


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(MANAGE)
@ask_again
def invite(request: HttpRequest) -> HttpResponse:
    """Ask somebody to work here; also how somebody who left comes back."""
    form = InviteForm(
        request.POST if request.method == "POST" else None, initial={"language": get_language()}
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = invitations.invite(by=request.user, **form.cleaned_data)
        except MemberError as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(
                request, _("The invitation is on its way to %(email)s.") % {"email": made.email}
            )
            return redirect("staff_members:index")
    return render(request, "staff/members/invite.html", {"form": form})


@require_POST
@permission_required(MANAGE)
def send_again(request: HttpRequest, public_id) -> HttpResponse:
    """Send an invitation anew; the link of the earlier mail works no more."""
    invitation = get_object_or_404(Invitation, public_id=public_id)
    try:
        invitations.send_again(invitation=invitation, by=request.user)
    except MemberError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Sent again. Only the link in the newest email works."))
    return redirect("staff_members:index")


@require_POST
@permission_required(MANAGE)
def withdraw(request: HttpRequest, public_id) -> HttpResponse:
    """Take an invitation back."""
    invitation = get_object_or_404(Invitation, public_id=public_id)
    try:
        invitations.withdraw(invitation=invitation, by=request.user)
    except MemberError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Withdrawn. The link in the email no longer works."))
    return redirect("staff_members:index")
