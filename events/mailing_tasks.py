"""Mails to everybody who comes: what is due every minute, and the copies of it."""

from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from campaign_site.tasks import MAIL_RETRY
from events.services import mailing_copies, mailings

# After 2 s, 4 s, 8 s …: a little over an hour in all.
_RETRY = RetryStrategy(max_attempts=11, exponential_wait=2)


@app.periodic(cron="* * * * *")
@app.task(name="send_due_mailings", queueing_lock="send_due_mailings")
def send_due_mailings(timestamp: int) -> None:
    """Begin the reminders, mails of the day and thanks that are due. Safe to run twice."""
    now = timezone.now()
    mailings.begin_due(now)
    mailings.finish(now)


@app.task(name="queue_mailing_copies", retry=_RETRY)
def queue_mailing_copies(mailing_id: int) -> None:
    """Queue a task for each copy of a mailing that has begun. Safe to run twice."""
    mailing_copies.queue_copies(mailing_id)


@app.task(name="send_mailing_copy", retry=MAIL_RETRY)
def send_mailing_copy(copy_id: int) -> None:
    """Mail one copy, if it has not left and still says something true."""
    mailing_copies.send_copy(copy_id, timezone.now())


@app.task(name="send_mailing_copy_anew", retry=MAIL_RETRY)
def send_mailing_copy_anew(copy_id: int) -> None:
    """Mail a copy once more: staff asked for it because it came back."""
    mailing_copies.send_again(copy_id, timezone.now())
