"""PostgreSQL's snapshots, compared without asking the database again."""

from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True)
class Snapshot:
    """``pg_current_snapshot()``: transactions below ``xmin`` are over, from ``xmax`` on unborn.

    ``under_way`` are those between that had not ended (PostgreSQL manual, table 9.84).
    """

    xmin: int
    xmax: int
    under_way: frozenset[int]

    def sees(self, transaction: int) -> bool:
        return transaction < self.xmax and transaction not in self.under_way


@lru_cache(maxsize=1024)
def read_snapshot(text: str) -> Snapshot:
    """Read ``xmin:xmax:xip,xip…``."""
    xmin, xmax, under_way = text.split(":")
    numbers = frozenset(int(number) for number in under_way.split(",") if number)
    return Snapshot(int(xmin), int(xmax), numbers)
