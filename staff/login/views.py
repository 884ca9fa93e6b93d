"""In and out: password, second factor, passkey alone, asking again, logging out."""

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.stagekit import clear_login, get_pending_stage
from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from allauth.account.views import LoginView
from allauth.core import ratelimit
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.webauthn.forms import ReauthenticateWebAuthnForm
from allauth.mfa.webauthn.internal import auth as passkeys
from allauth.mfa.webauthn.internal import flows as passkey_flows
from allauth.mfa.webauthn.views import LoginWebAuthnView
from django.contrib.auth import logout as end_session
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator

from staff import sessions
from staff.login import factors
from staff.login.door import door_page, for_members, may_go_on, next_path, with_next
from staff.login.forms import AgainCodeForm, AgainPasswordForm, DoorCodeForm, DoorLoginForm


@method_decorator(door_page, name="dispatch")
class DoorLoginView(LoginView):
    """The one door. Whoever gave a password and has no second factor yet goes on to set one up.

    A session that gave a password before its owner set up a factor elsewhere begins again.
    """

    form_class = DoorLoginForm
    template_name = "staff/login/login.html"

    def dispatch(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if request.user.is_authenticated and not sessions.is_admitted(request):
            if may_go_on(request):
                return HttpResponseRedirect(with_next(request, "staff_enrol"))
            end_session(request)
        return super().dispatch(request, *args, **kwargs)


@method_decorator(door_page, name="dispatch")
class DoorCodeView(AuthenticateView):
    """The second step: a code, a recovery code or a passkey.

    It is over, like every session, when the account's sessions were ended after the first step: the
    password given then may have been changed because somebody else knew it.
    """

    form_class = DoorCodeForm
    template_name = "staff/login/code.html"

    def dispatch(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        stage = get_pending_stage(request)
        if stage and not sessions.counts(stage.login.user, since=stage.login.initiated_at):
            clear_login(request)
            return redirect("account_login")
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs) -> dict:
        context = super().get_context_data(**kwargs)
        context["kinds"] = factors.kinds_of(self.stage.login.user)
        context["js_data"] = _for_script(context.get("js_data"))
        return context


@method_decorator(door_page, name="dispatch")
class DoorPasskeyView(LoginWebAuthnView):
    """Log in with a passkey alone: the device has checked who holds it."""

    def form_valid(self, form) -> HttpResponse:
        authenticator = form.cleaned_data["credential"]
        login = Login(
            user=authenticator.user, redirect_url=get_next_redirect_url(self.request) or None
        )
        return passkey_flows.perform_passwordless_login(self.request, authenticator, login)


def _for_script(js_data: dict | None) -> dict | None:
    """Return what the browser is to be asked for, as plain JSON."""
    return js_data and {name: dict(value) for name, value in js_data.items()}


@door_page
@for_members
def again(request: HttpRequest) -> HttpResponse:
    """Ask for the second factor once more, or for the password where that is enough.

    The session gets a new key then: an older one does not become fresh with it.
    """
    user, posted = request.user, request.POST if request.method == "POST" else None
    if posted is not None and not ratelimit.consume(request, action="reauthenticate", user=user):
        return ratelimit.respond_429(request)
    if not factors.needs_factor(user):
        form = AgainPasswordForm(posted)
        if form.is_valid():
            if get_adapter().reauthenticate(user, form.cleaned_data["password"]):
                record_authentication(request, user, method="password", reauthenticated=True)
                request.session.cycle_key()
                return HttpResponseRedirect(next_path(request))
            form.add_error("password", get_adapter().validation_error("incorrect_password"))
        return render(request, "staff/login/again.html", {"form": form, "next": next_path(request)})
    form = AgainCodeForm(posted if posted and "code" in posted else None, user=user)
    passkey_form = ReauthenticateWebAuthnForm(
        posted if posted and "credential" in posted else None, user=user
    )
    for given in (form, passkey_form):
        if given.is_bound and given.is_valid():
            given.save()
            request.session.cycle_key()
            return HttpResponseRedirect(next_path(request))
    context = {
        "form": form,
        "passkey_form": passkey_form,
        "kinds": factors.kinds_of(user),
        "next": next_path(request),
    }
    if "webauthn" in context["kinds"]:
        options = {"request_options": passkeys.begin_authentication(user)}
        context["js_data"] = _for_script(options)
    return render(request, "staff/login/again.html", context)


@door_page
def log_out(request: HttpRequest) -> HttpResponse:
    """Ask (GET), then end this session (POST), and empty the browser's cache.

    Not its storage: on a phone, that may hold what an event's door has not handed in yet.
    """
    if request.method == "POST":
        end_session(request)
        response = redirect("account_login")
        response.headers["Clear-Site-Data"] = '"cache"'
        return response
    if not request.session.session_key:
        return redirect("account_login")
    return render(request, "staff/login/logout.html")


def to_the_door(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Lead every other way of logging in or of resetting a password to the one door."""
    return redirect("account_login")


def to_forgotten(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return redirect(reverse("account_reset_password"))
