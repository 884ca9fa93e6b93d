"""Alerts begin and end once, are mailed once, and survive a database that is gone."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail

from tests.watching.readings import healthy
from watching import alert_file, checking
from watching.models import Alert
from watching.rules import DATABASE_REACHABLE, MEASURES_UNREAD

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)


class Site:
    """A site whose readings the test chooses, and whose clock it turns."""

    def __init__(self, monkeypatch) -> None:
        self.now = NOON
        self.readings = healthy()
        self.reachable = True
        monkeypatch.setattr(checking, "is_reachable", lambda: self.reachable)
        monkeypatch.setattr(checking, "measure", self._measure)

    def _measure(self, *, reachable: bool):
        readings = self.readings
        if not reachable:
            local = ("campaign_disk", "campaign_certificate", "campaign_backup", "campaign_error")
            readings.numbers = {
                name: value for name, value in readings.numbers.items() if name.startswith(local)
            }
        readings.numbers[DATABASE_REACHABLE] = {(): float(reachable)}
        readings.numbers[MEASURES_UNREAD] = {(): 0.0}
        return readings

    def check(self, *, after: timedelta = MINUTE, reachable: bool = True, **changes):
        self.now += after
        self.reachable = reachable
        self.readings = healthy(**changes)
        return checking.check(self.now)


@pytest.fixture
def site(settings, monkeypatch) -> Site:
    settings.ALERT_MAIL_TO = ["ann@example.org", "ben@example.org"]
    settings.IS_DEVELOPMENT_SITE = False
    return Site(monkeypatch)


LATE = {"campaign_queue_oldest_seconds": 400}


def test_a_site_where_all_is_well_has_no_alert_and_sends_nothing(site):
    assert site.check() == []
    assert mail.outbox == []


def test_an_alert_begins_and_ends_with_one_mail_each(site):
    for _minute in range(5):
        [alert] = site.check(**LATE)
    assert (alert.rule, alert.value) == ("queue-late", 400)
    [begun] = mail.outbox
    assert begun.to == ["ann@example.org", "ben@example.org"]
    assert begun.subject == "[Viva Salud] ALERT: Tasks wait longer than five minutes"
    assert "Why it matters: Mails with links" in begun.body
    assert "What to do: See by task" in begun.body

    for _minute in range(6):
        last = site.check()
    assert last == []
    [_begun, over] = mail.outbox
    assert over.subject == "[Viva Salud] OVER: Tasks wait longer than five minutes"
    stored = Alert.objects.get()
    assert stored.begun_at == NOON + MINUTE
    assert stored.ended_at == NOON + 9 * MINUTE


def test_what_comes_and_goes_is_one_alert(site):
    for minute in range(10):
        site.check(**(LATE if minute % 2 == 0 else {}))

    assert Alert.objects.count() == 1
    assert len(mail.outbox) == 1


def test_a_reminder_comes_once_a_day(site):
    for _hour in range(50):
        site.check(after=timedelta(hours=1), **LATE)

    assert [sent.subject.split(": ")[0][13:] for sent in mail.outbox] == ["ALERT", "STILL", "STILL"]


def test_several_things_at_once_are_one_mail(site):
    site.check(campaign_mails_failed=3, **LATE)

    [sent] = mail.outbox
    assert sent.subject.endswith("(and 1 more)")
    assert sent.body.count("ALERT: ") == 2


def test_a_mail_that_cannot_leave_goes_with_the_next_check(site, settings):
    works = settings.MAILERS
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": 1, "timeout": 1},
        }
    }
    site.check(**LATE)
    assert Alert.objects.get().mailed_at is None

    settings.MAILERS = works
    site.check(**LATE)
    assert len(mail.outbox) == 1


def test_nobody_to_tell_is_no_reason_to_forget(site, settings):
    settings.ALERT_MAIL_TO = []
    [alert] = site.check(**LATE)

    assert Alert.objects.get() == alert
    assert mail.outbox == []


def test_a_dead_database_is_told_of_and_remembered(site, django_assert_num_queries):
    with django_assert_num_queries(0):
        site.check(reachable=False)
        site.check(reachable=False)
        for _minute in range(3):
            [alert] = site.check(reachable=False)
    assert alert.rule == "database-unreachable"
    assert alert.host
    [begun] = mail.outbox
    assert "The database does not answer" in begun.subject

    for _minute in range(6):
        site.check()
    assert [sent.subject[13:17] for sent in mail.outbox] == ["ALER", "OVER"]
    stored = Alert.objects.get()
    assert stored.begun_at == NOON + 2 * MINUTE
    assert stored.ended_at is not None
    assert alert_file.load().unsaved == []


def test_what_was_wrong_before_the_database_died_is_not_told_again(site):
    site.check(**LATE, campaign_disk_free_ratio=0.05)
    site.check(**LATE, campaign_disk_free_ratio=0.05)
    assert len(mail.outbox) == 2  # a full disk counts after a minute

    for _minute in range(4):
        found = site.check(reachable=False, campaign_disk_free_ratio=0.05)

    # What only the database could tell is neither over nor new.
    assert {one.rule for one in found} == {"queue-late", "disk-low", "database-unreachable"}
    assert len(mail.outbox) == 3
    for _minute in range(6):
        site.check(**LATE, campaign_disk_free_ratio=0.05)
    assert set(Alert.objects.open().values_list("rule", flat=True)) == {"queue-late", "disk-low"}


def test_an_alert_that_ends_while_the_database_is_away_is_over_in_it_too(site):
    for _minute in range(2):
        site.check(campaign_disk_free_ratio=0.05)
    for _minute in range(5):
        site.check(reachable=False)
    assert Alert.objects.get(rule="disk-low").ended_at is None  # the database has not been told

    site.check()

    told = Alert.objects.get(rule="disk-low")
    assert told.ended_at is not None
    assert told.end_mailed_at is not None
    assert Alert.objects.filter(rule="disk-low").count() == 1


def test_two_checks_at_once_tell_once(site):
    with alert_file.alone() as is_ours:
        assert is_ours
        assert site.check(**LATE) is None
    assert mail.outbox == []

    assert len(site.check(**LATE)) == 1


def test_a_memory_that_cannot_be_read_begins_anew(site, settings):
    site.check(**LATE)
    (settings.LOCAL_DIR / "watching" / "alerts.json").write_text('{"at": 9e12, "known": [{}]}')

    assert [one.rule for one in site.check(**LATE)] == ["queue-late"]
    assert len(mail.outbox) == 1


def test_a_full_disk_does_not_make_mails_repeat(site, settings, tmp_path):
    """The folder of the counters usually lies in memory: what is written there is enough."""
    settings.LOCAL_DIR = tmp_path / "full"
    settings.LOCAL_DIR.write_text("no folder")

    for _minute in range(5):
        site.check(reachable=False)

    assert len(mail.outbox) == 1


def test_old_alerts_are_forgotten(site):
    for days in (89, 91):
        Alert.objects.create(
            rule="queue-late",
            begun_at=NOON,
            ended_at=datetime.now(UTC) - timedelta(days=days),
        )
    checking.forget_old()

    assert Alert.objects.count() == 1
