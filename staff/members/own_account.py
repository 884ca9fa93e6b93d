"""The screen of one's own account: Wagtail's, with the name as invitations ask for it.

Wagtail wants a first and a last name before it saves anything, the language included; here a
member has one name, which stands in ``first_name``.
"""

from django import forms
from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _
from wagtail.admin.auth import require_admin_access
from wagtail.admin.views.account import AccountView, NameEmailSettingsPanel

from campaign_site.forms import LineField


class NameForm(forms.ModelForm):
    """What the others here call this member."""

    name = LineField(label=_("Name"), max_length=120)

    class Meta:
        model = get_user_model()
        fields = ()

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].initial = self.instance.get_full_name()

    def save(self, commit: bool = True):
        self.instance.first_name, self.instance.last_name = self.cleaned_data["name"], ""
        return super().save(commit)


class NamePanel(NameEmailSettingsPanel):
    form_class = NameForm


class OwnAccountView(AccountView):
    def get_panels(self) -> list:
        panels = super().get_panels()
        return [
            NamePanel(panel.request, panel.user, panel.profile)
            if isinstance(panel, NameEmailSettingsPanel)
            else panel
            for panel in panels
        ]


own_account = require_admin_access(OwnAccountView.as_view())
