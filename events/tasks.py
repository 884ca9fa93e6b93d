"""Tell people that their places are recorded, or given back."""

from django.utils.translation import override
from procrastinate.contrib.django import app

from campaign_site import mail
from campaign_site.hours import this_hour
from campaign_site.tasks import MAIL_RETRY
from events.calendar import MEDIA_TYPE
from events.calendar_file import FILE_NAME, calendar_file, page_path
from events.models import SignUp
from supporters.newsletter import send_confirmation


def _find(row_id: int, **conditions: object) -> SignUp | None:
    rows = SignUp.objects.select_related("event", "supporter").exclude(supporter=None)
    return rows.filter(pk=row_id, **conditions).first()


@app.task(name="send_sign_up_confirmation", retry=MAIL_RETRY)
def send_sign_up_confirmation(row_id: int) -> None:
    """Mail what was recorded, the standing link and the calendar file.

    Does nothing when the sign-up is gone, cancelled, or has been confirmed since it was asked
    for; a worker killed between sending and noting that makes one repeat at most.
    """
    sign_up = _find(row_id, status=SignUp.Status.CONFIRMED, confirmation_sent_at=None)
    if sign_up is None:
        return
    with override(sign_up.language):
        context = {
            "event": sign_up.event,
            "party_size": sign_up.party_size,
            "link": mail.absolute_url(sign_up.get_absolute_url()),
            "page_url": mail.absolute_url(page_path(sign_up.event)),
        }
        attachment = mail.Attachment(FILE_NAME, calendar_file(sign_up.event), MEDIA_TYPE)
    send_confirmation(
        "sign_up_confirmation",
        supporter=sign_up.supporter,
        context=context,
        language=sign_up.language,
        attachments=[attachment],
        reference=sign_up.public_id.hex,
    )
    SignUp.objects.filter(pk=row_id).update(confirmation_sent_at=this_hour())


@app.task(name="send_sign_up_cancelled", retry=MAIL_RETRY)
def send_sign_up_cancelled(row_id: int) -> None:
    """Mail that the places are given back; once, like the confirmation."""
    sign_up = _find(row_id, status=SignUp.Status.CANCELLED, cancellation_sent_at=None)
    if sign_up is None:
        return
    with override(sign_up.language):
        page_url = mail.absolute_url(page_path(sign_up.event))
    mail.send(
        "sign_up_cancelled",
        to=sign_up.supporter.email,
        context={"event": sign_up.event, "page_url": page_url},
        language=sign_up.language,
        reference=sign_up.public_id.hex,
    )
    SignUp.objects.filter(pk=row_id).update(cancellation_sent_at=this_hour())
