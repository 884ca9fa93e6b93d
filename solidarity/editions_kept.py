"""What becomes of an edition's numbered list and dossier when a photo may not be in it any more."""

from django.db import transaction
from django.db.models import QuerySet

from campaign_site.hours import this_hour
from solidarity import dossier_tasks
from solidarity.dossier_files import spoil_files
from solidarity.models import Edition, EditionPhoto, Photo


@transaction.atomic
def leave_editions(photo: Photo) -> None:
    """Take a photo out of the edition it is in; its number stays, as one that was taken back.

    The files of the dossier that show it, or count it, are deleted as the transaction ends. Until
    the edition is delivered they are made again without it; the dossier that was handed over stays
    as it was, on paper, and its digest with it. A later edition may take the photo if it may be
    delivered again. Leaving again changes nothing.

    Whoever calls holds the photo's row; editions are locked after photos, never before.
    """
    for edition in _left_by(EditionPhoto.objects.filter(photo=photo)):
        if edition.is_live:
            dossier_tasks.make_dossier.defer(edition_id=edition.pk)


@transaction.atomic
def leave_undelivered_editions(photo: Photo) -> None:
    """Take a photo whose time is up out of an edition that nobody handed over.

    As ``leave_editions``, but nothing is made anew: the others' time is up too. What was handed
    over has a time of its own.
    """
    entries = EditionPhoto.objects.filter(photo=photo)
    _left_by(entries.exclude(edition__status=Edition.Status.DELIVERED))


def _left_by(entries: QuerySet[EditionPhoto]) -> list[Edition]:
    """Forget the entries and spoil the files that show them; return their editions, locked."""
    editions = Edition.objects.select_for_update(no_key=True).order_by("pk")
    left = list(editions.filter(pk__in=entries.values("edition")))
    for entry in list(entries):
        entry.forget()
        entry.taken_back_hour = entry.taken_back_hour or this_hour()
        entry.save()
        spoil_files(entry)
    live = [edition.pk for edition in left if edition.is_live]
    Edition.objects.filter(pk__in=live).update(made_at=None, manifest_digest="")
    return left
