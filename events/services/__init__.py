"""Everything that can be done with events and sign-ups."""

from events.services.errors import SignUpError
from events.services.giving_back import cancel_sign_up, change_party_size, give_places_back
from events.services.needs import NeedsGiven
from events.services.passing_on import pass_on
from events.services.taking import sign_up
from events.services.waiting import (
    accept_offer,
    hold_until,
    lapse_due,
    position,
    refuse_offer,
    settle_places,
)

__all__ = [
    "NeedsGiven",
    "SignUpError",
    "accept_offer",
    "cancel_sign_up",
    "change_party_size",
    "give_places_back",
    "hold_until",
    "lapse_due",
    "pass_on",
    "position",
    "refuse_offer",
    "settle_places",
    "sign_up",
]
