"""The sender of a photo that came by mail confirms what staff noted of it."""

from campaign_site.hours import this_hour
from solidarity.models import Photo


def confirm_photo(photo: Photo) -> None:
    """Note the hour in which the sender confirmed; again, or for any other photo, it does nothing.

    A photo that was taken back meanwhile stays taken back.
    """
    entered = Photo.objects.filter(pk=photo.pk, mailed_on__isnull=False, confirmed_hour=None)
    entered.exclude(status=Photo.Status.WITHDRAWN).update(confirmed_hour=this_hour())
