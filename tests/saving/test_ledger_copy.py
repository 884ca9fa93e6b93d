"""Copies of the list of erasures: never behind, never put back to an older state."""

import os
import shutil
from dataclasses import replace
from datetime import timedelta

import pytest

from supporters import erasure_ledger
from tests.saving.program import SHIPPED

from campaign_backup import configuration, ledger, status  # isort: skip
from campaign_backup.configuration import BackupError  # isort: skip


@pytest.fixture
def withdrawn(monkeypatch) -> list[str]:
    """What the database answers about agreements that were taken back."""
    lines: list[str] = []
    monkeypatch.setattr(ledger.database, "ask", lambda *_: "".join(f"{line}\n" for line in lines))
    return lines


@pytest.fixture
def configured(tmp_path, settings, withdrawn):
    """The site's own list, and two places for copies."""
    shipped = configuration.read(SHIPPED / "backup.toml")
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    places = configuration.Ledger(
        sources=(str(settings.ERASURE_LEDGER),), copies=(str(tmp_path / "a"), str(tmp_path / "b"))
    )
    owner = configuration.Configuration(
        **{
            **{name: getattr(shipped, name) for name in shipped.__dataclass_fields__},
            "ledger": places,
            "site_user": "root" if os.geteuid() == 0 else shipped.site_user,
        }
    )
    return replace(owner, state_dir=tmp_path / "state")


def erase(number: int, *, days_ago: int = 0) -> str:
    """Write an erasure as the site does; return its fingerprint."""
    fingerprint = f"{number:064x}"
    erasure_ledger.append(fingerprint, status.now() - timedelta(days=days_ago))
    return fingerprint


def copies(configured) -> list[list[str]]:
    from pathlib import Path

    return [
        [fingerprint for fingerprint, _ in erasure_ledger.entries(Path(place, ledger.NAME))]
        for place in configured.ledger.copies
    ]


def test_copies_follow_every_change(configured):
    first = erase(1)
    assert ledger.copy(configured) == 1
    assert copies(configured) == [[first], [first]]

    second = erase(2)
    assert ledger.copy(configured) == 2
    assert copies(configured) == [[first, second]] * 2


def test_lines_that_were_lost_here_stay_there_and_come_back(configured, settings):
    lost, kept = erase(1), None
    ledger.copy(configured)
    settings.ERASURE_LEDGER.unlink()
    kept = erase(2)

    ledger.copy(configured)

    assert copies(configured) == [[lost, kept]] * 2
    assert ledger.restore(configured, settings.ERASURE_LEDGER.parent) == 2
    assert [fingerprint for fingerprint, _ in erasure_ledger.entries()] == [lost, kept]
    assert settings.ERASURE_LEDGER.stat().st_mode & 0o777 == 0o600


def test_lines_that_the_site_forgot_in_time_are_forgotten_there_too(configured):
    old, new = erase(1, days_ago=401), erase(2)
    ledger.copy(configured)
    assert copies(configured)[0] == [old, new]
    erasure_ledger.forget(*erasure_ledger.entries()[0])

    ledger.copy(configured)

    assert copies(configured) == [[new]] * 2


def test_half_a_line_is_no_line(configured, settings):
    whole = erase(1)
    with settings.ERASURE_LEDGER.open("a") as file:
        file.write("f" * 40)
    assert ledger.copy(configured) == 1
    assert copies(configured) == [[whole]] * 2


def test_place_that_is_not_there_is_an_error_and_nothing_is_made(configured, tmp_path):
    erase(1)
    (tmp_path / "b").rmdir()
    with pytest.raises(BackupError, match="not mounted"):
        ledger.copy(configured)
    assert not (tmp_path / "b").exists()
    with pytest.raises(BackupError, match="No place"):
        ledger.copy(replace(configured, ledger=replace(configured.ledger, copies=())))


def test_withdrawals_are_copied_and_come_back(configured, withdrawn, settings, tmp_path):
    hour = status.now().isoformat()
    line = f"solidarity.photo 2f1c6f0e-0000-4000-8000-000000000001 photo-wall {hour}"
    withdrawn[:] = [line]
    ledger.copy(configured)
    withdrawn.clear()  # the database was put back to before it
    ledger.copy(configured)

    ledger.restore(configured, tmp_path / "site")

    assert (tmp_path / "site" / ledger.WITHDRAWALS).read_text() == f"{line}\n"


class Names:
    """A store of several hosts, as far as the list of erasures asks it for anything."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def put(self, name: str, data: bytes) -> None:
        self.objects[name] = data

    def names(self):
        return iter(self.objects)

    def delete(self, name: str) -> None:
        self.objects.pop(name, None)


def test_list_of_several_hosts_is_theirs_together(configured, settings, monkeypatch, tmp_path):
    from_before = erase(1)
    shared = Names()
    monkeypatch.setattr(erasure_ledger, "_shared", lambda: shared)
    new = erase(2)

    assert [fingerprint for fingerprint, _ in erasure_ledger.entries()] == [from_before, new]
    assert settings.ERASURE_LEDGER.read_text().count("\n") == len(shared.objects) == 1
    folder = tmp_path / "bucket"
    folder.mkdir()
    for name in shared.objects:
        (folder / name).touch()
    as_source = replace(configured.ledger, sources=(*configured.ledger.sources, f":local:{folder}"))
    if shutil.which("rclone"):
        assert ledger.copy(replace(configured, ledger=as_source)) == 2
    for entry in erasure_ledger.entries():
        erasure_ledger.forget(*entry)
    assert erasure_ledger.entries() == [] and shared.objects == {}
