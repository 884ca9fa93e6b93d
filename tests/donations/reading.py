"""What a reader of statements makes of a file, for the tests of each format."""

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import BinaryIO

import pytest

from donations.statements.shape import Doubt, Entry, Event, StatementError


class Reading:
    """Reads whole files with ``read``, the reader of one format."""

    def __init__(self, read: Callable[[BinaryIO], Iterator[Event]]) -> None:
        self.read = read

    def events(self, data: bytes) -> list[Event]:
        return list(self.read(BytesIO(data)))

    def entries(self, data: bytes) -> list[Entry]:
        return [event for event in self.events(data) if isinstance(event, Entry)]

    def doubts(self, data: bytes) -> list[Doubt]:
        return [event for event in self.events(data) if isinstance(event, Doubt)]

    def refusal(self, data: bytes) -> StatementError:
        with pytest.raises(StatementError) as raised:
            self.events(data)
        return raised.value
