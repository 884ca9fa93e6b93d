"""The form in which staff describe an event."""

import hashlib

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import model_to_dict
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.widgets import AdminAutoHeightTextInput, AdminDateTimeInput

from events.hosting.languages import LANGUAGES
from events.local_time import BRUSSELS, check_local_time
from events.models import Event

# What stands in the place of an event's address below ``/events/``.
RESERVED_SLUGS = frozenset({"sign-up", "door", "feedback", "pass-on", "of", "calendar"})


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


class TickList(forms.MultipleChoiceField):
    """Some of the values that a list field of the model may have."""

    widget = forms.CheckboxSelectMultiple


class EventForm(WagtailAdminModelForm):
    """An event as staff enter it. Its address stays what it was when links were first sent.

    ``tells_people`` and the notes are about this change alone: whether those who signed up are
    written to, and in which words. ``seen`` is what was saved when the form was opened: whoever
    saves an old form must not undo what a colleague changed, and tell everybody of it, unawares.
    """

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    starts_at = BelgianDateTimeField(
        label=_("Starts at"),
        required=False,
        help_text=_("Belgian time. Leave empty while only the day is known."),
    )
    ends_at = BelgianDateTimeField(label=_("Ends at"), required=False, help_text=_("Belgian time."))
    opens_at = BelgianDateTimeField(
        label=_("Sign-up opens at"), required=False, help_text=_("Belgian time. Empty: at once.")
    )
    closes_at = BelgianDateTimeField(
        label=_("Sign-up closes at"),
        required=False,
        help_text=_("Belgian time. Empty: when the event begins."),
    )
    spoken_languages = TickList(
        label=_("Languages spoken"), choices=Event.SpokenLanguage.choices, required=False
    )
    access = TickList(
        label=_("Access"),
        choices=Event.Access.choices,
        required=False,
        help_text=_("Tick what is really there: people decide by it whether they can come."),
    )
    tells_people = forms.BooleanField(
        label=_("Email the people who signed up about this change"),
        required=False,
        initial=True,
        help_text=_("They see what it was and what it is now, and get the new calendar entry."),
    )
    note_en = forms.CharField(
        label=_("Why, in English"), required=False, max_length=600, widget=AdminAutoHeightTextInput
    )
    note_fr = forms.CharField(
        label=_("Why, in French"), required=False, max_length=600, widget=AdminAutoHeightTextInput
    )
    note_nl = forms.CharField(
        label=_("Why, in Dutch"), required=False, max_length=600, widget=AdminAutoHeightTextInput
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["seen"].initial = self._saved = self._fingerprint()
        if self.instance.pk and "slug" in self.fields:
            self.fields["slug"].disabled = True
            self.fields["slug"].help_text = _("Fixed: links to this event have been sent out.")

    @property
    def notes(self) -> dict[str, str]:
        """The words about this change in each language; they may be empty."""
        return {code: self.cleaned_data.get(f"note_{code}", "").strip() for code in LANGUAGES}

    def _fingerprint(self) -> str:
        """Return what stands for the saved values of this form; sign-ups change none of them."""
        names = [name for name in self.fields if name in self._own_fields()]
        rows = list(self.instance.organisers.order_by("pk").values_list())
        values = [model_to_dict(self.instance, fields=names), rows]
        return hashlib.sha256(repr(values).encode()).hexdigest()[:32]

    def _own_fields(self) -> set[str]:
        return {field.name for field in self._meta.model._meta.get_fields()}

    def clean(self):
        cleaned = super().clean()
        seen = cleaned.get("seen")
        if self.instance.pk and seen and seen != self._saved:
            # The form that is shown again has been seen with this sentence: the next save counts.
            self.data = self.data.copy()
            self.data[self.add_prefix("seen")] = self._saved
            raise ValidationError(self._overtaken(), code="overtaken")
        return cleaned

    def _post_clean(self) -> None:
        """Let the model add to what is wrong, but not to a field whose value could not be read.

        To the model it looks as if nothing had been typed there.
        """
        unread = {name: list(errors.data) for name, errors in self.errors.items()}
        super()._post_clean()
        for name, errors in unread.items():
            self.errors[name].data = errors

    def _overtaken(self) -> str:
        sentence = _(
            "Somebody else saved this event while you had the form open. Nothing of yours is "
            "saved yet, and it is still here. Save again to put it in the place of theirs."
        )
        own = self._own_fields()
        labels = [str(self[name].label) for name in self.changed_data if name in own]
        if not labels:
            return str(sentence)
        differs = _("Your form differs from what is saved now in: %(fields)s.")
        return f"{sentence} {differs % {'fields': ', '.join(labels)}}"

    def clean_slug(self) -> str:
        slug = self.cleaned_data["slug"]
        if slug in RESERVED_SLUGS:
            raise ValidationError(
                _("The site needs this address for something else. Choose another."),
                code="reserved",
            )
        return slug
