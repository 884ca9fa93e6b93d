"""Mails at an hour of the clock: each once, to whom it concerns, never late without saying so."""

import threading
import uuid
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.db import OperationalError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from campaign_site import mail
from events import mail_hours
from events.local_time import BRUSSELS
from events.mailing_tasks import (
    queue_mailing_copies,
    send_due_mailings,
    send_mailing_copy,
    send_mailing_copy_anew,
)
from events.models import Event, Mailing, MailingCopy, SignUp
from events.services import cancel_sign_up, changes, mailing_copies, mailings
from tests.factories import make_event, make_supporter

LATE = "This email comes later than planned"

pytestmark = pytest.mark.django_db


def clock(text: str) -> datetime:
    """A moment by the clock in Belgium, for example ``2026-12-08 18:00``."""
    return datetime.fromisoformat(text).replace(tzinfo=BRUSSELS)


@pytest.fixture(autouse=True)
def long_before():
    """The events of these tests are to come when they are made."""
    with time_machine.travel(datetime(2026, 1, 5, 9, tzinfo=UTC), tick=False) as traveller:
        yield traveller


def make_wednesday(**fields) -> Event:
    """An event on Wednesday 9 December 2026, from 14:00 to 16:00."""
    values = {
        "day": date(2026, 12, 9),
        "starts_at": clock("2026-12-09 14:00"),
        "ends_at": clock("2026-12-09 16:00"),
    }
    return make_event(**{**values, **fields})


def make_coming(event: Event, number: int = 1, **fields) -> SignUp:
    """A confirmed sign-up that was told so long ago."""
    told = datetime(2026, 1, 4, 10, tzinfo=UTC)
    values = {
        "supporter": make_supporter(email=f"p{number}@example.org"),
        "name": "Sam",
        "language": "en",
        "form_key": uuid.uuid4(),
        "form_digest": "a" * 64,
        "created_hour": told,
        "confirmation_sent_at": told,
    }
    return SignUp.objects.create(event=event, **{**values, **fields})


def subjects(mailoutbox) -> list[str]:
    return [message.subject for message in mailoutbox]


def minute(traveller, run_tasks, moment: datetime) -> list[str]:
    """Let the worker have the minute that begins at ``moment``."""
    traveller.move_to(moment, tick=False)
    send_due_mailings(timestamp=0)
    return run_tasks()


def test_each_timed_mail_leaves_once_at_its_hour(long_before, run_tasks, mailoutbox):
    make_coming(make_wednesday())
    expected = {
        "2026-12-08 17:59": [],
        "2026-12-08 18:00": ["See you soon"],
        "2026-12-08 18:01": [],
        "2026-12-09 07:59": [],
        "2026-12-09 08:00": ["Today: all you need to know"],
        "2026-12-09 08:01": [],
        "2026-12-10 10:59": [],
        "2026-12-10 11:00": ["Thank you"],
        "2026-12-10 11:01": [],
    }

    told = {}
    for moment in expected:
        mailoutbox.clear()
        minute(long_before, run_tasks, clock(moment))
        told[moment] = subjects(mailoutbox)
        assert not any(LATE in message.body for message in mailoutbox)

    assert told == expected
    minute(long_before, run_tasks, clock("2026-12-10 11:02"))
    assert set(Mailing.objects.values_list("state", flat=True)) == {"done"}


@pytest.mark.parametrize(
    ("day", "hour", "due"),
    [
        # The clock goes from 2 to 3 on 29 March 2026, and from 3 back to 2 on 25 October 2026.
        (date(2026, 3, 30), time(2, 30), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        (date(2026, 3, 30), time(1, 59), datetime(2026, 3, 29, 0, 59, tzinfo=UTC)),
        (date(2026, 3, 30), time(3, 0), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        (date(2026, 3, 30), time(18, 0), datetime(2026, 3, 29, 16, 0, tzinfo=UTC)),
        (date(2026, 10, 26), time(2, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        (date(2026, 10, 26), time(3, 0), datetime(2026, 10, 25, 2, 0, tzinfo=UTC)),
        (date(2026, 10, 26), time(18, 0), datetime(2026, 10, 25, 17, 0, tzinfo=UTC)),
    ],
)
def test_reminder_in_the_nights_the_clock_changes(
    long_before, run_tasks, mailoutbox, day, hour, due
):
    event = make_event(day=day, reminder_hour=hour, day_hour=None, thanks_hour=None)
    make_coming(event)

    counts = {}
    # The minute before, its minute, the same hour of the clock once more, and two hours after.
    for minutes in (-60, -1, 0, 1, 59, 60, 61, 120):
        minute(long_before, run_tasks, due + timedelta(minutes=minutes))
        counts[minutes] = len(mailoutbox)

    assert counts == {minutes: int(minutes >= 0) for minutes in counts}
    assert Mailing.objects.get().due_at == due
    assert LATE not in mailoutbox[0].body


def test_clock_that_is_set_back_makes_no_second_mail(long_before, run_tasks, mailoutbox):
    make_coming(make_wednesday())
    minute(long_before, run_tasks, clock("2026-12-08 18:00"))

    for moment in ("2026-12-08 17:30", "2026-12-08 18:00", "2026-12-08 18:01"):
        minute(long_before, run_tasks, clock(moment))

    assert subjects(mailoutbox) == ["See you soon"]


@pytest.mark.parametrize(("minutes", "says"), [(30, False), (31, True), (60, True), (600, True)])
def test_worker_that_was_down_sends_once_and_says_that_it_is_late(
    long_before, run_tasks, mailoutbox, minutes, says
):
    make_coming(make_wednesday())
    back = clock("2026-12-08 18:00") + timedelta(minutes=minutes)

    minute(long_before, run_tasks, back)
    minute(long_before, run_tasks, back + timedelta(minutes=1))

    (message,) = mailoutbox
    assert (LATE in message.body) is says
    assert (LATE in message.alternatives[0].content) is says
    assert Mailing.objects.get().minutes_late == minutes


@pytest.mark.parametrize(
    ("moment", "too_late", "sent"),
    [
        # Down until the event had begun, was over, and was over for more than three days.
        ("2026-12-09 14:00", {"reminder"}, ["Today: all you need to know"]),
        ("2026-12-09 16:00", {"reminder", "day"}, []),
        ("2026-12-13 11:00", {"reminder", "day"}, ["Thank you"]),
        ("2026-12-13 11:01", {"reminder", "day", "thanks"}, []),
    ],
)
def test_what_is_pointless_is_not_sent_and_staff_see_it(
    long_before, run_tasks, mailoutbox, moment, too_late, sent
):
    make_coming(make_wednesday())

    minute(long_before, run_tasks, clock(moment))
    minute(long_before, run_tasks, clock(moment) + timedelta(minutes=1))

    assert subjects(mailoutbox) == sent
    missed = Mailing.objects.filter(state=Mailing.State.TOO_LATE)
    assert set(missed.values_list("kind", flat=True)) == too_late
    assert set(missed.values_list("recipients", flat=True)) == {1}
    assert not MailingCopy.objects.filter(mailing__in=missed).exists()


@pytest.mark.parametrize(
    ("told", "mails"),
    [
        ("2026-12-08 05:00", 1),
        ("2026-12-08 06:00", 1),
        ("2026-12-08 07:00", 0),
        ("2026-12-08 18:00", 0),
        ("2026-12-08 18:30", 0),
        (None, 0),
    ],
)
def test_who_was_just_told_gets_no_reminder(long_before, run_tasks, mailoutbox, told, mails):
    """Also when the worker comes an hour late, and when the confirmation is still on its way."""
    at = clock(told) if told else None
    created = at or clock("2026-12-08 17:00")
    make_coming(make_wednesday(), confirmation_sent_at=at, created_hour=created)

    minute(long_before, run_tasks, clock("2026-12-08 19:00"))

    assert len(mailoutbox) == mails


def test_only_who_has_places_is_reminded(long_before, run_tasks, mailoutbox):
    event = make_wednesday()
    make_coming(event, 1)
    make_coming(event, 2, status="waiting", queue_number=1)
    make_coming(event, 3, status="offered", queue_number=2, offer_until=clock("2026-12-09 12:00"))
    make_coming(event, 4, status="cancelled")
    make_coming(event, 5, supporter=None)

    minute(long_before, run_tasks, clock("2026-12-08 18:00"))

    assert [message.to for message in mailoutbox] == [["p1@example.org"]]


@pytest.mark.parametrize(
    ("fields", "due"),
    [
        ({}, {"reminder", "day", "thanks"}),
        ({"reminder_hour": None}, {"day", "thanks"}),
        ({"day_hour": None, "thanks_hour": None}, {"reminder"}),
        ({"starts_at": clock("2026-12-09 08:00")}, {"reminder", "thanks"}),
        ({"starts_at": clock("2026-12-09 08:01")}, {"reminder", "day", "thanks"}),
        ({"starts_at": None, "ends_at": None}, {"reminder", "day", "thanks"}),
    ],
)
def test_which_mails_an_event_has(fields, due):
    assert {one.kind for one in mail_hours.timed_mails(make_wednesday(**fields))} == due


@pytest.mark.parametrize(
    ("ends", "thanks"),
    [
        ("2026-12-10 00:00", "2026-12-10 11:00"),
        ("2026-12-10 02:00", "2026-12-11 11:00"),
        ("2026-12-12 16:00", "2026-12-13 11:00"),
    ],
)
def test_thanks_follow_the_last_day(ends, thanks):
    due = mail_hours.timed_mails(make_wednesday(ends_at=clock(ends)))

    assert due[-1].due_at == clock(thanks)


def test_thanks_of_an_event_that_lasts_for_weeks(long_before, run_tasks, mailoutbox):
    make_coming(make_wednesday(ends_at=clock("2026-12-30 16:00")))

    minute(long_before, run_tasks, clock("2026-12-31 11:00"))

    assert subjects(mailoutbox) == ["Thank you"]


def test_cancelled_event_has_no_timed_mails(long_before, run_tasks, mailoutbox):
    make_coming(make_wednesday(cancelled_at=clock("2026-12-01 10:00")))

    minute(long_before, run_tasks, clock("2026-12-08 18:00"))

    assert mailoutbox == []
    assert not Mailing.objects.exists()


def test_moved_event_reminds_again_for_its_new_day(long_before, run_tasks, mailoutbox):
    event = make_wednesday()
    make_coming(event)
    minute(long_before, run_tasks, clock("2026-12-08 18:00"))
    Event.objects.filter(pk=event.pk).update(
        day=date(2026, 12, 16),
        starts_at=clock("2026-12-16 14:00"),
        ends_at=clock("2026-12-16 16:00"),
    )

    minute(long_before, run_tasks, clock("2026-12-09 08:00"))
    minute(long_before, run_tasks, clock("2026-12-15 18:00"))
    minute(long_before, run_tasks, clock("2026-12-16 08:00"))

    assert subjects(mailoutbox) == ["See you soon", "See you soon", "Today: all you need to know"]
    assert "16 December" in mailoutbox[1].body


def test_event_that_moves_to_tomorrow_in_the_evening_sends_the_change_alone(
    long_before, run_tasks, mailoutbox
):
    """The hour of the reminder for that day has passed before anybody knew of the day."""
    event = make_wednesday()
    make_coming(event)
    long_before.move_to(clock("2026-12-01 20:00"), tick=False)
    before = changes.event_facts(event)
    event.day, event.starts_at, event.ends_at = date(2026, 12, 2), None, None
    event.save()
    changes.announce_change(event=event, before=before, notice={}, user=None)

    minute(long_before, run_tasks, clock("2026-12-01 20:01"))
    minute(long_before, run_tasks, clock("2026-12-02 08:00"))

    assert subjects(mailoutbox) == ["Something has changed", "Today: all you need to know"]


def test_event_that_moves_while_copies_leave_sends_no_more_of_the_old_day(
    long_before, run_tasks, mailoutbox
):
    event = make_wednesday()
    make_coming(event)
    long_before.move_to(clock("2026-12-08 18:00"), tick=False)
    send_due_mailings(timestamp=0)
    Event.objects.filter(pk=event.pk).update(day=date(2026, 12, 16), starts_at=None, ends_at=None)

    run_tasks()

    assert mailoutbox == []
    assert not MailingCopy.objects.exists()


def test_reminder_has_both_links_code_and_no_name(long_before, run_tasks, mailoutbox):
    row = make_coming(make_wednesday(), language="fr", name="Sam Sorel", party_size=2)

    minute(long_before, run_tasks, clock("2026-12-08 18:00"))

    (message,) = mailoutbox
    html = message.alternatives[0].content
    for part in (message.body, html):
        assert "/fr/events/sign-up/" in part
        assert "#coming" in part
        assert "#cancel" in part
        assert "Événement d’essai" in part
        assert "Sam" not in part
    assert "essai" not in message.subject
    assert [part.get_filename() for part in message.attachments] == ["entry-code.png"]
    reference = MailingCopy.objects.get(sign_up=row).public_id.hex
    assert f"event_reminder.{reference}." in message.extra_headers["Message-ID"]


def test_thanks_lead_to_the_feedback(long_before, run_tasks, mailoutbox, client):
    make_coming(make_wednesday())

    minute(long_before, run_tasks, clock("2026-12-10 11:00"))

    link = mailoutbox[0].body.split("http://testserver")[1].split()[0]
    assert link.startswith("/en/events/feedback/")
    assert client.get(link).status_code == 200


def test_sign_up_that_is_cancelled_meanwhile_gets_no_copy(long_before, run_tasks, mailoutbox):
    event = make_wednesday()
    make_coming(event, 1)
    row = make_coming(event, 2)
    Event.objects.filter(pk=event.pk).update(places_taken=2)
    long_before.move_to(clock("2026-12-08 18:00"), tick=False)
    send_due_mailings(timestamp=0)
    cancel_sign_up(sign_up=row)

    run_tasks()

    told = [(message.to[0], message.subject) for message in mailoutbox]
    assert ("p1@example.org", "See you soon") in told
    assert ("p2@example.org", "See you soon") not in told
    (mailing,) = Mailing.objects.all()
    assert mailings.progress([mailing])[mailing.pk] == mailings.Progress(sent=1, open=0, dropped=1)


def test_copy_that_could_not_leave_is_tried_again_and_leaves_once(long_before, monkeypatch):
    make_coming(make_wednesday())
    long_before.move_to(clock("2026-12-08 18:00"), tick=False)
    send_due_mailings(timestamp=0)
    copy = MailingCopy.objects.get()
    left = []

    def refuse(*_arguments, **_more):
        raise OSError

    with monkeypatch.context() as patched:
        patched.setattr(mail, "send", refuse)
        with pytest.raises(OSError):
            send_mailing_copy(copy_id=copy.pk)
    monkeypatch.setattr(mail, "send", lambda *_arguments, **more: left.append(more["to"]))
    for _ in range(2):
        send_mailing_copy(copy_id=copy.pk)

    assert left == ["p1@example.org"]


def test_worker_killed_between_sending_and_noting_makes_one_repeat(long_before, mailoutbox):
    make_coming(make_wednesday())
    long_before.move_to(clock("2026-12-08 18:00"), tick=False)
    send_due_mailings(timestamp=0)
    copy = MailingCopy.objects.get()
    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        send_mailing_copy(copy_id=copy.pk)
        raise KeyboardInterrupt

    for _ in range(3):
        send_mailing_copy(copy_id=copy.pk)

    assert len(mailoutbox) == 2


def test_copy_that_came_back_is_sent_anew(long_before, run_tasks, mailoutbox):
    make_coming(make_wednesday())
    minute(long_before, run_tasks, clock("2026-12-08 18:00"))
    copy = MailingCopy.objects.get()

    send_mailing_copy_anew(copy_id=copy.pk)
    send_mailing_copy_anew(copy_id=copy.pk + 1)
    assert len(mailoutbox) == 2
    SignUp.objects.update(status="cancelled")
    send_mailing_copy_anew(copy_id=copy.pk)

    assert len(mailoutbox) == 2


def test_thousands_of_copies_leave_minute_by_minute_in_few_statements(
    long_before, monkeypatch, django_assert_max_num_queries
):
    monkeypatch.setattr(mailing_copies, "COPIES_A_MINUTE", 4)
    event = make_wednesday()
    for number in range(10):
        make_coming(event, number)
    now = clock("2026-12-08 18:00")
    long_before.move_to(now, tick=False)

    with django_assert_max_num_queries(14):
        mailings.begin_due(now)

    # While the event's row is held, one task is made, however many people come.
    assert list(ProcrastinateJob.objects.values_list("task_name", "args")) == [
        ("queue_mailing_copies", {"mailing_id": Mailing.objects.get().pk})
    ]
    with django_assert_max_num_queries(8):
        queue_mailing_copies(mailing_id=Mailing.objects.get().pk)

    jobs = ProcrastinateJob.objects.filter(task_name="send_mailing_copy").order_by("id")
    assert {job.priority for job in jobs} == {-1}
    waits = [job.scheduled_at - now if job.scheduled_at else timedelta() for job in jobs]
    assert [round(wait.total_seconds() / 60) for wait in waits] == [0] * 4 + [1] * 4 + [2] * 2
    assert Mailing.objects.get().recipients == 10


def test_copies_queued_by_a_worker_that_was_lost_leave_once(long_before, run_tasks, mailoutbox):
    """The next worker queues them again; one that has left by then is not among them."""
    event = make_wednesday()
    for number in range(3):
        make_coming(event, number)
    long_before.move_to(clock("2026-12-08 18:00"), tick=False)
    send_due_mailings(timestamp=0)
    (mailing,) = Mailing.objects.all()
    mailing_copies.queue_copies(mailing.pk)
    mailing_copies.send_copy(MailingCopy.objects.first().pk, timezone.now())

    assert mailing_copies.queue_copies(mailing.pk) == 2
    run_tasks()

    assert len(mailoutbox) == 3
    assert mailing_copies.queue_copies(mailing.pk) == 0


def test_event_that_is_busy_holds_up_no_other_mailing(
    long_before, run_tasks, mailoutbox, monkeypatch
):
    event = make_wednesday()
    make_coming(event)
    make_coming(make_wednesday(slug="other"), 2)
    begin, busy = mailings._begin_timed, {event.pk}

    def refuse(due, now) -> bool:
        if due.event.pk in busy:
            raise OperationalError("canceling statement due to lock timeout")
        return begin(due, now)

    monkeypatch.setattr(mailings, "_begin_timed", refuse)
    minute(long_before, run_tasks, clock("2026-12-08 18:00"))
    assert len(mailoutbox) == 1

    busy.clear()
    minute(long_before, run_tasks, clock("2026-12-08 18:01"))
    assert len(mailoutbox) == 2


@pytest.mark.django_db(transaction=True)
def test_two_workers_begin_a_mailing_and_send_a_copy_once(long_before, monkeypatch):
    """Both ask at once. Without the lock on the copy, both send it."""
    now = clock("2026-12-08 18:00")
    with monkeypatch.context() as patched:
        patched.setattr(QuerySet, "select_for_update", lambda rows, **_options: rows)
        assert len(_by_two_workers(make_wednesday(), now, long_before, patched)) == 2

    assert len(_by_two_workers(make_wednesday(slug="b"), now, long_before, monkeypatch)) == 1


def _by_two_workers(event: Event, now: datetime, traveller, monkeypatch) -> list[str]:
    """Let two workers do everything for ``event`` at once; return whom they wrote to."""
    make_coming(event)
    traveller.move_to(now, tick=False)
    both, sending, sent = threading.Barrier(2), threading.Barrier(2), []

    def send(_template, *, to, **_more) -> None:
        with suppress(threading.BrokenBarrierError):
            sending.wait(timeout=0.5)
        sent.append(to)

    monkeypatch.setattr(mail, "send", send)

    def worker() -> None:
        try:
            both.wait(timeout=10)
            mailings.begin_due(now)
            both.wait(timeout=10)
            mailing_copies.send_copy(MailingCopy.objects.get(mailing__event=event).pk, now)
        finally:
            connection.close()

    threads = [threading.Thread(target=worker) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert Mailing.objects.filter(event=event).count() == 1
    return sent
