"""What can be done with money that is promised, arrives, is thanked for and goes back."""

from donations.services.accounts import (
    approve_change,
    describe_account,
    propose_change,
    refuse_change,
    withdraw_change,
)
from donations.services.errors import DonationError, PledgeError
from donations.services.fulfilment import (
    ask_again,
    chase_due,
    choose_delivery,
    decline_reward,
    forget_donor,
    mark_arrived,
    mark_returned,
    mark_sent,
)
from donations.services.importing import read_file
from donations.services.ledger import settle
from donations.services.matching import (
    Line,
    place,
    place_on_appeal,
    place_on_pledge,
    place_rest,
    place_return,
    set_not_a_gift,
    set_unmatched,
    undo,
)
from donations.services.pledging import cancel_pledge, create_pledge
from donations.services.rewarding import (
    RewardRefused,
    arrange_after_payment,
    release_reward,
    take_reward,
)
from donations.services.statement_files import accept_doubts, book_file, map_columns, receive_file

__all__ = [
    "DonationError",
    "Line",
    "PledgeError",
    "RewardRefused",
    "accept_doubts",
    "approve_change",
    "arrange_after_payment",
    "ask_again",
    "book_file",
    "cancel_pledge",
    "chase_due",
    "choose_delivery",
    "create_pledge",
    "decline_reward",
    "describe_account",
    "forget_donor",
    "map_columns",
    "mark_arrived",
    "mark_returned",
    "mark_sent",
    "place",
    "place_on_appeal",
    "place_on_pledge",
    "place_rest",
    "place_return",
    "propose_change",
    "read_file",
    "receive_file",
    "refuse_change",
    "release_reward",
    "set_not_a_gift",
    "set_unmatched",
    "settle",
    "take_reward",
    "undo",
    "withdraw_change",
]
