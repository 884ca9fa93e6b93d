"""Setting up a second factor, and the recovery codes that come with the first."""

import time
from io import BytesIO

import segno
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as app_codes
from allauth.mfa.utils import is_mfa_enabled
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from allauth.mfa.webauthn.internal import auth as passkeys
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe

from staff import sessions
from staff.login import factors, journal, mails
from staff.login.door import door_page, may_enrol
from staff.login.forms import AppForm, CodesKeptForm, PasskeyNameForm

_SECRET_GROUP = 4


@door_page
@may_enrol
def choose(request: HttpRequest) -> HttpResponse:
    """Offer both kinds of factors."""
    kinds = factors.kinds_of(request.user)
    context = {"kinds": kinds, "is_first": not factors.has_factor(request.user)}
    return render(request, "staff/login/enrol.html", context)


@door_page
@may_enrol
def add_app(request: HttpRequest) -> HttpResponse:
    """Show the key of an authenticator app as a QR code and in letters, and take its first code."""
    user = request.user
    if is_mfa_enabled(user, [Authenticator.Type.TOTP]):
        return redirect("staff_security")
    form = AppForm(request.POST if request.method == "POST" else None, user=user)
    if form.is_valid():
        with transaction.atomic():
            app = app_codes.TOTP.activate(user, form.secret)
            _welcome(request, app.instance, "totp")
        # The code that proved the app is used up like any other.
        app.validate_code(form.cleaned_data["code"])
        app_codes.clear_totp_secret(request)
        return _onwards(request)
    url = get_adapter().build_totp_url(user, form.secret)
    secret = form.secret
    context = {
        "form": form,
        "qr": _qr_svg(url),
        "url": url,
        "secret": [secret[i : i + _SECRET_GROUP] for i in range(0, len(secret), _SECRET_GROUP)],
    }
    return render(request, "staff/login/enrol_app.html", context)


def _qr_svg(content: str) -> str:
    """Return the QR code as an SVG element: dark on light whatever the scheme, no style in it."""
    out = BytesIO()
    code = segno.make_qr(content, error="m")
    code.save(out, kind="svg", border=4, xmldecl=False, svgns=True, omitsize=True, light="#fff")
    return mark_safe(out.getvalue().decode())  # noqa: S308  # drawn here, from modules alone


@door_page
@may_enrol
def add_passkey(request: HttpRequest) -> HttpResponse:
    """Register a passkey: one that its device lets its owner use alone, so it can log in alone."""
    user = request.user
    posted = request.POST if request.method == "POST" else None
    name_form = PasskeyNameForm(posted)
    form = AddWebAuthnForm(posted, user=user)
    # The credential is taken even when its name is missing: the device has made it already.
    if posted is not None and form.is_valid():
        name = form.cleaned_data["name"][: PasskeyNameForm.base_fields["name"].max_length]
        with transaction.atomic():
            passkey = passkeys.WebAuthn.add(user, name, form.cleaned_data["credential"])
            _welcome(request, passkey.instance, "webauthn", name=name)
        return _onwards(request)
    options = passkeys.begin_registration(user, passwordless=True)
    context = {
        "form": form,
        "name_form": name_form,
        "js_data": {"creation_options": dict(options)},
    }
    return render(request, "staff/login/enrol_passkey.html", context)


def _welcome(request: HttpRequest, authenticator: Authenticator, kind: str, **extra) -> None:
    """Make the new factor count for this session, write it down, make recovery codes if needed."""
    user = authenticator.user
    get_user_model().objects.select_for_update(no_key=True).get(pk=user.pk)
    others = Authenticator.objects.filter(user_id=user.pk, type__in=factors.FACTORS)
    if not factors.has_factor(user) and others.exclude(pk=authenticator.pk).exists():
        # Two sessions were each about to add the first one. Only the password stands behind this.
        raise PermissionDenied
    authenticator.record_usage()
    extra_data = {"id": authenticator.pk, "type": authenticator.type}
    record_authentication(request, user, method="mfa", **extra_data)
    request.session.cycle_key()
    user._has_second_factor = True
    entry = journal.note(journal.FACTOR_ADDED, user, kind=kind, **extra)
    mails.tell(entry)
    codes = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES)
    if not codes.exists():
        RecoveryCodes.activate(user)
        request.session[sessions.CODES_PENDING] = True


def _onwards(request: HttpRequest) -> HttpResponse:
    pending = request.session.get(sessions.CODES_PENDING)
    return redirect("staff_codes" if pending else "staff_security")


def _pending_codes(request: HttpRequest) -> RecoveryCodes | None:
    """Return the codes that this session has still to put away, while there are any."""
    if not request.user.is_authenticated or not request.session.get(sessions.CODES_PENDING):
        return None
    kept = Authenticator.Type.RECOVERY_CODES
    found = Authenticator.objects.filter(user_id=request.user.pk, type=kept).first()
    return found.wrap() if found else None


@door_page
def codes(request: HttpRequest) -> HttpResponse:
    """Show new recovery codes until somebody says that they are put away; then never again."""
    pending = _pending_codes(request)
    if pending is None:
        return redirect("account_login")
    form = CodesKeptForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        pending.instance.data["confirmed_at"] = time.time()
        pending.instance.save(update_fields=["data"])
        del request.session[sessions.CODES_PENDING]
        return redirect("wagtailadmin_home")
    context = {"form": form, "codes": [_readable(code) for code in pending.get_unused_codes()]}
    return render(request, "staff/login/codes.html", context)


@door_page
def download_codes(request: HttpRequest) -> HttpResponse:
    """Hand the same codes out as a text file, as long as they are shown."""
    pending = _pending_codes(request)
    if pending is None:
        return redirect("account_login")
    lines = [_readable(code) for code in pending.get_unused_codes()]
    response = render(
        request, "staff/login/codes.txt", {"codes": lines}, content_type="text/plain; charset=utf-8"
    )
    response.headers["Content-Disposition"] = 'attachment; filename="recovery-codes.txt"'
    return response


def _readable(code: str) -> str:
    half = len(code) // 2
    return f"{code[:half]}-{code[half:]}"


def ask_for_codes_again(request: HttpRequest, user) -> None:
    """At log-in: whoever closed the browser before the codes were put away sees them then."""
    kept = Authenticator.Type.RECOVERY_CODES
    found = Authenticator.objects.filter(user_id=user.pk, type=kept).first()
    if found is not None and "confirmed_at" not in found.data:
        request.session[sessions.CODES_PENDING] = True
