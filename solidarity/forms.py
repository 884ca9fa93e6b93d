"""The form that sends a solidarity photo, and the code that takes it back."""

import hashlib
import json

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Field, Fieldset, Layout
from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from campaign_site import idempotency
from campaign_site.form_layout import Folded
from campaign_site.forms import AddressField, Door, LineField, LinesField, PublicForm
from campaign_site.languages import site_language
from solidarity import form_choices, services
from solidarity.frame_samples import Shape, frame_sample
from solidarity.frames import Drawing
from solidarity.held_photos import find_held_photo, reframe
from solidarity.images import CleanedPhoto, ImageRefused, Refusal, clean_photo
from solidarity.models import (
    ALT_TEXT_LENGTH,
    DISPLAY_NAME_LENGTH,
    MESSAGE_LENGTH,
    HeldPhoto,
    Photo,
    PhotoCall,
    Purpose,
    call_drawing,
)
from solidarity.refusals import REFUSALS
from supporters.wordings_forms import ConsentingForm

# Phones do not count HEIC among image/*.
ACCEPTED = "image/*,.heic,.heif,.avif"
CONSENT_FIELDS = {"consent_delivery": Purpose.DELIVERY, "consent_wall": Purpose.WALL}

NO_PHOTO = _("Choose a photo.")
CHOOSE_AGAIN = _("Please choose your photo once more.")
PHOTO_GONE = _("We no longer hold the photo that you had chosen. Please choose it again.")
NOT_STORED = _("We could not store the photo. Nothing you typed is lost: try again in a while.")


class PhotoForm(ConsentingForm):
    """A photo, a message, who sends it, and what they agree to.

    After ``is_valid()``: ``chosen_image`` is what was chosen now (CleanedPhoto) or is held from an
    earlier attempt (HeldPhoto), with the chosen frame in its pictures, and ``source_digest`` the
    SHA-256 of its upload; ``details`` is what else was said about it.
    """

    form_name = "photo"
    takes_source = True
    consent_fields = CONSENT_FIELDS

    # Before the image, which is cleaned with its frame.
    frame = forms.ChoiceField(
        label=_("A frame with the slogan"), required=False, widget=forms.RadioSelect
    )
    image = forms.FileField(
        label=_("Your photo"),
        help_text=_(
            "JPEG, PNG or HEIC, 15 MB at most. We remove the place, the time and everything else "
            "that a camera hides in a photo. A sign without your face is fine too."
        ),
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
        error_messages={
            "required": NO_PHOTO,
            "empty": REFUSALS[Refusal.UNREADABLE],
            "invalid": NO_PHOTO,
            "missing": NO_PHOTO,
        },
    )
    people = forms.ChoiceField(
        label=_("Who can be recognised in the photo?"),
        choices=Photo.People.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Tell us who can be recognised in the photo.")},
    )
    minors_agree = forms.BooleanField(
        label=_(
            "The young people agree, and so do their parents or guardians (both parents, for "
            "anybody under 14)."
        ),
        required=False,
    )
    needs_cover = forms.BooleanField(
        label=_("Cover faces for me"),
        help_text=_("Somebody of our team covers them before anybody else sees the photo."),
        required=False,
    )
    message = LinesField(
        label=_("Your message"),
        help_text=_("280 characters at most."),
        max_length=MESSAGE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write a few words.")},
    )
    message_language = forms.ChoiceField(label=_("Language of your message"))
    partner = forms.ChoiceField(label=_("For whom"), required=False)
    alt_text = LineField(
        label=_("What the photo shows"),
        help_text=_(
            "One sentence for people who cannot see it. For example: somebody holds up a sign with "
            "the words “You are not alone”."
        ),
        max_length=ALT_TEXT_LENGTH,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    display_name = LineField(
        label=_("The name we may show"),
        help_text=_("A first name or an invented name is enough. Leave it empty for no name."),
        max_length=DISPLAY_NAME_LENGTH,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    email = AddressField(
        label=_("Your email address"),
        help_text=_(
            "To send you the link with which you can take everything back; without an address, "
            "you get a code to write down. For nothing else, unless you tick the box for news."
        ),
        required=False,
    )
    country = forms.ChoiceField(
        label=_("The country you live in"),
        help_text=_("It stands beside your photo when we hand it over, and not on the wall."),
        required=False,
    )
    show_later = forms.ChoiceField(
        label=_("When we may show your photo"),
        choices=form_choices.DELAY_CHOICES,
        required=False,
        widget=forms.RadioSelect,
    )
    consent_delivery = forms.BooleanField(required=False)
    consent_wall = forms.BooleanField(required=False)
    held_photo = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        data=None,
        files=None,
        *,
        call: PhotoCall,
        language: str = "",
        door: Door | None = None,
        came_by: str = "",
    ) -> None:
        places = {"recipient": call.recipient}
        super().__init__(
            data,
            files,
            subject=call.slug,
            language=language,
            door=door,
            came_by=came_by,
            places=places,
        )
        self.call = call
        self.source_digest = ""
        self.held: HeldPhoto | None = None
        self._offer_choices()
        if data is not None:
            self.data.setdefault("message_language", site_language(language))
            self._find_held_photo()

    def _offer_choices(self) -> None:
        """Fill in what can be chosen for this call, and leave out where there is no choice."""
        self.fields["message_language"].choices = form_choices.language_choices()
        self.fields["message_language"].initial = site_language(self.language)
        self.fields["country"].choices = form_choices.sender_country_choices()
        for name, choices in (
            ("partner", form_choices.partner_choices(self.call)),
            ("frame", form_choices.frame_choices(self.call)),
        ):
            if choices:
                self.fields[name].choices = choices
            else:
                del self.fields[name]

    def _find_held_photo(self) -> None:
        token = self.data.get("held_photo", "")
        self.held = find_held_photo(token)
        if self.held:
            self.fields["image"].required = False
        elif token:
            self.data["held_photo"] = ""
            self.fields["image"].error_messages["required"] = PHOTO_GONE

    @classmethod
    def refused_unread(cls, *, call: PhotoCall, language: str) -> "PhotoForm":
        """Return the form that answers a request too large to be read."""
        form = cls({}, call=call, language=language)
        form.errors.clear()
        form.add_error("image", REFUSALS[Refusal.TOO_LARGE])
        return form

    def refuse(self, sentence: str) -> None:
        """Send the form back with a sentence, without a held photo that cannot be sent."""
        self.add_error(None, sentence)
        self.data["held_photo"] = ""

    def hold(self, token: str) -> None:
        """Let the form come back with the photo that ``token`` holds."""
        self.data["held_photo"] = token
        self.fields["image"].required = False

    @property
    def held_url(self) -> str:
        """The address of the held photo's picture; empty when none is held."""
        token = self.data.get("held_photo", "") if self.is_bound else ""
        return reverse("solidarity:held", args=[token]) if token else ""

    @property
    def helper(self) -> FormHelper:
        helper = super().helper
        there = self.fields.keys()
        frame = [Field("frame", template="solidarity/frame_field.html")] if "frame" in there else []
        helper.layout = Layout(
            "form_key",
            "held_photo",
            "words_shown",
            "source",
            "website",
            # Before the first thing that can be given away.
            Folded(
                _("At risk? Read this first"),
                HTML('{% include "solidarity/at_risk.html" %}'),
                "show_later",
            ),
            Fieldset(
                _("The photo"),
                HTML('{% include "solidarity/held_photo.html" %}'),
                "image",
                HTML('{% include "solidarity/photo_editor.html" %}'),
                *frame,
                "people",
                "minors_agree",
                "needs_cover",
                css_class="step",
            ),
            Fieldset(
                _("The message"),
                "message",
                "message_language",
                *(["partner"] if "partner" in there else []),
                Folded(_("Describe the photo for people who cannot see it"), "alt_text"),
                css_class="step",
            ),
            Fieldset(
                _("You and your choices"),
                "display_name",
                "email",
                "country",
                Div(*self.boxes),
                HTML('{% include "solidarity/before_sending.html" %}'),
                css_class="step",
            ),
        )
        return helper

    @cached_property
    def drawings(self) -> dict[str, Drawing]:
        """Frame → its drawing with the slogan, in the language of the form."""
        values = self.fields["frame"].choices if "frame" in self.fields else []
        return {
            value: call_drawing(self.call, value, self.language) or []
            for value, _name in values
            if value
        }

    @property
    def frame_drawings(self) -> str:
        """The drawings as JSON, for the script that draws them around the preview."""
        return json.dumps(self.drawings, separators=(",", ":"))

    @property
    def frame_options(self) -> list[tuple[forms.BoundField, list[Shape]]]:
        """Each frame's radio button and the shapes of its sample."""
        return [
            (option, frame_sample(self.drawings.get(option.data["value"], [])))
            for option in self["frame"]
        ]

    @property
    def chosen_image(self) -> CleanedPhoto | HeldPhoto | None:
        return self.cleaned_data.get("image") or self.held

    @property
    def chosen_frame(self) -> str:
        return self.cleaned_data.get("frame", "")

    @property
    def details(self) -> services.PhotoDetails:
        """What a valid form says about the photo beside its message."""
        said = self.cleaned_data
        slug = said.get("partner", "")
        return services.PhotoDetails(
            message_language=said["message_language"],
            partner=self.call.partners.get(slug=slug) if slug else None,
            country=said["country"],
            people=said["people"],
            needs_cover=said["needs_cover"],
            show_from=form_choices.first_day_shown(said["show_later"], timezone.localdate()),
            frame=self.chosen_frame,
            alt_text=said["alt_text"],
        )

    @property
    def content_digest(self) -> str:
        """What was typed and the upload itself, however it was chosen: now or an attempt ago."""
        left_out = {"form_key", "website", "image", "held_photo"}
        typed = {name: v for name, v in self.cleaned_data.items() if name not in left_out}
        return idempotency.digest({**typed, "image": self.source_digest})

    def clean_image(self) -> CleanedPhoto | None:
        upload = self.cleaned_data["image"]
        if upload and self.spares_work:
            raise forms.ValidationError(CHOOSE_AGAIN)
        try:
            return self._cleaned(upload) if upload else self._framed_held_photo()
        except ImageRefused as refused:
            raise forms.ValidationError(REFUSALS[refused.reason]) from refused

    def _cleaned(self, upload) -> CleanedPhoto:
        drawing = self.drawings.get(self.chosen_frame)
        cleaned = clean_photo(upload.file, size=upload.size, frame=drawing)
        upload.file.seek(0)
        self.source_digest = hashlib.file_digest(upload.file, "sha256").hexdigest()
        return cleaned

    def _framed_held_photo(self) -> None:
        """Let the held photo have the frame that is chosen now."""
        if self.held is None:
            return
        self.source_digest = self.held.source_digest
        if self.held.frame == self.chosen_frame or self.spares_work:
            return
        try:
            drawing = self.drawings.get(self.chosen_frame)
            self.held = reframe(self.held, frame=self.chosen_frame, drawing=drawing)
        except FileNotFoundError as error:
            raise forms.ValidationError(PHOTO_GONE) from error
        except OSError as error:
            raise forms.ValidationError(NOT_STORED) from error

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("people") == Photo.People.MINORS and not cleaned.get("minors_agree"):
            self.add_error(
                "minors_agree",
                _(
                    "Without this agreement we may not use the photo. Cover their faces so that "
                    "nobody can recognise them and say so above, or choose another photo."
                ),
            )
        if not self.words_have_changed and not any(cleaned.get(name) for name in CONSENT_FIELDS):
            self.add_error(
                "consent_delivery",
                _("Tick at least one box: without your agreement we may not use the photo."),
            )
        return cleaned


class WithdrawalCodeForm(PublicForm):
    """Asks for the code that a photo without a mail address came with."""

    form_name = "withdrawal-code"

    code = LineField(
        label=_("Your withdrawal code"),
        help_text=_("Four groups of four letters and digits. Capitals and hyphens do not matter."),
        max_length=60,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
        error_messages={"required": _("Type the code.")},
    )
