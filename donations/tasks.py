"""The mail that a pledge sends: how to make the transfer."""

from django.utils import timezone
from django.utils.translation import override
from procrastinate.contrib.django import app

from campaign_site import mail
from campaign_site.hours import this_hour
from campaign_site.tasks import MAIL_RETRY
from donations import payment_qr
from donations.mail_values import values_of_pledge
from donations.models import Pledge
from donations.payment_details import details_of, standing_order_from
from supporters.mail_words import opening
from supporters.newsletter import send_confirmation


@app.task(name="send_pledge_instructions", retry=MAIL_RETRY)
def send_pledge_instructions(pledge_id: int) -> None:
    """Mail the account, the amount, the communication and the payment code, in their language.

    Does nothing when the mail went out before, or the pledge was cancelled or erased meanwhile, or
    when no account takes gifts for it any more.
    A worker that is killed between sending and noting it sends the mail once more.
    """
    pledge = (
        Pledge.objects.select_related("account", "appeal__account", "supporter")
        .filter(pk=pledge_id, status=Pledge.Status.PROMISED, instructions_sent_at=None)
        .exclude(supporter=None)
        .first()
    )
    details = details_of(pledge) if pledge else None
    if details is None:
        return
    is_monthly = pledge.frequency == Pledge.Frequency.MONTHLY
    kind = "pledge_instructions_monthly" if is_monthly else "pledge_instructions"
    with override(pledge.language):
        link = mail.absolute_url(pledge.get_absolute_url())
        words = opening(kind, pledge.language, values_of_pledge(pledge))
    picture = payment_qr.png(details.payload)
    send_confirmation(
        "pledge_instructions",
        supporter=pledge.supporter,
        context={
            **words,
            "pledge": pledge,
            "details": details,
            "is_monthly": is_monthly,
            "standing_order_from": standing_order_from(timezone.localdate()),
            "link": link,
        },
        language=pledge.language,
        attachments=[mail.Attachment(payment_qr.PNG_NAME, picture, "image/png")],
        reference=pledge.public_id.hex,
    )
    Pledge.objects.filter(pk=pledge.pk).update(instructions_sent_at=this_hour())
