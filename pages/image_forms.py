"""The form through which editors add pictures."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail.images.fields import WagtailImageField
from wagtail.images.forms import BaseImageForm

from pages.images import cleaned
from solidarity.images import ImageRefused

_UNREADABLE = _("This picture cannot be read. Save it as JPEG or PNG and try again.")


class PictureField(WagtailImageField):
    """Wagtail's field measures a picture by decoding it, and fails on one that was cut short."""

    def to_python(self, data):
        try:
            return super().to_python(data)
        except OSError as error:
            raise ValidationError(_UNREADABLE) from error


class EditorialImageForm(BaseImageForm):
    """Cleans the picture, and tells an editor kindly when it cannot be read."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        given = self.fields["file"]
        self.fields["file"] = PictureField(
            label=given.label,
            required=given.required,
            help_text=given.help_text,
            widget=given.widget,
        )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if "file" not in self.changed_data:
            return file
        try:
            return cleaned(file)
        except ImageRefused as error:
            raise ValidationError(_UNREADABLE) from error
