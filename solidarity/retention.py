"""How long photos are kept: the kinds this app lets the nights erase."""

from datetime import datetime

from django.db.models import Max, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from campaign_site.storage.deleting import delete_after_commit
from solidarity.dossier_files import delete_file
from solidarity.editions_kept import leave_undelivered_editions
from solidarity.erasure import erase
from solidarity.models import (
    Delivery,
    DossierFile,
    EditionPhoto,
    Photo,
    PhotoCall,
    PhotoReport,
)
from solidarity.photo_files import delete_originals
from supporters.retention import BRUSSELS, Kind, NotNow, register
from supporters.services import end_consents


def _rejected(cutoff: datetime) -> QuerySet:
    return Photo.objects.with_files().filter(status=Photo.Status.REJECTED, decided_at__lt=cutoff)


def _of_ended_calls(cutoff: datetime) -> QuerySet:
    """Photos of calls whose last day is that long ago.

    A call that was closed without a last day ended with its newest photo at the latest known.
    """
    newest = (
        Photo.objects.filter(call=OuterRef("pk"))
        .order_by()
        .values("call")
        .annotate(newest=Max("created_hour"))
        .values("newest")
    )
    calls = PhotoCall.objects.annotate(newest=Subquery(newest)).filter(
        Q(closes_on__lt=cutoff.astimezone(BRUSSELS).date())
        | Q(closes_on=None, is_closed=True, newest__lt=cutoff)
    )
    kept = [Photo.Status.PENDING, Photo.Status.ASIDE, Photo.Status.APPROVED]
    return Photo.objects.filter(status__in=kept, call__in=calls)


def _delivered(cutoff: datetime) -> QuerySet:
    return Delivery.objects.filter(delivered_on__lt=cutoff.astimezone(BRUSSELS).date())


def _with_originals_of_delivered(cutoff: datetime) -> QuerySet:
    """Photos handed over that long ago of which the large pictures are still here."""
    return Photo.objects.with_files().filter(
        has_originals=True, in_editions__edition__delivery__in=_delivered(cutoff)
    )


def _drop_originals(photo: Photo) -> None:
    """Delete the pictures made for print and for changes; the wall's stay."""
    Photo.objects.filter(pk=photo.pk).update(has_originals=False)
    delete_after_commit(delete_originals, photo.file_name)


def _lists_of_delivered(cutoff: datetime) -> QuerySet:
    return EditionPhoto.objects.filter(edition__delivery__in=_delivered(cutoff)).exclude(
        photo=None, message="", display_name="", country="", picture_digest=""
    )


def _forget_entry(entry: EditionPhoto) -> None:
    """Keep the number in the list, and nothing of who stood behind it; nobody took it back.

    The large pictures go at the latest now: nothing says any more that they were handed over.
    """
    if entry.photo_id is not None:
        # Whoever takes a photo back holds it first, and then its entry: we do not wait for it.
        photo = Photo.objects.select_for_update(skip_locked=True).filter(pk=entry.photo_id).first()
        if photo is None:
            raise NotNow
        _drop_originals(photo)
    entry.forget()
    entry.save()


def _dossiers_of_delivered(cutoff: datetime) -> QuerySet:
    return DossierFile.objects.filter(edition__delivery__in=_delivered(cutoff)).exclude(
        file_name=""
    )


def _drop_dossier_file(file: DossierFile) -> None:
    """Delete our copy; its digest stays as proof of what was handed over."""
    delete_after_commit(delete_file, file.file_name)
    DossierFile.objects.filter(pk=file.pk).update(file_name="")


def _answered_reports(cutoff: datetime) -> QuerySet:
    return PhotoReport.objects.filter(handled_at__lt=cutoff)


def _remove_report(report: PhotoReport) -> None:
    report.delete()


def _erased(cutoff: datetime) -> QuerySet:
    return Photo.objects.filter(erased_hour__lt=cutoff)


def _remove(photo: Photo) -> None:
    """Erase what is left of a photo, and forget that there was one; its consents are over."""
    leave_undelivered_editions(photo)
    erase(photo)
    end_consents(subject_type=Photo.SUBJECT_TYPE, subject_id=photo.public_id)
    photo.delete()


_KINDS = (
    Kind(
        key="rejected-photos",
        name=_("Rejected photos"),
        default_days=7,
        most_days=7,
        moment=_("after a moderator rejected them"),
        reason=_("So that a decision can be undone. The email to the sender says a week."),
        due=_rejected,
        erase=erase,
    ),
    Kind(
        key="photos",
        name=_("Photos, messages and names on the wall or to deliver"),
        default_days=183,
        moment=_("after the last day of the photo call"),
        reason=_("The sender agreed to it for the campaign; they can take it back at any time."),
        due=_of_ended_calls,
        erase=_remove,
    ),
    Kind(
        key="erased-photos",
        name=_("What is left of withdrawn and rejected photos"),
        default_days=30,
        moment=_("after their content was erased"),
        reason=_("So that the sender's link still shows that it is done."),
        due=_erased,
        erase=_remove,
    ),
    Kind(
        key="delivered-originals",
        name=_("Large pictures of photos that were handed over"),
        default_days=30,
        moment=_("after the delivery"),
        reason=_("Printing is over. The smaller pictures of the wall stay as long as the wall."),
        due=_with_originals_of_delivered,
        erase=_drop_originals,
    ),
    Kind(
        key="dossiers",
        name=_("Our copy of a dossier that was handed over"),
        default_days=30,
        moment=_("after the delivery"),
        reason=_("In case the office asks. Its fingerprints stay as proof of what it held."),
        due=_dossiers_of_delivered,
        erase=_drop_dossier_file,
    ),
    Kind(
        key="delivered-lists",
        name=_("Names and messages in the list of a dossier that was handed over"),
        default_days=183,
        moment=_("after the delivery"),
        reason=_("To answer questions about it. Numbers and counts stay."),
        due=_lists_of_delivered,
        erase=_forget_entry,
    ),
    Kind(
        key="photo-reports",
        name=_("Reports about photos"),
        default_days=30,
        moment=_("after a moderator answered them"),
        reason=_("In case whoever reported asks again."),
        due=_answered_reports,
        erase=_remove_report,
    ),
)


def register_kinds() -> None:
    for kind in _KINDS:
        register(kind)
