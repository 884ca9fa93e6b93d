"""A photo is sent."""

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override
from wagtail.log_actions import log

from campaign_site import advisory_locks
from campaign_site.idempotency import first_result
from campaign_site.templatetags.campaign import day as written_day
from solidarity import tasks
from solidarity.consents import consent_wording
from solidarity.images import CleanedPhoto
from solidarity.models import HeldPhoto, Partner, Photo, PhotoCall, Purpose
from solidarity.photo_files import delete_photo, write_photo
from solidarity.pixels import pixels_hash
from solidarity.services.errors import AlreadySent, PhotoError
from solidarity.withdrawal_codes import code_hash, make_code
from supporters.models import Consent, Supporter
from supporters.newsletter import wish_for_news
from supporters.services import record_consent, remember_supporter
from supporters.sources import known_source
from supporters.wordings import Words


@dataclass(frozen=True)
class PhotoDetails:
    """What a sender says about a photo beside its message; all of it may be left out.

    ``country`` is ISO 3166-1 alpha-2; ``show_from`` the first day on which it may be shown.
    """

    message_language: str = ""
    partner: Partner | None = None
    country: str = ""
    people: str = ""
    needs_cover: bool = False
    show_from: date | None = None
    frame: str = ""
    alt_text: str = ""


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
    details: PhotoDetails | None = None,
    words: Mapping[str, Words] | None = None,
    newsletter: Words | None = None,
    source: str = "",
) -> Photo:
    """Record a photo for the moderators, with what its sender agreed to, and mail the sender.

    ``image`` has the frame of ``details`` in its pictures already. One consent at least is needed;
    the ledger gets ``words`` (purpose → what was on the screen), by default those now in use in
    the active language. ``newsletter`` is the words beside the box for news, if it was ticked.
    Without ``email`` nobody is remembered and nothing is mailed. ``source`` is the tag of the link
    they came by, kept if staff declared it.

    Files come first and the row last; the mail is enqueued in the same transaction. Calling twice
    with one form key returns the first photo and writes nothing; other content under that key
    raises ``KeyReused``. Raises ``AlreadySent`` when the same address has sent the same picture to
    this call, ``PhotoError`` when the files cannot be written or a held photo is gone.
    """
    earlier = first_result(Photo.objects, form_key, form_digest)
    if earlier is not None:
        return earlier
    supporter = remember_supporter(email=email, language=language) if email else None
    photo = _take_in(
        call,
        image,
        details,
        words or consent_wording(call),
        _Agreement(delivery=consent_delivery, wall=consent_wall),
        supporter=supporter,
        language=language,
        form_key=form_key,
        form_digest=form_digest,
        message=message,
        display_name=display_name,
        source=known_source(source),
    )
    if supporter and newsletter:
        wish_for_news(supporter=supporter, words=newsletter)
    if supporter:
        tasks.send_photo_confirmation.defer(photo_id=photo.pk)
    return photo


@transaction.atomic
def enter_mailed_photo(
    *,
    call: PhotoCall,
    image: CleanedPhoto,
    message: str,
    display_name: str,
    email: str,
    consent_delivery: bool,
    consent_wall: bool,
    language: str,
    mailed_on: date,
    entered_by: AbstractBaseUser,
    form_key: uuid.UUID,
    form_digest: str,
    details: PhotoDetails | None = None,
) -> Photo:
    """Record a photo that came by mail, with the consent given in that mail, and write back.

    The ledger notes the day of the mail and that staff entered it; the sender gets a link where
    they confirm what was noted, change it or take the photo back. Calling twice with one form key
    returns the first photo. Raises like ``submit_photo``.
    """
    earlier = first_result(Photo.objects, form_key, form_digest)
    if earlier is not None:
        return earlier
    supporter = remember_supporter(email=email, language=language)
    with override(language):
        words = consent_wording(call)
        proof = _("by mail of %(day)s") % {"day": written_day(mailed_on)}
    photo = _take_in(
        call,
        image,
        details,
        words,
        _Agreement(consent_delivery, consent_wall, Consent.Source.STAFF, proof),
        supporter=supporter,
        language=language,
        form_key=form_key,
        form_digest=form_digest,
        message=message,
        display_name=display_name,
        mailed_on=mailed_on,
        entered_by=entered_by,
    )
    tasks.send_mailed_photo_entered.defer(photo_id=photo.pk)
    log(instance=photo, action="solidarity.enter", user=entered_by)
    return photo


@dataclass(frozen=True)
class _Agreement:
    """What a sender agrees to, and what shows it (``supporters.services.record_consent``)."""

    delivery: bool
    wall: bool
    source: Consent.Source = Consent.Source.FORM
    proof: str = ""


def _take_in(
    call: PhotoCall,
    image: CleanedPhoto | HeldPhoto,
    details: PhotoDetails | None,
    words: Mapping[str, Words],
    agreed: _Agreement,
    **fields,
) -> Photo:
    """Write the files, the row and the consents of a photo that was not sent before."""
    if not (agreed.delivery or agreed.wall):
        raise ValueError("without any consent a photo may not be kept")
    same = _pixels(image)
    if fields["supporter"]:
        _refuse_copy(call, fields["supporter"], same)
    with _stored(image) as file_name:
        details = details or PhotoDetails()
        photo = _record(call, image, file_name, details, pixels_hash=same, **fields)
        _record_consents(photo, words, agreed)
    return photo


def _record(
    call: PhotoCall,
    image: CleanedPhoto | HeldPhoto,
    file_name: str,
    details: PhotoDetails,
    **fields,
) -> Photo:
    public_id = uuid.uuid4()
    code = None if fields["supporter"] else code_hash(make_code(public_id))
    return Photo.objects.create(
        public_id=public_id,
        call=call,
        withdrawal_code_hash=code,
        file_name=file_name,
        width=image.width,
        height=image.height,
        placeholder=image.placeholder,
        fingerprint=image.fingerprint,
        message_language=details.message_language or fields["language"],
        partner=details.partner,
        country=details.country,
        people=details.people,
        needs_cover=details.needs_cover,
        show_from=details.show_from,
        frame=details.frame,
        alt_text=details.alt_text,
        **fields,
    )


def _record_consents(photo: Photo, words: Mapping[str, Words], agreed: _Agreement) -> None:
    chosen = {Purpose.DELIVERY: agreed.delivery, Purpose.WALL: agreed.wall}
    for purpose in (purpose for purpose, is_chosen in chosen.items() if is_chosen):
        record_consent(
            subject_type=Photo.SUBJECT_TYPE,
            subject_id=photo.public_id,
            purpose=words[purpose].purpose,
            language=words[purpose].language,
            text=words[purpose].text,
            wording=words[purpose].wording,
            supporter=photo.supporter,
            source=agreed.source,
            proof=agreed.proof,
        )


def _pixels(image: CleanedPhoto | HeldPhoto) -> str:
    if isinstance(image, HeldPhoto):
        return image.pixels_hash
    return pixels_hash(image.original.data)


def _refuse_copy(call: PhotoCall, supporter: Supporter, same: str) -> None:
    """Raise ``AlreadySent`` for a second copy; two that arrive together meet at the lock."""
    advisory_locks.hold(bytes.fromhex(same))
    kept = [Photo.Status.PENDING, Photo.Status.ASIDE, Photo.Status.APPROVED]
    copy = Photo.objects.filter(
        call=call, supporter=supporter, pixels_hash=same, status__in=kept
    ).first()
    if copy is not None:
        raise AlreadySent(
            _(
                "We have this photo from you already, and the email that we sent you has the link "
                "to it. Choose another one if you want to send a second photo."
            )
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
