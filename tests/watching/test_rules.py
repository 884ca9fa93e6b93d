"""The rules: what each is about exists, what breaks it, and where they are written down."""

import re
from pathlib import Path

import pytest
import yaml

from tests.watching.readings import healthy
from watching.measures import Readings, all_measures
from watching.prometheus_rules import as_yaml
from watching.rules import DATABASE_REACHABLE, MEASURES_UNREAD, RULES
from watching.verdicts import State, judge

ROOT = Path(__file__).parents[2]
DAY = 24 * 3600


def broken(**changes) -> set[str]:
    readings = healthy(**changes)
    readings.numbers.setdefault(DATABASE_REACHABLE, {(): 1.0})
    readings.numbers.setdefault(MEASURES_UNREAD, {(): 0.0})
    return {one.rule.key for one in judge(readings) if one.state is State.BROKEN}


@pytest.fixture(autouse=True)
def production(settings):
    settings.IS_DEVELOPMENT_SITE = False


def test_every_rule_is_about_something_that_is_measured():
    known = {*all_measures(), DATABASE_REACHABLE, MEASURES_UNREAD}

    assert {one.measure for rule in RULES for one in rule.conditions} - known == set()
    assert len({rule.key for rule in RULES}) == len(RULES)


def test_a_healthy_site_breaks_no_rule():
    assert broken() == set()


@pytest.mark.parametrize(
    ("key", "measure", "well", "wrong"),
    [
        ("database-unreachable", DATABASE_REACHABLE, 1, 0),
        ("worker-silent", "campaign_worker_heartbeat_seconds", 119, 121),
        ("worker-silent", "campaign_worker_heartbeat_seconds", 0, None),
        ("queue-late", "campaign_queue_oldest_seconds", 300, 301),
        ("mails-unsent", "campaign_mails_unsent_oldest_seconds", 900, 901),
        ("mails-failed", "campaign_mails_failed", 0, 1),
        ("jobs-failed", "campaign_queue_failed", 0, 1),
        ("disk-low", "campaign_disk_free_ratio", 0.1, 0.099),
        ("disk-low", "campaign_disk_free_bytes", 2 * 1024**3, 2 * 1024**3 - 1),
        ("certificate-ends", "campaign_certificate_days", 14, 13.9),
        ("backup-old", "campaign_backup_base_age_seconds", 26 * 3600, 26 * 3600 + 1),
        ("backup-old", "campaign_backup_base_age_seconds", 0, None),
        ("files-backup-old", "campaign_backup_files_age_seconds", 900, 901),
        ("files-backup-old", "campaign_backup_ledger_age_seconds", 900, None),
        ("wal-behind", "campaign_wal_archived_age_seconds", 600, 601),
        ("wal-behind", "campaign_backup_wal_age_seconds", 600, 601),
        ("backup-problem", "campaign_backup_problems", None, 1),
        ("backup-problem", "campaign_backup_status_age_seconds", 300, 301),
        ("backup-problem", "campaign_backup_verified_age_seconds", 8 * DAY, 8 * DAY + 1),
        ("drill-old", "campaign_backup_drill_age_seconds", 35 * DAY, 35 * DAY + 1),
        ("purger-silent", "campaign_purger_age_seconds", 60, 61),
        ("errors-many", "campaign_error_ratio", 0.02, 0.021),
        ("answers-spoiled", "campaign_outage_answers_lately", 0, 1),
        ("accounts-doubtful", "campaign_account_warnings", 0, 1),
        ("measures-failing", MEASURES_UNREAD, 0, 1),
    ],
)
def test_each_rule_is_broken_beyond_its_limit_and_not_at_it(key, measure, well, wrong):
    assert broken(**{measure: well}) == set()
    assert broken(**{measure: wrong}) == {key}


def test_every_rule_is_tried_above():
    [mark] = test_each_rule_is_broken_beyond_its_limit_and_not_at_it.pytestmark
    assert {case[0] for case in mark.args[1]} == {rule.key for rule in RULES}


def test_what_could_not_be_read_is_neither_well_nor_broken():
    assert {one.state for one in judge(Readings())} == {State.UNKNOWN}


def test_the_worst_of_several_numbers_counts():
    readings = healthy()
    readings.numbers["campaign_disk_free_ratio"] = {("local",): 0.5, ("photos",): 0.04}

    [low] = [one for one in judge(readings) if one.state is State.BROKEN]
    assert (low.rule.key, low.value) == ("disk-low", 0.04)
    assert low.host  # another machine's disk is another alert


def test_a_development_site_misses_no_backup(settings):
    settings.IS_DEVELOPMENT_SITE = True

    assert broken(campaign_backup_base_age_seconds=None) == set()
    assert broken(campaign_worker_heartbeat_seconds=None) == {"worker-silent"}


def test_the_file_for_prometheus_says_the_same():
    written = (ROOT / "deploy" / "alerts" / "prometheus.rules.yml").read_text()
    assert written == as_yaml(), "python manage.py alert_rules > deploy/alerts/prometheus.rules.yml"

    [group] = yaml.safe_load(written)["groups"]
    assert len(group["rules"]) == len(RULES) + 1
    for rule in group["rules"]:
        assert set(rule) == {"alert", "expr", "for", "labels", "annotations"}
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert rule["expr"].count("(") == rule["expr"].count(")")


def test_every_rule_is_explained_for_whoever_is_woken():
    explained = re.findall(r"^### `([a-z-]+)`", (ROOT / "docs" / "watching.md").read_text(), re.M)

    assert explained == [rule.key for rule in RULES]
