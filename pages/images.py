"""Pictures that editors put on pages: renamed at random and rebuilt without metadata.

Wagtail would publish the uploader's file name and, in JPEG and PNG renditions, the place where
the photo was taken.
"""

import secrets
from pathlib import Path

from django.db import models
from wagtail.images.models import AbstractImage, AbstractRendition


class EditorialImage(AbstractImage):
    """A picture of the image library."""

    admin_form_fields = ("title", "file", "description", "collection", "tags")

    class Meta(AbstractImage.Meta):
        verbose_name = "image"
        verbose_name_plural = "images"

    def get_upload_to(self, filename: str) -> str:
        """Return a random name; only the ending of the original survives."""
        return f"original_images/{secrets.token_hex(16)}{Path(filename).suffix.lower()[:5]}"


class EditorialRendition(AbstractRendition):
    image = models.ForeignKey(EditorialImage, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        unique_together = (("image", "filter_spec", "focal_point_key"),)
