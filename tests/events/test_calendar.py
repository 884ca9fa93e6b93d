"""The calendar file against RFC 5545 and 5546, read by two parsers and by rules of our own."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ical.calendar_stream import IcsCalendarStream

from events.calendar import (
    CANCEL,
    CANCELLED,
    PUBLISH,
    TENTATIVE,
    CalendarEntry,
    media_type,
    write_calendar,
)
from tests.events.calendar_rules import broken_rules, read
from tests.events.small_calendar import SmallCalendar

BRUSSELS = ZoneInfo("Europe/Brussels")
NOW = datetime(2026, 11, 30, 8, tzinfo=UTC)


def make_entry(**fields) -> CalendarEntry:
    defaults = {
        "uid": "event-7@example.org",
        "summary": "Défendre les défenseurs",
        "location": "Place de la Monnaie, Bruxelles",
        "url": "https://example.org/fr/defendre/",
        "day": date(2027, 3, 28),
        "changed_at": datetime(2026, 11, 1, 9, 30, 15, 123456, tzinfo=UTC),
        "description": "Organisé par : Viva Salud\nhttps://example.org/fr/defendre/",
        "point": (50.8497, 4.3537),
        "organiser": "noreply@example.org",
        "organiser_name": "Viva Salud",
    }
    return CalendarEntry(**{**defaults, **fields})


def unfolded(data: bytes) -> list[str]:
    return data.decode().replace("\r\n ", "").split("\r\n")


def the_event(data: bytes) -> icalendar.Event:
    (event,) = icalendar.Calendar.from_ical(data).walk("VEVENT")
    return event


def other_reading(data: bytes):
    """The one event, as a parser sees it that shares nothing with the one that wrote it."""
    (calendar,) = IcsCalendarStream.from_ics(data.decode()).calendars
    (event,) = calendar.events
    return event


def test_day_without_hour_is_written_as_a_whole_day_that_leaves_people_free():
    data = write_calendar(make_entry())

    lines = unfolded(data)
    assert "DTSTART;VALUE=DATE:20270328" in lines
    assert "DTEND;VALUE=DATE:20270329" in lines
    assert "TRANSP:TRANSPARENT" in lines
    assert not any("VTIMEZONE" in line for line in lines)
    assert broken_rules(data) == set()
    event = other_reading(data)
    assert (event.dtstart, event.dtend) == (date(2027, 3, 28), date(2027, 3, 29))


@pytest.mark.parametrize(
    ("starts_at", "written", "offset"),
    [
        (datetime(2027, 3, 27, 3, 30, tzinfo=BRUSSELS), "20270327T033000", 1),
        (datetime(2027, 3, 28, 1, 59, tzinfo=BRUSSELS), "20270328T015900", 1),
        (datetime(2027, 3, 28, 3, 30, tzinfo=BRUSSELS), "20270328T033000", 2),
        (datetime(2027, 10, 31, 1, 59, tzinfo=BRUSSELS), "20271031T015900", 2),
        (datetime(2027, 10, 31, 2, 30, tzinfo=BRUSSELS), "20271031T023000", 2),
        (datetime(2027, 10, 31, 3, 30, tzinfo=BRUSSELS), "20271031T033000", 1),
        (datetime(2027, 10, 30, 22, 0, tzinfo=UTC), "20271031T000000", 2),
    ],
)
def test_hour_carries_the_belgian_zone_and_its_rules(starts_at, written, offset):
    ends_at = (starts_at.astimezone(UTC) + timedelta(hours=9)).astimezone(BRUSSELS)
    data = write_calendar(make_entry(starts_at=starts_at, ends_at=ends_at))

    (zone,) = icalendar.Calendar.from_ical(data).walk("VTIMEZONE")
    assert f"DTSTART;TZID=Europe/Brussels:{written}" in unfolded(data)
    assert broken_rules(data) == set()
    event, other = the_event(data), other_reading(data)
    for one, two in ((event.decoded("dtstart"), starts_at), (event.decoded("dtend"), ends_at)):
        assert one.astimezone(UTC) == two.astimezone(UTC)
    assert other.dtstart.astimezone(UTC) == starts_at.astimezone(UTC)
    assert other.dtend.astimezone(UTC) == ends_at.astimezone(UTC)
    # The file's own rules, not the reader's tables, give the same offset.
    wall = starts_at.astimezone(BRUSSELS).replace(tzinfo=None)
    assert zone.to_tz(lookup_tzid=False).utcoffset(wall) == timedelta(hours=offset)


def test_second_half_past_two_of_the_october_night_is_written_in_utc():
    second = datetime(2027, 10, 31, 2, 30, fold=1, tzinfo=BRUSSELS)
    first = second.replace(fold=0)
    data = write_calendar(make_entry(starts_at=first, ends_at=second))

    assert "DTSTART;TZID=Europe/Brussels:20271031T023000" in unfolded(data)
    assert "DTEND:20271031T013000Z" in unfolded(data)
    assert broken_rules(data) == set()
    event = the_event(data)
    length = event.decoded("dtend") - event.decoded("dtstart").astimezone(UTC)
    assert length == timedelta(hours=1)
    other = other_reading(data)
    assert other.dtend.astimezone(UTC) - other.dtstart.astimezone(UTC) == timedelta(hours=1)


def test_event_goes_on_over_midnight():
    starts_at = datetime(2027, 6, 5, 21, 0, tzinfo=BRUSSELS)
    data = write_calendar(
        make_entry(
            day=starts_at.date(), starts_at=starts_at, ends_at=starts_at + timedelta(hours=5)
        )
    )

    assert "DTEND;TZID=Europe/Brussels:20270606T020000" in unfolded(data)
    other = other_reading(data)
    assert other.dtend - other.dtstart == timedelta(hours=5)
    assert broken_rules(data) == set()


def test_both_readers_find_every_fact():
    data = write_calendar(make_entry(sequence=3))

    event, other = the_event(data), other_reading(data)
    assert other.uid == str(event["UID"]) == "event-7@example.org"
    assert other.summary == str(event["SUMMARY"]) == "Défendre les défenseurs"
    assert other.location == str(event["LOCATION"]) == "Place de la Monnaie, Bruxelles"
    assert other.description == str(event["DESCRIPTION"]) == make_entry().description
    assert str(other.url) == str(event["URL"]) == "https://example.org/fr/defendre/"
    assert other.sequence == event["SEQUENCE"] == 3
    assert other.status == event["STATUS"] == "CONFIRMED"
    assert (other.geo.lat, other.geo.lng) == (50.8497, 4.3537)
    assert other.organizer.uri == str(event["ORGANIZER"]) == "mailto:noreply@example.org"
    assert other.organizer.common_name == event["ORGANIZER"].params["CN"] == "Viva Salud"
    assert other.dtstamp == datetime(2026, 11, 1, 9, 30, 15, tzinfo=UTC)
    assert other.last_modified == other.dtstamp
    assert other.attendees == []


def test_file_is_folded_escaped_and_ends_lines_with_crlf():
    summary = "Santé; soins, droits \\ " + "é" * 120
    data = write_calendar(make_entry(summary=summary))

    assert broken_rules(data) == set()
    assert any(line.startswith("SUMMARY:Santé\\; soins\\, droits \\\\ ") for line in unfolded(data))
    assert str(the_event(data)["SUMMARY"]) == other_reading(data).summary == summary


def test_address_is_not_escaped_and_a_point_is_never_in_powers_of_ten():
    url = "https://example.org/fr/a,b;c/?d=1&e=%C3%A9"
    data = write_calendar(make_entry(url=url, point=(-0.0000012, 1e-7)))

    assert f"URL:{url}" in unfolded(data)
    assert "GEO:-0.000001;0.000000" in unfolded(data)
    assert broken_rules(data) == set()


HOSTILE = [
    "Come\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nATTENDEE:mailto:x@example.org",
    "BEGIN:VEVENT",
    "a\nX-EVIL:1",
    "a\rX-EVIL:1",
    "a\u2028X-EVIL:1\u2029b\x85c",
    "\x00\x07\x0b\x0c\x1b\x1c\x7f tab\there",
    '";X-EVIL=1:mailto:x@example.org\r\nX-EVIL:1',
    "\\n\\N\\;\\,\\\\",
]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_words_cannot_add_lines_of_their_own(hostile):
    data = write_calendar(
        make_entry(summary=hostile, location=hostile, description=hostile, organiser_name=hostile)
    )

    assert broken_rules(data) == set()
    (event,) = [part for part in read(data).parts if part.name == "VEVENT"]
    assert event.parts == []
    assert {found.name for found in event.properties} == {
        "UID", "DTSTAMP", "LAST-MODIFIED", "SEQUENCE", "STATUS", "DTSTART", "DTEND", "TRANSP",
        "SUMMARY", "LOCATION", "DESCRIPTION", "GEO", "ORGANIZER", "URL",
    }  # fmt: skip
    assert other_reading(data).attendees == []
    assert other_reading(data).organizer.uri == "mailto:noreply@example.org"


# Any letters that PostgreSQL can hold, and more of those that have a meaning in the file.
WORDS = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"], exclude_characters="\x00"),
        st.sampled_from('\\;,:"\n\r\t =éß日🙂'),
    ),
    max_size=120,
)
HOURS = st.datetimes(
    datetime(2026, 1, 1), datetime(2036, 12, 31), timezones=st.just(UTC)
) | st.sampled_from([datetime(2027, 3, 28, 1, tzinfo=UTC), datetime(2027, 10, 31, 1, tzinfo=UTC)])


@settings(max_examples=80, deadline=None)
@given(WORDS, WORDS, WORDS, WORDS, HOURS, st.integers(1, 60 * 30), st.sampled_from(["", PUBLISH]))
def test_whatever_is_written_the_file_is_right_and_says_it(
    summary, location, description, organiser_name, starts_at, minutes, method
):
    ends_at = starts_at + timedelta(minutes=minutes)
    entry = make_entry(
        summary=summary,
        location=location,
        description=description,
        organiser_name=organiser_name,
        starts_at=starts_at,
        ends_at=ends_at,
    )
    data = write_calendar(entry, method=method, made_at=NOW)

    assert broken_rules(data) == set()
    event = the_event(data)
    # One line, white space and controls become single blanks; everything else comes back.
    assert "".join(str(event["SUMMARY"]).split()) == visible(summary)
    assert "".join(str(event["LOCATION"]).split()) == visible(location)
    assert "".join(str(event.get("DESCRIPTION", "")).split()) == visible(description)
    assert event.decoded("dtstart").astimezone(UTC) == starts_at.replace(microsecond=0)
    assert event.decoded("dtend").astimezone(UTC) == ends_at.replace(microsecond=0)


def visible(text: str) -> str:
    spaced = "".join(" " if sign < " " or "\x7f" <= sign <= "\x9f" else sign for sign in text)
    return "".join(spaced.split())


def test_entry_keeps_its_uid_and_the_same_entry_gives_the_same_bytes():
    first = write_calendar(make_entry())
    moved = write_calendar(make_entry(day=date(2027, 3, 29), sequence=1))

    assert first == write_calendar(make_entry(), made_at=NOW)
    for data, sequence in ((first, 0), (moved, 1)):
        lines = unfolded(data)
        assert lines.count("UID:event-7@example.org") == 1
        assert f"SEQUENCE:{sequence}" in lines
        assert "DTSTAMP:20261101T093015Z" in lines
        assert "METHOD" not in data.decode()


def test_mailed_file_says_what_is_to_be_done_and_when_it_was_made():
    published = write_calendar(make_entry(sequence=2), method=PUBLISH, made_at=NOW)
    cancelled = write_calendar(make_entry(sequence=2), method=CANCEL, made_at=NOW)

    for data, method, status in (
        (published, "PUBLISH", "CONFIRMED"),
        (cancelled, "CANCEL", "CANCELLED"),
    ):
        lines = unfolded(data)
        assert f"METHOD:{method}" in lines
        assert f"STATUS:{status}" in lines
        assert "DTSTAMP:20261130T080000Z" in lines
        assert "LAST-MODIFIED:20261101T093015Z" in lines
        assert not any(line.startswith("ATTENDEE") for line in lines)
        assert broken_rules(data) == set()
        assert other_reading(data).status == status
    assert media_type() == "text/calendar"
    assert media_type(CANCEL) == "text/calendar; method=CANCEL"


@pytest.mark.parametrize(
    ("breaking", "rule"),
    [
        (lambda data: data.replace(b"\r\n", b"\n"), "3.1 CRLF"),
        (lambda data: data.replace(b"\r\n ", b""), "3.1 75 octets"),
        (lambda data: b"\xef\xbb\xbf" + data, "8.1 no byte order mark"),
        (lambda data: data.replace(b"\\,", b","), "3.3.11 TEXT"),
        (lambda data: data.replace(b"DTSTAMP:20261101T093015Z", b"DTSTAMP:20261101T093015"),
         "3.8.7 DTSTAMP in UTC"),
        (lambda data: data.replace(b"T140000\r\n", b"T140000Z\r\n"), "3.3.5 TZID with Z"),
        (lambda data: data.replace(b"TZID:Europe/Brussels", b"TZID:Europe/Paris"),
         "3.2.19 VTIMEZONE"),
        (lambda data: data.replace(b"URL:https:", b"URL:https\\:"), "3.8.4.6 URL"),
        (lambda data: data.replace(b"UID:event-7@example.org\r\n", b""), "3.6.1 one UID"),
        (lambda data: data.replace(b"20271209T160000", b"20271209T140000"),
         "3.6.1 DTEND not later"),
        (lambda data: data.replace(b"VERSION:2.0\r\n", b""), "3.6 VERSION 2.0"),
        (lambda data: data.replace(b"END:VEVENT\r\n", b""), "3.4 BEGIN and END"),
        (lambda data: data.replace(b"VERSION:2.0", b"VERSION:2.0\r\nMETHOD:CANCEL"),
         "5546 3.2.5 STATUS"),
        (lambda data: data.replace("é".encode(), b"\xc3\r\n \xa9", 1), "3.1 UTF-8 cut"),
        (lambda data: data.replace(b"SUMMARY:", b"SUMMARY:\x07"), "3.1 controls"),
    ],
)  # fmt: skip
def test_the_rules_see_what_is_wrong(breaking, rule):
    starts_at = datetime(2027, 12, 9, 14, tzinfo=BRUSSELS)
    data = write_calendar(
        make_entry(
            starts_at=starts_at, ends_at=starts_at + timedelta(hours=2), location="a, " + "é" * 60
        )
    )
    assert broken_rules(data) == set()

    assert rule in broken_rules(breaking(data))


def mailed(entry: CalendarEntry, method: str, hours: int) -> bytes:
    return write_calendar(entry, method=method, made_at=NOW + timedelta(hours=hours))


def test_first_changed_and_cancelled_file_are_one_entry():
    first = mailed(make_entry(summary="First"), PUBLISH, 0)
    moved_at = NOW + timedelta(hours=5)
    changed = mailed(make_entry(summary="Moved", sequence=1, changed_at=moved_at), PUBLISH, 5)
    ended = make_entry(summary="Moved", sequence=2, status=CANCELLED, changed_at=moved_at)
    cancelled = mailed(ended, CANCEL, 9)

    calendar = SmallCalendar().take(first)
    assert calendar.shown == [("First", "CONFIRMED")]
    assert calendar.take(changed).shown == [("Moved", "CONFIRMED")]
    # A mail that was read late changes nothing any more.
    assert calendar.take(first).shown == [("Moved", "CONFIRMED")]
    assert calendar.take(cancelled).shown == [("Moved", "CANCELLED")]
    assert calendar.take(changed).shown == [("Moved", "CANCELLED")]
    undone = mailed(make_entry(summary="Back", sequence=3), PUBLISH, 12)
    assert calendar.take(undone).shown == [("Back", "CONFIRMED")]


def test_downloaded_file_after_a_mail_is_no_second_entry():
    calendar = SmallCalendar().take(mailed(make_entry(sequence=1), PUBLISH, 0))
    calendar.take(write_calendar(make_entry(sequence=1)))
    calendar.take(write_calendar(make_entry(sequence=2, status=TENTATIVE)))

    assert calendar.shown == [("Défendre les défenseurs", "TENTATIVE")]


def test_somebody_who_cancels_and_signs_up_again_has_it_again():
    calendar = SmallCalendar().take(mailed(make_entry(), PUBLISH, 0))
    assert calendar.take(mailed(make_entry(), CANCEL, 1)).shown[0][1] == "CANCELLED"
    assert calendar.take(mailed(make_entry(), PUBLISH, 2)).shown[0][1] == "CONFIRMED"
