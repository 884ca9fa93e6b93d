"""What one point of a launch checklist is, and how it stands."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    DONE = "done", _("done")
    OPEN = "open", _("to do")
    WRONG = "wrong", _("to mend")
    LATER = "later", _("after publication")
    ABSENT = "absent", _("not needed")


@dataclass(frozen=True)
class Detail:
    """One line below a point, and the screen where it is seen to, if there is one."""

    sentence: str
    url: str = ""


@dataclass(frozen=True)
class Tick:
    """Who saw to a point, and when."""

    by: str
    at: datetime
    note: str = ""


@dataclass(frozen=True)
class Point:
    """``key`` names it for ever; ``heading`` and ``sentence`` are for people.

    ``is_by_hand``: somebody ticks it; the others are computed. ``is_mail``: it is ticked by sending
    the mails to oneself.
    """

    key: str
    heading: str
    state: State
    sentence: str = ""
    details: list[Detail] = field(default_factory=list)
    tick: Tick | None = None
    is_by_hand: bool = False
    is_mail: bool = False
    language: str = ""

    @property
    def is_open(self) -> bool:
        return self.state in (State.OPEN, State.WRONG)


@dataclass(frozen=True)
class Part:
    """Points that belong together, below one heading."""

    key: str
    heading: str
    points: list[Point]
