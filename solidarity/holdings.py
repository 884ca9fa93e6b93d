"""What a person sent us: for their overview, to take along, to erase."""

import contextlib
from collections.abc import Iterable, Iterator

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from solidarity.models import Photo, Purpose
from solidarity.photo_files import EXTENSIONS, read_picture
from solidarity.services import withdraw_photo
from supporters.holdings import Erasure, Export, HeldItem, Holdings
from supporters.models import Consent, Supporter


def describe_photos(supporter: Supporter) -> Iterator[HeldItem]:
    """Yield each photo of the person and how it stands, in the active language."""
    sentences = {
        Photo.Status.PENDING: _("We have your photo. Nobody sees it before we have looked at it."),
        Photo.Status.ASIDE: _("We have your photo. Nobody sees it before we have looked at it."),
        Photo.Status.APPROVED: _("Your photo is approved. We use it as you agreed."),
        Photo.Status.REJECTED: _("We do not use your photo."),
        Photo.Status.WITHDRAWN: _("You took your photo back. We have erased it."),
    }
    for photo in Photo.objects.filter(supporter=supporter).select_related("call").order_by("-pk"):
        is_over = photo.status == Photo.Status.WITHDRAWN
        yield HeldItem(
            title=_("Photo: %(call)s") % {"call": photo.call.name},
            state=sentences[photo.status],
            url=photo.standing_url,
            is_over=is_over,
            action=_("See it") if is_over else _("See or take back the photo"),
            notes=tuple(_out_of_our_hands(photo)),
        )


def _out_of_our_hands(photo: Photo) -> Iterator[str]:
    """Say what taking back cannot undo. Only what was approved has ever left our hands."""
    if photo.decided_at is None or photo.status == Photo.Status.REJECTED:
        return
    subject = {"subject_type": Photo.SUBJECT_TYPE, "subject_id": photo.public_id}
    agreed = set(Consent.objects.filter(**subject).values_list("purpose", flat=True))
    if Purpose.WALL in agreed:
        yield _("Copies that somebody may have made while it was on the wall are out of our hands.")
    if Purpose.DELIVERY in agreed:
        yield _("What has been printed or handed over by now cannot be called back.")


def export(supporter: Supporter) -> Export:
    """Return the person's photos as they stand, and the largest picture we hold of each."""
    photos = (
        Photo.objects.filter(supporter=supporter).select_related("call", "partner").order_by("pk")
    )
    named = [(_file_name(number, photo), photo) for number, photo in enumerate(photos, start=1)]
    rows = [_row(name, photo) for name, photo in named]
    return Export(rows, _pictures(named))


def _largest(photo: Photo) -> str:
    """Which of the pictures that we hold is the largest."""
    return "delivery" if photo.has_originals else "large"


def _file_name(number: int, photo: Photo) -> str:
    return f"photo-{number}.{EXTENSIONS[_largest(photo)]}"


def _row(name: str, photo: Photo) -> dict[str, object]:
    return {
        "id": str(photo.public_id),
        "photo_call": photo.call.name,
        "status": photo.get_status_display(),
        "message": photo.message,
        "message_language": photo.message_language,
        "for": photo.partner.name if photo.partner else "",
        "country": photo.country,
        "who_can_be_recognised": photo.get_people_display(),
        "shown_from": photo.show_from.isoformat() if photo.show_from else "",
        "name_shown": photo.display_name,
        "description": photo.alt_text,
        "agreed_to": [str(Purpose(purpose).label) for purpose in photo.consents_in_force()],
        "language": photo.language,
        "received": photo.created_hour.isoformat(),
        "file": None if photo.is_erased else name,
    }


def _pictures(named: Iterable[tuple[str, Photo]]) -> Iterator[tuple[str, bytes]]:
    """Yield the pictures one by one; one that is taken back meanwhile is left out."""
    for name, photo in named:
        if not photo.is_erased:
            with contextlib.suppress(FileNotFoundError):
                yield name, read_picture(photo.file_name, _largest(photo))


def erase(supporter: Supporter) -> Erasure:
    """Take every photo of the person back, whatever was decided, and take the person off it."""
    photos = list(Photo.objects.filter(supporter=supporter).order_by("pk"))
    for photo in photos:
        withdraw_photo(photo)
    Photo.objects.filter(supporter=supporter).update(
        supporter=None, form_digest="", link_version=F("link_version") + 1
    )
    if not photos:
        return Erasure()
    sentence = ngettext(
        "%(number)d photo, with its message and name. It is off the wall.",
        "%(number)d photos, with their messages and names. They are off the wall.",
        len(photos),
    )
    return Erasure([sentence % {"number": len(photos)}])


HOLDINGS = Holdings(describe_photos, export, erase)
