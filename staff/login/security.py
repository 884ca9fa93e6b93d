"""A member's own page: which factors, new recovery codes, the password, other sessions."""

from allauth.core import ratelimit
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.contrib import messages
from django.contrib.auth import get_user_model, update_session_auth_hash
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from staff import sessions
from staff.login import factors, journal, mails
from staff.login.door import door_page, for_members, freshly
from staff.login.forms import ChangePasswordForm, PasskeyNameForm


@door_page
@for_members
def overview(request: HttpRequest) -> HttpResponse:
    """Show what guards this account."""
    own = Authenticator.objects.filter(user_id=request.user.pk).order_by("created_at")
    by_kind: dict[str, list[Authenticator]] = {}
    for one in own:
        by_kind.setdefault(one.type, []).append(one)
    codes = by_kind.get(Authenticator.Type.RECOVERY_CODES)
    context = {
        "app": next(iter(by_kind.get(Authenticator.Type.TOTP, [])), None),
        "passkeys": by_kind.get(Authenticator.Type.WEBAUTHN, []),
        "codes_left": len(codes[0].wrap().get_unused_codes()) if codes else 0,
        "has_factor": factors.has_factor(request.user),
        "is_only_factor": sum(one.type in factors.FACTORS for one in own) == 1
        and factors.is_last_factor(own[0]),
    }
    return render(request, "staff/login/security.html", context)


@door_page
@freshly
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask (GET), then remove one factor (POST); the only one stays where one is needed."""
    user = request.user
    factor = get_object_or_404(Authenticator, pk=pk, user_id=user.pk, type__in=factors.FACTORS)
    if request.method == "POST":
        with transaction.atomic():
            # Two removals at once would each see the other's factor.
            get_user_model().objects.select_for_update(no_key=True).get(pk=user.pk)
            if factors.is_last_factor(factor):
                messages.error(
                    request, _("This is your only second factor. Add another one first.")
                )
                return redirect("staff_security")
            name = factor.wrap().name if factor.type == Authenticator.Type.WEBAUTHN else ""
            factor.delete()
            entry = journal.note(journal.FACTOR_REMOVED, user, kind=factor.type, name=name)
            mails.tell(entry)
            del user._has_second_factor
            if not factors.has_factor(user):
                # Recovery codes stand in for a factor; without one they open nothing.
                Authenticator.objects.filter(user_id=user.pk).delete()
        messages.success(request, _("The second factor is removed."))
        return redirect("staff_security")
    return render(request, "staff/login/remove.html", {"factor": factor})


@door_page
@freshly
def rename(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a passkey another name."""
    kind = Authenticator.Type.WEBAUTHN
    passkey = get_object_or_404(Authenticator, pk=pk, user_id=request.user.pk, type=kind)
    posted = request.POST if request.method == "POST" else None
    form = PasskeyNameForm(posted, initial={"name": passkey.wrap().name})
    if form.is_valid():
        passkey.data["name"] = form.cleaned_data["name"]
        passkey.save(update_fields=["data"])
        return redirect("staff_security")
    return render(request, "staff/login/rename.html", {"form": form})


@door_page
@require_POST
@freshly
def new_codes(request: HttpRequest) -> HttpResponse:
    """Make new recovery codes; the old ones open nothing any more."""
    user = request.user
    if not factors.has_factor(user):
        return redirect("staff_security")
    with transaction.atomic():
        get_user_model().objects.select_for_update(no_key=True).get(pk=user.pk)
        kept = Authenticator.Type.RECOVERY_CODES
        Authenticator.objects.filter(user_id=user.pk, type=kept).delete()
        RecoveryCodes.activate(user)
        entry = journal.note(journal.CODES_MADE, user)
        mails.tell(entry)
    request.session[sessions.CODES_PENDING] = True
    return redirect("staff_codes")


@door_page
@sensitive_post_parameters()
@freshly
def change_password(request: HttpRequest) -> HttpResponse:
    """Take a new password. Every other session of this member ends with the old one."""
    if not ratelimit.consume(request, action="change_password", user=request.user):
        return ratelimit.respond_429(request)
    form = ChangePasswordForm(request.POST if request.method == "POST" else None, user=request.user)
    if form.is_valid():
        with transaction.atomic():
            form.save()
            entry = journal.note(journal.PASSWORD_CHANGED, request.user)
            mails.tell(entry)
        update_session_auth_hash(request, request.user)
        # Others end by their hash already; a log-in that waits for its second step does by this.
        sessions.end_other_sessions(request)
        messages.success(request, _("Your password is changed. Your other sessions have ended."))
        return redirect("staff_security")
    return render(request, "staff/login/password.html", {"form": form})


@door_page
@require_POST
@for_members
def end_others(request: HttpRequest) -> HttpResponse:
    """End this member's sessions on all other devices."""
    sessions.end_other_sessions(request)
    journal.note(journal.SESSIONS_ENDED, request.user)
    messages.success(request, _("All your other sessions have ended."))
    return redirect("staff_security")
