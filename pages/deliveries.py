"""What came of photo calls: when, where and to whom photos were handed over, and the answer."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.files.storage import default_storage
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, JSONObject

from pages.images import EditorialImage, EditorialRendition
from solidarity.models import Delivery, Edition, EditionPhoto, PhotoCall

PICTURE = "width-1200|format-webp"


@dataclass(frozen=True)
class Picture:
    """The picture of a delivery, as the page shows it."""

    url: str
    width: int
    height: int
    alt: str


@dataclass(frozen=True)
class Outcome:
    """A delivery, with how many photos it was."""

    delivery: Delivery
    photo_count: int
    picture: Picture | None

    @property
    def anchor(self) -> str:
        return f"delivery-{self.delivery.edition.number}"


def outcomes_of(calls: Iterable[PhotoCall]) -> list[Outcome]:
    """Return what was delivered of photo calls, the latest first.

    One query, none for no calls; two more the first time that a picture is shown.
    """
    calls = list(calls)
    if not calls:
        return []
    return [_outcome(delivery) for delivery in _delivered(calls)]


def _delivered(calls: list[PhotoCall]) -> QuerySet[Delivery]:
    rendition = EditorialRendition.objects.filter(image=OuterRef("picture"), filter_spec=PICTURE)
    stored = rendition.values(stored=JSONObject(file="file", width="width", height="height"))
    return (
        Delivery.objects.filter(edition__call__in=calls, edition__status=Edition.Status.DELIVERED)
        .select_related("edition__office", "holder", "picture")
        .annotate(photo_count=Coalesce(Subquery(_photo_count()), 0), rendition=stored[:1])
        .order_by("-delivered_on", "-pk")
    )


def _photo_count() -> QuerySet:
    """Photos that were handed over; what somebody took back later was handed over all the same."""
    back = F("taken_back_hour__date")
    was_there = Q(taken_back_hour=None) | Q(edition__delivery__delivered_on__lt=back)
    listed = EditionPhoto.objects.filter(was_there, edition=OuterRef("edition")).order_by()
    return listed.values("edition").annotate(number=Count("pk")).values("number")


def _outcome(delivery: Delivery) -> Outcome:
    image = delivery.picture
    picture = _picture(image, delivery.rendition) if image else None
    return Outcome(delivery, delivery.photo_count, picture)


def _picture(image: EditorialImage, stored: dict | None) -> Picture:
    if stored is None:
        made = image.get_rendition(PICTURE)
        stored = {"file": made.file.name, "width": made.width, "height": made.height}
    url = default_storage.url(stored["file"])
    return Picture(url, stored["width"], stored["height"], image.default_alt_text)
