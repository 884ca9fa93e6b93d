"""Pictures that editors put on pages: rebuilt from pixels and renamed at random.

Wagtail would publish the uploader's file name and, in JPEG and PNG renditions, the place where
the photo was taken. So a picture is cleaned like a supporter's photo before it is stored: a JPEG
of at most 2000 pixels, upright, without metadata; transparent parts become white.
"""

import secrets

from django.core.files.base import ContentFile
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.images.models import AbstractImage, AbstractRendition

from solidarity.images import clean_photo


class CleanedFile(ContentFile):
    """A picture that went through ``cleaned``; its name is random."""


def cleaned(file) -> CleanedFile:
    """Return ``file`` rebuilt from its pixels; raises ``ImageRefused``."""
    if isinstance(file, CleanedFile):
        return file
    picture = clean_photo(file).delivery
    return CleanedFile(picture.data, name=f"{secrets.token_hex(16)}.{picture.extension}")


class EditorialImage(AbstractImage):
    """A picture of the image library."""

    admin_form_fields = ("title", "file", "description", "collection", "tags")

    # The mean colour, which stands in its place until the picture is there: see
    # campaign_site/editorial_pictures.py.
    tone = models.CharField(max_length=3, blank=True, editable=False)

    class Meta(AbstractImage.Meta):
        verbose_name = _("image")
        verbose_name_plural = _("images")

    def get_upload_to(self, filename: str) -> str:
        return f"original_images/{filename}"

    def save(self, *args, **kwargs) -> None:
        """Clean a new file on whatever way it came; raises ``ImageRefused``.

        Its sizes and formats are made in the background, and again when the focal point moves.
        """
        if self.file and not self.file._committed and not isinstance(self.file.file, CleanedFile):
            self.file.open("rb")
            self.file = cleaned(self.file.file)
            self._set_image_file_metadata()
        super().save(*args, **kwargs)
        from pages.tasks import make_editorial_pictures

        make_editorial_pictures.defer(image_id=self.pk)


class EditorialRendition(AbstractRendition):
    image = models.ForeignKey(EditorialImage, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        unique_together = (("image", "filter_spec", "focal_point_key"),)
