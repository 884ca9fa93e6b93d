"""Turns, covers and crops: how they are read, and what they do to a picture."""

import json

import pytest
from PIL import Image

from solidarity.edits import MAX_COVERS, UNEDITED, Area, Edits

WHOLE = {"turn": 90, "crop": [0.1, 0.2, 0.5, 0.6], "covers": [[0.0, 0.25, 0.5, 0.5]]}


def test_edits_come_back_as_they_were_written() -> None:
    edits = Edits.read(WHOLE)

    assert edits == Edits(90, Area(0.1, 0.2, 0.5, 0.6), (Area(0.0, 0.25, 0.5, 0.5),))
    assert Edits.read(json.loads(json.dumps(edits.to_json()))) == edits
    assert Edits.read(json.dumps(WHOLE)) == edits
    assert not edits.is_empty


@pytest.mark.parametrize(
    "data", [{}, "{}", {"turn": 0}, {"crop": None}, {"crop": [0, 0, 1, 1], "covers": []}]
)
def test_nothing_changed_is_empty(data: object) -> None:
    assert Edits.read(data) == UNEDITED
    assert Edits.read(data).is_empty
    assert Edits.read(data).to_json() == {}


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        7,
        "",
        "null",
        "[" * 100_000,
        {"blur": 1},
        {"turn": 45},
        {"turn": "90"},
        {"turn": True},
        {"turn": 90.0},
        {"covers": {}},
        {"covers": [[0, 0, 0.1, 0.1]] * (MAX_COVERS + 1)},
        {"covers": [[0, 0, 0.1]]},
        {"covers": ["0001"]},
        {"covers": [[0, 0, 0.1, "0.1"]]},
        {"covers": [[0, 0, 0.1, True]]},
        {"covers": [[0, 0, 0, 0.1]]},
        {"covers": [[0, 0, -0.1, 0.1]]},
        {"covers": [[0.5, 0, 0.6, 0.1]]},
        {"covers": [[1, 0, 0.0005, 0.1]]},
        {"covers": [[0, 0, 0.1, float("nan")]]},
        {"covers": [[0, 0, 0.1, float("inf")]]},
        {"covers": [[0, 0, 0.1, 10**400]]},
        {"crop": [0, 0, 0.04, 0.5]},
        {"crop": [0, 0, 0.5, 0.04]},
        {"crop": []},
        {"crop": False},
    ],
)
def test_anything_else_is_an_error(data: object) -> None:
    with pytest.raises(ValueError):
        Edits.read(data)


def test_as_many_covers_as_allowed_and_the_smallest_crop_are_read() -> None:
    edits = Edits.read({"covers": [[0, 0, 0.1, 0.1]] * MAX_COVERS, "crop": [0.95, 0, 0.05, 0.05]})

    assert len(edits.covers) == MAX_COVERS
    assert edits.crop == pytest.approx((0.95, 0, 0.05, 0.05))


def test_area_that_a_browser_rounded_over_the_edge_is_cut_off() -> None:
    (cover,) = Edits.read({"covers": [[-0.0004, 0.5, 1.0008, 0.5003]]}).covers

    assert cover == pytest.approx((0, 0.5, 1, 0.5))


@pytest.mark.parametrize(
    ("area", "expected"),
    [
        (Area(0, 0, 1, 1), (0, 0, 100, 50)),
        (Area(0.101, 0.101, 0.101, 0.101), (10, 5, 21, 11)),
        (Area(0.9999, 0.9999, 0.0001, 0.0001), (99, 49, 100, 50)),
    ],
)
def test_area_holds_every_pixel_that_it_touches(area: Area, expected: tuple) -> None:
    assert area.around((100, 50)) == expected
    Image.new("L", (100, 50)).crop(expected)
