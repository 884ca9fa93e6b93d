"""The launch checklist of a campaign: everything to see to before people are asked to take part."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from newsroom.checking.campaigns import Campaign
from newsroom.checking.launch_actions import action_points
from newsroom.checking.launch_mails import mail_points
from newsroom.checking.launch_public import public_points
from newsroom.checking.launch_texts import text_points
from newsroom.checking.points import Part, Point, State
from newsroom.checking.ticks import ticks_of


@dataclass(frozen=True)
class Checklist:
    campaign: Campaign
    parts: list[Part]

    @property
    def points(self) -> list[Point]:
        return [point for part in self.parts for point in part.points]

    @property
    def open_points(self) -> list[Point]:
        return [point for point in self.points if point.is_open]

    @property
    def done(self) -> int:
        return sum(point.state == State.DONE for point in self.points)

    @property
    def needed(self) -> int:
        return self.done + len(self.open_points)

    @property
    def is_ready(self) -> bool:
        return not self.open_points


def checklist_of(campaign: Campaign) -> Checklist:
    """Compute the machine's points now and join those that people have ticked."""
    ticks = ticks_of(campaign.key)
    parts = [
        Part("texts", _("Words and pictures"), text_points(campaign)),
        Part("actions", _("Actions"), action_points(campaign)),
        Part("mails", _("Emails to those who take part"), mail_points(campaign, ticks)),
        Part("public", _("Going public"), public_points(campaign, ticks)),
    ]
    return Checklist(campaign, [part for part in parts if part.points])
