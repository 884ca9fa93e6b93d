"""Hours that a Belgian clock skips or shows twice."""

from datetime import UTC, datetime

import pytest

from events.local_time import BRUSSELS, check_local_time, is_doubled, is_skipped


@pytest.mark.parametrize(
    ("wall", "skipped", "doubled"),
    [
        (datetime(2027, 3, 28, 1, 59), False, False),
        (datetime(2027, 3, 28, 2, 0), True, False),
        (datetime(2027, 3, 28, 2, 30), True, False),
        (datetime(2027, 3, 28, 3, 0), False, False),
        (datetime(2027, 10, 31, 1, 59), False, False),
        (datetime(2027, 10, 31, 2, 0), False, True),
        (datetime(2027, 10, 31, 2, 30), False, True),
        (datetime(2027, 10, 31, 3, 0), False, False),
        (datetime(2027, 7, 1, 2, 30), False, False),
    ],
)
def test_clock_changes_are_known(wall, skipped, doubled):
    assert is_skipped(wall) is skipped
    assert is_doubled(wall) is doubled


@pytest.mark.parametrize(
    ("moment", "word"),
    [
        (datetime(2027, 3, 28, 2, 30), "does not exist"),
        (datetime(2027, 3, 28, 2, 30, tzinfo=BRUSSELS), "does not exist"),
        (datetime(2027, 10, 31, 2, 30), "comes twice"),
        (datetime(2027, 10, 31, 2, 30, fold=1, tzinfo=BRUSSELS), "comes twice"),
        (datetime(2027, 10, 31, 0, 30, tzinfo=UTC), "comes twice"),
    ],
)
def test_unusable_hour_is_refused_with_the_reason(moment, word):
    with pytest.raises(ValueError, match=word):
        check_local_time(moment)


@pytest.mark.parametrize(
    "moment", [None, datetime(2027, 3, 28, 3, 30), datetime(2027, 3, 28, 1, 30, tzinfo=UTC)]
)
def test_ordinary_hour_is_accepted(moment):
    assert check_local_time(moment) is None
