"""What is noted about the backups, and when somebody is told."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.saving.program import SHIPPED

from campaign_backup import configuration, limits, status  # isort: skip

FRESH = dict.fromkeys(limits.LIMITS)


@pytest.fixture
def configured(tmp_path):
    shipped = configuration.read(SHIPPED / "backup.toml")
    (tmp_path / "site").mkdir()
    return replace(shipped, local_dir=tmp_path / "site", state_dir=tmp_path / "state")


def fresh(moment) -> dict:
    return dict.fromkeys(limits.LIMITS, moment.isoformat())


def test_what_is_noted_is_there_for_the_site_and_stays(configured):
    moment = status.now()
    status.note(configured, base_backup=moment, wal_archived=None)
    status.note_problem(configured, "files", "There is no folder.")
    status.note(configured, verified=moment)

    path = configured.local_dir / "backup-status.json"
    assert json.loads(path.read_text()) == {
        "base_backup": moment.isoformat(),
        "verified": moment.isoformat(),
        "problems": {"files": "There is no folder."},
    }
    assert path.stat().st_mode & 0o777 == 0o644
    status.note_problem(configured, "files", None)
    assert json.loads(path.read_text())["problems"] == {}


def test_the_site_cannot_change_what_is_known_nor_lead_the_writer_astray(configured, tmp_path):
    moment = status.now()
    status.note(configured, base_backup=moment)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("untouched")
    published = configured.local_dir / "backup-status.json"
    published.unlink()
    published.symlink_to(elsewhere)

    status.note(configured, verified=moment)

    assert elsewhere.read_text() == "untouched"
    assert not published.is_symlink()
    assert set(json.loads(published.read_text())) == {"base_backup", "verified", "problems"}


def test_fresh_backups_are_no_complaint():
    now = status.now()
    assert limits.complaints(fresh(now), now) == []


@pytest.mark.parametrize("name", limits.LIMITS)
def test_each_part_has_its_limit(name):
    now = status.now()
    limit = limits.LIMITS[name][1]
    at_the_limit = {**fresh(now), name: (now - limit).isoformat()}
    assert limits.complaints(at_the_limit, now) == []

    too_old = {**fresh(now), name: (now - limit - timedelta(seconds=1)).isoformat()}
    (said,) = limits.complaints(too_old, now)
    assert said.startswith("stale: ")

    never = {key: value for key, value in fresh(now).items() if key != name}
    (said,) = limits.complaints(never, now)
    assert said.startswith("missing: ")


def test_limits_are_those_that_were_agreed():
    found = {name: limit for name, (_, limit) in limits.LIMITS.items()}
    assert found["base_backup"] == timedelta(hours=26)
    assert found["wal_archived"] == timedelta(minutes=10)
    assert found["restore_drill"] == timedelta(days=35)


def test_a_problem_is_a_complaint_however_fresh_all_is():
    now = status.now()
    noted = {**fresh(now), "problems": {"verify": "A file is damaged."}}
    assert limits.complaints(noted, now) == ["verify: A file is damaged."]


def test_damaged_notes_count_as_none(configured):
    status.note(configured, verified=status.now())
    (configured.state_dir / "status.json").write_text("{")
    assert status.read(configured) == {}
    assert len(limits.complaints({"verified": "yesterday"}, status.now())) == len(limits.LIMITS)
