"""Compare reading a CODA file, with all its checks, with plain slicing of the same lines.

``make bench`` runs it on one core of this machine, the two ways in turn, so that a busy machine
slows both. Two files have 100,000 movements each: of three to five records, as gifts come, and of
one record. The plain way cuts the lines into fields and makes amounts and days of the movements,
and believes everything. Reading is what an upload goes through: the encoding found out; records,
links, numbers, balances and control totals checked; one common shape made. Shown beside the
times: the most memory that reading needs. Only the ratio means something on another machine. Ends
with 1 when a bar is missed.
"""

import os
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from donations.statements.recognition import read_statement
from donations.statements.shape import Doubt, Entry
from tests.donations.statement_files import Movement, coda_file

MOVEMENTS, ROUNDS = 100_000, 5
SLOWER, MEGABYTES = 0.25, 30  # the bars


def gift(number: int) -> Movement:
    """As gifts by transfer come: some with an address, one in three without our reference."""
    return Movement(
        Decimal(1000 + number % 50_000) / 100,
        name=f"SUPPORTER NUMBER {number}",
        account="BE71096123456769",
        structured=f"{number:010}{number % 97 or 97:02}" if number % 3 else "",
        text="" if number % 3 else "donation NotATarget",
        end_to_end="NOTPROVIDED",
        address="RUE DE LA LOI 1                    1000        BRUXELLES" if number % 2 else "",
    )


def bare(number: int) -> Movement:
    """One record for each movement, the most to make out of a line."""
    return Movement(Decimal(1000 + number % 50_000) / 100, text="donation NotATarget")


def slice_plainly(file: BytesIO) -> int:
    """Do what a first version would do: cut at the places of Febelfin's tables, and convert."""
    lines = 0
    for raw in file:
        line = raw.decode("cp1252")
        lines += 1
        kind = line[:2]
        if kind == "21":
            _number, _reference, _sign = line[2:10], line[10:31], line[31]
            Decimal(line[32:47]) / 1000
            for digits in (line[47:53], line[115:121]):
                date(2000 + int(digits[4:]), int(digits[2:4]), int(digits[:2]))
            _code, _type, _text, _links = line[53:61], line[61], line[62:115], line[125:128]
        elif kind == "22":
            _number, _text, _reference, _bic = line[2:10], line[10:63], line[63:98], line[98:109]
        elif kind == "23":
            _number, _account, _name, _text = line[2:10], line[10:47], line[47:82], line[82:125]
        elif kind == "31":
            _number, _reference, _code, _text = line[2:10], line[10:31], line[31:39], line[39:113]
        elif kind == "32":
            _number, _text = line[2:10], line[10:115]
    return lines


def read(file: BytesIO) -> int:
    entries = 0
    for event in read_statement(file):
        if isinstance(event, Entry):
            entries += 1
        elif isinstance(event, Doubt):
            sys.exit(f"The file of this benchmark is doubtful: {event}")
    return entries


def timed(action: Callable[[BytesIO], int], file: BytesIO) -> float:
    file.seek(0)
    start = time.perf_counter()
    action(file)
    return time.perf_counter() - start


def compare(make: Callable[[int], Movement]) -> tuple[float, float]:
    """Print how fast both ways are, in turn; return the ratio and the memory in MB."""
    file = BytesIO(coda_file([make(number) for number in range(1, MOVEMENTS + 1)]))
    lines = file.getvalue().count(b"\n")
    plain, reading = [], []
    for _round in range(ROUNDS):
        plain.append(timed(slice_plainly, file))
        reading.append(timed(read, file))
    tracemalloc.start()
    read(file)
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    ratio = statistics.median(a / b for a, b in zip(plain, reading, strict=True))
    sliced, checked = (lines / statistics.median(times) for times in (plain, reading))
    print(f"{MOVEMENTS:,} movements in {lines:,} lines: {make.__doc__.splitlines()[0]}")
    print(f"plain slicing {sliced:,.0f} lines/s, reading {checked:,.0f} lines/s: {ratio:.2f}")
    print(f"memory of the reader {peak:.1f} MB")
    return ratio, peak


def main() -> int:
    """Measure both files, print a report and return the exit status."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    ratios, peaks = zip(*map(compare, (gift, bare)), strict=True)
    print(f"bars: a ratio of {SLOWER} at least, {MEGABYTES} MB at most")
    return 0 if min(ratios) >= SLOWER and max(peaks) <= MEGABYTES else 1


if __name__ == "__main__":
    sys.exit(main())
