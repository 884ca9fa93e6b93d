"""The frames that can be laid around a photo, described once for the browser and the server.

A drawing is a list of primitives, painted in order. Positions are linear in the picture, so that
one description fits every shape: ``[a, b]`` means ``a * W + b * S`` across and ``a * H + b * S``
down, and a length ``b`` means ``b * S``, with the picture's width W, height H and shorter side S
in pixels. The primitives:

- ``rect``: ``x``, ``y``, ``right``, ``bottom``, ``fill``;
- ``ring``: centre ``x``, ``y``, ``radius`` to the middle of its line, ``line``, ``from`` and ``to``
  in degrees clockwise from three o'clock, ``stroke``; its ends are square;
- ``text``: one line of Archivo at ``weight`` and ``stretch`` (per cent), on the baseline
  ``bottom``, between ``x`` and ``right``, ``align`` left or center, ``fill``; ``size`` is the
  largest font size, less where the line would not fit.

Frames keep to the edges: the middle, where a face is, stays free.
"""

import textwrap
from typing import Any

INK, PAPER = "#191c24", "#f9f4ea"
RED, GREEN, YELLOW = "#d62622", "#054931", "#fbd034"

Drawing = list[dict[str, Any]]

# Archivo's letters at weight 820 and width 66: a capital's height, and a careful mean width.
_CAPITAL, _ADVANCE = 0.69, 0.385
# Slogans longer than this take two lines, in characters.
_LONG = 30


def frame_drawing(design: str, slogan: str) -> Drawing:
    """Return the primitives of a design with a slogan, which may be empty; [] for no design.

    Raises KeyError for an unknown design.
    """
    return _DESIGNS[design](" ".join(slogan.split())) if design else []


def _rect(x: list, y: list, right: list, bottom: list, fill: str) -> dict[str, Any]:
    return {"kind": "rect", "x": x, "y": y, "right": right, "bottom": bottom, "fill": fill}


def _ring(
    centre: tuple[list, list], radius: float, line: float, between: tuple[float, float], stroke: str
) -> dict[str, Any]:
    return {
        "kind": "ring",
        "x": centre[0],
        "y": centre[1],
        "radius": radius,
        "line": line,
        "from": between[0],
        "to": between[1],
        "stroke": stroke,
    }


def _text(
    slogan: str,
    *,
    x: list,
    right: list,
    middle: list,
    height: float,
    fill: str,
    align: str = "left",
    room: float = 0.8,
) -> Drawing:
    """Set the slogan in one line, or two when it is long, around the line ``middle``.

    ``height`` is that of the field in S. ``room`` is the width for the text on the narrowest
    picture, in S: from it follows where the line sits in the middle on every shape.
    """
    if not slogan:
        return []
    lines = [slogan]
    if len(slogan) > _LONG:
        lines = textwrap.wrap(slogan, width=(len(slogan) + 1) // 2 + 6, break_long_words=False)[:2]
        if len(" ".join(lines)) < len(slogan):
            lines[1] = slogan[len(lines[0]) :].strip()
    tallest = height * (0.8 if len(lines) == 1 else 0.43)
    # A third more than fits the narrowest picture; there it shrinks.
    narrow = room / (_ADVANCE * max(len(line) for line in lines))
    size = min(tallest, narrow * 1.33)
    capital = (size + min(size, narrow)) / 2 * _CAPITAL
    drawing = []
    for number, line in enumerate(lines):
        offset = (number - (len(lines) - 1) / 2) * size * 1.02 + capital / 2
        drawing.append(
            {
                "kind": "text",
                "text": line,
                "x": x,
                "right": right,
                "bottom": [middle[0], round(middle[1] + offset, 5)],
                "size": round(size, 5),
                "align": align,
                "fill": fill,
                "weight": 820,
                "stretch": 66,
            }
        )
    return drawing


def _band(slogan: str) -> Drawing:
    """A red strip below, an ink bar on top of it, and the mark of broken rings at its end."""
    height, bar = 0.17, 0.016
    centre = ([1, -0.105], [1, -height / 2])
    return [
        _rect([0, 0], [1, -height - bar], [1, 0], [1, -height], INK),
        _rect([0, 0], [1, -height], [1, 0], [1, 0], RED),
        *_text(
            slogan,
            x=[0, 0.05],
            right=[1, -0.2],
            middle=[1, -height / 2],
            height=height,
            fill=PAPER,
            room=0.74,
        ),
        _ring(centre, 0.0085, 0.017, (0, 360), PAPER),
        _ring(centre, 0.0325, 0.0125, (-15, 295), PAPER),
        _ring(centre, 0.0565, 0.01, (15, 265), PAPER),
    ]


def _rings(slogan: str) -> Drawing:
    """Rings that break open towards the words, spreading from the lower right corner."""
    corner = ([1, 0], [1, 0])
    ripple = ((0.122, 0.045, 10), (0.193, 0.035, 24), (0.254, 0.025, 38), (0.305, 0.016, 50))
    rings = [_ring(corner, radius, line, (180 + gap, 270), RED) for radius, line, gap in ripple]
    # As wide as the words need: on a wide picture they do not grow with it.
    label = _rect([0, 0], [1, -0.175], [0.4, 0.25], [1, -0.045], INK)
    words = _text(
        slogan,
        x=[0, 0.045],
        right=[0.4, 0.215],
        middle=[1, -0.11],
        height=0.13,
        fill=PAPER,
        room=0.57,
    )
    return [
        _ring(corner, 0.0325, 0.065, (180, 270), RED),
        *rings,
        *([label] if words else []),
        *words,
    ]


def _placard(slogan: str) -> Drawing:
    """A yellow border like a placard's board, with the slogan on its broad upper edge."""
    top, side, line = 0.165 if slogan else 0.05, 0.05, 0.011
    sides = [
        _rect([0, 0], [0, 0], [1, 0], [0, top], YELLOW),
        _rect([0, 0], [1, -side], [1, 0], [1, 0], YELLOW),
        _rect([0, 0], [0, 0], [0, side], [1, 0], YELLOW),
        _rect([1, -side], [0, 0], [1, 0], [1, 0], YELLOW),
    ]
    inside = [
        _rect([0, side], [0, top], [1, -side], [0, top + line], INK),
        _rect([0, side], [1, -side - line], [1, -side], [1, -side], INK),
        _rect([0, side], [0, top], [0, side + line], [1, -side], INK),
        _rect([1, -side - line], [0, top], [1, -side], [1, -side], INK),
    ]
    words = _text(
        slogan,
        x=[0, side],
        right=[1, -side],
        middle=[0, top / 2],
        height=top,
        fill=INK,
        align="center",
        room=0.88,
    )
    return [*sides, *inside, *words]


_DESIGNS = {"band": _band, "rings": _rings, "placard": _placard}
DESIGNS = tuple(_DESIGNS)
