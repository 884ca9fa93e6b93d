"""What the newsroom keeps of its own: marks, plans, checks, updates by mail, daily figures."""

from newsroom.models.checks import ChecklistTick, LinkCheck
from newsroom.models.figures import DailyCount
from newsroom.models.translations import JointPublication, TranslationMark
from newsroom.models.updates import CampaignUpdate, UpdateCopy

__all__ = [
    "CampaignUpdate",
    "ChecklistTick",
    "DailyCount",
    "JointPublication",
    "LinkCheck",
    "TranslationMark",
    "UpdateCopy",
]
