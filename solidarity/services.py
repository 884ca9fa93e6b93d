"""Everything that can happen to a photo: it is sent, decided on, taken back."""

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from campaign_site.idempotency import first_result
from solidarity import tasks
from solidarity.consents import consent_wording
from solidarity.erasure import erase
from solidarity.images import CleanedPhoto
from solidarity.models import HeldPhoto, Photo, PhotoCall, Purpose
from solidarity.photo_files import delete_photo, write_photo
from solidarity.withdrawal_codes import code_hash, make_code
from supporters.newsletter import wish_for_news
from supporters.services import record_consent, remember_supporter, withdraw_consents
from supporters.wordings import Words


class PhotoError(Exception):
    """A sentence for the person in front of the screen, in their language."""


@transaction.atomic
def submit_photo(
    *,
    call: PhotoCall,
    image: CleanedPhoto | HeldPhoto,
    message: str,
    display_name: str,
    email: str,
    consent_delivery: bool,
    consent_wall: bool,
    language: str,
    form_key: uuid.UUID,
    form_digest: str,
    words: Mapping[str, Words] | None = None,
    newsletter: Words | None = None,
) -> Photo:
    """Record a photo for the moderators, with what its sender agreed to, and mail the sender.

    One consent at least is needed; the ledger gets ``words`` (purpose → what was on the screen),
    by default those now in use in the active language. ``newsletter`` is the words beside the box
    for news, if it was ticked. Without ``email`` nobody is remembered and nothing is mailed.

    Files come first and the row last; the mail is enqueued in the same transaction. Calling twice
    with one form key returns the first photo and writes nothing; other content under that key
    raises ``KeyReused``. Raises ``PhotoError`` when the files cannot be written or a held photo is
    gone.
    """
    earlier = first_result(Photo.objects, form_key, form_digest)
    if earlier is not None:
        return earlier
    if not (consent_delivery or consent_wall):
        raise ValueError("without any consent a photo may not be kept")
    supporter = remember_supporter(email=email, language=language) if email else None
    public_id = uuid.uuid4()
    with _stored(image) as file_name:
        photo = Photo.objects.create(
            public_id=public_id,
            call=call,
            supporter=supporter,
            withdrawal_code_hash=None if supporter else code_hash(make_code(public_id)),
            language=language,
            form_key=form_key,
            form_digest=form_digest,
            message=message,
            display_name=display_name,
            file_name=file_name,
            width=image.width,
            height=image.height,
            colour=image.colour if isinstance(image, HeldPhoto) else image.placeholder,
        )
        words = words or consent_wording(call)
        if consent_delivery:
            _record_consent(photo, words[Purpose.DELIVERY])
        if consent_wall:
            _record_consent(photo, words[Purpose.WALL])
        if supporter and newsletter:
            wish_for_news(supporter=supporter, words=newsletter)
        if supporter:
            tasks.send_photo_confirmation.defer(photo_id=photo.pk)
    return photo


def _record_consent(photo: Photo, words: Words) -> None:
    record_consent(
        subject_type=Photo.SUBJECT_TYPE,
        subject_id=photo.public_id,
        purpose=words.purpose,
        language=words.language,
        text=words.text,
        wording=words.wording,
        supporter=photo.supporter,
    )


@contextmanager
def _stored(image: CleanedPhoto | HeldPhoto) -> Iterator[str]:
    """Give the name of the image's files; new ones are removed again when the rest fails."""
    if isinstance(image, HeldPhoto):
        yield _take_over(image)
        return
    try:
        file_name = write_photo(image)
    except OSError as error:
        raise PhotoError(
            _("We could not store the photo. Nothing you typed is lost: try again in a while.")
        ) from error
    try:
        yield file_name
    except BaseException:
        delete_photo(file_name)
        raise


def _take_over(held: HeldPhoto) -> str:
    """Return the name of the held files, which are the photo's from now on.

    The lock keeps the purge and other forms away until the photo's row names them.
    """
    row = HeldPhoto.objects.select_for_update().filter(pk=held.pk).first()
    if row is None:
        raise PhotoError(_("We no longer hold the photo that you had chosen. Choose it again."))
    if Photo.objects.filter(file_name=row.file_name).exists():
        raise PhotoError(_("This photo was sent already. To send another one, choose it here."))
    return row.file_name


@transaction.atomic
def approve_photo(*, photo: Photo, moderator: AbstractBaseUser | None, alt_text: str) -> Photo:
    """Let a photo be shown and delivered as its sender agreed, and mail the sender.

    ``alt_text`` describes it, in 1 to 200 characters. Of two moderators who decide at once, one
    does; the other gets a ``PhotoError``.
    """
    action = "solidarity.approve"
    return _decide(photo, moderator, Photo.Status.APPROVED, action, alt_text=alt_text)


@transaction.atomic
def reject_photo(*, photo: Photo, moderator: AbstractBaseUser | None) -> Photo:
    """Keep a photo from being shown or delivered, and mail the sender. It is erased in a week.

    Raises ``PhotoError`` when it was decided on before.
    """
    return _decide(photo, moderator, Photo.Status.REJECTED, "solidarity.reject")


def _decide(
    photo: Photo, moderator: AbstractBaseUser | None, status: str, action: str, **fields: str
) -> Photo:
    """Decide in one conditional statement, so that only one of two moderators does."""
    decided = (
        Photo.objects.pending()
        .filter(pk=photo.pk)
        .update(
            status=status,
            decided_by=moderator,
            decided_at=timezone.now(),
            decision_sent_at=None,
            **fields,
        )
    )
    if not decided:
        raise PhotoError(
            _("Somebody else has decided on this photo, or its sender has taken it back.")
        )
    photo.refresh_from_db()
    log(instance=photo, action=action, user=moderator)
    if photo.supporter_id:
        tasks.send_photo_decision.defer(photo_id=photo.pk)
    return photo


@transaction.atomic
def undo_decision(*, photo: Photo, moderator: AbstractBaseUser | None) -> Photo:
    """Put a photo back among those to moderate, off the wall at once; its description stays.

    Raises ``PhotoError`` when there is no decision to undo or nothing left to show.
    """
    undone = (
        Photo.objects.decided()
        .with_files()
        .filter(pk=photo.pk)
        .update(
            status=Photo.Status.PENDING,
            decided_by=None,
            decided_at=None,
            decision_sent_at=None,
        )
    )
    if not undone:
        raise PhotoError(_("There is no decision on this photo that can be undone."))
    photo.refresh_from_db()
    log(instance=photo, action="solidarity.undo", user=moderator)
    return photo


@transaction.atomic
def withdraw_photo(photo: Photo) -> Photo:
    """Take a photo back for good: consents withdrawn, content and files erased, the row kept.

    Whatever moderators decided or decide. Withdrawing again changes nothing.
    """
    row = Photo.objects.select_for_update().get(pk=photo.pk)
    if row.status == Photo.Status.WITHDRAWN:
        return row
    row.status = Photo.Status.WITHDRAWN
    row.save(update_fields=["status"])
    withdraw_consents(subject_type=Photo.SUBJECT_TYPE, subject_id=row.public_id)
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
    return row if row.consents_in_force() else withdraw_photo(row)
