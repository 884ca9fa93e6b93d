"""Mails about gifts that arrived or did not, and what is looked after every day."""

from django.utils import timezone
from procrastinate.contrib.django import app

from campaign_site.tasks import MAIL_RETRY
from donations import milestones
from donations.services import reminding, thanking


@app.task(name="send_thanks", retry=MAIL_RETRY)
def send_thanks(allocation_id: int) -> None:
    """Mail the thanks for a gift, unless it was undone or thanked for meanwhile."""
    thanking.thank_for(allocation_id)


@app.task(name="send_thanks_anew", retry=MAIL_RETRY)
def send_thanks_anew(supporter_id: int) -> None:
    """Mail somebody's last thanks once more: staff asked for it because it came back."""
    thanking.thank_anew(supporter_id)


@app.task(name="send_pledge_reminder", retry=MAIL_RETRY)
def send_pledge_reminder(pledge_id: int) -> None:
    """Mail the reminder that was counted, if there still is something to remind of."""
    reminding.remind(pledge_id)


@app.periodic(cron="30 7 * * *")
@app.task(name="remind_of_pledges", queueing_lock="remind_of_pledges")
def remind_of_pledges(timestamp: int) -> None:
    """Remind people of what they promised, in the morning. Safe to run twice."""
    reminding.remind_due(timezone.now())


@app.periodic(cron="10 2 * * *")
@app.task(name="expire_pledges", queueing_lock="expire_pledges")
def expire_pledges(timestamp: int) -> None:
    """End the promises that nobody waits for any more. Safe to run twice."""
    reminding.expire_due(timezone.now())


@app.periodic(cron="20 * * * *")
@app.task(name="note_milestones", queueing_lock="note_milestones")
def note_milestones(timestamp: int) -> None:
    """Notice what appeals have reached, also by an amount from elsewhere. Safe to run twice."""
    milestones.note_milestones_of_all()
