"""What came of photo calls: when, where and to whom photos were handed over, and the answer."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, JSONObject

from campaign_site.editorial_pictures import DELIVERY, Picture, Stored, picture_of
from pages.images import EditorialImage, EditorialRendition
from solidarity.models import Delivery, Edition, EditionPhoto, PhotoCall


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

    One query, none for no calls; two more for a picture that the background has not made yet.
    """
    calls = list(calls)
    if not calls:
        return []
    return [_outcome(delivery) for delivery in _delivered(calls)]


def _delivered(calls: list[PhotoCall]) -> QuerySet[Delivery]:
    made = EditorialRendition.objects.filter(
        image=OuterRef("picture"), filter_spec__in=DELIVERY.specs
    )
    stored = made.values(
        stored=JSONObject(spec="filter_spec", file="file", width="width", height="height")
    )
    return (
        Delivery.objects.filter(edition__call__in=calls, edition__status=Edition.Status.DELIVERED)
        .select_related("edition__office", "holder", "picture")
        .annotate(photo_count=Coalesce(Subquery(_photo_count()), 0), stored=ArraySubquery(stored))
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
    picture = _picture(image, delivery.stored) if image else None
    return Outcome(delivery, delivery.photo_count, picture)


def _picture(image: EditorialImage, stored: list[dict]) -> Picture:
    there = [Stored(**made) for made in stored]
    return picture_of(image, DELIVERY, alt=image.default_alt_text, stored=there)
