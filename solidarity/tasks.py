"""Mails about a photo, and the purges that keep nothing longer than was promised."""

from django.utils.translation import override
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from campaign_site import mail
from campaign_site.hours import this_hour
from campaign_site.tasks import MAIL_RETRY
from solidarity import held_photos
from solidarity.avif import add_avif
from solidarity.mail_kinds import values_of
from solidarity.models import Photo
from solidarity.rejections import rejection_sentence
from solidarity.services import showing
from supporters.mail_words import opening
from supporters.newsletter import send_confirmation

_DECISION_MAILS = {
    Photo.Status.APPROVED: "photo_approved",
    Photo.Status.REJECTED: "photo_rejected",
}
# Pictures are worth a few attempts, and nobody's attention when they fail: the wall has others.
_PICTURES_RETRY = RetryStrategy(max_attempts=5, exponential_wait=4)


def _find(photo_id: int) -> Photo | None:
    """Return the photo if there is still somebody to write to."""
    photo = Photo.objects.filter(pk=photo_id).select_related("supporter", "call").first()
    return photo if photo and photo.supporter else None


def _context(photo: Photo, kind: str) -> dict[str, object]:
    with override(photo.language):
        return {
            **opening(kind, photo.language, values_of(photo.call)),
            "link": mail.absolute_url(photo.standing_url),
            "retry_link": mail.absolute_url(photo.call.get_absolute_url()),
            "is_open": photo.call.is_open,
            "consents": photo.consents_in_force(),
        }


@app.task(name="send_photo_confirmation", retry=MAIL_RETRY)
def send_photo_confirmation(photo_id: int) -> None:
    """Tell the sender what was recorded and how to take it back; once."""
    photo = _find(photo_id)
    if photo is None or photo.confirmation_sent_at or photo.status == Photo.Status.WITHDRAWN:
        return
    send_confirmation(
        "photo_confirmation",
        supporter=photo.supporter,
        context=_context(photo, "photo_confirmation"),
        language=photo.language,
        reference=photo.public_id.hex,
    )
    Photo.objects.filter(pk=photo_id).update(confirmation_sent_at=this_hour())


@app.task(name="send_mailed_photo_entered", retry=MAIL_RETRY)
def send_mailed_photo_entered(photo_id: int) -> None:
    """Tell who mailed a photo what staff entered, with the link to confirm or change it; once."""
    photo = _find(photo_id)
    if photo is None or photo.confirmation_sent_at or photo.status == Photo.Status.WITHDRAWN:
        return
    mail.send(
        "photo_mailed",
        to=photo.supporter.email,
        context={**_context(photo, "photo_mailed"), "mailed_on": photo.mailed_on},
        language=photo.language,
        reference=photo.public_id.hex,
    )
    Photo.objects.filter(pk=photo_id).update(confirmation_sent_at=this_hour())


def _decision_mail(photo: Photo) -> str:
    """Name the mail: who was on the wall already reads another one than who never was."""
    if photo.reason == Photo.Reason.REPORTED:
        return "photo_taken_down"
    return _DECISION_MAILS[photo.status]


@app.task(name="send_photo_decision", retry=MAIL_RETRY)
def send_photo_decision(photo_id: int) -> None:
    """Tell the sender what the moderators decided; once for each decision that still stands."""
    photo = _find(photo_id)
    if photo is None or photo.decision_sent_at or photo.status not in _DECISION_MAILS:
        return
    kind = _decision_mail(photo)
    mail.send(
        kind,
        to=photo.supporter.email,
        context={**_context(photo, kind), "why": rejection_sentence(photo.reason)},
        language=photo.language,
        reference=photo.public_id.hex,
    )
    # Undone and decided anew while the mail left: the new decision is still to be told.
    same_decision = Photo.objects.filter(pk=photo_id, decided_at=photo.decided_at)
    same_decision.update(decision_sent_at=this_hour())


@app.task(name="make_avif_pictures", retry=_PICTURES_RETRY)
def make_avif_pictures(photo_id: int) -> None:
    """Make the smaller pictures of the wall, if the photo is still approved. Safe to run twice."""
    photo = Photo.objects.filter(pk=photo_id, status=Photo.Status.APPROVED).first()
    if photo is not None and not photo.has_avif:
        add_avif(photo)


@app.periodic(cron="3 * * * *")
@app.task(name="show_delayed_photos", queueing_lock="show_delayed_photos")
def show_delayed_photos(timestamp: int) -> None:
    """Put photos on the wall whose sender asked to wait until today. Safe to run twice."""
    showing.show_delayed_photos()


@app.periodic(cron="*/10 * * * *")
@app.task(name="purge_held_photos", queueing_lock="purge_held_photos")
def purge_held_photos(timestamp: int) -> None:
    """Forget the photos of forms that nobody sent within the hour. Safe to run twice."""
    held_photos.purge_held_photos()


@app.periodic(cron="17,47 * * * *")
@app.task(name="purge_orphaned_photo_files", queueing_lock="purge_orphaned_photo_files")
def purge_orphaned_photo_files(timestamp: int) -> None:
    """Delete files that an interrupted request left behind. Safe to run twice."""
    held_photos.purge_orphaned_files()
