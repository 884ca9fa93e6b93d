"""The forms of the door, in our words."""

from allauth.account.forms import LoginForm
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

_NAME_LENGTH = 254


class DoorLoginForm(LoginForm):
    """Name and password."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = forms.CharField(
            label=_("User name or email address"),
            max_length=_NAME_LENGTH,
            widget=forms.TextInput(
                attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
            ),
        )
        self.fields["password"] = forms.CharField(
            label=_("Password"),
            strip=False,
            max_length=4096,
            widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        )
        self.order_fields(["login", "password"])

    def add_prefix(self, field_name: str) -> str:
        """Call the name "username", by which browsers and password managers know it."""
        return super().add_prefix("username" if field_name == "login" else field_name)


def _code_widget(**attrs: str) -> forms.TextInput:
    return forms.TextInput(attrs={"autocomplete": "one-time-code", "spellcheck": "false", **attrs})


class _CodeField:
    """A code of six digits from an app, or one of the recovery codes."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = forms.CharField(
            label=_("Code"),
            help_text=_(
                "The six digits that your app shows now. If you have lost it: one of your "
                "recovery codes."
            ),
            max_length=40,
            widget=_code_widget(),
        )


class DoorCodeForm(_CodeField, AuthenticateForm):
    """The second step of logging in."""


class AgainCodeForm(_CodeField, ReauthenticateForm):
    """The same for somebody who is already in."""


class AppForm(ActivateTOTPForm):
    """The first code of an authenticator app that is being set up."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = forms.CharField(
            label=_("Code that the app shows"),
            max_length=12,
            widget=_code_widget(inputmode="numeric"),
        )


class AgainPasswordForm(forms.Form):
    """The password once more, on sites where it is enough."""

    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class CodesKeptForm(forms.Form):
    """Recovery codes are shown once: somebody says that they are put away."""

    kept = forms.BooleanField(
        label=_("I have put these codes away where I find them without my phone."),
        error_messages={"required": _("Put the codes away first: they are never shown again.")},
    )


class ForgottenForm(forms.Form):
    """Whose password is forgotten."""

    email = forms.EmailField(
        label=_("Email address"),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class PasskeyNameForm(forms.Form):
    """What its owner calls a passkey."""

    name = forms.CharField(
        label=_("Name of this passkey"),
        help_text=_("For example “My laptop”, so that you know which is which."),
        max_length=60,
    )


class NewPasswordForm(forms.Form):
    """A new password, twice; its rules are those of AUTH_PASSWORD_VALIDATORS."""

    password1 = forms.CharField(
        label=_("New password"),
        help_text=_(
            "At least 15 characters. Four or five words that do not belong together are easy to "
            "remember and hard to guess."
        ),
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password2 = forms.CharField(
        label=_("The new password once more"),
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args, user, **kwargs) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_password1(self) -> str:
        password = self.cleaned_data["password1"]
        validate_password(password, self.user)
        return password

    def clean(self) -> dict:
        cleaned = super().clean()
        first, second = cleaned.get("password1"), cleaned.get("password2")
        if first and second and first != second:
            self.add_error("password2", _("The two passwords are not the same."))
        return cleaned

    def save(self) -> None:
        self.user.set_password(self.cleaned_data["password1"])
        self.user.save(update_fields=["password"])


class ChangePasswordForm(NewPasswordForm):
    """A new password for somebody who knows the old one."""

    old_password = forms.CharField(
        label=_("Your current password"),
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ("old_password", "password1", "password2")

    def clean_old_password(self) -> str:
        password = self.cleaned_data["old_password"]
        if not self.user.check_password(password):
            raise ValidationError(_("This is not your current password."))
        return password
