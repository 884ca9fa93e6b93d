"""Whole numbers that addresses and forms carry: places, numbers of rows."""

# What a bigint of PostgreSQL holds.
LARGEST = 2**63 - 1


def read_number(text: str) -> int | None:
    """Return a number from 0 to LARGEST, written in ASCII digits; None for any other text."""
    if not text.isascii() or not text.isdigit() or len(text) > len(str(LARGEST)):
        return None
    number = int(text)
    return number if number <= LARGEST else None
