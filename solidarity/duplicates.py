"""Find photos of a call that look like another one.

Each photo has a fingerprint of 64 bits (a difference hash, ``solidarity.decoder``): pictures that
look alike differ in few of them. Comparing with every photo would take longer with each photo, so
four indexes hold the four parts of 16 bits of each fingerprint. Of two fingerprints that differ in
up to seven bits, at least one part differs in one bit at most: 17 values for each of four parts
find them all (multi-index hashing: Norouzi, Punjani and Fleet, 2012), and most of those that
differ in a few bits more. What is found is then counted exactly.
"""

from django.db.models import F, Func, IntegerField, Q, QuerySet

from solidarity.models import Photo
from solidarity.models.photos import fingerprint_part

# In how many of 64 bits two pictures may differ and still look alike: up to seven for certain.
# The same photograph sent again smaller, brighter or cut by 2 % differs in up to 9, two different
# photographs in 24 or more; drawings that share a layout come nearer.
MAX_DISTANCE = 10
SHOWN_AT_MOST = 12
_PARTS = range(4)
_PART_BITS = 16


class _Distance(Func):
    """The number of bits in which two fingerprints differ; takes their exclusive or."""

    template = "bit_count((%(expressions)s)::bit(64))"
    output_field = IntegerField()


def look_alikes(photo: Photo, *, at_most: int = SHOWN_AT_MOST) -> QuerySet[Photo]:
    """Return the photos of the same call that look like this one, the nearest first.

    Whatever was decided on them, as long as their pictures are kept. A picture without any
    difference in it (one colour) has a fingerprint that says nothing, and looks like none.
    """
    if not photo.fingerprint:
        return Photo.objects.none()
    near = Q()
    for part in _PARTS:
        near |= Q(**{f"part{part}__in": _near_values(photo.fingerprint, part)})
    return (
        Photo.objects.with_files()
        .alias(**{f"part{part}": fingerprint_part(part) for part in _PARTS})
        .filter(near, call=photo.call_id)
        .exclude(pk=photo.pk)
        .annotate(distance=_Distance(F("fingerprint").bitxor(photo.fingerprint)))
        .filter(distance__lte=MAX_DISTANCE)
        .order_by("distance", "pk")[:at_most]
    )


def _near_values(fingerprint: int, part: int) -> list[int]:
    """Return the part's value, and those that differ from it in one bit."""
    value = fingerprint >> (part * _PART_BITS) & 0xFFFF
    return [value, *(value ^ (1 << bit) for bit in range(_PART_BITS))]
