"""Make the WebP pictures of photos with libvips, and print how long each photo took.

Run by ``photo_cleaning.py`` with the Python of ``.local/tools``, which has libvips (``make
tools``): ``photo_vips.py FOLDER SIDE SIDE …`` with the longest sides in pixels. Prints one number
of seconds a line, for the JPEG files of the folder in the order of their names.
"""

import os
import sys
import time
from pathlib import Path

os.environ["VIPS_CONCURRENCY"] = "1"

import pyvips


def main(folder: str, *sides: str) -> None:
    pyvips.cache_set_max(0)
    for path in sorted(Path(folder).glob("*.jpg")):
        photo = path.read_bytes()
        start = time.perf_counter()
        for side in map(int, sides):
            # Shrinks while it decodes, and turns by the camera's note.
            picture = pyvips.Image.thumbnail_buffer(photo, side, height=side, size="down")
            picture.webpsave_buffer(Q=80, effort=4, strip=True)
        print(f"{time.perf_counter() - start:.4f}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
