"""Calendar files that others published: our rules find what is wrong with them, and only that.

Run by ``make corpora``, which sets CORPORA to the folder that holds ``ics``.
"""

import csv
import os
from pathlib import Path

import icalendar
import pytest

from tests.events.calendar_rules import broken_rules, read

pytestmark = pytest.mark.corpora

# What is wrong with each, besides that git or an editor took the CR from the ends of its lines.
BROKEN = {
    # The reference has a comma in its LOCATION that is not escaped; readers bear it.
    "timezoned.ics": {"3.3.11 TEXT"},
    "event_with_escaped_characters.ics": {
        "3.1 75 octets",
        "3.1 content line",
        "3.4 one VCALENDAR",
    },
    "issue_722_missing_VTIMEZONE_custom.ics": {
        "3.2.19 VTIMEZONE",
        "3.6 VERSION 2.0",
        "3.6 one PRODID",
        "3.6.1 one DTSTAMP",
        "3.6.1 one UID",
    },
    "broken_ical.ics": {
        "3.1 CRLF",  # none at the end either
        "3.1 content line",
        "3.6 VERSION 2.0",
        "3.6 one PRODID",
        "3.6.1 DTSTART",
        "3.6.1 one DTSTAMP",
    },
    "bom_calendar.ics": {
        "3.6 VERSION 2.0",
        "3.6 a component",
        "3.6 one PRODID",
        "8.1 no byte order mark",
    },
}


def folder() -> Path:
    return Path(os.environ["CORPORA"]) / "ics"


def with_crlf(name: str) -> bytes:
    return (folder() / name).read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def test_the_corpus_is_whole():
    with (folder() / "index.tsv").open(encoding="utf-8", newline="") as file:
        assert {row["file"] for row in csv.DictReader(file, delimiter="\t")} == set(BROKEN)


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_wrong_is_found_and_nothing_else(name):
    assert broken_rules(with_crlf(name)) == BROKEN[name]


def test_the_good_one_is_good_but_for_a_comma_and_its_ends_of_lines():
    data = (folder() / "timezoned.ics").read_bytes().replace(b"bild, wien", b"bild\\, wien")

    assert broken_rules(data) == {"3.1 CRLF"}
    assert broken_rules(data.replace(b"\n", b"\r\n")) == set()


def test_the_reader_agrees_with_another_one():
    data = with_crlf("timezoned.ics")

    mine = next(part for part in read(data).parts if part.name == "VEVENT")
    (theirs,) = icalendar.Calendar.from_ical(data).walk("VEVENT")
    assert {found.name for found in mine.properties} == set(theirs)
    assert mine.value("DTSTART") == "20120213T100000"
    assert mine.value("SUMMARY") == str(theirs["SUMMARY"])
