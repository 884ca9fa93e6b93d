"""How long photos are kept: the kinds this app lets the nights erase."""

from datetime import datetime

from django.db.models import Max, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from solidarity.erasure import erase
from solidarity.models import Photo, PhotoCall
from supporters.retention import BRUSSELS, Kind, register
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
    undecided_or_approved = [Photo.Status.PENDING, Photo.Status.APPROVED]
    return Photo.objects.filter(status__in=undecided_or_approved, call__in=calls)


def _erased(cutoff: datetime) -> QuerySet:
    return Photo.objects.filter(erased_hour__lt=cutoff)


def _remove(photo: Photo) -> None:
    """Erase what is left of a photo, and forget that there was one; its consents are over."""
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
)


def register_kinds() -> None:
    for kind in _KINDS:
        register(kind)
