"""A photo as a page shows it: its room on the wall, its pictures, its words."""

from dataclasses import dataclass

from solidarity.models import Partner, Photo
from solidarity.shapes import nearest_shape

# A message of more characters than this is set smaller.
LONG_MESSAGE = 80
# Any other language (ISO 639-2).
OTHER_LANGUAGE = "und"
# How high the pictures of a row are on wide screens, in rem (wall.css).
_ROW_REM = 17.5


@dataclass(frozen=True)
class Tile:
    """A photo and what the page has to know of it; ``partner`` is for whom it speaks."""

    photo: Photo
    partner: Partner | None = None

    @property
    def shape(self) -> int:
        return nearest_shape(*self.photo.picture_size("wall2"))

    @property
    def size(self) -> tuple[int, int]:
        return self.photo.picture_size("wall")

    @property
    def small_url(self) -> str:
        """The picture for browsers that know neither formats nor densities."""
        return self.photo.picture_url("wall")

    @property
    def large_url(self) -> str:
        return self.photo.picture_url("large")

    @property
    def large_size(self) -> tuple[int, int]:
        return self.photo.picture_size("large")

    @property
    def is_long(self) -> bool:
        return len(self.photo.message) > LONG_MESSAGE

    @property
    def language(self) -> str:
        """The message's language for ``lang``: empty where nobody knows it (HTML, 3.2.6.2)."""
        known = self.photo.message_language
        return "" if known == OTHER_LANGUAGE else known

    @property
    def direction(self) -> str:
        """The message's direction for ``dir``: where the language is unknown, its letters tell."""
        return self.photo.message_direction if self.language else "auto"

    @property
    def picture_sources(self) -> list["PictureSource"]:
        """The pictures of both densities by format, best first; the last is for everybody."""
        photo = self.photo
        return [
            PictureSource(f"image/{extension}", candidates(photo, extension))
            for extension in (["avif", "webp"] if photo.has_avif else ["webp"])
        ]

    @property
    def sizes(self) -> str:
        """How wide the picture is shown at first guess (the attribute ``sizes``).

        On phones two upright pictures share a row, and one that lies fills it.
        """
        wide = round(_ROW_REM * self.shape / 100, 1)
        return f"(min-width: 48rem) {wide}rem, {92 if self.shape > 100 else 46}vw"


@dataclass(frozen=True)
class PictureSource:
    """The addresses of one format, as ``srcset`` takes them."""

    media_type: str
    srcset: str


def candidates(photo: Photo, extension: str) -> str:
    """Return both densities of a wall picture as ``srcset`` (HTML, 4.8.4.2.1), small one first."""
    widths = {photo.picture_size(name)[0]: name for name in ("wall2", "wall")}
    found = [
        f"{photo.picture_url(name, extension)} {width}w" for width, name in sorted(widths.items())
    ]
    return ", ".join(found)
