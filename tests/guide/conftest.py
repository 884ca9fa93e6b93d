"""The clock of the pictures stands, in the database that they are made from too."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine

# Fixtures of the browser tests.
from tests.browser.conftest import address, browser  # noqa: F401
from tests.guide.scenes import NOW


@pytest.fixture(scope="session")
def standing_clock() -> Iterator[time_machine.Traveller]:
    """The clock, at the moment at which the first content is loaded."""
    with time_machine.travel(NOW - timedelta(hours=2), tick=False) as clock:
        yield clock
