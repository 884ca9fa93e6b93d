"""The sign-up forms of the site, and the form in which staff describe an event."""

from typing import ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.widgets import AdminDateTimeInput

from campaign_site.forms import AddressField, LineField
from events.local_time import BRUSSELS, check_local_time
from events.models import MAX_PARTY_SIZE
from supporters.wordings_forms import ConsentingForm

# What a calendar shows of an event; a change to any of it makes a new version of the entry.
_SHOWN_IN_CALENDARS = {
    *(f"{field}_{code}" for field in ("name", "place") for code in ("en", "fr", "nl")),
    "day",
    "starts_at",
    "ends_at",
}


class PartySizeField(forms.IntegerField):
    """How many people come with one sign-up."""

    widget = forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    default_error_messages: ClassVar = {
        "required": _("Write a whole number, for example 2."),
        "invalid": _("Write a whole number, for example 2."),
        "min_value": _("Count yourself: at least 1 person comes."),
        "max_value": _("One sign-up is for 10 people at most."),
    }

    def __init__(self, **options):
        super().__init__(
            min_value=1,
            max_value=MAX_PARTY_SIZE,
            help_text=_("Count yourself: 1 if you come alone, 10 at most."),
            **options,
        )


class SignUpForm(ConsentingForm):
    """Name, mail address and how many people come."""

    form_name = "signup"

    name = LineField(
        label=_("Your name"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "name", "spellcheck": "false"}),
        error_messages={"required": _("Type your name.")},
    )
    email = AddressField(
        label=_("Your email address"),
        help_text=_("For your confirmation, with a link to see, change or cancel your sign-up."),
    )
    party_size = PartySizeField(label=_("How many people are coming?"), initial=1)


class ChangeForm(forms.Form):
    """How many people come after all, beside the sign-up itself; sending it twice does no harm."""

    party_size = PartySizeField(label=_("Number of people"))


class BelgianDateTimeField(forms.DateTimeField):
    """A day and hour in Belgian time, whatever time zone the member of staff has chosen."""

    widget = AdminDateTimeInput

    def prepare_value(self, value):
        with timezone.override(BRUSSELS):
            return super().prepare_value(value)

    def to_python(self, value):
        with timezone.override(BRUSSELS):
            try:
                return super().to_python(value)
            except ValidationError as error:
                if error.code == "ambiguous_timezone":
                    raise _clock_change(value) from error
                raise


def _clock_change(value: str) -> ValidationError:
    """Say why Django could not place the typed hour on the clock."""
    try:
        check_local_time(parse_datetime(value.strip()))
    except ValueError as sentence:
        return ValidationError(str(sentence), code="clock_change")
    return ValidationError(_("The clock changes at this hour. Choose another."))


class EventForm(WagtailAdminModelForm):
    """An event as staff enter it. Its address stays what it was when links were first sent."""

    starts_at = BelgianDateTimeField(
        label=_("Starts at"),
        required=False,
        help_text=_("Belgian time. Leave empty while only the day is known."),
    )
    ends_at = BelgianDateTimeField(label=_("Ends at"), required=False, help_text=_("Belgian time."))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk and "slug" in self.fields:
            self.fields["slug"].disabled = True
            self.fields["slug"].help_text = _("Fixed: links to this event have been sent out.")

    def save(self, commit=True):
        """Save the event; a change that calendars show makes a new version of their entry."""
        if self.instance.pk and _SHOWN_IN_CALENDARS.intersection(self.changed_data):
            self.instance.calendar_sequence += 1
            self.instance.calendar_changed_at = timezone.now()
        return super().save(commit)
