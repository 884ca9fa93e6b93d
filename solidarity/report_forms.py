"""What anyone may say about a photo on the wall."""

from crispy_forms.layout import Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from campaign_site.forms import AddressField, Door, LinesField, PublicForm
from solidarity.models import REPORT_LENGTH, Photo, PhotoReport


class ReportForm(PublicForm):
    """Who is in a photo, or whoever is hurt by it, says so; the rest may be left empty."""

    form_name = "photo-report"

    kind = forms.ChoiceField(
        label=_("What is it about?"),
        choices=PhotoReport.Kind.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose one of the two."),
            "invalid_choice": _("Choose one of the two."),
        },
    )
    words = LinesField(
        label=_("What should we know?"),
        help_text=_("500 characters at most. You owe us no reason."),
        max_length=REPORT_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    email = AddressField(
        label=_("Your email address"),
        help_text=_("Only if you want an answer. We use it for nothing else."),
        required=False,
    )

    def __init__(
        self, data=None, *, photo: Photo, language: str = "", door: Door | None = None
    ) -> None:
        super().__init__(data, subject=str(photo.wall_key), language=language, door=door)

    @property
    def helper(self):
        helper = super().helper
        helper.layout = Layout("form_key", "website", "kind", "words", "email")
        return helper
