"""What can be measured about sign-ups; rounded down, so that no reading betrays one."""

from events.models import SignUp
from watching.measures import in_tens, register

register(
    "campaign_sign_ups",
    "Sign-ups for events that stand, in tens.",
    lambda: in_tens(SignUp.objects.standing().count()),
)
