"""What of the log is to be seen."""

from django import forms
from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from newsroom.auditing.entries import THE_SITE
from newsroom.auditing.kinds import KINDS
from newsroom.auditing.sentences import name_of


class LogForm(forms.Form):
    """Who, what kind of action, about what, on which days; nothing need be filled in."""

    who = forms.ChoiceField(label=gettext_lazy("Who"), required=False)
    kind = forms.ChoiceField(label=gettext_lazy("What"), required=False)
    about = forms.CharField(label=gettext_lazy("About"), required=False, max_length=100)
    first = forms.DateField(
        label=gettext_lazy("From"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    last = forms.DateField(
        label=gettext_lazy("Until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        users = get_user_model().objects.all()
        people = sorted((name_of(user, user.pk), user.pk) for user in users)
        self.fields["who"].choices = [
            ("", _("everybody")),
            *((str(pk), name) for name, pk in people),
            (THE_SITE, _("the site itself")),
        ]
        kinds = [(kind.key, kind.label) for kind in KINDS.values()]
        self.fields["kind"].choices = [("", _("everything")), *kinds]
        for name in self.errors if self.is_bound else ():
            self.fields[name].widget.attrs["aria-describedby"] = f"log-{name}-error"
            self.fields[name].widget.attrs["aria-invalid"] = "true"

    def clean(self) -> dict[str, object]:
        cleaned = super().clean()
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and last < first:
            self.add_error("last", _("This day is before the first one."))
        return cleaned
