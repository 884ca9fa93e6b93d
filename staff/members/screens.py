"""The screens about members of staff: who works here, as what, and since when."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin import messages
from wagtail.admin.auth import permission_required

from staff.fresh import ask_again
from staff.members import leaving, new_start, role_changes
from staff.members.access import MANAGE
from staff.members.forms import LeaveForm, NewStartForm, RolesForm
from staff.members.people import MemberError, User, in_order, listed, name_of
from staff.models import Invitation

PER_PAGE = 50


@require_safe
@permission_required(MANAGE)
def index(request: HttpRequest) -> HttpResponse:
    """List who works here and who left, and the invitations that nobody took up yet."""
    page = Paginator(listed(), PER_PAGE).get_page(request.GET.get("p"))
    for user in page:
        user.role_words = in_order(user.groups.all())
    waiting = list(
        Invitation.objects.filter(accepted_at=None, withdrawn_at=None)
        .select_related("invited_by")
        .prefetch_related("groups")
        .order_by("-expires_at")
    )
    for invitation in waiting:
        invitation.role_words = in_order(invitation.groups.all())
        invitation.is_over = invitation.expires_at <= timezone.now()
    return render(request, "staff/members/index.html", {"page": page, "waiting": waiting})


@require_safe
@permission_required(MANAGE)
def member(request: HttpRequest, user_id: int) -> HttpResponse:
    """Show one member, and what an administrator can do about their account."""
    user = get_object_or_404(listed(), pk=user_id)
    context = {
        "member": user,
        "roles": in_order(user.groups.all()),
        "is_self": user == request.user,
        "entry": getattr(user, "staff_member", None),
    }
    return render(request, "staff/members/member.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(MANAGE)
@ask_again
def roles(request: HttpRequest, user_id: int) -> HttpResponse:
    """Change what a member may do."""
    user = get_object_or_404(User, pk=user_id)
    form = RolesForm(request.POST or None, initial={"roles": user.groups.all()})
    # A form of boxes only, with all of them empty, sends nothing but its key.
    form.is_bound = request.method == "POST"
    if form.is_bound and form.is_valid():
        chosen = list(form.cleaned_data["roles"])
        try:
            is_changed = role_changes.change_roles(user=user, roles=chosen, by=request.user)
        except MemberError as refusal:
            _show(form, refusal)
        else:
            if is_changed:
                messages.success(request, _("The roles are changed, and an email says so."))
            else:
                messages.info(request, _("They had these roles already. Nothing is changed."))
            return redirect("staff_members:member", user.pk)
    context = {"member": user, "name": name_of(user), "form": form}
    return render(request, "staff/members/roles.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(MANAGE)
@ask_again
def start_anew(request: HttpRequest, user_id: int) -> HttpResponse:
    """Take the second factor of a member away, who has lost it."""
    user = get_object_or_404(User, pk=user_id)
    form = NewStartForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            new_start.take_factors_away(user=user, by=request.user, **form.cleaned_data)
        except MemberError as refusal:
            _show(form, refusal)
        else:
            messages.success(
                request,
                _("Done. An email with the link to a new password is on its way to %(name)s.")
                % {"name": name_of(user)},
            )
            return redirect("staff_members:member", user.pk)
    context = {"member": user, "name": name_of(user), "form": form}
    return render(request, "staff/members/start_anew.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(MANAGE)
@ask_again
def leave(request: HttpRequest, user_id: int) -> HttpResponse:
    """Hand over what a member holds, and close their account."""
    user = get_object_or_404(User, pk=user_id)
    held = leaving.held_by(user)
    form = LeaveForm(request.POST if request.method == "POST" else None, user=user, held=held)
    if request.method == "POST" and form.is_valid():
        try:
            leaving.close_account(user=user, heirs=form.cleaned_data, by=request.user)
        except MemberError as refusal:
            _show(form, refusal)
        else:
            messages.success(
                request,
                _("The account of %(name)s is closed, and their work is handed over.")
                % {"name": name_of(user)},
            )
            return redirect("staff_members:member", user.pk)
    rows = [
        {"held": one, "field": form[one.holding.key] if one.needs_heir else None} for one in held
    ]
    context = {"member": user, "name": name_of(user), "form": form, "rows": rows}
    return render(request, "staff/members/leave.html", context)


def _show(form, refusal: MemberError) -> None:
    """Show why something was refused beside its field, or above the form."""
    form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
