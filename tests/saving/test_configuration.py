"""What is shipped for backups can be read, and promises no more than people were told."""

import configparser
import re
import subprocess
from pathlib import Path

import pytest

from supporters.requests_retention import BACKUP_DAYS
from tests.saving.program import ROOT, SHIPPED

from campaign_backup import configuration  # isort: skip
from campaign_backup.configuration import BackupError  # isort: skip

UNITS = SHIPPED / "systemd"
DOCUMENT = ROOT / "docs" / "backups.md"


def pgbackrest() -> dict[str, str]:
    parser = configparser.ConfigParser()
    parser.read_string((SHIPPED / "pgbackrest.conf").read_text())
    return dict(parser["global"])


def edited(tmp_path: Path, old: str, new: str) -> Path:
    text = (SHIPPED / "backup.toml").read_text()
    assert old in text
    path = tmp_path / "backup.toml"
    path.write_text(text.replace(old, new))
    return path


def test_shipped_configuration_saves_photos_media_and_erasures():
    read = configuration.read(SHIPPED / "backup.toml")

    assert set(read.files.folders) == {"photos", "media"}
    assert read.ledger.sources and read.ledger.copies
    assert not any(
        Path(source).is_relative_to(folder)
        for source in read.ledger.sources
        for folder in (*read.files.folders.values(), read.database.data)
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("days = 34", "days = 35", "35 days"),
        ("days = 34", 'days = "34"', "35 days"),
        ('stanza = "campaign"', "", "stanza"),
        ("[database]", "[database", "TOML"),
    ],
)
def test_configuration_that_promises_too_much_or_too_little_is_refused(tmp_path, old, new, said):
    with pytest.raises(BackupError, match=said):
        configuration.read(edited(tmp_path, old, new))


def test_nothing_is_kept_for_longer_than_people_were_told():
    options = pgbackrest()
    assert options["repo1-retention-full-type"] == "time"
    # A full backup a day: the oldest kept is a day older than the rule, and goes a day later.
    assert int(options["repo1-retention-full"]) + 2 < configuration.LONGEST_DAYS
    assert int(options["repo1-retention-history"]) < BACKUP_DAYS
    assert configuration.read(SHIPPED / "backup.toml").days < BACKUP_DAYS
    assert configuration.LONGEST_DAYS < BACKUP_DAYS


def test_documents_name_no_longer_time():
    texts = [DOCUMENT, ROOT / "docs" / "operators-guide.md", *SHIPPED.glob("*.conf")]
    said = {
        int(days)
        for text in texts
        for line in text.read_text().splitlines()
        if "backup" in line.lower() and "erasures" not in line
        for days in re.findall(r"(\d+) days", line)
    }
    assert BACKUP_DAYS in said
    assert max(said) == BACKUP_DAYS


def test_everything_is_encrypted_with_a_key_that_lies_elsewhere():
    assert pgbackrest()["repo1-cipher-type"] == "aes-256-cbc"
    for path in (SHIPPED / "pgbackrest.conf", SHIPPED / "backup.toml"):
        assert "cipher-pass=" not in path.read_text()
    assert (SHIPPED / "cipher.conf.example").read_text().rstrip().endswith("repo1-cipher-pass=")


def test_journal_leaves_within_five_minutes():
    lines = (SHIPPED / "postgresql-archive.conf").read_text().splitlines()
    options = dict(line.split(" = ", 1) for line in lines if " = " in line and line[0] != "#")
    assert options["archive_mode"] == "on"
    assert 0 < int(options["archive_timeout"]) <= 270
    assert options["archive_command"] == "'pgbackrest --stanza=campaign archive-push %p'"


def test_every_unit_calls_a_verb_that_there_is_and_has_its_timer():
    said = subprocess.run(
        [SHIPPED / "campaign-backup", "--help"], capture_output=True, text=True, check=True
    ).stdout
    verbs = set(re.search(r"\{([a-z,-]+)\}", said)[1].split(","))
    services = {path.stem: path.read_text() for path in UNITS.glob("*.service")}
    called = {re.search(r"/campaign-backup (\S+)", text)[1] for text in services.values()}
    assert called == {"backup", "files", "ledger", "note", "verify", "drill"}
    assert called < verbs
    assert {path.stem for path in UNITS.glob("*.timer")} == set(services)
    document = DOCUMENT.read_text()
    assert [verb for verb in verbs if f"campaign-backup {verb}" not in document] == []


def test_missing_configuration_is_one_sentence(tmp_path):
    done = subprocess.run(
        [SHIPPED / "campaign-backup", f"--configuration={tmp_path / 'none'}", "check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"{tmp_path / 'none'} cannot be read: No such file or directory.\n"
