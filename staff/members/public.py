"""The pages that the links of our mails lead to: somebody chooses a password.

They stand outside the admin and log nobody in: the way in is the one door, where a second factor
is set up.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods
from wagtail.admin import messages

from campaign_site.links import BadLink
from staff.members import invitations, new_start
from staff.members.forms import PasswordForm
from staff.members.people import User, in_order, language_of


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Take up an invitation."""
    try:
        found = invitations.find(token)
    except BadLink:
        return _no_link(request)
    with override(found.language):
        context = {
            "heading": _("Welcome, %(name)s") % {"name": found.name},
            "roles": in_order(found.groups.all()),
            "username": found.email,
            "is_invitation": True,
        }
        return _choose(
            request,
            context,
            # What the password must not resemble.
            User(username=found.email, email=found.email, first_name=found.name),
            lambda password: invitations.accept(invitation=found, password=password),
        )


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def start_anew(request: HttpRequest, uid: str, token: str) -> HttpResponse:
    """Choose a new password after an administrator took the second factor away."""
    try:
        user = new_start.find(uid, token)
    except BadLink:
        return _no_link(request)
    with override(language_of(user)):
        return _choose(
            request,
            {"heading": _("A new start"), "username": user.get_username()},
            user,
            lambda password: new_start.set_password(uid=uid, token=token, password=password),
        )


def _choose(
    request: HttpRequest,
    context: dict[str, object],
    user: User,
    act: Callable[[str], User],
) -> HttpResponse:
    form = PasswordForm(request.POST if request.method == "POST" else None, user=user)
    if request.method == "POST" and form.is_valid():
        try:
            account = act(form.cleaned_data["password"])
        except BadLink:
            return _no_link(request)
        messages.success(
            request,
            _("Your password is set. Log in with the name %(name)s.")
            % {"name": account.get_username()},
        )
        return redirect("account_login")
    return render(request, "staff/members/password.html", {**context, "form": form})


def _no_link(request: HttpRequest) -> HttpResponse:
    return render(request, "staff/members/no_link.html", status=404)
