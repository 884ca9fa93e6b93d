"""What is typed on the screens about members of staff, and on the page of an invitation."""

from django import forms
from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaign_site.forms import AddressField, LineField
from staff.members.leaving import Held, heirs_for
from staff.members.new_start import Proof
from staff.members.people import name_of, role_duties, role_names, roles


class _RoleField(forms.ModelMultipleChoiceField):
    """One box for each role, with what it is for."""

    def __init__(self, **kwargs) -> None:
        super().__init__(
            queryset=None,
            label=gettext_lazy("Roles"),
            widget=forms.CheckboxSelectMultiple,
            error_messages={"required": gettext_lazy("Choose at least one role.")},
            **kwargs,
        )

    def get_bound_field(self, form, field_name):
        # The house's order, and the groups that exist at this moment.
        names = list(role_names())
        found = sorted(roles(), key=lambda group: names.index(group.name))
        words, duties = role_names(), role_duties()
        self.queryset = roles()
        self.choices = [(group.pk, f"{words[group.name]}: {duties[group.name]}") for group in found]
        return super().get_bound_field(form, field_name)


class InviteForm(forms.Form):
    """Who is asked to work here, and as what."""

    name = LineField(label=gettext_lazy("Name"), max_length=120)
    email = AddressField(
        label=gettext_lazy("Email address"),
        help_text=gettext_lazy("Their own, not one that several people read."),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of the email and of the admin"), choices=settings.LANGUAGES
    )
    roles = _RoleField()

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["roles"].queryset = roles()


class RolesForm(forms.Form):
    """What somebody may do from now on."""

    roles = _RoleField(required=False)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["roles"].queryset = roles()


class NewStartForm(forms.Form):
    """How the administrator made sure who asks."""

    proof = forms.ChoiceField(
        label=gettext_lazy("How did you make sure that it is them who ask?"),
        choices=Proof.choices,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("An email is no proof: whoever reads their mailbox could write it."),
        error_messages={"required": gettext_lazy("Say how you made sure.")},
    )


class LeaveForm(forms.Form):
    """Who goes on with each kind of thing that somebody holds."""

    def __init__(self, *args, user: AbstractUser, held: list[Held], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for one in held:
            if not one.needs_heir:
                continue
            heirs = {str(heir.pk): heir for heir in heirs_for(one.holding, user)}
            field = forms.TypedChoiceField(
                label=_("Who goes on with it"),
                choices=[("", _("Choose somebody"))]
                + [(number, name_of(heir)) for number, heir in heirs.items()],
                coerce=heirs.get,
                error_messages={"required": _("Say who goes on with this.")},
            )
            if not heirs:
                field.help_text = _(
                    "Nobody else may do this work yet: give somebody the role first."
                )
            self.fields[one.holding.key] = field


class PasswordForm(forms.Form):
    """A password of one's own, typed twice."""

    password = forms.CharField(
        label=gettext_lazy("Password"),
        help_text=gettext_lazy(
            "At least 15 characters. Four or five words that do not belong together are easy to "
            "remember and hard to guess."
        ),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=gettext_lazy("The same password once more"),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args, user: AbstractUser, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        validate_password(password, self.user)
        return password

    def clean(self) -> dict[str, object]:
        typed = super().clean()
        if typed.get("password") and typed.get("again") not in (None, typed["password"]):
            raise ValidationError({"again": _("This is not the same password.")})
        return typed
