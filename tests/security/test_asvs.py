"""``docs/asvs.csv``: every requirement answered, every piece of evidence there.

Numbers and levels are those of the OWASP ASVS 5.0.0 (CC BY-SA 4.0).
"""

import ast
import csv
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "docs" / "asvs.csv"
STATUSES = {"met", "not applicable", "deviation"}
# Section: the levels of its requirements, in their order.
LEVELS = {
    "1.1": "22",
    "1.2": "1111122223",
    "1.3": "112222222223",
    "1.4": "222",
    "1.5": "123",
    "2.1": "122",
    "2.2": "112",
    "2.3": "12223",
    "2.4": "23",
    "3.1": "3",
    "3.2": "113",
    "3.3": "12223",
    "3.4": "11222233",
    "3.5": "11122333",
    "3.6": "3",
    "3.7": "22333",
    "4.1": "12233",
    "4.2": "23333",
    "4.3": "22",
    "4.4": "1222",
    "5.1": "2",
    "5.2": "112333",
    "5.3": "113",
    "5.4": "222",
    "6.1": "222",
    "6.2": "111111112222",
    "6.3": "11223333",
    "6.4": "112233",
    "6.5": "22222333",
    "6.6": "2223",
    "6.7": "33",
    "6.8": "2222",
    "7.1": "222",
    "7.2": "1111",
    "7.3": "22",
    "7.4": "11222",
    "7.5": "223",
    "7.6": "22",
    "8.1": "1233",
    "8.2": "1123",
    "8.3": "133",
    "8.4": "23",
    "9.1": "111",
    "9.2": "1222",
    "10.1": "22",
    "10.2": "223",
    "10.3": "22223",
    "10.4": "1111122222233333",
    "10.5": "22222",
    "10.6": "22",
    "10.7": "222",
    "11.1": "2233",
    "11.2": "22233",
    "11.3": "11233",
    "11.4": "1222",
    "11.5": "23",
    "11.6": "23",
    "11.7": "33",
    "12.1": "12233",
    "12.2": "11",
    "12.3": "22223",
    "13.1": "2333",
    "13.2": "222223",
    "13.3": "2233",
    "13.4": "1222233",
    "14.1": "22",
    "14.2": "12223333",
    "14.3": "122",
    "15.1": "12233",
    "15.2": "12233",
    "15.3": "1222222",
    "15.4": "3333",
    "16.1": "2",
    "16.2": "22222",
    "16.3": "2222",
    "16.4": "222",
    "16.5": "2223",
    "17.1": "23",
    "17.2": "22223333",
    "17.3": "22",
}
ADOPTED = {
    "1.2.10",
    "2.3.5",
    "5.2.4",
    "5.2.6",
    "6.3.8",
    "14.2.7",
    "14.2.8",
    "15.2.5",
    "15.4.2",
    "16.5.4",
}


def expected() -> dict[str, str]:
    """The level of each requirement that the table has to answer."""
    all_of_them = {
        f"{section}.{number}": level
        for section, levels in LEVELS.items()
        for number, level in enumerate(levels, start=1)
    }
    return {
        f"v5.0.0-{number}": level
        for number, level in all_of_them.items()
        if level in "12" or number in ADOPTED
    }


@cache
def names_in(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, kinds))


def fault_of(evidence: str) -> str:
    """What is wrong with one piece of evidence; empty when it is there."""
    kind, _, rest = evidence.partition(":")
    if kind == "drill":
        return "" if re.search(rf"^{rest}:", (ROOT / "Makefile").read_text(), re.M) else "no target"
    if kind in {"doc", "config"}:
        name, _, part = rest.partition("#")
        place = ROOT / name
        if not place.exists() or not part:
            return "no such place"
        texts = [place] if place.is_file() else [one for one in place.rglob("*") if one.is_file()]
        wanted = rf"^#+ {re.escape(part)}$" if kind == "doc" else re.escape(part)
        found = any(re.search(wanted, text.read_text(), re.M | re.I) for text in texts)
        return "" if found else "nothing of the kind there"
    name, _, test = evidence.partition("::")
    path = ROOT / name
    if not name.startswith("tests/") or not path.is_file():
        return "no such file"
    return "" if test.startswith("test_") and test in names_in(path) else "no such test"


def faults(rows: list[dict[str, str]]) -> Iterator[str]:
    known, seen = expected(), [row["id"] for row in rows]
    for number in sorted(set(known) - set(seen)):
        yield f"{number}: missing"
    for row in rows:
        number, evidence = row["id"], [one for one in row["evidence"].split("; ") if one]
        if number not in known or seen.count(number) > 1:
            yield f"{number}: not asked for, or twice"
        elif row["level"] != known[number]:
            yield f"{number}: wrong level"
        if row["status"] not in STATUSES:
            yield f"{number}: unknown status {row['status']!r}"
        if len(row["subject"].strip()) < 4:
            yield f"{number}: no subject"
        if row["status"] == "met" and not evidence:
            yield f"{number}: met without evidence"
        if row["status"] != "met" and len(row["reason"].split()) < 3:
            yield f"{number}: no reason"
        for one in evidence:
            if fault := fault_of(one):
                yield f"{number}: {one}: {fault}"


def rows() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_requirement_is_answered():
    assert list(faults(rows())) == []
    assert len(expected()) == 253 + len(ADOPTED)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"status": ""}, "unknown status"),
        ({"status": "fine"}, "unknown status"),
        ({"evidence": ""}, "met without evidence"),
        ({"status": "deviation", "reason": " "}, "no reason"),
        ({"level": "3"}, "wrong level"),
        ({"subject": ""}, "no subject"),
        ({"id": "v5.0.0-1.9.9"}, "not asked for"),
        ({"evidence": "tests/security/test_asvs.py::test_that_is_gone"}, "no such test"),
        ({"evidence": "tests/security/test_gone.py::test_that_is_gone"}, "no such file"),
        ({"evidence": "doc:docs/security.md#A heading that is gone"}, "nothing of the kind"),
        ({"evidence": "doc:docs/gone.md#Logs"}, "no such place"),
        ({"evidence": "config:campaign_site/settings/base.py#GONE_FROM_HERE"}, "nothing of the"),
        ({"evidence": "drill:drill-gone"}, "no target"),
    ],
)
def test_a_planted_fault_is_found(change, fault):
    [good] = [row for row in rows() if row["id"] == "v5.0.0-3.3.1"]

    found = [one for one in faults([{**good, **change}]) if not one.endswith(": missing")]

    assert found
    assert any(fault in one for one in found)


def test_a_missing_row_is_found():
    without = [row for row in rows() if row["id"] != "v5.0.0-3.3.1"]

    assert [one for one in faults(without) if "missing" in one] == ["v5.0.0-3.3.1: missing"]


def test_limits_are_those_of_the_document():
    """The figures of docs/security.md that stand in the settings too."""
    from campaign_site.settings import base

    text = (ROOT / "docs" / "security.md").read_text()
    photo, sign_up = base.FORM_LIMITS["photo"], base.FORM_LIMITS["signup"]
    assert f"photo {photo['soft']} and {photo['hard']}" in text
    assert f"sign-up and promise {sign_up['soft']} and {sign_up['hard']}" in text
    assert sign_up == base.FORM_LIMITS["pledge"]
    assert f"{photo['daily_bytes'] // 1024**3} GiB" in text
    assert f"{base.MAX_REQUEST_BYTES // 1024**2} MiB; {base.DATA_UPLOAD_MAX_NUMBER_FIELDS}" in text
    assert f"after {base.STAFF_IDLE_SECONDS // 60} minutes without" in text
    assert f"after {base.SESSION_COOKIE_AGE // 3600} hours in any case" in text
