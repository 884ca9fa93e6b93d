"""Events, the people who come, what they are told, and the door."""

from events.models.door import Arrival, DoorPass
from events.models.events import HOLD_HOURS, Event, EventQuerySet
from events.models.mailings import Mailing, MailingCopy
from events.models.organisers import Organiser
from events.models.sheets import ActionSheet
from events.models.sign_ups import MAX_PARTY_SIZE, Feedback, Needs, SignUp, SignUpQuerySet

__all__ = [
    "HOLD_HOURS",
    "MAX_PARTY_SIZE",
    "ActionSheet",
    "Arrival",
    "DoorPass",
    "Event",
    "EventQuerySet",
    "Feedback",
    "Mailing",
    "MailingCopy",
    "Needs",
    "Organiser",
    "SignUp",
    "SignUpQuerySet",
]
