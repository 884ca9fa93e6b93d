"""Administrators see what is wrong, in their language; nobody else does."""

from datetime import UTC, datetime
from io import StringIO

import pytest
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.utils import timezone

from tests.factories import make_staff
from tests.to_do import waiting_for
from watching import checking
from watching.models import Alert

pytestmark = pytest.mark.django_db


def begin(rule: str, **fields) -> Alert:
    moment = datetime(2026, 12, 1, 8, 30, tzinfo=UTC)
    return Alert.objects.create(rule=rule, **{"begun_at": moment, **fields})


@pytest.fixture
def administrator(client):
    user = make_staff("Administrators")
    user.user_permissions.add(Permission.objects.get(codename="view_alert"))
    client.force_login(user)
    return client


def test_an_urgent_alert_stands_before_everything_else(administrator):
    begin("mails-failed")
    begin("queue-late")

    first = next(iter(waiting_for(administrator).items()))
    assert first[0] == "alerts"
    assert "2 alerts about the site Tasks wait longer than five minutes." in first[1]


def test_without_alerts_nothing_waits(administrator):
    begin("queue-late", ended_at=timezone.now())

    assert "alerts" not in waiting_for(administrator)


def test_the_screen_says_what_to_do(administrator):
    begin("queue-late")
    begin("disk-low", host="web-1", ended_at=timezone.now())
    begin("a-rule-of-long-ago", ended_at=timezone.now())

    page = administrator.get("/admin/watching/").content.decode()
    assert 'data-alert="queue-late"' in page
    assert "start one more worker" in page
    assert "The disk is nearly full (web-1)" in page
    assert "a-rule-of-long-ago" in page


def test_other_staff_neither_see_nor_open_it(client):
    begin("queue-late")
    client.force_login(make_staff("Editors"))

    assert "alerts" not in waiting_for(client)
    assert client.get("/admin/watching/").status_code in {302, 403}


def test_the_command_tells_what_is_open(monkeypatch):
    found = [begin("queue-late", host="web-1")]
    monkeypatch.setattr(checking, "check", lambda: found)
    out = StringIO()
    call_command("check_alerts", stdout=out)
    assert out.getvalue() == (
        "queue-late [web-1]: Tasks wait longer than five minutes, since 2026-12-01T08:30:00Z\n"
    )

    found.clear()
    call_command("check_alerts", stdout=out)
    assert out.getvalue().endswith("Nothing is wrong.\n")


def test_a_whole_check_reads_the_real_site_and_mails(settings, mailoutbox):
    """No worker runs here: that is what it finds, by a real look at everything."""
    settings.ALERT_MAIL_TO = ["ann@example.org"]

    found = checking.check()

    assert "worker-silent" in {one.rule for one in found}
    [sent] = mailoutbox
    assert "ALERT: No worker has been heard of" in sent.body
