"""What can be measured about promised gifts (rounded down), and about the words on our pages."""

from donations.account_warnings import pages_to_check
from donations.models import Pledge
from watching.measures import in_tens, register

register(
    "campaign_pledges",
    "Promised gifts, in tens.",
    lambda: in_tens(Pledge.objects.count()),
)
register(
    "campaign_account_warnings",
    "Live pages that name an account which is not ours, or not its payee.",
    lambda: len(pages_to_check()),
)
