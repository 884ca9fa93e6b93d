"""The calendar file against RFC 5545, read back by another parser's rules."""

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest

from events.calendar import CalendarEntry, write_calendar

BRUSSELS = ZoneInfo("Europe/Brussels")


def make_entry(**fields) -> CalendarEntry:
    defaults = {
        "uid": "defend@example.org",
        "summary": "Défendre les défenseurs",
        "location": "Place de la Monnaie, Bruxelles",
        "url": "https://example.org/fr/defendre/",
        "day": date(2027, 3, 28),
        "changed_at": datetime(2026, 11, 1, 9, 30, 15, 123456, tzinfo=UTC),
    }
    return CalendarEntry(**{**defaults, **fields})


def unfolded(data: bytes) -> list[str]:
    return data.decode().replace("\r\n ", "").split("\r\n")


def test_day_without_hour_is_written_as_a_whole_day():
    lines = unfolded(write_calendar(make_entry()))

    assert "DTSTART;VALUE=DATE:20270328" in lines
    assert "DTEND;VALUE=DATE:20270329" in lines
    assert not any("VTIMEZONE" in line for line in lines)


@pytest.mark.parametrize(
    ("starts_at", "written", "offset"),
    [
        (datetime(2027, 3, 27, 3, 30, tzinfo=BRUSSELS), "20270327T033000", 1),
        (datetime(2027, 3, 28, 3, 30, tzinfo=BRUSSELS), "20270328T033000", 2),
        (datetime(2027, 10, 31, 3, 30, tzinfo=BRUSSELS), "20271031T033000", 1),
        (datetime(2027, 10, 30, 22, 0, tzinfo=UTC), "20271031T000000", 2),
    ],
)
def test_hour_carries_the_belgian_zone_and_its_rules(starts_at, written, offset):
    ends_at = starts_at + timedelta(hours=1)
    data = write_calendar(make_entry(starts_at=starts_at, ends_at=ends_at))

    calendar = icalendar.Calendar.from_ical(data)
    (zone,) = calendar.walk("VTIMEZONE")
    (event,) = calendar.walk("VEVENT")
    assert f"DTSTART;TZID=Europe/Brussels:{written}" in unfolded(data)
    assert event.decoded("dtstart") == starts_at
    assert event.decoded("dtend") == ends_at
    # The file's own rules, not the reader's tables, give the same offset.
    wall = starts_at.astimezone(BRUSSELS).replace(tzinfo=None)
    assert zone.to_tz(lookup_tzid=False).utcoffset(wall) == timedelta(hours=offset)


def test_file_is_folded_escaped_and_ends_lines_with_crlf():
    summary = "Santé; soins, droits \\ " + "é" * 120
    data = write_calendar(make_entry(summary=summary))

    physical = data.split(b"\r\n")
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert all(len(line) <= 75 for line in physical)
    assert all(line.decode() is not None for line in physical)
    assert any(line.startswith("SUMMARY:Santé\\; soins\\, droits \\\\ ") for line in unfolded(data))
    assert str(icalendar.Calendar.from_ical(data).walk("VEVENT")[0]["summary"]) == summary


def test_words_cannot_add_lines_of_their_own():
    hostile = "Come\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nATTENDEE:mailto:x@example.org"
    data = write_calendar(make_entry(summary=hostile, location="Square\nX-EVIL:1"))

    calendar = icalendar.Calendar.from_ical(data)
    assert len(calendar.walk("VEVENT")) == 1
    assert "ATTENDEE" not in calendar.walk("VEVENT")[0]
    assert not any(line.startswith("X-EVIL") for line in unfolded(data))


def test_entry_keeps_its_uid_and_raises_its_sequence():
    first = write_calendar(make_entry())
    moved = write_calendar(make_entry(day=date(2027, 3, 29), sequence=1))

    assert first == write_calendar(make_entry())
    for data, sequence in ((first, 0), (moved, 1)):
        lines = unfolded(data)
        assert lines.count("UID:defend@example.org") == 1
        assert f"SEQUENCE:{sequence}" in lines
        assert "DTSTAMP:20261101T093015Z" in lines
        assert "URL:https://example.org/fr/defendre/" in lines
        assert len([line for line in lines if re.match(r"PRODID:.+Viva Salud", line)]) == 1
        assert "VERSION:2.0" in lines
