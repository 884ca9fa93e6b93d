"""A sender takes back a photo, or one of the agreements."""

from django.db import transaction

from solidarity.editions_kept import leave_editions
from solidarity.erasure import erase
from solidarity.models import Photo, Purpose
from solidarity.services.showing import refresh_wall
from supporters.services import withdraw_consents


@transaction.atomic
def withdraw_photo(photo: Photo) -> Photo:
    """Take a photo back for good: consents withdrawn, content and files erased, the row kept.

    Whatever moderators decided or decide. It leaves the edition it is in, where its number says
    so. Withdrawing again changes nothing.
    """
    row = Photo.objects.select_for_update().get(pk=photo.pk)
    if row.status == Photo.Status.WITHDRAWN:
        return row
    row.status = Photo.Status.WITHDRAWN
    row.on_wall = False
    row.save(update_fields=["status", "on_wall"])
    withdraw_consents(subject_type=Photo.SUBJECT_TYPE, subject_id=row.public_id)
    leave_editions(row)
    erase(row)
    return row


@transaction.atomic
def withdraw_consent(photo: Photo, *, purpose: str) -> Photo:
    """Take one agreement back. Without any left, nothing allows keeping the photo: it goes too.

    ``purpose`` is one of ``Purpose``. Withdrawing again changes nothing.
    """
    row = Photo.objects.select_for_update().get(pk=photo.pk)
    withdraw_consents(
        subject_type=Photo.SUBJECT_TYPE, subject_id=row.public_id, purpose=Purpose(purpose)
    )
    if purpose == Purpose.DELIVERY:
        leave_editions(row)
    if not row.consents_in_force():
        return withdraw_photo(row)
    refresh_wall(row)
    return row
