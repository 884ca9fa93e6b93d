"""Updates by mail: what is due every minute, and the copies of it."""

from django.utils import timezone
from procrastinate.contrib.django import app

from campaign_site.tasks import MAIL_RETRY
from newsroom.models import UpdateCopy
from newsroom.updating import copies, mails, sending
from supporters.failed_mails import MailKind, register


@app.periodic(cron="* * * * *")
@app.task(name="send_due_updates", queueing_lock="send_due_updates")
def send_due_updates(timestamp: int) -> None:
    """Begin the updates that are due, let this minute's copies leave, note what is done.

    Safe to run twice.
    """
    now = timezone.now()
    sending.begin_due(now)
    sending.hand_out_due(now)
    sending.finish_done(now)


@app.task(name="send_update_copy", retry=MAIL_RETRY)
def send_update_copy(copy_id: int) -> None:
    """Mail one copy, if it has not left and its reader still wants it."""
    copies.send_copy(copy_id, timezone.now())


@app.task(name="send_update_copy_anew", retry=MAIL_RETRY)
def send_update_copy_anew(copy_id: int) -> None:
    """Mail a copy once more: staff asked for it because it came back."""
    copies.send_again(copy_id, timezone.now())


def register_mails() -> None:
    register(mails.TEMPLATE, MailKind("send_update_copy_anew", "copy_id", UpdateCopy))
