import contextlib
import json
import os
import secrets
import sys
from pathlib import Path
from typing import NoReturn

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from solidarity.images import CleanPicture, ImageRefused, clean_photo, find_format
from solidarity.refusals import REFUSALS

_REFUSED = 2


class Command(BaseCommand):
    help = (
        "Clean one picture as the site cleans a photo that somebody sends: upright, sRGB, 2000 "
        "pixels at most, nothing in it but pixels. Writes a JPEG to OUT and prints one line of "
        "JSON. A picture that is refused ends with status 2 and the sentence that its sender would "
        "read; OUT is then left as it was."
    )
    requires_system_checks = ()

    def add_arguments(self, parser) -> None:
        parser.add_argument("source", metavar="IN", type=Path, help="the picture")
        parser.add_argument("destination", metavar="OUT", type=Path, help="the JPEG to write")

    def handle(self, *args, source: Path, destination: Path, **options) -> None:
        try:
            with source.open("rb") as file:
                source_format = find_format(file.read(512))
                picture = clean_photo(file).delivery
            _write(destination, picture.data)
        except ImageRefused as refused:
            self._refuse(REFUSALS[refused.reason])
        except OSError as error:
            name = source if error.filename == str(source) else destination
            sentence = _("This file cannot be read or written: %(name)s (%(reason)s).")
            self._refuse(sentence % {"name": name, "reason": error.strerror})
        self.stdout.write(_describe(picture, source_format))

    def _refuse(self, sentence: str) -> NoReturn:
        self.stderr.write(str(sentence))
        sys.exit(_REFUSED)


def _describe(picture: CleanPicture, source_format: str) -> str:
    kind = picture.media_type.partition("/")[2].upper()
    size = {"width": picture.width, "height": picture.height}
    return json.dumps({"format": kind, **size, "source_format": source_format})


def _write(destination: Path, data: bytes) -> None:
    """Write a file that appears whole or not at all, in place of one that may be there."""
    unfinished = destination.with_name(f".{destination.name}.{secrets.token_hex(4)}.part")
    try:
        with unfinished.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(destination)
    except OSError:
        with contextlib.suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise
