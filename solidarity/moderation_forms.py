"""What staff type about photos: a decision, changes to a picture, a photo that came by mail."""

import hashlib
import uuid
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from campaign_site import idempotency
from campaign_site.forms import AddressField, LineField, LinesField, new_form_key, read_form_key
from campaign_site.territories import country_choices
from solidarity.consents import consent_wording
from solidarity.edits import MAX_COVERS, Area, Edits
from solidarity.form_choices import language_choices
from solidarity.forms import ACCEPTED
from solidarity.images import CleanedPhoto, ImageRefused, Refusal, clean_photo
from solidarity.models import (
    ALT_TEXT_LENGTH,
    DISPLAY_NAME_LENGTH,
    MESSAGE_LENGTH,
    Partner,
    Photo,
    PhotoCall,
    Purpose,
    call_drawing,
)
from solidarity.refusals import REFUSALS
from solidarity.services import PhotoDetails

_SIDES = ("left", "top", "width", "height")
_HUNDRED = Decimal(100)


class DecisionForm(forms.Form):
    """What a moderator adds to an approved photo."""

    alt_text = LineField(
        label=_("Description for people who cannot see the photo"),
        help_text=_("What happens in the picture and what the sign says, not who the person is."),
        max_length=ALT_TEXT_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "w-w-full"}),
        error_messages={"required": _("Describe the photo before you approve it.")},
    )


def _percent(label: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        required=False,
        decimal_places=2,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        widget=forms.NumberInput(attrs={"min": 0, "max": 100, "step": "any"}),
    )


class EditForm(forms.Form):
    """Covers, a turn and a crop: as JSON from the editor, or in numbers where no script runs.

    After ``is_valid()``: ``cleaned_data["chosen"]`` is the Edits to apply, in place of ``current``.
    Numbers are per cent of the turned picture. One cover more can be typed at a time.
    """

    edits = forms.CharField(required=False, widget=forms.HiddenInput)
    seen = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    turn = forms.TypedChoiceField(
        label=_("Turn clockwise"),
        choices=[(0, _("not at all")), (90, _("90 degrees")), (180, "180°"), (270, "270°")],
        coerce=int,
        required=False,
        empty_value=0,
    )
    cover_left = _percent(_("Cover: from the left, in %"))
    cover_top = _percent(_("Cover: from the top, in %"))
    cover_width = _percent(_("Cover: width, in %"))
    cover_height = _percent(_("Cover: height, in %"))
    crop_left = _percent(_("Keep: from the left, in %"))
    crop_top = _percent(_("Keep: from the top, in %"))
    crop_width = _percent(_("Keep: width, in %"))
    crop_height = _percent(_("Keep: height, in %"))
    remove_covers = forms.BooleanField(label=_("Take the earlier covers away"), required=False)

    def __init__(self, data=None, *, current: Edits) -> None:
        self.current = current
        super().__init__(data, initial=self._numbers_now())

    def _numbers_now(self) -> dict[str, object]:
        crop = self.current.crop
        percent = [Decimal(str(round(part * 100, 2))) for part in crop] if crop else [None] * 4
        names = [f"crop_{side}" for side in _SIDES]
        return {"turn": self.current.turn, **dict(zip(names, percent, strict=True))}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        try:
            given = cleaned.get("edits")
            cleaned["chosen"] = Edits.read(given) if given else self._from_numbers(cleaned)
        except ValueError as error:
            sentence = _("These changes do not fit the picture; it is as it was. Try again.")
            raise forms.ValidationError(sentence) from error
        return cleaned

    def _from_numbers(self, cleaned: dict[str, Any]) -> Edits:
        """Put together what was typed; covers made before turn along with the picture."""
        turn = cleaned.get("turn", 0)
        kept = () if cleaned.get("remove_covers") else self.current.covers
        quarters = (turn - self.current.turn) % 360 // 90
        covers = [_turned(cover, quarters) for cover in kept]
        covers += [cover for cover in [_area(cleaned, "cover")] if cover]
        if len(covers) > MAX_COVERS:
            raise ValueError("too many covers")
        crop = _area(cleaned, "crop")
        if crop and self.current.crop and not self.has_changed_crop:
            crop = list(_turned(Area(*crop), quarters))
        return Edits.read({"turn": turn, "covers": [list(one) for one in covers], "crop": crop})

    @property
    def has_changed_crop(self) -> bool:
        return any(f"crop_{side}" in self.changed_data for side in _SIDES)


def _area(cleaned: dict[str, Any], what: str) -> list[float] | None:
    """Return four numbers as fractions; None when none was typed. Raises ValueError for some."""
    numbers = [cleaned.get(f"{what}_{side}") for side in _SIDES]
    if all(number is None for number in numbers):
        return None
    if any(number is None for number in numbers):
        raise ValueError("four numbers are needed")
    return [float(number / _HUNDRED) for number in numbers]


def _turned(area: Area, quarters: int) -> Area:
    """Return the same area of a picture that was turned clockwise by so many quarters."""
    for _quarter in range(quarters):
        x, y, width, height = area
        area = Area(1 - y - height, x, height, width)
    return area


class MailedPhotoForm(forms.Form):
    """A photo that came by mail, with what that mail agrees to.

    The boxes stand beside the words of the call in the sender's language: these are what the
    ledger notes. After ``is_valid()``: ``key`` and ``content_digest`` for the service, ``picture``
    a CleanedPhoto with its frame, ``details`` a PhotoDetails.
    """

    form_key = forms.CharField(widget=forms.HiddenInput, required=False)
    image = forms.FileField(
        label=_("The photo"),
        help_text=_("Save it from the email and choose it here. 15 MB at most."),
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
        error_messages={"required": _("Choose a photo.")},
    )
    message = LinesField(
        label=_("The message"),
        max_length=MESSAGE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Type the message of the email.")},
    )
    message_language = forms.ChoiceField(label=_("Language of the message"))
    display_name = LineField(
        label=_("The name we may show"),
        help_text=_("As the email says. Empty for no name."),
        max_length=DISPLAY_NAME_LENGTH,
        required=False,
    )
    email = AddressField(
        label=_("Email address of the sender"),
        help_text=_("We send what you entered to it at once, with a link to confirm or change it."),
        error_messages={"required": _("Type the address that the email came from.")},
    )
    mailed_on = forms.DateField(
        label=_("Date of the email"), widget=forms.DateInput(attrs={"type": "date"})
    )
    consent_delivery = forms.BooleanField(required=False)
    consent_wall = forms.BooleanField(required=False)
    people = forms.ChoiceField(label=_("Who can be recognised"))
    needs_cover = forms.BooleanField(
        label=_("The email asks to cover a face: do so before you approve it"), required=False
    )
    partner = forms.ModelChoiceField(
        Partner.objects.none(), label=_("For whom"), required=False, empty_label=_("everybody")
    )
    country = forms.ChoiceField(label=_("Country of the sender"), required=False)
    frame = forms.ChoiceField(label=_("Frame"), required=False)
    show_from = forms.DateField(
        label=_("Show it from this day on"),
        help_text=_("Only if the email asks to wait."),
        widget=forms.DateInput(attrs={"type": "date"}),
        required=False,
    )

    def __init__(self, data=None, files=None, *, call: PhotoCall, language: str) -> None:
        super().__init__(data.copy() if data is not None else None, files)
        self.call, self.language = call, language
        self.purpose = f"mailed-photo:{call.slug}:{language}"
        self.key: uuid.UUID | None = None
        self.source_digest = ""
        self.fields["form_key"].initial = new_form_key(self.purpose)
        with override(language):
            words = consent_wording(call)
        self.fields["consent_delivery"].label = words[Purpose.DELIVERY].text
        self.fields["consent_wall"].label = words[Purpose.WALL].text
        self.fields["partner"].queryset = call.partners.all()
        self._fill_choices()

    def _fill_choices(self) -> None:
        self.fields["message_language"].choices = language_choices()
        self.fields["message_language"].initial = self.language
        self.fields["email"].widget.attrs["autocomplete"] = "off"  # not the moderator's own
        self.fields["people"].choices = [("", "—"), *Photo.People.choices]
        self.fields["country"].choices = [("", _("not said")), *country_choices()]
        frames = Photo.Frame.choices if self.call.slogan else []
        self.fields["frame"].choices = [("", _("none")), *frames]

    def clean_form_key(self) -> str:
        token = self.cleaned_data["form_key"]
        self.key = read_form_key(self.purpose, token)
        return token

    def clean_mailed_on(self):
        day = self.cleaned_data["mailed_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("This day has not come yet."))
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.key is None:
            self.data["form_key"] = new_form_key(self.purpose)
            self.add_error(None, _("This form had been open for too long. Please send it again."))
        if not (cleaned.get("consent_delivery") or cleaned.get("consent_wall")):
            self.add_error(
                "consent_delivery",
                _("Tick what the email agrees to. Without agreement the photo may not be kept."),
            )
        # The picture last: nothing is decoded for a form that comes back anyway.
        if cleaned.get("image") and not self.errors:
            self._clean_picture(cleaned)
        return cleaned

    def _clean_picture(self, cleaned: dict[str, Any]) -> None:
        upload = cleaned["image"]
        frame = call_drawing(self.call, cleaned.get("frame", ""), self.language)
        try:
            cleaned["image"] = clean_photo(upload.file, size=upload.size, frame=frame)
        except ImageRefused as refused:
            self.add_error("image", REFUSALS.get(refused.reason, REFUSALS[Refusal.UNREADABLE]))
            return
        upload.file.seek(0)
        self.source_digest = hashlib.file_digest(upload.file, "sha256").hexdigest()

    @property
    def content_digest(self) -> str:
        """What was typed and the upload itself; two posts with one key must agree on it."""
        left_out = {"form_key", "image"}
        typed = {name: value for name, value in self.cleaned_data.items() if name not in left_out}
        return idempotency.digest({**typed, "image": self.source_digest})

    @property
    def picture(self) -> CleanedPhoto:
        return self.cleaned_data["image"]

    @property
    def details(self) -> PhotoDetails:
        names = ("message_language", "partner", "country", "people", "needs_cover", "show_from")
        values = {name: self.cleaned_data[name] for name in names}
        return PhotoDetails(**values, frame=self.cleaned_data["frame"])


class MailedPhotoFrameForm(forms.Form):
    """For which call a mailed photo is, and in which language we write to its sender."""

    call = forms.ModelChoiceField(PhotoCall.objects.none(), label=_("Photo call"), empty_label=None)
    language = forms.ChoiceField(
        label=_("Language in which we write to the sender"), choices=settings.LANGUAGES
    )

    def __init__(self, data=None, **kwargs) -> None:
        super().__init__(data, **kwargs)
        self.fields["call"].queryset = PhotoCall.objects.filter(is_closed=False).order_by("-pk")
        self.fields["call"].label_from_instance = lambda call: call.name
