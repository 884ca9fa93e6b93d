"""The wall, a page at a time: a page begins after the last photo of the one before."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Count

from solidarity.models import Photo, PhotoCall

PAGE_SIZE = 24
# A message of more characters than this is set smaller.
LONG_MESSAGE = 80
_LARGEST_POSITION = 2**63 - 1

# Shapes that the stylesheet reserves room for, width in percent of the height: those of cameras
# (9:16, 2:3, 3:4, 4:5 and their opposites) and a few between them.
SHAPES = (50, 56, 67, 75, 80, 90, 100, 111, 125, 133, 150, 178, 200)


@dataclass(frozen=True)
class Tile:
    """A photo and what the stylesheet has to know of it."""

    photo: Photo

    @property
    def shape(self) -> int:
        return nearest_shape(*self.photo.wall_size)

    @property
    def is_long(self) -> bool:
        return len(self.photo.message) > LONG_MESSAGE


@dataclass(frozen=True)
class Choice:
    """One way to look at the wall. ``query`` is the end of its address; empty for the plain wall.

    ``name`` and ``count`` say how many photos have their message in ``language``; the choice of
    all photos has neither name nor language.
    """

    query: str
    is_current: bool
    language: str = ""
    name: str = ""
    count: int = 0


@dataclass(frozen=True)
class Wall:
    """A page of the wall, in one language or all, as a mosaic or as a list.

    ``counts`` has the number of public photos by the language of their message, for languages
    that have any.
    """

    tiles: list[Tile]
    counts: Mapping[str, int]
    language: str
    is_list: bool
    is_first: bool
    next_position: int | None

    @property
    def total(self) -> int:
        """Public photos in all languages."""
        return sum(self.counts.values())

    @property
    def languages(self) -> list[Choice]:
        """All photos, then each language that has some; nothing while there is no choice."""
        if len(self.counts) < 2:
            return []
        every = Choice(self._query(language=""), not self.language, count=self.total)
        return [
            every,
            *(
                Choice(self._query(language=code), code == self.language, code, name, count)
                for code, name in settings.LANGUAGES
                if (count := self.counts.get(code))
            ),
        ]

    @property
    def as_mosaic(self) -> Choice:
        return Choice(self._query(is_list=False), not self.is_list)

    @property
    def as_list(self) -> Choice:
        return Choice(self._query(is_list=True), self.is_list)

    @property
    def first_query(self) -> str:
        return self._query()

    @property
    def next_query(self) -> str:
        return self._query(after=self.next_position)

    def _query(self, *, after: int | None = None, **changed: object) -> str:
        """The end of an address; a wall that is filtered or shown otherwise begins anew."""
        language = changed.get("language", self.language)
        is_list = changed.get("is_list", self.is_list)
        pairs = [("language", language), ("view", "list" if is_list else ""), ("after", after)]
        query = urlencode([(name, value) for name, value in pairs if value])
        return f"?{query}" if query else ""


def nearest_shape(width: int, height: int) -> int:
    """Return which of SHAPES a picture comes closest to, in proportion."""
    ratio = 100 * width / height
    return min(SHAPES, key=lambda shape: max(shape / ratio, ratio / shape))


def read_position(text: str) -> int | None:
    """Return the place on the wall that an address names; None for the beginning, or nonsense."""
    if not text.isascii() or not text.isdigit() or len(text) > 19:
        return None
    position = int(text)
    return position if position <= _LARGEST_POSITION else None


def open_wall(call: PhotoCall, asked: Mapping[str, str]) -> Wall:
    """Return the page of the wall that an address asks for, in two queries.

    ``asked`` may have ``language`` (of the messages), ``view`` (``list``) and ``after`` (a place
    on the wall); nonsense in any of them is as good as nothing. The order is random and stays the
    same, so it says nothing about who came when.
    """
    public = call.photos.public()
    rows = public.order_by().values_list("language").annotate(number=Count("pk"))
    counts = dict(rows)
    language = asked.get("language", "")
    if language not in counts:
        language = ""
    after = read_position(asked.get("after", ""))
    photos, next_position = _wall_page(public, language=language, after=after)
    return Wall(
        tiles=[Tile(photo) for photo in photos],
        counts=counts,
        language=language,
        is_list=asked.get("view") == "list",
        is_first=after is None,
        next_position=next_position,
    )


def _wall_page(photos, *, language: str, after: int | None) -> tuple[list[Photo], int | None]:
    """Return up to PAGE_SIZE photos and where the next page begins; None on the last one."""
    photos = photos.order_by("wall_key")
    if language:
        photos = photos.filter(language=language)
    if after is not None:
        photos = photos.filter(wall_key__gt=after)
    found = list(photos[: PAGE_SIZE + 1])
    page = found[:PAGE_SIZE]
    return page, page[-1].wall_key if len(found) > PAGE_SIZE else None
