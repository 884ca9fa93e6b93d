"""Reminders of promises, only where the bank says that nothing came; and their end."""

import re
import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from campaign_site.links import make_token
from donations.gift_tasks import send_pledge_reminder
from donations.models import BankAccount, BankStatement, Pledge, Reward
from donations.services import reminding
from tests.donations.gifts import make_gift, read_statement
from tests.donations.payments import make_payment
from tests.factories import (
    in_days,
    make_account,
    make_appeal,
    make_holder,
    make_pledge,
    make_reward,
    make_supporter,
)

pytestmark = pytest.mark.django_db


def days_ago(days: int):
    return timezone.now() - timedelta(days=days)


def make_old_pledge(days: int = 15, *, read: int | None = 1, **fields) -> Pledge:
    """A promise made ``days`` ago, on an account that was read ``read`` days ago."""
    pledge = make_pledge(created_hour=days_ago(days), expires_on=in_days(60 - days), **fields)
    if read is not None:
        read_statement(pledge.appeal.account, in_days(-read))
    return pledge


def reminded(run_tasks, mailoutbox) -> int:
    """Run what is due as the daily task does; return how many mails left."""
    before = len(mailoutbox)
    reminding.remind_due(timezone.now())
    run_tasks()
    return len(mailoutbox) - before


def test_reminder_carries_the_details_and_two_links(run_tasks, mailoutbox, client):
    pledge = make_old_pledge(language="fr")

    assert reminded(run_tasks, mailoutbox) == 1

    (message,) = mailoutbox
    html = message.alternatives[0].content
    for shown in ("BE71 0961 2345 6769", "Viva Test", pledge.communication, "25\u00a0€"):
        assert shown in message.body
        assert shown in html
    assert "Sam" not in message.body
    payment, stop = re.findall(r"http://testserver(/fr/\S+)", message.body)
    assert client.get(payment).status_code == 200
    assert message.extra_headers["List-Unsubscribe"] == f"<http://testserver{stop}>"
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    pledge.refresh_from_db()
    assert pledge.reminder_count == 1
    assert pledge.reminded_at is not None


@pytest.mark.parametrize(("days", "mails"), [(13, 0), (14, 1), (34, 1)])
def test_first_reminder_comes_after_two_weeks(days, mails, run_tasks, mailoutbox):
    make_old_pledge(days)

    assert reminded(run_tasks, mailoutbox) == mails


@pytest.mark.parametrize(
    ("days", "since_first", "mails"), [(34, 20, 0), (35, 21, 1), (50, 14, 1), (50, 13, 0)]
)
def test_second_reminder_keeps_its_distance(days, since_first, mails, run_tasks, mailoutbox):
    make_old_pledge(days, reminder_count=1, reminded_at=days_ago(since_first))

    assert reminded(run_tasks, mailoutbox) == mails


def test_there_are_two_reminders_and_no_more(run_tasks, mailoutbox):
    make_old_pledge(55, reminder_count=2, reminded_at=days_ago(20))

    assert reminded(run_tasks, mailoutbox) == 0


def test_reminders_leave_once(run_tasks, mailoutbox):
    pledge = make_old_pledge()

    assert reminded(run_tasks, mailoutbox) == 1
    assert reminded(run_tasks, mailoutbox) == 0
    send_pledge_reminder.func(pledge_id=pledge.pk)

    assert len(mailoutbox) == 1


@pytest.mark.parametrize(
    ("read", "mails"),
    [(None, 0), (6, 0), (5, 1), (0, 1)],
)
def test_nobody_is_reminded_while_the_bank_was_not_read(read, mails, run_tasks, mailoutbox):
    pledge = make_old_pledge(read=read)

    assert reminded(run_tasks, mailoutbox) == mails

    held = reminding.reminders_held_back(timezone.now())
    assert [(one.account, one.number) for one in held] == (
        [] if mails else [(pledge.appeal.account, 1)]
    )


def test_quiet_account_was_read_until_its_closing_day(run_tasks, mailoutbox):
    pledge = make_old_pledge(read=9)
    BankStatement.objects.update(closing_on=in_days(-1))
    assert reminding.read_until() == {pledge.appeal.account_id: in_days(-1)}

    assert reminded(run_tasks, mailoutbox) == 1


def test_bank_that_was_read_before_the_promise_could_be_paid_tells_nothing(monkeypatch):
    make_old_pledge(15, read=12)
    monkeypatch.setattr(reminding, "_BANK_READ_WITHIN", timedelta(days=30))

    assert reminding.remind_due(timezone.now()) == 0


def test_account_that_another_appeal_has_does_not_count(run_tasks, mailoutbox):
    pledge = make_old_pledge(read=None)
    other = make_appeal(
        slug="other",
        account=type(pledge.appeal.account).objects.create(
            label="Other", iban="BE68539007547034", payee_name="Other"
        ),
    )
    read_statement(other.account, in_days(0))

    assert reminded(run_tasks, mailoutbox) == 0


def test_whoever_gave_since_is_left_alone(run_tasks, mailoutbox):
    pledge = make_old_pledge()
    other = make_pledge(appeal=pledge.appeal)
    before = make_old_pledge(appeal=pledge.appeal, supporter=make_supporter("noor@example.org"))
    make_gift(pledge=other, on=in_days(-3))
    make_gift(
        appeal=pledge.appeal, supporter=before.supporter, on=in_days(-20), circumstance="free"
    )

    assert reminded(run_tasks, mailoutbox) == 1
    assert mailoutbox[0].to == ["noor@example.org"]


def test_money_that_comes_before_the_mail_leaves_stops_it(run_tasks, mailoutbox):
    pledge = make_old_pledge()
    reminding.remind_due(timezone.now())
    make_gift(pledge=pledge)

    run_tasks()

    assert mailoutbox == []


@pytest.mark.parametrize(
    "fields",
    [
        {"wants_reminders": False},
        {"status": "cancelled", "ended": "cancelled"},
        {"status": "expired", "ended": "expired"},
        {"status": "paid"},
        {"frequency": "monthly"},
        {"supporter": None},
    ],
)
def test_these_are_not_reminded(fields, run_tasks, mailoutbox):
    make_old_pledge(**fields)

    assert reminded(run_tasks, mailoutbox) == 0


@pytest.mark.parametrize("fields", [{"closes_on": in_days(-1)}, {"is_closed": True}])
def test_appeal_that_is_over_asks_for_nothing_more(fields, run_tasks, mailoutbox):
    make_old_pledge(appeal=make_appeal(**fields))

    assert reminded(run_tasks, mailoutbox) == 0


def test_nobody_gets_two_in_a_day(run_tasks, mailoutbox):
    first = make_old_pledge()
    second = make_old_pledge(appeal=first.appeal, supporter=first.supporter)

    assert reminded(run_tasks, mailoutbox) == 1
    assert reminded(run_tasks, mailoutbox) == 0
    Pledge.objects.filter(pk=first.pk).update(reminded_at=days_ago(1))
    assert reminded(run_tasks, mailoutbox) == 1

    second.refresh_from_db()
    assert second.reminder_count == 1


def test_second_mail_of_a_day_is_put_off_and_not_lost(run_tasks, mailoutbox):
    first = make_old_pledge()
    second = make_old_pledge(appeal=first.appeal, supporter=first.supporter)
    Pledge.objects.update(reminder_count=1, reminded_at=None)

    send_pledge_reminder.func(pledge_id=first.pk)
    send_pledge_reminder.func(pledge_id=second.pk)

    assert len(mailoutbox) == 1
    second.refresh_from_db()
    assert second.reminder_count == 0
    Pledge.objects.filter(pk=first.pk).update(reminded_at=days_ago(1))
    assert reminded(run_tasks, mailoutbox) == 1


@pytest.mark.django_db(transaction=True)
def test_run_passes_over_what_another_run_has_taken():
    pledge = make_old_pledge()
    other = make_old_pledge(appeal=pledge.appeal, supporter=make_supporter("noor@example.org"))
    numbers = []

    def run() -> None:
        numbers.append(reminding.remind_due(timezone.now()))
        connection.close()

    with transaction.atomic():
        Pledge.objects.select_for_update().get(pk=pledge.pk)
        thread = threading.Thread(target=run)
        thread.start()
        thread.join(timeout=10)

    assert numbers == [1]
    jobs = ProcrastinateJob.objects.filter(task_name="send_pledge_reminder")
    assert [job.args for job in jobs] == [{"pledge_id": other.pk}]
    assert reminding.remind_due(timezone.now()) == 1


def stop_path(pledge: Pledge) -> str:
    token = make_token(reminding.STOP_PURPOSE, pledge.public_id, pledge.link_version)
    return f"/en/donations/reminders/stop/{token}/"


def test_looking_at_the_stop_link_stops_nothing(client):
    pledge = make_old_pledge()

    page = client.get(stop_path(pledge)).content.decode()

    assert "Stop reminding me" in page
    pledge.refresh_from_db()
    assert pledge.wants_reminders


def test_one_click_stops_the_reminders_of_all_promises(client, run_tasks, mailoutbox):
    pledge = make_old_pledge()
    other = make_old_pledge(appeal=pledge.appeal, supporter=pledge.supporter)
    theirs = make_old_pledge(appeal=pledge.appeal, supporter=make_supporter("noor@example.org"))

    # As a mailbox posts it: from elsewhere, without cookies (RFC 8058).
    response = client.post(
        stop_path(pledge),
        {"List-Unsubscribe": "One-Click"},
        headers={"origin": "https://mail.example", "sec-fetch-site": "cross-site"},
    )

    assert response.status_code == 200
    assert "We do not remind you any more" in response.content.decode()
    assert reminded(run_tasks, mailoutbox) == 1
    assert mailoutbox[0].to == [theirs.supporter.email]
    other.refresh_from_db()
    assert not other.wants_reminders
    assert other.status == Pledge.Status.PROMISED


@pytest.mark.parametrize("purpose", ["pledge", "newsletter-stop"])
def test_link_of_another_purpose_stops_nothing(client, purpose):
    pledge = make_old_pledge()
    token = make_token(purpose, pledge.public_id, pledge.link_version)

    response = client.post(f"/en/donations/reminders/stop/{token}/")

    assert response.status_code == 404
    pledge.refresh_from_db()
    assert pledge.wants_reminders


def test_promise_expires_after_its_last_day(mailoutbox, run_tasks):
    appeal = make_appeal()
    over = make_pledge(appeal=appeal, expires_on=in_days(-1))
    today = make_pledge(appeal=appeal, expires_on=in_days(0))
    monthly = make_pledge(appeal=appeal, expires_on=None, frequency="monthly")

    assert reminding.expire_due(timezone.now()) == 1
    assert reminding.expire_due(timezone.now()) == 0

    states = [
        Pledge.objects.values_list("status", "ended").get(pk=pledge.pk)
        for pledge in (over, today, monthly)
    ]
    assert states == [("expired", "expired"), ("promised", ""), ("promised", "")]
    run_tasks()
    assert mailoutbox == []


def test_what_arrived_of_an_expired_promise_stays_received():
    pledge = make_pledge(expires_on=in_days(-1))
    make_gift(pledge=pledge, amount="10", circumstance="part")

    assert reminding.expire_due(timezone.now()) == 1

    pledge.refresh_from_db()
    assert (pledge.status, pledge.ended) == (Pledge.Status.EXPIRED, Pledge.Status.EXPIRED)
    assert str(pledge.received_eur) == "10.00"


def test_reward_of_an_expired_promise_is_free_again_once():
    appeal = make_appeal()
    reward = Reward.objects.create(
        appeal=appeal,
        name_en="Poster",
        name_fr="Affiche",
        name_nl="Affiche",
        amount_eur=10,
        is_over=True,
        stock=5,
        taken=2,
    )
    fields = {"reward": reward, "holds_reward": True, "expires_on": in_days(-1)}
    unpaid = make_pledge(appeal=appeal, **fields)
    earned = make_pledge(appeal=appeal, **fields)
    make_gift(pledge=earned, amount="12", circumstance="part")

    reminding.expire_due(timezone.now())
    reminding.expire_due(timezone.now())

    reward.refresh_from_db()
    assert reward.taken == 1
    held = [Pledge.objects.get(pk=pledge.pk).holds_reward for pledge in (unpaid, earned)]
    assert held == [False, True]


def test_reward_of_a_monthly_gift_that_never_began_is_free_again_once():
    reward = make_reward(stock=5)
    fields = {"frequency": "monthly", "created_hour": days_ago(62)}
    never = make_holder(reward, **fields)
    begun = make_holder(reward, received="25.00", status="paid", **fields)
    recent = make_holder(reward, frequency="monthly", created_hour=days_ago(59))

    reminding.expire_due(timezone.now())
    reminding.expire_due(timezone.now())

    reward.refresh_from_db()
    assert reward.taken == 2
    found = [Pledge.objects.get(pk=pledge.pk) for pledge in (never, begun, recent)]
    assert [pledge.holds_reward for pledge in found] == [False, True, True]
    assert [pledge.status for pledge in found] == ["promised", "paid", "promised"]


@pytest.mark.parametrize("change", [{"used_until": in_days(-1)}, {"is_confirmed": False}])
def test_nobody_is_sent_to_an_account_that_takes_no_gifts(change, run_tasks, mailoutbox):
    pledge = make_old_pledge()
    accounts = BankAccount.objects.filter(pk=pledge.appeal.account_id)
    accounts.update(**change)

    assert reminded(run_tasks, mailoutbox) == 0

    accounts.update(used_until=None, is_confirmed=True)
    assert reminded(run_tasks, mailoutbox) == 1  # it was put off, not lost


def test_reminder_names_the_account_that_takes_gifts_now(run_tasks, mailoutbox):
    old = make_account(label="Old", iban="BE62510007547061", used_until=in_days(-1))
    make_old_pledge(account=old)
    read_statement(old, in_days(-1))

    assert reminded(run_tasks, mailoutbox) == 1

    assert "BE71 0961 2345 6769" in mailoutbox[0].body
    assert "BE62" not in mailoutbox[0].body


@pytest.mark.parametrize(
    ("amount", "day", "state", "mails"),
    [
        ("25.00", -2, "to_match", 0),
        ("24.00", -2, "to_match", 1),
        ("25.00", -20, "to_match", 1),
        ("25.00", -2, "unmatched", 1),
    ],
)
def test_payment_that_waits_to_be_matched_may_be_the_gift(
    amount, day, state, mails, run_tasks, mailoutbox
):
    pledge = make_old_pledge()
    make_payment(pledge.appeal.account, amount, on=in_days(day), state=state)

    assert reminded(run_tasks, mailoutbox) == mails


def test_reminder_that_cannot_be_queued_is_not_counted(monkeypatch, run_tasks, mailoutbox):
    pledge = make_old_pledge()

    def fail(*_arguments):
        raise ConnectionError

    with monkeypatch.context() as patched:
        patched.setattr(send_pledge_reminder, "batch_defer", fail)
        with pytest.raises(ConnectionError):
            reminding.remind_due(timezone.now())
    assert Pledge.objects.get(pk=pledge.pk).reminder_count == 0

    assert reminded(run_tasks, mailoutbox) == 1
