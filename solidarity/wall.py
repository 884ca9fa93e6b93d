"""The wall, a page at a time: a page begins after the last photo of the one before.

No page counts photos or skips over any (OFFSET): what a page costs depends neither on how many
photos there are nor on how far one has gone. Numbers come from ``WallCount``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from campaign_site.query_numbers import LARGEST, read_number
from campaign_site.territories import language_name
from solidarity.models import MESSAGE_LANGUAGES, Partner, Photo, PhotoCall
from solidarity.tiles import Tile

PAGE_SIZE = 24


@dataclass(frozen=True)
class Choice:
    """One value of a filter, with the number of photos that it leaves."""

    value: str
    name: str
    count: int
    is_current: bool


@dataclass(frozen=True)
class Way:
    """The mosaic or the list: ``query`` is the end of its address; empty for the plain wall."""

    query: str
    is_current: bool


@dataclass(frozen=True)
class Asked:
    """What an address asks of the wall; nonsense in it is as good as nothing.

    ``language`` of the messages, ``partner`` by its slug; ``after`` or ``before`` is the place on
    the wall that the page begins after or ends before; none of both is the beginning.
    """

    language: str = ""
    partner: str = ""
    is_list: bool = False
    after: int | None = None
    before: int | None = None

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "Asked":
        after = read_number(query.get("after", ""))
        return cls(
            language=query.get("language", ""),
            partner=query.get("for", ""),
            is_list=query.get("view") == "list",
            after=after,
            before=read_number(query.get("before", "")) if after is None else None,
        )


@dataclass(frozen=True)
class Counts:
    """How many photos hang on a wall, by (language of the message, id of the partner or None)."""

    numbers: Mapping[tuple[str, int | None], int]
    partners: Mapping[int, Partner] = field(default_factory=dict)

    @cached_property
    def total(self) -> int:
        return sum(self.numbers.values())

    def chosen(self, language: str, partner_id: int | None) -> int:
        """Photos in a language and for a partner; empty and None stand for all."""
        return sum(
            number
            for (own_language, own_partner), number in self.numbers.items()
            if language in ("", own_language) and partner_id in (None, own_partner)
        )


@dataclass(frozen=True)
class Wall:
    """A page of the wall, all of it or filtered, as a mosaic or as a list.

    ``next_position`` and ``previous_position`` are where the pages beside it begin; None at the
    ends. Filters offer what the wall has: with one language or one partner there is no choice.
    """

    tiles: list[Tile]
    counts: Counts
    asked: Asked
    partner: Partner | None
    next_position: int | None
    previous_position: int | None

    @property
    def total(self) -> int:
        """Photos on the whole wall."""
        return self.counts.total

    @property
    def found(self) -> int:
        """Photos that the filters leave."""
        return self.counts.chosen(self.asked.language, self.partner.pk if self.partner else None)

    @property
    def is_filtered(self) -> bool:
        return bool(self.asked.language or self.partner)

    @property
    def is_list(self) -> bool:
        return self.asked.is_list

    @property
    def is_first(self) -> bool:
        return self.previous_position is None and self.asked.after is None and bool(self.tiles)

    @property
    def language_choices(self) -> list[Choice]:
        """Languages of the messages in the order of the form; those of the site come first."""
        partner_id = self.partner.pk if self.partner else None
        known = {language for language, _ in self.counts.numbers}
        choices = [
            self._choice(code, _language(code), self.asked.language, code, partner_id)
            for code in MESSAGE_LANGUAGES
            if code in known
        ]
        return self._possible(choices) if len(known) > 1 else []

    @property
    def partner_choices(self) -> list[Choice]:
        """Partners by name; nothing while no photo names one."""
        current = self.partner.slug if self.partner else ""
        choices = [
            self._choice(partner.slug, partner.name, current, self.asked.language, partner.pk)
            for partner in self.counts.partners.values()
        ]
        return sorted(self._possible(choices), key=lambda choice: choice.name.casefold())

    def _choice(
        self, value: str, name: str, current: str, language: str, partner_id: int | None
    ) -> Choice:
        count = self.counts.chosen(language, partner_id)
        return Choice(value, name[:1].upper() + name[1:], count, value == current)

    @staticmethod
    def _possible(choices: list[Choice]) -> list[Choice]:
        """Leave out what the other filter leaves nothing of."""
        return [choice for choice in choices if choice.count or choice.is_current]

    @property
    def as_mosaic(self) -> Way:
        return Way(self._query(view=""), not self.is_list)

    @property
    def as_list(self) -> Way:
        return Way(self._query(view="list"), self.is_list)

    @property
    def unfiltered_query(self) -> str:
        return self._query(language="", partner="")

    @property
    def first_query(self) -> str:
        return self._query()

    @property
    def next_query(self) -> str:
        return self._query(after=self.next_position)

    @property
    def previous_query(self) -> str:
        return self._query(before=self.previous_position)

    def _query(self, *, after: int | None = None, before: int | None = None, **changed: str) -> str:
        """The end of an address; a wall that is filtered or shown otherwise begins anew."""
        own = {
            "language": self.asked.language,
            "partner": self.partner.slug if self.partner else "",
            "view": "list" if self.is_list else "",
            **changed,
        }
        pairs = {
            "language": own["language"],
            "for": own["partner"],
            "view": own["view"],
            "after": "" if after is None else after,
            "before": "" if before is None else before,
        }
        query = urlencode({name: value for name, value in pairs.items() if value != ""})
        return f"?{query}" if query else ""


def _language(code: str) -> str:
    return language_name(code, other=_("another language"))


def count_photos(call: PhotoCall) -> Counts:
    """Return how many photos of the call are on its wall, in one query that counts nothing."""
    rows = list(call.wall_counts.filter(number__gt=0).select_related("partner"))
    return Counts(
        numbers={(row.language, row.partner_id): row.number for row in rows},
        partners={row.partner_id: row.partner for row in rows if row.partner},
    )


def open_wall(call: PhotoCall, query: Mapping[str, str], *, size: int = PAGE_SIZE) -> Wall:
    """Return the page of the wall that an address asks for, ``size`` photos, in two queries.

    ``query`` may have ``language`` (of the messages), ``for`` (a partner's slug), ``view``
    (``list``) and ``after`` or ``before`` (a place on the wall). The order is random and stays the
    same, so it says nothing about who came when.
    """
    counts = count_photos(call)
    asked = _possible(Asked.read(query), counts)
    partner = _partner(counts, asked.partner)
    photos = call.photos.public()
    if asked.language:
        photos = photos.filter(message_language=asked.language)
    if partner:
        photos = photos.filter(partner=partner)
    page, has_more = _page(photos, asked, size)
    ends = [photo.wall_key for photo in (page[0], page[-1])] if page else [None, None]
    goes_back = asked.before is not None
    comes_from_before = asked.after is not None or (goes_back and has_more)
    return Wall(
        tiles=[Tile(photo, counts.partners.get(photo.partner_id)) for photo in page],
        counts=counts,
        asked=asked,
        partner=partner,
        next_position=ends[1] if has_more or goes_back else None,
        previous_position=ends[0] if comes_from_before else None,
    )


def first_tiles(call: PhotoCall, number: int) -> list[Tile]:
    """Return the first photos of the wall, for a glimpse of it; in one query."""
    return [Tile(photo) for photo in call.photos.public().order_by("wall_key")[:number]]


def _possible(asked: Asked, counts: Counts) -> Asked:
    """Return what was asked without filters that the wall does not have."""
    languages = {language for language, _ in counts.numbers}
    return Asked(
        language=asked.language if asked.language in languages else "",
        partner=asked.partner if _partner(counts, asked.partner) else "",
        is_list=asked.is_list,
        after=asked.after,
        before=asked.before,
    )


def _partner(counts: Counts, slug: str) -> Partner | None:
    return next((found for found in counts.partners.values() if found.slug == slug), None)


def _page(photos, asked: Asked, size: int) -> tuple[list[Photo], bool]:
    """Return up to ``size`` photos in wall order, and whether more lie beyond them."""
    if asked.before is not None:
        found = list(photos.filter(wall_key__lt=asked.before).order_by("-wall_key")[: size + 1])
        return found[size - 1 :: -1] if len(found) > size else found[::-1], len(found) > size
    if asked.after is not None:
        photos = photos.filter(wall_key__gt=asked.after)
    found = list(photos.order_by("wall_key")[: size + 1])
    return found[:size], len(found) > size


@dataclass(frozen=True)
class Neighbours:
    """A photo of the wall and those that hang beside it; None at the ends of the wall."""

    tile: Tile
    previous: Photo | None
    next: Photo | None


def find_photo(call: PhotoCall, wall_key: int) -> Neighbours | None:
    """Return a photo of the wall with its neighbours, in one query; None when it is not there."""
    if wall_key > LARGEST:
        return None
    public = call.photos.public().select_related("partner")
    rows = public.filter(wall_key=wall_key).union(
        public.filter(wall_key__lt=wall_key).order_by("-wall_key")[:1],
        public.filter(wall_key__gt=wall_key).order_by("wall_key")[:1],
        all=True,
    )
    found = {_place(photo.wall_key, wall_key): photo for photo in rows}
    own = found.get(0)
    if own is None:
        return None
    for photo in found.values():
        photo.call = call
    return Neighbours(Tile(own, own.partner), found.get(-1), found.get(1))


def _place(key: int, centre: int) -> int:
    return (key > centre) - (key < centre)


def slide(call: PhotoCall, at: int | None) -> tuple[Tile, int | None] | None:
    """Return the first photo at or after a place of the wall, and where the next one is.

    After the last photo the wall begins anew, in a second query. None while it is empty; the next
    place is None when the photo is the only one.
    """
    public = call.photos.public().select_related("partner").order_by("wall_key")
    found = list(public.filter(wall_key__gte=at)[:2]) if at is not None else []
    if len(found) < 2:
        found += [photo for photo in public[:2] if photo not in found]
    if not found:
        return None
    tile = Tile(found[0], found[0].partner)
    return tile, found[1].wall_key if len(found) > 1 else None
