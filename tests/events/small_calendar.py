"""A calendar program, as small as can be: what it shows after some files."""

from datetime import datetime

import icalendar


class SmallCalendar:
    """What a calendar program does with files: entries by UID, the newest SEQUENCE wins.

    RFC 5546, 2.1.5: a file of a lower SEQUENCE is old, and of two with the same one the later
    DTSTAMP is the newer.
    """

    def __init__(self) -> None:
        self.entries: dict[str, icalendar.Event] = {}

    def take(self, data: bytes) -> "SmallCalendar":
        (event,) = icalendar.Calendar.from_ical(data).walk("VEVENT")
        known = self.entries.get(str(event["UID"]))
        if known is None or self._age(event) >= self._age(known):
            self.entries[str(event["UID"])] = event
        return self

    @staticmethod
    def _age(event: icalendar.Event) -> tuple[int, datetime]:
        return int(event["SEQUENCE"]), event.decoded("dtstamp")

    @property
    def shown(self) -> list[tuple[str, str]]:
        return [(str(event["SUMMARY"]), str(event["STATUS"])) for event in self.entries.values()]
