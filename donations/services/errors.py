"""What the services of donations refuse; the message tells the reader why, in their language."""


class DonationError(Exception):
    """Nothing was changed; the message tells why."""


class PledgeError(DonationError):
    """The pledge cannot be taken; the message tells the visitor why."""
