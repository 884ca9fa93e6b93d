"""Numbers in addresses: what the database can look for, and nothing else."""

import pytest

from campaign_site.query_numbers import LARGEST, read_number


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("007", 7), (str(LARGEST), LARGEST)])
def test_number_is_read(text, number):
    assert read_number(text) == number


@pytest.mark.parametrize("text", ["", "-1", "1.5", " 1", "x", "²", "٣", str(LARGEST + 1), "1" * 40])
def test_anything_else_is_none(text):
    assert read_number(text) is None
