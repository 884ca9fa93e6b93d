"""What people ticked on a campaign's checklist, one list for all languages."""

import uuid

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from newsroom.checking.campaigns import Campaign
from newsroom.checking.launch_public import BY_HAND, SECOND_READER
from newsroom.checking.points import Tick
from newsroom.models import ChecklistTick

TICK = "newsroom.tick_launch"
UNTICK = "newsroom.untick_launch"


class TickRefused(Exception):
    """A sentence that says why somebody cannot tick a point."""


def ticks_of(key: uuid.UUID) -> dict[str, Tick]:
    """Return what is ticked, by point; one query."""
    rows = ChecklistTick.objects.filter(campaign_key=key).select_related("ticked_by")
    return {row.item: Tick(_name(row.ticked_by), row.ticked_at, row.note) for row in rows}


def _name(user: AbstractBaseUser | None) -> str:
    return (user.get_full_name() or user.get_username()) if user else _("somebody who left")


@transaction.atomic
def tick(campaign: Campaign, item: str, user: AbstractBaseUser, *, note: str = "") -> None:
    """Note that ``user`` saw to a point, today; ticked again, the newer one counts. Logged.

    Raises ``TickRefused`` for whoever wrote the newest draft and would be their own second reader.
    """
    if item == SECOND_READER and user.pk in _writers(campaign):
        raise TickRefused(
            _("You wrote the newest draft yourself. Ask somebody else to read it and tick this.")
        )
    ChecklistTick.objects.update_or_create(
        campaign_key=campaign.key,
        item=item,
        defaults={"ticked_by": user, "ticked_at": timezone.now(), "note": note[:300]},
    )
    log(instance=campaign.head, action=TICK, user=user, data={"point": item})


@transaction.atomic
def untick(campaign: Campaign, item: str, user: AbstractBaseUser) -> None:
    """Take a tick back, and log it; without one, nothing happens."""
    taken, _rows = ChecklistTick.objects.filter(campaign_key=campaign.key, item=item).delete()
    if taken:
        log(instance=campaign.head, action=UNTICK, user=user, data={"point": item})


def _writers(campaign: Campaign) -> set[int]:
    """Who saved the newest draft of the campaign's own page in any language."""
    revisions = [head.latest_revision for head in campaign.heads.values() if head.latest_revision]
    return {revision.user_id for revision in revisions if revision.user_id}


def is_by_hand(item: str) -> bool:
    return item in BY_HAND
