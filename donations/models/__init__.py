"""Accounts, appeals, pledges, rewards, statements and the ledger; one module a subject."""

from donations.models.accounts import AccountChange, BankAccount, grouped, validate_iban
from donations.models.appeals import Appeal, Earmark, Milestone, OutsideAmount
from donations.models.ledger import Allocation
from donations.models.pledges import (
    MAX_AMOUNT_EUR,
    MIN_AMOUNT_EUR,
    PLEDGE_LIFETIME,
    Pledge,
)
from donations.models.rewards import Reward, RewardDelivery, RewardOption
from donations.models.statements import BankEntry, BankStatement, StatementChunk, StatementFile

__all__ = [
    "MAX_AMOUNT_EUR",
    "MIN_AMOUNT_EUR",
    "PLEDGE_LIFETIME",
    "AccountChange",
    "Allocation",
    "Appeal",
    "BankAccount",
    "BankEntry",
    "BankStatement",
    "Earmark",
    "Milestone",
    "OutsideAmount",
    "Pledge",
    "Reward",
    "RewardDelivery",
    "RewardOption",
    "StatementChunk",
    "StatementFile",
    "grouped",
    "validate_iban",
]
