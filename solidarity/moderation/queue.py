"""In which order photos come to a moderator: those reported first, then the oldest."""

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import QuerySet
from django.utils import timezone

from solidarity import services
from solidarity.models import LOOKING_TIME, Photo, PhotoReport

_GONE = (Photo.Status.REJECTED, Photo.Status.WITHDRAWN)


def reported_photos() -> QuerySet[Photo]:
    """Photos that somebody outside has reported and no moderator has answered, oldest first."""
    reported = PhotoReport.objects.open().order_by().values("photo")
    return (
        Photo.objects.with_files().exclude(status__in=_GONE).filter(pk__in=reported).order_by("pk")
    )


def next_photo(*, moderator: AbstractBaseUser, after: int = 0) -> Photo | None:
    """Take the next photo for this moderator; None when nothing is left for them.

    With ``after`` (the number of the photo on the screen), a reported photo that this moderator
    has just seen does not come back at once, so that it can be passed over.
    """
    reported = _not_just_seen(reported_photos(), moderator) if after else reported_photos()
    photo = services.take_next(moderator=moderator, photos=reported)
    return photo or services.take_next(moderator=moderator, after=after)


def upcoming_photo(*, moderator: AbstractBaseUser, after: int) -> Photo | None:
    """Guess which photo comes next, without taking it: its picture can be fetched meanwhile."""
    reported = _not_just_seen(reported_photos(), moderator).free_for(moderator).exclude(pk=after)
    waiting = Photo.objects.pending().free_for(moderator)
    return reported.first() or waiting.filter(pk__gt=after).first()


def previous_photo(*, moderator: AbstractBaseUser, before: int) -> Photo | None:
    """The photo to moderate before this one."""
    return Photo.objects.pending().free_for(moderator).filter(pk__lt=before).last()


def who_else_looks(photo: Photo, moderator: AbstractBaseUser) -> AbstractBaseUser | None:
    """Another moderator who has had the photo on the screen within the last minutes."""
    if photo.looked_at is None or photo.looked_at < _long_ago():
        return None
    return photo.looked_at_by if photo.looked_at_by != moderator else None


def _long_ago():
    return timezone.now() - LOOKING_TIME


def _not_just_seen(photos: QuerySet[Photo], moderator: AbstractBaseUser) -> QuerySet[Photo]:
    return photos.exclude(looked_at_by=moderator, looked_at__gte=_long_ago())
