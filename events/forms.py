"""The forms that people fill in for an event: sign up, take over, change, say what they need."""

from collections.abc import Iterable
from typing import ClassVar

from crispy_forms.layout import HTML, Div, Layout
from django import forms
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from campaign_site.form_layout import Folded
from campaign_site.forms import AddressField, Door, LineField, LinesField
from events.crowd import Crowd, crowd_of
from events.models import MAX_PARTY_SIZE, Event, Needs, Organiser, SignUp
from events.services.feedback import FEEDBACK_LENGTH
from supporters.wordings import Words
from supporters.wordings_forms import ConsentingForm

NEEDS_LINE_LENGTH = 200
_NEEDS = ("needs", "needs_line", "needs_consent")


class PartySizeField(forms.IntegerField):
    """How many people come with one sign-up."""

    widget = forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    default_error_messages: ClassVar = {
        "required": gettext_lazy("Write a whole number, for example 2."),
        "invalid": gettext_lazy("Write a whole number, for example 2."),
        "min_value": gettext_lazy("Count yourself: at least 1 person comes."),
        "max_value": gettext_lazy("One sign-up is for 10 people at most."),
    }

    def __init__(self, **options):
        super().__init__(
            min_value=1,
            max_value=MAX_PARTY_SIZE,
            help_text=gettext_lazy("Count yourself: 1 if you come alone, 10 at most."),
            **options,
        )


class NeedsForm(ConsentingForm):
    """What somebody needs to be able to take part, and that we may use it.

    After ``is_valid()``: ``needs_kinds``, ``needs_line`` and ``needs_words``, the words beside the
    box; None when nothing was said, however the box stands.
    """

    # Behind the same door as the sign-up, of which this is a part.
    form_name = "signup"
    consent_fields: ClassVar = {"needs_consent": Needs.PURPOSE}

    needs = forms.MultipleChoiceField(
        label=gettext_lazy("What you need"),
        choices=Needs.Kind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    needs_line = LineField(
        label=gettext_lazy("Something else, in a few words"),
        help_text=gettext_lazy("What we can do, not why: no diagnosis, please."),
        max_length=NEEDS_LINE_LENGTH,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    needs_consent = forms.BooleanField(required=False)

    @property
    def needs_kinds(self) -> list[str]:
        return self.cleaned_data.get("needs", [])

    @property
    def needs_line_given(self) -> str:
        return self.cleaned_data.get("needs_line", "")

    @property
    def needs_words(self) -> Words | None:
        said = self.needs_kinds or self.needs_line_given
        return self.words[Needs.PURPOSE] if said else None

    def clean(self):
        cleaned = super().clean()
        said = cleaned.get("needs") or cleaned.get("needs_line")
        if said and not cleaned.get("needs_consent") and not self.words_have_changed:
            self.add_error(
                "needs_consent",
                _("Tick this box so that we may use what you say about your needs, or empty it."),
            )
        return cleaned


class OwnNeedsForm(NeedsForm):
    """The needs of somebody who has signed up, to be changed."""

    def __init__(self, data=None, *, sign_up: SignUp, language: str = "", door: Door | None = None):
        needs = getattr(sign_up, "needs", None)
        known = {"needs": needs.kinds, "needs_line": needs.line} if needs else None
        subject = f"needs-{sign_up.public_id.hex}"
        super().__init__(data, subject=subject, language=language, door=door, initial=known)
        # News are asked for where people sign up.
        del self.fields["newsletter"]
        del self.boxes["newsletter"]


class PassOnForm(NeedsForm):
    """Who takes places over: name, mail address, needs, and whom their data may go to.

    ``organisers`` may be given sign-ups of those who agree; without any there is no such box.
    """

    consent_fields: ClassVar = {
        **NeedsForm.consent_fields,
        "sharing": SignUp.SHARING_PURPOSE,
    }
    first_fields: ClassVar = (HTML('{% include "events/form_intro.html" %}'), "name", "email")

    name = LineField(
        label=gettext_lazy("Your name"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "name", "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Type your name.")},
    )
    email = AddressField(
        label=gettext_lazy("Your email address"),
        help_text=gettext_lazy(
            "For your confirmation, with a link to see, change or cancel your sign-up."
        ),
    )
    sharing = forms.BooleanField(required=False)

    def __init__(
        self,
        data=None,
        *,
        event: Event,
        language: str = "",
        door: Door | None = None,
        subject: str = "",
        came_by: str = "",
    ):
        self.event = event
        self.organisers = [row for row in event.organisers.all() if row.gets_data]
        without = [] if event.asks_needs else list(_NEEDS)
        without += [] if self.organisers else ["sharing"]
        asked = type(self).consent_fields
        self.consent_fields = {name: asked[name] for name in asked if name not in without}
        super().__init__(
            data,
            subject=subject or event.slug,
            language=language,
            door=door,
            came_by=came_by,
            places={"organisations": _listed(self.organisers)},
        )
        for name in without:
            del self.fields[name]

    @property
    def helper(self):
        helper = super().helper
        needs = [Folded(_("Do you need something to take part?"), _needs_words(), *_NEEDS)]
        boxes = [name for name in self.boxes if name != "needs_consent"]
        helper.layout = Layout(
            "form_key",
            "words_shown",
            *(["source"] if self.takes_source else []),
            "website",
            *self.first_fields,
            *(needs if self.event.asks_needs else []),
            Div(*boxes, css_class="form__boxes"),
        )
        return helper

    @property
    def sharing_words(self) -> Words | None:
        """The words beside the box for those who organise too, if it was ticked."""
        return self.words[SignUp.SHARING_PURPOSE] if self.cleaned_data.get("sharing") else None

    @property
    def shared_with(self) -> list[int]:
        return [row.pk for row in self.organisers] if self.sharing_words else []


class SignUpForm(PassOnForm):
    """Who comes, with how many; for a group that finds too few places, what it would rather do."""

    takes_source = True

    first_fields: ClassVar = (
        HTML(
            '{% include "events/waiting_words.html" with event=form.event crowd=form.crowd only %}'
        ),
        HTML('{% include "events/form_intro.html" %}'),
        "name",
        "email",
        "party_size",
        "waits",
    )

    party_size = PartySizeField(label=gettext_lazy("How many people are coming?"), initial=1)
    waits = forms.BooleanField(required=False)

    def __init__(self, data=None, **options):
        super().__init__(data, **options)
        # Asked only of groups for which there are too few places; once asked, it stays.
        waits = self.fields["waits"]
        people = self.data.get("party_size", "") if self.is_bound else ""
        waits.label = _("Put our group of %(people)s on the waiting list, all together") % {
            "people": people
        }
        if not (self.is_bound and self.data.get("waits")):
            waits.widget = forms.HiddenInput()

    @property
    def crowd(self) -> Crowd:
        return crowd_of(self.event)

    @property
    def is_for_waiting_list(self) -> bool:
        return self.event.is_full and self.event.has_waiting_list

    def clean(self):
        cleaned = super().clean()
        people = cleaned.get("party_size")
        if people and self.event.is_open:
            self._check_room(people, waits=bool(cleaned.get("waits")))
        return cleaned

    def _check_room(self, people: int, *, waits: bool) -> None:
        """Let a group that finds some places, but too few, choose: fewer people, or waiting.

        Somebody who finds no place at all waits without being asked: the form says so above.
        """
        event, left = self.event, self.event.places_left
        if left is None or not event.has_waiting_list or people <= left:
            return
        if people > event.capacity:
            self.add_error("party_size", _too_many(event.capacity))
        elif left and not waits:
            self.fields["waits"].widget = forms.CheckboxInput()
            self.add_error("party_size", _too_few(left))


def _listed(organisers: Iterable[Organiser]) -> str:
    return get_text_list([row.name for row in organisers], _("and"))


def _needs_words() -> HTML:
    return HTML('{% include "events/needs_words.html" %}')


def _too_many(capacity: int) -> str:
    sentence = ngettext(
        "There is %(whole)d place in all. Sign up fewer people.",
        "There are only %(whole)d places in all. Sign up fewer people.",
        capacity,
    )
    return sentence % {"whole": capacity}


def _too_few(left: int) -> str:
    sentence = ngettext(
        "Only %(left)d place is left. Sign up fewer people, or tick the box below to wait until "
        "there are places for all of you.",
        "Only %(left)d places are left. Sign up fewer people, or tick the box below to wait until "
        "there are places for all of you.",
        left,
    )
    return sentence % {"left": left}


class ChangeForm(forms.Form):
    """How many people come after all, beside the sign-up itself; sending it twice does no harm."""

    party_size = PartySizeField(label=gettext_lazy("Number of people"))


class FeedbackForm(forms.Form):
    """How it was, from 1 to 5, and why."""

    grade = forms.TypedChoiceField(
        label=gettext_lazy("On the whole, it was"),
        coerce=int,
        choices=[
            (5, gettext_lazy("very good")),
            (4, gettext_lazy("good")),
            (3, gettext_lazy("so-so")),
            (2, gettext_lazy("not good")),
            (1, gettext_lazy("bad")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose one of the five answers.")},
    )
    text = LinesField(
        label=gettext_lazy("What should we keep, what should we do better?"),
        help_text=gettext_lazy("1,000 characters at most. No names, please."),
        max_length=FEEDBACK_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
