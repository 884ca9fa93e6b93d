import sys

from django.core.management.base import BaseCommand

from solidarity.earlier_pictures import photos_without_original, remake_pictures


class Command(BaseCommand):
    help = (
        "Make the pictures that photos from before this version lack, from the largest that is "
        "kept of each. Safe to run twice and while the site runs. Ends with status 1 and their "
        "numbers when some have no picture to make them from."
    )

    def handle(self, *args, **options) -> None:
        made, lost = 0, []
        for photo in photos_without_original():
            if remake_pictures(photo):
                made += 1
            else:
                lost.append(photo.pk)
        self.stdout.write(f"Photos whose pictures were made: {made}")
        if lost:
            numbers = ", ".join(map(str, lost))
            self.stderr.write(f"Photos without a picture to make them from: {numbers}")
            sys.exit(1)
