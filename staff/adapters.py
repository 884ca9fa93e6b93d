"""How django-allauth behaves here: our mails, our networks, our words, nothing in the clear."""

from typing import ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from campaign_site import encryption
from campaign_site.client_network import client_network
from staff.login import form_keys, journal
from staff.login.accounts import find_account

_WRONG_PASSWORD = _("This name and this password do not go together. Check both.")
_WRONG_CODE = _("This code is not right, or was used already. Wait for the next one.")
_TOO_MANY = _("There were too many wrong attempts. Try again in five minutes.")


class AccountAdapter(DefaultAccountAdapter):
    """Passwords, sessions and mails. Nobody signs up, and no address is changed here."""

    error_messages: ClassVar = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _WRONG_PASSWORD,
        "username_password_mismatch": _WRONG_PASSWORD,
        "too_many_login_attempts": _TOO_MANY,
        "rate_limited": _TOO_MANY,
        "incorrect_password": _("This password is not right."),
        "enter_current_password": _("This is not your current password."),
        "incorrect_code": _WRONG_CODE,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_reauthentication_required(self, *, app: str = "") -> bool:
        """Never by allauth's rule: ``staff.fresh`` asks, and knows the first factor."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the network, which is what attempts are counted for."""
        return client_network(request)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials) -> str:
        """Count for the account, whichever of its names is typed."""
        name = (credentials.get("username") or credentials.get("email") or "").strip()
        account = find_account(name)
        return f"account:{account.pk}" if account else f"name:{name.lower()}"

    def authentication_failed(self, request: HttpRequest, **credentials) -> None:
        name = credentials.get("username") or credentials.get("email") or ""
        journal.wrong_password(find_account(name))

    def send_notification_mail(self, template_prefix: str, user, context=None, email=None) -> None:
        """Send none of allauth's: ``staff.login.journal`` and ``mails`` tell in our own words."""

    def login(self, request: HttpRequest, user) -> None:
        """Begin the session, and keep the form key of this member's pages that are still open."""
        kept = request.META.get("CSRF_COOKIE") or ""
        super().login(request, user)
        request.META["CSRF_COOKIE"] = form_keys.key_for(user, kept)

    def respond_user_inactive(self, request: HttpRequest, user) -> HttpResponse:
        """A disabled account says no more than a wrong password does."""
        messages.error(request, _WRONG_PASSWORD)
        return redirect("account_login")

    def add_message(self, request, level, message_template=None, *args, **kwargs) -> None:
        """Pass on errors alone; our screens say by themselves what was done."""
        message = kwargs.get("message")
        if level == messages.ERROR and message:
            messages.add_message(request, level, message)


class MFAAdapter(DefaultMFAAdapter):
    """Second factors: their secrets are encrypted with keys that the database does not hold."""

    error_messages: ClassVar = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _WRONG_CODE,
    }

    def encrypt(self, text: str) -> str:
        return encryption.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return encryption.decrypt(encrypted_text)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": "Viva Salud"}
