"""The form that sends a solidarity photo, and the one a moderator decides with."""

import hashlib

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Fieldset, Layout
from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from campaign_site import idempotency
from campaign_site.forms import AddressField, Door, LineField, LinesField, PublicForm
from solidarity.held_photos import find_held_photo
from solidarity.images import CleanedPhoto, ImageRefused, Refusal, clean_photo
from solidarity.models import DISPLAY_NAME_LENGTH, MESSAGE_LENGTH, HeldPhoto, PhotoCall, Purpose
from supporters.wordings_forms import ConsentingForm

# Phones do not count HEIC among image/*.
ACCEPTED = "image/*,.heic,.heif,.avif"
CONSENT_FIELDS = {"consent_delivery": Purpose.DELIVERY, "consent_wall": Purpose.WALL}

REFUSALS = {
    Refusal.TOO_LARGE: _(
        "This photo is larger than 15 MB. Choose a smaller one, or send a screenshot of it."
    ),
    Refusal.UNSUPPORTED: _(
        "This file is not a photo that we can read. Choose a JPEG, PNG, WebP, AVIF, GIF or HEIC."
    ),
    Refusal.TOO_MANY_PIXELS: _(
        "This photo has too many pixels for us. Choose a smaller one, or send a screenshot of it."
    ),
    Refusal.BUSY: _(
        "Many photos are arriving at this moment. Wait a minute and choose the photo again: "
        "what you typed is still here."
    ),
    Refusal.UNREADABLE: _(
        "We could not read this photo; the file may be damaged. Choose another one, or save it "
        "again and retry."
    ),
}
NO_PHOTO = _("Choose a photo.")
CHOOSE_AGAIN = _("Please choose your photo once more.")
PHOTO_GONE = _("We no longer hold the photo that you had chosen. Please choose it again.")


class PhotoForm(ConsentingForm):
    """A photo, a message, who sends it, and what they agree to.

    After ``is_valid()``: ``chosen_image`` is what was chosen now (CleanedPhoto) or is held from an
    earlier attempt (HeldPhoto), and ``source_digest`` the SHA-256 of its upload.
    """

    form_name = "photo"
    consent_fields = CONSENT_FIELDS

    image = forms.FileField(
        label=_("Your photo"),
        help_text=_(
            "JPEG, PNG or HEIC, 15 MB at most. We remove the place, the time and everything else "
            "that a camera hides in a photo. Everybody in it has to agree; a sign without your "
            "face is fine too."
        ),
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
        error_messages={
            "required": NO_PHOTO,
            "empty": REFUSALS[Refusal.UNREADABLE],
            "invalid": NO_PHOTO,
            "missing": NO_PHOTO,
        },
    )
    message = LinesField(
        label=_("Your message"),
        help_text=_("280 characters at most."),
        max_length=MESSAGE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write a few words.")},
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
            "To send you the link with which you can take everything back. For nothing else, "
            "unless you tick the box for news."
        ),
        required=False,
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
    ) -> None:
        places = {"recipient": call.recipient}
        super().__init__(
            data, files, subject=call.slug, language=language, door=door, places=places
        )
        self.source_digest = ""
        self.held: HeldPhoto | None = None
        if data is not None:
            self._find_held_photo()

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
        helper.layout = Layout(
            "form_key",
            "held_photo",
            "words_shown",
            "website",
            Fieldset(_("The photo"), HTML('{% include "solidarity/held_photo.html" %}'), "image"),
            Fieldset(_("The message"), "message"),
            Fieldset(_("You and your choices"), "display_name", "email", *self.boxes),
        )
        return helper

    @property
    def chosen_image(self) -> CleanedPhoto | HeldPhoto | None:
        return self.cleaned_data.get("image") or self.held

    @property
    def content_digest(self) -> str:
        """What was typed and the upload itself, however it was chosen: now or an attempt ago."""
        left_out = {"form_key", "website", "image", "held_photo"}
        typed = {name: v for name, v in self.cleaned_data.items() if name not in left_out}
        return idempotency.digest({**typed, "image": self.source_digest})

    def clean_image(self) -> CleanedPhoto | None:
        upload = self.cleaned_data["image"]
        if not upload:
            self.source_digest = self.held.source_digest if self.held else ""
            return None
        if self.spares_work:
            raise forms.ValidationError(CHOOSE_AGAIN)
        try:
            cleaned = clean_photo(upload.file, size=upload.size)
        except ImageRefused as refused:
            raise forms.ValidationError(REFUSALS[refused.reason]) from refused
        upload.file.seek(0)
        self.source_digest = hashlib.file_digest(upload.file, "sha256").hexdigest()
        return cleaned

    def clean(self):
        cleaned = super().clean()
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


class DecisionForm(forms.Form):
    """What a moderator adds to an approved photo."""

    alt_text = LineField(
        label=_("Description for people who cannot see the photo"),
        help_text=_(
            "What happens in the picture and what the sign says, not who the person is. "
            "For example: somebody holds up a sign with the words “You are not alone”."
        ),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "w-w-full"}),
        error_messages={"required": _("Describe the photo before you approve it.")},
    )
