"""The form through which editors add pictures."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail.images.forms import BaseImageForm

from pages.images import cleaned
from solidarity.images import ImageRefused


class EditorialImageForm(BaseImageForm):
    """Tells an editor kindly when a picture cannot be read."""

    def clean_file(self):
        file = self.cleaned_data["file"]
        if "file" not in self.changed_data:
            return file
        try:
            return cleaned(file)
        except ImageRefused as error:
            raise ValidationError(
                _("This picture cannot be read. Save it as JPEG or PNG and try again.")
            ) from error
