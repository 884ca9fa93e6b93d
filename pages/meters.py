"""How far an appeal has come, as a ring: what the picture of it needs to know."""

from dataclasses import dataclass, field
from decimal import Decimal

from donations.totals import Totals

# The ring is drawn as a path of this length (pathLength of SVG 2).
RING = 1000
# What is there at all is seen: no arc is shorter than this.
_SHORTEST = 12


@dataclass(frozen=True)
class Meter:
    """Euros promised, received here and received elsewhere, and the goal if there is one.

    None of them is negative. Promises are never added to what has come in: the sum in the middle
    and the percents are of money that is there. Without a goal the ring is full of what came in,
    and shows which part of it is a promise.
    """

    promised: Decimal
    received: Decimal = Decimal(0)
    goal: Decimal | None = None
    outside: Decimal = Decimal(0)
    # Whether more than the sum came in: a source elsewhere gave a lower bound only.
    is_at_least: bool = False
    # What the table behind the picture lists.
    totals: Totals = field(default_factory=Totals)

    @property
    def in_hand(self) -> Decimal:
        """What has come in, here and elsewhere."""
        return self.received + self.outside

    @property
    def total(self) -> Decimal:
        return self.promised + self.in_hand

    @property
    def main_sum(self) -> Decimal:
        """The sum in the middle: what is there, else what was promised."""
        return self.in_hand or self.promised

    @property
    def percent(self) -> int | None:
        """How much of the goal has come in, in whole percents, rounded down.

        More than 100 when the goal is surpassed; None without a goal.
        """
        return int(100 * self.in_hand / self.goal) if self.goal else None

    @property
    def received_arc(self) -> int:
        return self._arc(self.received)

    @property
    def in_hand_arc(self) -> int:
        """Where the arc of what came in elsewhere ends; it begins where the received one does."""
        if not self.outside:
            return self.received_arc
        return min(RING, max(self._arc(self.in_hand), self.received_arc + _SHORTEST))

    @property
    def outside_arc(self) -> int:
        return self.in_hand_arc - self.received_arc

    @property
    def total_arc(self) -> int:
        """Where the hatched arc of promises ends; it begins where what came in does."""
        if not self.promised:
            return self.in_hand_arc
        return min(RING, max(self._arc(self.total), self.in_hand_arc + _SHORTEST))

    @property
    def rest_arc(self) -> int:
        """What of the ring is empty, behind ``total_arc``."""
        return RING - self.total_arc

    def _arc(self, amount: Decimal) -> int:
        """The length of the arc for ``amount``; full only when all of it is there."""
        whole = self.goal or self.total
        if not amount:
            return 0
        if amount >= whole:
            return RING
        return min(RING - _SHORTEST, max(_SHORTEST, int(RING * amount / whole)))
