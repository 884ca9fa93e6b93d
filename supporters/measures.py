"""What can be measured about mails to people."""

from supporters.models import FailedMail
from watching.measures import register

register(
    "campaign_mails_failed",
    "Mails that failed for good or came back, and that nobody has tried again.",
    lambda: FailedMail.objects.waiting().count(),
)
