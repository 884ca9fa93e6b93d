"""What a file needs, besides its own fsync, to be there after the power failed."""

import os
from pathlib import Path


def make_durable(folder: Path) -> None:
    """Have a folder's own list of files written to the disk (fsync(2), notes)."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
