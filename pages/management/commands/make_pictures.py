"""Make all sizes and formats of editors' pictures where some are missing."""

from django.core.management.base import BaseCommand

from pages.images import EditorialImage
from pages.tasks import make_editorial_pictures


class Command(BaseCommand):
    help = (
        "Makes the sizes and formats of editors' pictures that are missing, for example after an "
        "upgrade. Safe to repeat."
    )

    def handle(self, *args, **options) -> None:
        unreadable = 0
        images = list(EditorialImage.objects.order_by("pk").values_list("pk", flat=True))
        for image_id in images:
            try:
                make_editorial_pictures(image_id)
            except OSError as error:
                unreadable += 1
                self.stderr.write(f"The file of picture {image_id} cannot be read: {error}")
        self.stdout.write(f"{len(images) - unreadable} of {len(images)} pictures are complete.")
