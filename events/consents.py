"""What people may agree to when they sign up for an event."""

from django.utils.translation import gettext_lazy as _

from events.models import Needs, SignUp
from supporters.wordings import ConsentPurpose

NEEDS = ConsentPurpose(
    key=Needs.PURPOSE,
    name=_("Needs at an event"),
    sentence=_(
        "You may use what I tell you about my needs to prepare this event. Only those who prepare "
        "it see this; at the door, people see only that I do not want to be in pictures. It is "
        "erased 7 days after the event."
    ),
)
SHARING = ConsentPurpose(
    key=SignUp.SHARING_PURPOSE,
    name=_("Sharing a sign-up with those who organise too"),
    sentence=_(
        "You may give my name and email address to %(organisations)s, who organise this event "
        "with you."
    ),
    places={"organisations": _("Test Organisation and Example Union")},
)
PURPOSES = (NEEDS, SHARING)
