"""How far an appeal has come, as a ring: what the picture of it needs to know."""

from dataclasses import dataclass
from decimal import Decimal

# The ring is drawn as a path of this length (pathLength of SVG 2).
RING = 1000
# What is there at all is seen: no arc is shorter than this.
_SHORTEST = 12


@dataclass(frozen=True)
class Meter:
    """Euros promised and received, and the goal if there is one; none of them is negative.

    Without a goal the ring is full of what came in, and shows which part of it is a promise.
    """

    promised: Decimal
    received: Decimal = Decimal(0)
    goal: Decimal | None = None

    @property
    def total(self) -> Decimal:
        return self.promised + self.received

    @property
    def main_sum(self) -> Decimal:
        """The sum in the middle: what is there, else what was promised."""
        return self.received or self.promised

    @property
    def percent(self) -> int | None:
        """How much of the goal has come in or been promised, in whole percents, rounded down.

        More than 100 when the goal is surpassed; None without a goal.
        """
        return int(100 * self.total / self.goal) if self.goal else None

    @property
    def received_arc(self) -> int:
        return self._arc(self.received)

    @property
    def total_arc(self) -> int:
        """Where the hatched arc of promises ends; it begins where the received one does."""
        if not self.promised:
            return self.received_arc
        return min(RING, max(self._arc(self.total), self.received_arc + _SHORTEST))

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
