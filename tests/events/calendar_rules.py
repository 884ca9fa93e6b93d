"""The rules of RFC 5545 and 5546 for a calendar file, read from its bytes by no library.

``broken_rules`` names each rule that a file breaks by its section. It knows what an export of
events may hold, not the whole of the standard.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

TEXTS = {"SUMMARY", "LOCATION", "DESCRIPTION", "COMMENT", "TZNAME", "NAME", "X-WR-CALNAME"}
STATUSES = {"TENTATIVE", "CONFIRMED", "CANCELLED"}
# RFC 3986, appendix A: what may stand in an address without being written as %XX.
ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")
_NAME = re.compile(r"[A-Za-z0-9-]+")
_PARAMETER = re.compile(r';([A-Za-z0-9-]+)=("[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*')


@dataclass
class Property:
    name: str
    parameters: dict[str, str]
    value: str


@dataclass
class Component:
    name: str
    properties: list[Property] = field(default_factory=list)
    parts: list["Component"] = field(default_factory=list)

    def all(self, name: str) -> list[Property]:
        return [found for found in self.properties if found.name == name]

    def value(self, name: str) -> str | None:
        found = self.all(name)
        return found[0].value if found else None

    def walk(self):
        yield self
        for part in self.parts:
            yield from part.walk()


def broken_rules(data: bytes) -> set[str]:
    """Return the rules that ``data`` breaks, each as its section and a few words."""
    broken = _lines(data)
    text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    unfolded = re.sub(r"\r?\n[ \t]", "", text)
    root, structure = _read(unfolded.splitlines())
    broken |= structure
    if [part.name for part in root.parts] != ["VCALENDAR"]:
        return broken | {"3.4 one VCALENDAR"}
    (calendar,) = root.parts
    broken |= _calendar(calendar)
    for component in calendar.walk():
        for found in component.properties:
            broken |= _property(found)
    return broken


def read(data: bytes) -> Component:
    """Return the VCALENDAR of a file without asking whether it is a good one."""
    root, _broken = _read(re.sub(r"\r?\n[ \t]", "", data.decode()).splitlines())
    return root.parts[0]


def _lines(data: bytes) -> set[str]:
    broken = set()
    if data.startswith(b"\xef\xbb\xbf"):
        broken.add("8.1 no byte order mark")
    if not data.endswith(b"\r\n") or re.search(rb"(?<!\r)\n|\r(?!\n)", data):
        broken.add("3.1 CRLF")
    for line in re.split(rb"\r?\n", data):
        if len(line) > 75:
            broken.add("3.1 75 octets")
        try:
            line.decode()
        except UnicodeDecodeError:
            broken.add("3.1 UTF-8 cut")
        if re.search(rb"[\x00-\x08\x0b-\x1f\x7f]", line.rstrip(b"\r")):
            broken.add("3.1 controls")
    return broken


def _read(lines: list[str]) -> tuple[Component, set[str]]:
    root = Component("")
    open_parts, broken = [root], set()
    for line in lines:
        if not line:
            continue
        found = _split(line)
        if found is None:
            broken.add("3.1 content line")
        elif found.name == "BEGIN":
            part = Component(found.value.upper())
            open_parts[-1].parts.append(part)
            open_parts.append(part)
        elif found.name == "END":
            if len(open_parts) == 1 or open_parts.pop().name != found.value.upper():
                return root, broken | {"3.4 BEGIN and END"}
        else:
            open_parts[-1].properties.append(found)
    if len(open_parts) > 1:
        broken.add("3.4 BEGIN and END")
    return root, broken


def _split(line: str) -> Property | None:
    name = _NAME.match(line)
    if name is None:
        return None
    place, parameters = name.end(), {}
    while (found := _PARAMETER.match(line, place)) is not None:
        parameters[found[1].upper()] = found[2].strip('"')
        place = found.end()
    if line[place : place + 1] != ":":
        return None
    return Property(name[0].upper(), parameters, line[place + 1 :])


def _calendar(calendar: Component) -> set[str]:
    broken = set()
    if len(calendar.all("PRODID")) != 1:
        broken.add("3.6 one PRODID")
    if [found.value for found in calendar.all("VERSION")] != ["2.0"]:
        broken.add("3.6 VERSION 2.0")
    if not calendar.parts:
        broken.add("3.6 a component")
    zones = {part.value("TZID") for part in calendar.parts if part.name == "VTIMEZONE"}
    used = {
        found.parameters["TZID"]
        for part in calendar.walk()
        for found in part.properties
        if "TZID" in found.parameters
    }
    if used - zones:
        broken.add("3.2.19 VTIMEZONE")
    events = [part for part in calendar.parts if part.name == "VEVENT"]
    method = calendar.value("METHOD") or ""
    for event in events:
        broken |= _event(event, method)
    if max(Counter(event.value("UID") for event in events).values(), default=0) > 1:
        broken.add("3.8.4.7 UID twice")
    return broken


def _event(event: Component, method: str) -> set[str]:
    broken = set()
    for name in ("UID", "DTSTAMP"):
        if len(event.all(name)) != 1 or not event.value(name):
            broken.add(f"3.6.1 one {name}")
    if not event.all("DTSTART") and not method:
        broken.add("3.6.1 DTSTART")
    if event.all("DTEND") and event.all("DURATION"):
        broken.add("3.6.1 DTEND or DURATION")
    for name in (
        "DTSTART", "DTEND", "SEQUENCE", "STATUS", "SUMMARY", "LOCATION", "DESCRIPTION", "GEO",
        "URL", "ORGANIZER", "LAST-MODIFIED", "TRANSP", "CREATED",
    ):  # fmt: skip
        if len(event.all(name)) > 1:
            broken.add(f"3.6.1 {name} twice")
    if event.value("STATUS") not in {None, *STATUSES}:
        broken.add("3.8.1.11 STATUS")
    if not re.fullmatch(r"\d+", event.value("SEQUENCE") or "0"):
        broken.add("3.8.7.4 SEQUENCE")
    broken |= _times(event)
    if method:
        broken |= _method(event, method)
    return broken


def _times(event: Component) -> set[str]:
    broken = set()
    for name in ("DTSTAMP", "LAST-MODIFIED", "CREATED"):
        if any(not re.fullmatch(r"\d{8}T\d{6}Z", found.value) for found in event.all(name)):
            broken.add(f"3.8.7 {name} in UTC")
    bounds = [*event.all("DTSTART"), *event.all("DTEND")]
    for found in bounds:
        is_day = found.parameters.get("VALUE") == "DATE"
        if not re.fullmatch(r"\d{8}" if is_day else r"\d{8}T\d{6}Z?", found.value):
            broken.add("3.3.4 a day, or a moment")
        elif found.value.endswith("Z") and "TZID" in found.parameters:
            broken.add("3.3.5 TZID with Z")
    if len(bounds) == 2 and "3.3.4 a day, or a moment" not in broken:
        starts, ends = bounds
        if starts.parameters.get("VALUE") != ends.parameters.get("VALUE"):
            broken.add("3.6.1 DTEND of another type")
        elif _zone(starts) == _zone(ends) and _moment(ends) <= _moment(starts):
            broken.add("3.6.1 DTEND not later")
    return broken


def _zone(found: Property) -> str:
    return "UTC" if found.value.endswith("Z") else found.parameters.get("TZID", "")


def _moment(found: Property) -> datetime:
    return datetime.fromisoformat(found.value.removesuffix("Z"))


def _method(event: Component, method: str) -> set[str]:
    broken = set()
    if method not in ("PUBLISH", "CANCEL"):
        broken.add("5546 3.2 METHOD")
    if event.all("ATTENDEE"):
        broken.add("5546 3.2.1 no ATTENDEE")
    for name in ("ORGANIZER", "DTSTART", "SUMMARY", "SEQUENCE"):
        if not event.all(name):
            broken.add(f"5546 3.2 {name}")
    if method == "CANCEL" and event.value("STATUS") != "CANCELLED":
        broken.add("5546 3.2.5 STATUS")
    return broken


def _property(found: Property) -> set[str]:
    value = found.value
    if found.name in TEXTS and re.search(r"(?:^|[^\\])(?:\\\\)*(?:[;,]|\\(?![\\;,nN]))", value):
        return {"3.3.11 TEXT"}
    if found.name in ("URL", "SOURCE") and not ADDRESS.fullmatch(value):
        return {"3.8.4.6 URL"}
    if found.name in ("ORGANIZER", "ATTENDEE") and not re.fullmatch(
        r"mailto:[^\s@:;,\\]+@[^\s@:;,\\]+", value
    ):
        return {"3.8.4.3 mailto"}
    if found.name == "GEO" and not re.fullmatch(r"-?\d{1,2}\.\d{1,6};-?\d{1,3}\.\d{1,6}", value):
        return {"3.8.1.6 GEO"}
    return set()
