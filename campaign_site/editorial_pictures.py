"""Pictures that editors put on pages, as browsers fetch them: small, in the newest format.

Each place where a picture stands is a ``Place``: how wide its picture is there, in which widths it
is made. A browser takes AVIF, else WebP, else JPEG, and of these the width that it needs
(HTML, "picture" and "srcset"). The files are made in the background when the picture or what shows
it is saved (``pages/tasks.py``); a page only looks up which are there.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.core.files.storage import default_storage
from wagtail.images.models import Filter

# Qualities are numbers of each encoder's own: these stand for JPEG at 80.
_FORMATS = (
    ("image/avif", "format-avif|avifquality-60"),
    ("image/webp", "format-webp|webpquality-78"),
)
_FALLBACK = "format-jpeg|jpegquality-80"


@dataclass(frozen=True)
class Place:
    """Where a picture stands. ``widths`` in pixels, ascending; ``sizes`` as HTML has it.

    ``ratio`` is (width, height) of a picture that is cut to fit; None leaves it whole.
    """

    widths: tuple[int, ...]
    sizes: str
    ratio: tuple[int, int] | None = None

    def spec(self, width: int, form: str) -> str:
        if self.ratio is None:
            return f"width-{width}|{form}"
        return f"fill-{width}x{width * self.ratio[1] // self.ratio[0]}|{form}"

    @property
    def fallback(self) -> str:
        """The one that every browser reads."""
        return self.spec(self.widths[-1], _FALLBACK)

    @property
    def specs(self) -> list[str]:
        """Every rendition of a picture in this place, the fallback last."""
        return [
            *(self.spec(width, form) for _type, form in _FORMATS for width in self.widths),
            self.fallback,
        ]


# Two columns of cards from 640 pixels on, the page's gutters beside them.
REWARD = Place((320, 640, 960), "(min-width: 86rem) 27rem, (min-width: 40rem) 45vw, 92vw", (3, 2))
# The whole width of the page's column.
DELIVERY = Place((480, 800, 1200, 1600), "(min-width: 86rem) 81rem, 94vw")
PLACES = (REWARD, DELIVERY)


@dataclass(frozen=True)
class Source:
    """A ``<source>``: what it is and where."""

    media_type: str
    srcset: str


@dataclass(frozen=True)
class Picture:
    """A picture as a page draws it (``components/picture.html``).

    ``tone`` names the class whose colour fills the place until the picture is there.
    """

    url: str
    width: int
    height: int
    alt: str
    sizes: str = ""
    sources: list[Source] = field(default_factory=list)
    tone: str = ""


@dataclass(frozen=True)
class Stored:
    """A rendition that is there: which, its file's name, its size in pixels."""

    spec: str
    file: str
    width: int
    height: int


def stored_of(image) -> list[Stored]:
    """Return the renditions of ``image``; no query when they were fetched along.

    Those that were cut around an earlier focal point are left out.
    """
    return [
        Stored(made.filter_spec, made.file.name, made.width, made.height)
        for made in image.renditions.all()
        if made.focal_point_key == Filter(spec=made.filter_spec).get_cache_key(image)
    ]


def picture_of(image, place: Place, *, alt: str, stored: Iterable[Stored]) -> Picture:
    """Return ``image`` as it stands in ``place``, from the renditions that are there.

    Only the fallback is made here and now where it is missing, for the moment between saving a
    picture and the background's work. Raises OSError when the picture's own file cannot be read.
    """
    found = {made.spec: made for made in stored}
    if place.fallback not in found:
        made = image.get_rendition(place.fallback)
        found[place.fallback] = Stored(place.fallback, made.file.name, made.width, made.height)
    fallback = found[place.fallback]
    sources = []
    for media_type, form in _FORMATS:
        there = {
            found[spec].width: default_storage.url(found[spec].file)
            for spec in (place.spec(width, form) for width in place.widths)
            if spec in found
        }
        if there:
            srcset = ", ".join(f"{url} {width}w" for width, url in sorted(there.items()))
            sources.append(Source(media_type, srcset))
    return Picture(
        url=default_storage.url(fallback.file),
        width=fallback.width,
        height=fallback.height,
        alt=alt,
        sizes=place.sizes,
        sources=sources,
        tone=tone_class(getattr(image, "tone", "")),
    )


def make_missing(image) -> int:
    """Make the renditions of ``image`` that are missing; return how many. Safe to repeat."""
    there = {made.spec for made in stored_of(image)}
    missing = [spec for place in PLACES for spec in place.specs if spec not in there]
    for spec in missing:
        image.get_rendition(spec)
    return len(missing)


# Steps of each colour channel, so that every mean colour has a class near it
# (static/css/components/picture.css): dark, middle, bright.
_STEPS = 3


def tone_of(picture) -> str:
    """Return the mean colour of a Pillow image as three steps of 0 to 2, for example ``210``."""
    red, green, blue = picture.convert("RGB").resize((1, 1)).getpixel((0, 0))
    return "".join(str(round(channel / 255 * (_STEPS - 1))) for channel in (red, green, blue))


def tone_class(tone: str) -> str:
    return f"tone-{tone}" if re.fullmatch(r"[0-2]{3}", tone) else ""
