"""The wall, a page at a time: a page begins after the last photo of the one before."""

from solidarity.models import Photo, PhotoCall

PAGE_SIZE = 24
_LARGEST_POSITION = 2**63 - 1


def read_position(text: str) -> int | None:
    """Return the place on the wall that an address names; None for the beginning, or nonsense."""
    if not text.isascii() or not text.isdigit() or len(text) > 19:
        return None
    position = int(text)
    return position if position <= _LARGEST_POSITION else None


def wall_page(call: PhotoCall, *, after: int | None) -> tuple[list[Photo], int | None]:
    """Return up to PAGE_SIZE public photos and where the next page begins; None on the last one.

    The order is random and stays the same, so it says nothing about who came when.
    """
    photos = call.photos.public().order_by("wall_key")
    if after is not None:
        photos = photos.filter(wall_key__gt=after)
    found = list(photos[: PAGE_SIZE + 1])
    page = found[:PAGE_SIZE]
    return page, page[-1].wall_key if len(found) > PAGE_SIZE else None
