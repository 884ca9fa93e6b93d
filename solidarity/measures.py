"""What can be measured about photos; rounded down, so that no reading betrays one that arrived."""

from django.db.models import Count, Q

from solidarity.models import Photo
from watching.measures import Measure, Value, in_tens, register_together

_PHOTOS = (
    Measure("campaign_photos_waiting", "Photos that nobody has looked at, in tens."),
    Measure("campaign_photos_on_the_wall", "Photos on the wall, in tens."),
)


def _read() -> dict[str, Value]:
    waiting = Q(status__in=[Photo.Status.PENDING, Photo.Status.ASIDE])
    on_the_wall = Q(status=Photo.Status.APPROVED, on_wall=True)
    found = Photo.objects.aggregate(
        waiting=Count("pk", filter=waiting), shown=Count("pk", filter=on_the_wall)
    )
    return {
        "campaign_photos_waiting": in_tens(found["waiting"]),
        "campaign_photos_on_the_wall": in_tens(found["shown"]),
    }


register_together(_PHOTOS, _read)
