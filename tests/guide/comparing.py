"""Whether two pictures of a screen show the same.

The stored pictures lose a little when they are packed, and letters are drawn a shade differently
from one machine to the next: a pixel counts as another one when a channel is off by more than
``TOLERANCE`` of 255, and a picture when more than ``SHARE`` of its pixels are.
"""

from pathlib import Path

from PIL import Image, ImageChops

TOLERANCE = 60
SHARE = 0.0005


def share_of_others(stored: Image.Image, made: Image.Image) -> float:
    """The part of the pixels that are others, from 0 to 1: all, where sizes differ."""
    if stored.size != made.size:
        return 1.0
    channels = ImageChops.difference(stored.convert("RGB"), made.convert("RGB")).split()
    worst = ImageChops.lighter(ImageChops.lighter(channels[0], channels[1]), channels[2])
    return sum(worst.histogram()[TOLERANCE + 1 :]) / (worst.width * worst.height)


def compare_folders(stored: Path, made: Path, names: set[str] | None = None) -> list[str]:
    """Say of each picture that differs, is missing, or is there without being made, what it is.

    Without ``names``, all that are in one of the folders are looked at.
    """
    found = []
    everything = {path.name for folder in (stored, made) for path in folder.glob("*.webp")}
    for name in sorted(everything if names is None else names):
        if not (stored / name).exists():
            found.append(f"{name} is not stored")
        elif not (made / name).exists():
            found.append(f"{name} is stored and no longer made")
        else:
            with Image.open(stored / name) as old, Image.open(made / name) as new:
                share = share_of_others(old, new)
            if share > SHARE:
                found.append(f"{name} shows something else: {share:.2%} of its pixels")
    return found
