"""Moderators look at photos, change what must not be seen, and decide."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from campaign_site.storage.deleting import delete_after_commit
from solidarity import tasks
from solidarity.editions_kept import leave_editions
from solidarity.edits import Edits
from solidarity.images import CleanedPhoto, ImageRefused, render_photo
from solidarity.models import HeldPhoto, Photo, PhotoReport
from solidarity.photo_files import delete_originals, delete_photo, read_picture, write_photo
from solidarity.services.errors import PhotoError
from solidarity.services.showing import refresh_wall


def _gone() -> PhotoError:
    return PhotoError(
        _("Somebody else has decided on this photo, or its sender has taken it back.")
    )


def take_next(
    *, moderator: AbstractBaseUser, after: int = 0, photos: QuerySet[Photo] | None = None
) -> Photo | None:
    """Return the oldest undecided photo after ``after`` that nobody else has on the screen.

    It is the moderator's for five minutes. Of two who ask at the same moment each gets another
    one. Beyond the last photo it begins again with the first; None when there is none.
    """
    waiting = Photo.objects.pending() if photos is None else photos
    with transaction.atomic():
        rows = waiting.free_for(moderator).select_for_update(skip_locked=True, of=("self",))
        photo = rows.filter(pk__gt=after).first() or (rows.first() if after else None)
        if photo is not None:
            look_at(photo=photo, moderator=moderator)
    return photo


def look_at(*, photo: Photo, moderator: AbstractBaseUser) -> None:
    """Note that the moderator has the photo on the screen."""
    Photo.objects.filter(pk=photo.pk).update(looked_at_by=moderator, looked_at=timezone.now())


def approve_photo(
    *, photo: Photo, moderator: AbstractBaseUser | None, alt_text: str, seen: str = ""
) -> Photo:
    """Let a photo be shown and delivered as its sender agreed, and mail the sender.

    ``alt_text`` describes it, in 1 to 200 characters. Covers, turns and the crop become final: the
    picture without them is deleted. ``seen`` is the name of the pictures that the moderator looked
    at, so that nobody approves what a colleague has just uncovered. Of two moderators who decide
    at once, one does; the other gets a ``PhotoError``. So does who approves a photo whose sender
    asked for a cover and has none.
    """
    row = Photo.objects.select_related("call").get(pk=photo.pk)
    _refuse_approval(row, seen)
    edits = row.current_edits
    with ExitStack() as stack:
        made = None
        if not edits.is_empty:
            made = stack.enter_context(_new_pictures(row, edits, bake=True))
        stack.enter_context(transaction.atomic())
        locked = Photo.objects.select_for_update().get(pk=row.pk)
        _refuse_approval(locked, row.file_name)
        if made is not None:
            _name_pictures(locked, made, edits={})
        fields = {"alt_text": alt_text, "needs_cover": False}
        decided = decide(locked, moderator, Photo.Status.APPROVED, "solidarity.approve", **fields)
        tasks.make_avif_pictures.defer(photo_id=row.pk)
    return decided


def _refuse_approval(row: Photo, seen: str) -> None:
    """Raise ``PhotoError`` when the photo may not be approved as it stands."""
    if not row.is_undecided:
        raise _gone()
    if seen and seen != row.file_name:
        raise _changed()
    if row.needs_cover and not row.current_edits.covers:
        raise PhotoError(_("The sender asked us to cover a face. Cover it before you approve."))


def _changed() -> PhotoError:
    return PhotoError(
        _("Somebody else has changed this picture meanwhile. Look at it again, then decide.")
    )


@transaction.atomic
def reject_photo(*, photo: Photo, moderator: AbstractBaseUser | None, reason: str) -> Photo:
    """Keep a photo from being shown or delivered, and mail the sender why. Erased in a week.

    ``reason`` is one of ``Photo.Reason``. Raises ``PhotoError`` when it was decided on before.
    """
    reason = Photo.Reason(reason)
    rejected = decide(photo, moderator, Photo.Status.REJECTED, "solidarity.reject", reason=reason)
    # Of a photo that was on the wall before: what people reported is answered with it.
    rejected.reports.answer(moderator, PhotoReport.Outcome.TAKEN_DOWN)
    return rejected


@transaction.atomic
def set_aside_photo(*, photo: Photo, moderator: AbstractBaseUser | None) -> Photo:
    """Put a photo to those to be talked over; nobody is told. Raises ``PhotoError`` if decided."""
    moved = (
        Photo.objects.pending()
        .filter(pk=photo.pk)
        .update(status=Photo.Status.ASIDE, looked_at=None, looked_at_by=None)
    )
    if not moved:
        raise _gone()
    photo.refresh_from_db()
    log(instance=photo, action="solidarity.aside", user=moderator)
    return photo


def decide(
    photo: Photo,
    moderator: AbstractBaseUser | None,
    status: str,
    action: str,
    *,
    among: QuerySet[Photo] | None = None,
    **fields: object,
) -> Photo:
    """Decide in one conditional statement, so that only one of two moderators does.

    ``among`` are the photos that can be decided on, by default those that nobody has. Raises
    ``PhotoError`` when it is not one of them any more.
    """
    among = Photo.objects.undecided() if among is None else among
    decided = among.filter(pk=photo.pk).update(
        status=status,
        decided_by=moderator,
        decided_at=timezone.now(),
        decision_sent_at=None,
        looked_at=None,
        looked_at_by=None,
        **fields,
    )
    if not decided:
        raise _gone()
    refresh_wall(photo)
    log(instance=photo, action=action, user=moderator, data=_log_data(photo))
    if photo.supporter_id:
        tasks.send_photo_decision.defer(photo_id=photo.pk)
    return photo


def _log_data(photo: Photo) -> dict[str, str]:
    return {"reason": photo.reason} if photo.reason else {}


@transaction.atomic
def undo_decision(*, photo: Photo, moderator: AbstractBaseUser | None) -> Photo:
    """Put a photo back among those to moderate, off the wall at once; its description stays.

    It leaves the edition it is in. Raises ``PhotoError`` when there is no decision to undo or
    nothing left to show.
    """
    undone = (
        Photo.objects.filter(
            status__in=[Photo.Status.ASIDE, Photo.Status.APPROVED, Photo.Status.REJECTED]
        )
        .with_files()
        .filter(pk=photo.pk)
        .update(
            status=Photo.Status.PENDING,
            reason="",
            decided_by=None,
            decided_at=None,
            decision_sent_at=None,
        )
    )
    if not undone:
        raise PhotoError(_("There is no decision on this photo that can be undone."))
    refresh_wall(photo)
    leave_editions(photo)
    log(instance=photo, action="solidarity.undo", user=moderator)
    return photo


def edit_photo(
    *,
    photo: Photo,
    moderator: AbstractBaseUser | None,
    edits: Edits,
    seen: str = "",
) -> Photo:
    """Cover, turn or crop a photo: every picture is made anew, under a new name.

    Of an undecided photo the picture without the edits stays until the decision, so that a cover
    can be moved; of one on the wall, or whose large pictures are deleted since it was handed over,
    they are final at once. ``edits`` replaces earlier ones;
    ``seen`` is the name of the pictures they were drawn on, so that of two moderators neither
    takes away the other's cover. Raises ``PhotoError`` when the photo cannot be changed, has
    changed meanwhile or the pictures cannot be made; it is as it was then.
    """
    row = Photo.objects.select_related("call").get(pk=photo.pk)
    _refuse_edit(row, seen)
    bake = row.status == Photo.Status.APPROVED or not row.has_originals
    with _new_pictures(row, edits, bake=bake) as made, transaction.atomic():
        locked = Photo.objects.select_for_update().get(pk=row.pk)
        _refuse_edit(locked, row.file_name)
        if locked.status != row.status:
            raise _gone()
        _name_pictures(locked, made, edits={} if bake else edits.to_json())
        if locked.status == Photo.Status.APPROVED:
            leave_editions(locked)
            tasks.make_avif_pictures.defer(photo_id=locked.pk)
        log(instance=locked, action="solidarity.edit", user=moderator)
    return locked


def _refuse_edit(row: Photo, seen: str) -> None:
    """Raise ``PhotoError`` when the pictures may not be changed, or are others than those seen."""
    if row.is_erased or not (row.is_undecided or row.status == Photo.Status.APPROVED):
        raise _gone()
    if seen and seen != row.file_name:
        raise _changed()


class _Made(NamedTuple):
    file_name: str
    pictures: CleanedPhoto


@contextmanager
def _new_pictures(row: Photo, edits: Edits, *, bake: bool) -> Iterator[_Made]:
    """Give new pictures, already on the disk; they are removed again when the rest fails.

    They are made before the photo's row is locked: its sender, who may want to take it back at
    this moment, does not wait for them.
    """
    pictures = _rendered(row, edits, bake=bake)
    try:
        file_name = write_photo(pictures)
    except OSError as error:
        raise PhotoError(
            _("The pictures could not be stored; the photo is as it was. Try again in a while.")
        ) from error
    try:
        yield _Made(file_name, pictures)
    except BaseException:
        delete_photo(file_name)
        raise


def _name_pictures(row: Photo, made: _Made, *, edits: dict[str, Any]) -> None:
    """Let the row, which is locked, name its new pictures; the old ones go after the commit."""
    delete_after_commit(delete_photo, row.file_name)
    if not row.has_originals:  # their time was up: new ones do not stay either
        delete_after_commit(delete_originals, made.file_name)
    # A form that still holds the old pictures must find that they were sent.
    HeldPhoto.objects.filter(file_name=row.file_name).update(file_name=made.file_name)
    changed = {
        "file_name": made.file_name,
        "width": made.pictures.width,
        "height": made.pictures.height,
        "placeholder": made.pictures.placeholder,
        "fingerprint": made.pictures.fingerprint,
        "edits": edits,
        "has_avif": False,
    }
    for name, value in changed.items():
        setattr(row, name, value)
    row.save(update_fields=list(changed))


def _rendered(row: Photo, edits: Edits, *, bake: bool) -> CleanedPhoto:
    try:
        if row.has_originals:
            original, frame = read_picture(row.file_name, "original"), row.drawing
        else:  # some time after the delivery; what is left has its frame
            original, frame = read_picture(row.file_name, "large"), None
        return render_photo(original, edits=edits, frame=frame, bake=bake)
    except (FileNotFoundError, ImageRefused) as error:
        raise PhotoError(
            _("This picture cannot be changed at the moment; it is as it was.")
        ) from error
