"""Small drawings of the frames, for the form on which somebody chooses one: shapes of an SVG.

The same primitives as on the photos (``solidarity.frames``), around a figure with a placard.
"""

import math
from typing import Any, NamedTuple

from solidarity.frames import Drawing

WIDTH, HEIGHT = 120, 150
# Archivo's letters at weight 820 and width 66, a mean; the browser sets the line.
_ADVANCE = 0.4


class Shape(NamedTuple):
    """One element of an SVG: its name, its attributes, and the words of a text."""

    tag: str
    attributes: dict[str, str]
    words: str = ""


def frame_sample(drawing: Drawing) -> list[Shape]:
    """Return the shapes of a drawing on a picture of WIDTH by HEIGHT."""
    return [_SHAPES[primitive["kind"]](primitive) for primitive in drawing]


def _across(pair: list[float]) -> float:
    return pair[0] * WIDTH + pair[1] * min(WIDTH, HEIGHT)


def _down(pair: list[float]) -> float:
    return pair[0] * HEIGHT + pair[1] * min(WIDTH, HEIGHT)


def _written(number: float) -> str:
    """A number as SVG wants it in every language: with a point."""
    return f"{number:.2f}".rstrip("0").rstrip(".")


def _rect(rect: dict[str, Any]) -> Shape:
    left, top = _across(rect["x"]), _down(rect["y"])
    box = {
        "x": left,
        "y": top,
        "width": _across(rect["right"]) - left,
        "height": _down(rect["bottom"]) - top,
    }
    written = {name: _written(number) for name, number in box.items()}
    return Shape("rect", {**written, "fill": rect["fill"]})


def _ring(ring: dict[str, Any]) -> Shape:
    """A circle of which a dash shows the part from one angle to the other."""
    turn = ring["to"] - ring["from"]
    attributes = {
        "cx": _written(_across(ring["x"])),
        "cy": _written(_down(ring["y"])),
        "r": _written(ring["radius"] * min(WIDTH, HEIGHT)),
        "fill": "none",
        "stroke": ring["stroke"],
        "stroke-width": _written(ring["line"] * min(WIDTH, HEIGHT)),
    }
    if turn < 360:
        length = 2 * math.pi * ring["radius"] * min(WIDTH, HEIGHT)
        shown = length * turn / 360
        attributes["stroke-dasharray"] = f"{_written(shown)} {_written(length - shown)}"
        centre = f"{attributes['cx']} {attributes['cy']}"
        attributes["transform"] = f"rotate({_written(ring['from'])} {centre})"
    return Shape("circle", attributes)


def _text(text: dict[str, Any]) -> Shape:
    left, right = _across(text["x"]), _across(text["right"])
    room = (right - left) / (_ADVANCE * len(text["text"]))
    is_centred = text["align"] == "center"
    attributes = {
        "x": _written((left + right) / 2 if is_centred else left),
        "y": _written(_down(text["bottom"])),
        "font-size": _written(min(text["size"] * min(WIDTH, HEIGHT), room)),
        "fill": text["fill"],
        "text-anchor": "middle" if is_centred else "start",
    }
    return Shape("text", attributes, text["text"])


_SHAPES = {"rect": _rect, "ring": _ring, "text": _text}
