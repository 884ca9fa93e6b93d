"""Keep the stored word on whether a photo hangs on the wall true."""

from django.db.models import Case, Exists, OuterRef, Q, Value, When
from django.utils import timezone

from solidarity.models import Photo, Purpose
from supporters.models import Consent


def refresh_wall(photo: Photo) -> None:
    """Write anew whether the photo is on the wall: approved, agreed to, not hidden, not for later.

    One statement, which takes the row's lock: whatever else changes the photo at the same moment
    comes before or after it, and refreshes too. The database counts along (``WallCount``). The
    photo is read anew: what was not saved is lost.
    """
    _write(Photo.objects.filter(pk=photo.pk))
    photo.refresh_from_db()


def show_delayed_photos() -> int:
    """Put photos on the wall whose day has come; return how many. Safe to run twice and at once."""
    due = Photo.objects.filter(
        status=Photo.Status.APPROVED, on_wall=False, show_from__lte=timezone.localdate()
    )
    numbers = list(due.values_list("pk", flat=True))
    _write(Photo.objects.filter(pk__in=numbers))
    return Photo.objects.filter(pk__in=numbers, on_wall=True).count()


def _write(photos) -> None:
    agreed = Consent.objects.in_force().filter(
        subject_type=Photo.SUBJECT_TYPE, subject_id=OuterRef("public_id"), purpose=Purpose.WALL
    )
    shown = (
        Q(status=Photo.Status.APPROVED, is_hidden=False)
        & (Q(show_from=None) | Q(show_from__lte=timezone.localdate()))
        & Exists(agreed)
    )
    photos.update(on_wall=Case(When(shown, then=Value(True)), default=Value(False)))
