"""Editions: a list of photos is frozen, approved by a second person, handed over, and answered."""

import hashlib
import logging
from collections.abc import Iterable, Mapping
from datetime import date

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Exists, Max, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from solidarity import dossier_tasks
from solidarity.dossier import PHOTOS_IN_VOLUME
from solidarity.dossier_files import delete_files
from solidarity.models import Delivery, DossierFile, Edition, EditionPhoto, Photo, PhotoCall
from solidarity.photo_files import read_picture
from solidarity.services.errors import PhotoError

logger = logging.getLogger(__name__)

Status = Edition.Status


def waiting_photos(call: PhotoCall) -> QuerySet[Photo]:
    """The photos of a call that may be delivered and are in no edition yet.

    One without large pictures was handed over so long ago that no list names it any more.
    """
    return Photo.objects.deliverable().filter(~_in_an_edition(), call=call, has_originals=True)


def _in_an_edition() -> Exists:
    return Exists(EditionPhoto.objects.filter(photo=OuterRef("pk")))


@transaction.atomic
def prepare_edition(
    *, call: PhotoCall, letter: str, language: str = "", by: AbstractBaseUser | None = None
) -> Edition:
    """Begin the next edition of a call, with a letter of 1 to 6000 characters to its office.

    ``language`` is the dossier's, by default the one we write to the office in. Raises
    ``PhotoError`` when the call has no office, or an edition that is still being prepared.
    """
    row = PhotoCall.objects.select_for_update(no_key=True).get(pk=call.pk)
    if row.office is None:
        raise PhotoError(_("Say first which office the photos of this call go to."))
    if row.editions.filter(status=Status.DRAFT).exists():
        raise PhotoError(_("An edition of this call is being prepared already. Finish that one."))
    last = row.editions.aggregate(last=Max("number"))["last"] or 0
    edition = Edition.objects.create(
        call=row,
        office=row.office,
        number=last + 1,
        language=language or row.office.language,
        letter=letter,
    )
    log(instance=edition, action="solidarity.prepare_edition", user=by)
    return edition


@transaction.atomic
def update_letter(*, edition: Edition, letter: str, by: AbstractBaseUser | None) -> Edition:
    """Change the letter of an edition that is not frozen yet; raises ``PhotoError`` after that."""
    row = _locked(edition, Status.DRAFT)
    row.letter = letter
    row.save(update_fields=["letter"])
    log(instance=row, action="solidarity.change_letter", user=by)
    return row


def _locked(edition: Edition, *expected: str) -> Edition:
    """Return the edition's row, locked; raises PhotoError when it stands somewhere else by now."""
    rows = Edition.objects.select_for_update(no_key=True, of=("self",))
    row = rows.select_related("call", "office").get(pk=edition.pk)
    if row.status not in expected:
        raise PhotoError(
            _("Somebody else has gone on with this edition meanwhile. Look at where it stands now.")
        )
    return row


def freeze_edition(
    *,
    edition: Edition,
    by: AbstractBaseUser | None,
    photos_in_volume: int = PHOTOS_IN_VOLUME,
) -> Edition:
    """Put every photo that may be delivered on the edition's numbered list, and have it printed.

    The order is the wall's, which is at random: numbers say nothing about when somebody came. What
    is on the list is copied with the digest of the picture, and changes no more. Later photos go
    to the next edition; one taken back keeps its number and nothing else. Raises ``PhotoError``
    when there is no photo, or the edition was frozen before.
    """
    # Reading the pictures takes a while, during which senders must be able to take theirs back.
    known = _digests(waiting_photos(edition.call))
    with transaction.atomic():
        PhotoCall.objects.select_for_update(no_key=True).get(pk=edition.call_id)
        row = _locked(edition, Status.DRAFT)
        photos = _lock_waiting(row.call)
        known |= _digests(photo for photo in photos if photo.file_name not in known)
        entries = _numbered(row, photos, known)
        if not entries:
            raise PhotoError(_("There is no approved photo to deliver. Approve photos first."))
        EditionPhoto.objects.bulk_create(entries, batch_size=500)
        DossierFile.objects.bulk_create(_files(row, len(entries), photos_in_volume))
        row.status, row.frozen_at, row.frozen_by = Status.FROZEN, timezone.now(), by
        row.save(update_fields=["status", "frozen_at", "frozen_by"])
        data = {"photos": len(entries)}
        log(instance=row, action="solidarity.freeze_edition", user=by, data=data)
        dossier_tasks.make_dossier.defer(edition_id=row.pk)
    return row


def _lock_waiting(call: PhotoCall) -> list[Photo]:
    """Lock the photos that wait, then read them again: what is agreed to stands in other rows.

    A photo that is being taken back keeps us waiting at the first statement; by the second one,
    which sees what was committed meanwhile, its consent is gone.
    """
    waiting = waiting_photos(call).order_by("pk").select_for_update()
    locked = {photo.pk for photo in waiting}
    photos = waiting_photos(call).select_related("partner").order_by("wall_key")
    return [photo for photo in photos if photo.pk in locked]


def _digests(photos: Iterable[Photo]) -> dict[str, str]:
    """Return file name → SHA-256 of the delivery picture, empty where there is none.

    A name never gets another picture: a change makes new files.
    """
    return {photo.file_name: _digest(photo) for photo in photos}


def _digest(photo: Photo) -> str:
    try:
        return hashlib.sha256(read_picture(photo.file_name, "delivery")).hexdigest()
    except FileNotFoundError:
        logger.warning("photo %s has no picture and goes into no edition", photo.pk)
        return ""


def _numbered(
    edition: Edition, photos: Iterable[Photo], digests: Mapping[str, str]
) -> list[EditionPhoto]:
    with_pictures = [photo for photo in photos if digests[photo.file_name]]
    return [
        EditionPhoto(
            edition=edition,
            number=number,
            photo=photo,
            display_name=photo.display_name,
            message=photo.message,
            message_language=photo.message_language,
            country=photo.country,
            partner=photo.partner,
            alt_text=photo.alt_text,
            picture_digest=digests[photo.file_name],
        )
        for number, photo in enumerate(with_pictures, start=1)
    ]


def _files(edition: Edition, count: int, size: int) -> list[DossierFile]:
    """The rows of the dossier's files, in the order in which they are made."""
    kinds = DossierFile.Kind
    volumes = [
        DossierFile(
            edition=edition,
            kind=kinds.VOLUME,
            number=number,
            first_number=first,
            last_number=min(first + size - 1, count),
        )
        for number, first in enumerate(range(1, count + 1, size), start=1)
    ]
    others = [
        DossierFile(edition=edition, kind=kind)
        for kind in (kinds.LETTER, kinds.PICTURES, kinds.TABLE, kinds.MANIFEST)
    ]
    return [others[0], *volumes, *others[1:]]


@transaction.atomic
def reopen_edition(*, edition: Edition, by: AbstractBaseUser | None) -> Edition:
    """Undo a freeze that nobody has approved: the list and its files go, the letter stays.

    Raises ``PhotoError`` once it is approved.
    """
    row = _locked(edition, Status.FROZEN)
    delete_files(row.files.all())
    row.photos.all().delete()
    row.status, row.frozen_at, row.frozen_by = Status.DRAFT, None, None
    row.made_at, row.manifest_digest = None, ""
    row.save()
    log(instance=row, action="solidarity.reopen_edition", user=by)
    return row


@transaction.atomic
def approve_edition(*, edition: Edition, by: AbstractBaseUser) -> Edition:
    """Let a dossier leave the house, as the second person: never the one who froze it.

    Raises ``PhotoError`` for the same person, while the dossier is not made or is empty, and while
    a photo in it is hidden by a report that nobody has answered.
    """
    row = _locked(edition, Status.FROZEN)
    if row.frozen_by_id == by.pk:
        raise PhotoError(_("You froze this edition yourself. Somebody else has to approve it."))
    if row.files.exclude(state=DossierFile.State.MADE).exists():
        raise PhotoError(_("The dossier is still being made. Look at it when it is done."))
    if not row.photos.filter(taken_back_hour=None).exists():
        raise PhotoError(_("Everybody has taken their photo back: there is nothing to deliver."))
    if row.photos.filter(photo__is_hidden=True).exists():
        raise PhotoError(_("Somebody has reported a photo of this list. Answer the report first."))
    row.status, row.approved_at, row.approved_by = Status.APPROVED, timezone.now(), by
    row.save(update_fields=["status", "approved_at", "approved_by"])
    data = {"manifest": row.manifest_digest}
    log(instance=row, action="solidarity.approve_edition", user=by, data=data)
    return row


def make_rest(*, edition: Edition) -> None:
    """Have the files made that are missing, when making them has stopped."""
    if edition.is_live and not dossier_tasks.is_at_work(edition):
        dossier_tasks.make_dossier.defer(edition_id=edition.pk)


@transaction.atomic
def record_delivery(
    *, edition: Edition, by: AbstractBaseUser | None, delivered_on: date, **facts
) -> Delivery:
    """Record that an approved edition was handed over; the public reads it from now on.

    ``facts`` are the other fields of ``Delivery``. Who held the office follows from the day.
    Raises ``PhotoError`` when the edition is not approved or delivered already, when the dossier
    is being made anew, and for a day in the future.
    """
    row = _locked(edition, Status.APPROVED)
    if delivered_on > timezone.localdate():
        raise PhotoError(_("This day has not come yet."))
    if row.files.exclude(state=DossierFile.State.MADE).exists():
        raise PhotoError(
            _("Somebody has just taken a photo back. Wait until the dossier is made anew.")
        )
    delivery = Delivery.objects.create(
        edition=row,
        delivered_on=delivered_on,
        holder=row.office.holder_on(delivered_on),
        **facts,
    )
    row.status = Status.DELIVERED
    row.save(update_fields=["status"])
    log(instance=row, action="solidarity.deliver_edition", user=by)
    return delivery


@transaction.atomic
def change_delivery(*, delivery: Delivery, by: AbstractBaseUser | None, **facts) -> Delivery:
    """Correct what was recorded of a delivery, or note the answer to it."""
    row = Delivery.objects.select_for_update(of=("self",)).get(pk=delivery.pk)
    for name, value in facts.items():
        setattr(row, name, value)
    if row.delivered_on > timezone.localdate():
        raise PhotoError(_("This day has not come yet."))
    row.holder = row.edition.office.holder_on(row.delivered_on)
    row.save()
    log(instance=row.edition, action="solidarity.change_delivery", user=by)
    return row


def record_answer(
    *, delivery: Delivery, by: AbstractBaseUser | None, answered_on: date, **answers
) -> Delivery:
    """Note what the office answered: ``answer_en``, ``answer_fr``, ``answer_nl``, and when.

    Raises ``PhotoError`` for a day before the delivery or in the future.
    """
    if not delivery.delivered_on <= answered_on <= timezone.localdate():
        raise PhotoError(_("The answer comes after the delivery, and not in the future."))
    return change_delivery(delivery=delivery, by=by, answered_on=answered_on, **answers)
