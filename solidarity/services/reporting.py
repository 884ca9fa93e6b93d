"""Somebody outside says something about a photo on the wall, and a moderator answers."""

import uuid
from datetime import timedelta

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from campaign_site.idempotency import first_result
from solidarity.editions_kept import leave_editions
from solidarity.models import Photo, PhotoReport
from solidarity.services.deciding import decide
from solidarity.services.errors import PhotoError
from solidarity.services.showing import refresh_wall

# So that nobody can empty a wall: beyond this many a day, a call's photos stay until looked at.
HIDDEN_A_DAY = 25


@transaction.atomic
def report_photo(
    *,
    photo: Photo,
    kind: str,
    words: str,
    email: str,
    language: str,
    form_key: uuid.UUID,
    form_digest: str,
) -> PhotoReport:
    """Put a photo first among those to look at; who is in it has it hidden at once.

    ``kind`` is one of ``PhotoReport.Kind``. A photo that a moderator has kept after a report, and
    photos beyond ``HIDDEN_A_DAY`` of one call, stay on the wall until a moderator has looked.
    Calling twice with one form key returns the first report.
    """
    earlier = first_result(PhotoReport.objects, form_key, form_digest)
    if earlier is not None:
        return earlier
    row = Photo.objects.select_for_update().get(pk=photo.pk)
    report = PhotoReport.objects.create(
        photo=row,
        kind=PhotoReport.Kind(kind),
        words=words,
        email=email,
        language=language,
        form_key=form_key,
        form_digest=form_digest,
    )
    if kind == PhotoReport.Kind.ME and _may_be_hidden(row):
        row.is_hidden = True
        row.save(update_fields=["is_hidden"])
        refresh_wall(row)
    return report


def _may_be_hidden(photo: Photo) -> bool:
    was_kept = photo.reports.filter(outcome=PhotoReport.Outcome.KEPT).exists()
    day_ago = timezone.now() - timedelta(days=1)
    others = Photo.objects.filter(
        call=photo.call_id,
        reports__kind=PhotoReport.Kind.ME,
        reports__created_hour__gte=day_ago,
    ).exclude(pk=photo.pk)
    # False reports that a moderator has answered use nothing up.
    hidden = others.exclude(reports__outcome=PhotoReport.Outcome.KEPT)
    return not was_kept and hidden.values("pk").distinct().count() < HIDDEN_A_DAY


@transaction.atomic
def take_down_photo(*, photo: Photo, moderator: AbstractBaseUser | None) -> Photo:
    """Take a photo off the wall at once and out of its edition, and erase it in a week.

    Its open reports are answered with it and the sender is told. Raises ``PhotoError`` when it
    was not approved.
    """
    row = Photo.objects.select_for_update().get(pk=photo.pk)
    if row.status != Photo.Status.APPROVED:
        raise PhotoError(_("This photo is not on the wall any more."))
    taken = decide(
        row,
        moderator,
        Photo.Status.REJECTED,
        "solidarity.take_down",
        among=Photo.objects.filter(status=Photo.Status.APPROVED),
        reason=Photo.Reason.REPORTED,
        is_hidden=False,
    )
    leave_editions(taken)
    taken.reports.answer(moderator, PhotoReport.Outcome.TAKEN_DOWN)
    return taken


@transaction.atomic
def keep_reported_photo(
    *, photo: Photo, moderator: AbstractBaseUser | None, last_seen: int | None = None
) -> Photo:
    """Answer the open reports of a photo by keeping it; a hidden one is shown again.

    ``last_seen`` is the number of the newest report that the moderator has read. Raises
    ``PhotoError`` when nothing is open, or when another report has come in since.
    """
    row = Photo.objects.select_for_update().get(pk=photo.pk)
    newest = row.reports.open().last()
    if newest is None:
        raise PhotoError(_("These reports have been answered meanwhile."))
    if last_seen is not None and newest.pk > last_seen:
        raise PhotoError(_("Another report about this photo has come in. Read it first."))
    Photo.objects.filter(pk=row.pk).update(is_hidden=False)
    refresh_wall(row)
    log(instance=row, action="solidarity.keep", user=moderator)
    row.reports.answer(moderator, PhotoReport.Outcome.KEPT)
    return row


@transaction.atomic
def note_cover(*, photo: Photo, moderator: AbstractBaseUser | None) -> None:
    """Answer the open reports of a photo by the cover just put on it, and show it again."""
    Photo.objects.filter(pk=photo.pk).update(is_hidden=False)
    refresh_wall(photo)
    photo.reports.answer(moderator, PhotoReport.Outcome.COVERED)
