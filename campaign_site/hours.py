"""Times of what people do are kept to the hour, so that a row does not tie a visit to an act."""

from datetime import datetime

from django.utils import timezone


def this_hour() -> datetime:
    """Return the current time, aware, with minutes and seconds cut off."""
    return timezone.now().replace(minute=0, second=0, microsecond=0)
