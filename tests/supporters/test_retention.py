"""What is kept long enough is erased at night, and nothing else is."""

import threading
from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from wagtail.models import ModelLogEntry

from donations.models import Pledge
from events.models import Event, SignUp
from solidarity import services as photos
from solidarity.models import Photo
from supporters import retention, tasks
from supporters.models import (
    Consent,
    FailedMail,
    OneTimeLink,
    RetentionPeriod,
    RetentionRun,
    Supporter,
)
from supporters.retention import BRUSSELS
from supporters.services import make_one_time_link, remember_supporter
from tests.events.test_services import take
from tests.factories import (
    in_days,
    make_event,
    make_photo_call,
    make_pledge,
    make_staff,
    make_supporter,
)
from tests.solidarity.sending import files_of, public_photo, send_photo, stored_files

pytestmark = pytest.mark.django_db


@pytest.fixture
def pass_days(time_machine):
    """Return a function that lets so many days pass."""

    def move(days: float) -> None:
        time_machine.move_to(timezone.now() + timedelta(days=days), tick=True)

    return move


def erased(kind: str) -> int:
    run = retention.apply_retention()
    assert run.failures == {}
    return run.counts[kind]


@pytest.fixture
def call():
    return make_photo_call(closes_on=in_days(10))


def test_rejected_photo_is_erased_within_a_week_and_forgotten_a_month_later(
    call, pass_days, django_capture_on_commit_callbacks
):
    photo = photos.reject_photo(
        photo=send_photo(email="sam@example.org"), moderator=None, reason="other"
    )
    pass_days(5.5)
    assert erased("rejected-photos") == 0

    pass_days(1)
    with django_capture_on_commit_callbacks(execute=True):
        assert erased("rejected-photos") == 1
        assert erased("rejected-photos") == 0

    photo.refresh_from_db()
    assert (photo.message, photo.display_name, stored_files()) == ("", "", [])
    pass_days(30)
    assert erased("erased-photos") == 1
    assert not Photo.objects.filter(pk=photo.pk).exists()
    assert set(Consent.objects.values_list("withdrawn_hour", flat=True)) == {None}
    assert not Consent.objects.in_force().exists()


def test_photos_go_half_a_year_after_the_last_day_of_their_call(
    call, pass_days, django_capture_on_commit_callbacks
):
    approved, undecided = public_photo(), send_photo()
    other = public_photo(call=make_photo_call(slug="open", closes_on=None))
    pass_days(10 + 181)
    assert erased("photos") == 0
    assert Photo.objects.public().count() == 2

    pass_days(2)
    with django_capture_on_commit_callbacks(execute=True):
        assert erased("photos") == 2

    assert list(Photo.objects.all()) == [other]
    assert stored_files() == sorted(files_of(other))
    assert Consent.objects.in_force().count() == 2
    assert {approved.pk, undecided.pk}.isdisjoint(Photo.objects.values_list("pk", flat=True))


def test_call_closed_without_a_last_day_ends_with_its_newest_photo(pass_days):
    call = make_photo_call(closes_on=None)
    public_photo(call=call)
    pass_days(180)
    public_photo(call=call)
    call.is_closed = True
    call.save()
    pass_days(10)
    assert erased("photos") == 0

    pass_days(180)

    assert erased("photos") == 2


def test_sign_ups_go_a_month_after_the_event_and_their_number_stays(pass_days):
    event = make_event(day=in_days(3))
    take(event, email="sam@example.org", party_size=4)
    pass_days(3 + 28)
    assert erased("sign-ups") == 0

    pass_days(3)

    assert erased("sign-ups") == 1
    assert not SignUp.objects.exists()
    assert Event.objects.get(pk=event.pk).places_taken == 4


def test_cancelled_sign_up_goes_a_month_later(pass_days):
    from events.services import cancel_sign_up

    sign_up = take(make_event(day=in_days(200)), email="sam@example.org")
    staying = take(sign_up.event, email="noor@example.org")
    cancel_sign_up(sign_up=sign_up)

    pass_days(30)

    assert erased("cancelled-sign-ups") == 1
    assert list(SignUp.objects.all()) == [staying]


def test_old_promise_keeps_its_amount_and_loses_its_person(pass_days, client):
    pledge = make_pledge(name="Sam Sample")
    link = pledge.get_absolute_url()
    pass_days(85)
    recent = make_pledge(name="Noor", appeal=pledge.appeal)
    pass_days(4.5)

    assert erased("unpaid-pledges") == 1
    assert erased("unpaid-pledges") == 0

    pledge.refresh_from_db()
    assert (pledge.name, pledge.supporter, pledge.form_digest) == ("", None, "")
    assert pledge.amount_eur > 0
    assert client.get(link).status_code == 404
    assert Pledge.objects.get(pk=recent.pk).name == "Noor"


def test_consents_are_kept_a_year_by_the_hash_alone_and_the_address_goes_before(call, pass_days):
    photo = send_photo(email="sam@example.org")
    photos.withdraw_photo(photo)
    pass_days(32)

    run = retention.apply_retention()

    assert (run.counts["erased-photos"], run.counts["supporters"]) == (1, 1)
    person = Supporter.objects.get()
    assert person.email == ""
    assert person.email_hash
    assert Consent.objects.filter(supporter=person).count() == 2
    pass_days(365)
    run = retention.apply_retention()
    assert (run.counts["consents"], run.counts["supporters"]) == (2, 1)
    assert not Supporter.objects.exists()


def test_somebody_who_comes_back_gives_their_address_anew(call, pass_days):
    photos.withdraw_photo(send_photo(email="sam@example.org"))
    pass_days(32)
    retention.apply_retention()

    again = remember_supporter(email="Sam@example.org", language="nl")

    assert again == Supporter.objects.get()
    assert Supporter.objects.get().email == "Sam@example.org"
    assert Supporter.objects.get().language == "nl"


def test_person_to_whom_something_refers_stays(pass_days):
    pledge = make_pledge()
    stranger = make_supporter("stranger@example.org")
    pass_days(3)

    assert erased("supporters") == 1

    assert list(Supporter.objects.all()) == [pledge.supporter]
    assert stranger.email_hash != pledge.supporter.email_hash


def test_links_sessions_logs_and_failed_mails_go(pass_days):
    pledge = make_pledge()
    make_one_time_link(supporter=pledge.supporter, purpose="my-solidarity")
    FailedMail.objects.create(task_name="send_pledge_instructions", arguments={"pledge_id": 1})
    Session.objects.create(session_key="k" * 32, expire_date=timezone.now() + timedelta(hours=1))
    photos.reject_photo(photo=send_photo(), moderator=None, reason="other")
    assert retention.apply_retention().counts["one-time-links"] == 0
    assert OneTimeLink.objects.count() == 1
    pass_days(4)

    counts = retention.apply_retention().counts

    assert (counts["one-time-links"], counts["staff-sessions"]) == (1, 1)
    assert (counts["failed-mails"], counts["staff-log"]) == (0, 0)
    pass_days(365)
    counts = retention.apply_retention().counts
    assert (counts["failed-mails"], counts["staff-log"]) == (1, 1)
    assert not ModelLogEntry.objects.filter(content_type__app_label="solidarity").exists()


def test_only_jobs_that_are_over_leave_the_queue(pass_days):
    tasks.send_my_solidarity_link.defer(supporter_id=1, language="en")
    tasks.send_my_solidarity_link.defer(supporter_id=2, language="en")
    failed = ProcrastinateJob.objects.get(args__supporter_id=1)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE id = %s", [failed.pk])
    assert erased("finished-jobs") == 0
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_events SET at = now() - interval '3 days'")

    assert erased("finished-jobs") == 1

    assert ProcrastinateJob.objects.get().args["supporter_id"] == 2


def test_dry_run_counts_and_erases_nothing(call, pass_days):
    photos.reject_photo(photo=send_photo(), moderator=None, reason="other")
    pass_days(7)
    out = StringIO()

    call_command("apply_retention", "--dry-run", stdout=out)

    assert "     1  rejected-photos" in out.getvalue().splitlines()
    assert Photo.objects.with_files().count() == 1
    assert not RetentionRun.objects.exists()
    call_command("apply_retention", stdout=out)
    assert Photo.objects.with_files().count() == 0
    assert RetentionRun.objects.get().counts["rejected-photos"] == 1


def test_period_in_force_is_the_last_one_that_has_begun(pass_days):
    kind = retention.find_kind("sign-ups")
    admin = make_staff("Administrators")
    assert retention.periods()["sign-ups"] == 30

    retention.set_period(kind=kind, days=10, valid_from=in_days(0), user=admin)
    retention.set_period(kind=kind, days=20, valid_from=in_days(5), user=admin)

    assert retention.periods()["sign-ups"] == 10
    pass_days(5)
    assert retention.periods()["sign-ups"] == 20
    assert RetentionPeriod.objects.count() == 2
    assert ModelLogEntry.objects.filter(action="supporters.set_period", user=admin).count() == 2


@pytest.mark.parametrize(
    ("key", "days", "day"),
    [("staff-log", 179, 0), ("rejected-photos", 8, 0), ("sign-ups", 10, -1), ("sign-ups", 0, 0)],
)
def test_period_outside_its_bounds_is_refused(key, days, day):
    kind = retention.find_kind(key)

    with pytest.raises(retention.PeriodRefused):
        retention.set_period(kind=kind, days=days, valid_from=in_days(day), user=None)

    assert not RetentionPeriod.objects.exists()


@pytest.mark.parametrize(
    ("last_run", "now", "is_due"),
    [
        ("2027-03-27 03:00", "2027-03-28 01:59", False),
        # On the last Sunday of March the clock jumps from two to three.
        ("2027-03-27 03:00", "2027-03-28 03:00", True),
        ("2027-10-30 03:00", "2027-10-31 02:30", False),
        ("2027-10-30 03:00", "2027-10-31 03:00", True),
        ("2027-06-05 03:00", "2027-06-05 23:00", False),
        # No worker ran at three: the next one makes up for it.
        ("2027-06-04 03:00", "2027-06-05 11:00", True),
        ("2027-06-05 11:00", "2027-06-06 02:00", False),
    ],
)
def test_every_night_has_one_run(last_run, now, is_due, time_machine):
    moment = datetime.fromisoformat(now).replace(tzinfo=BRUSSELS)
    RetentionRun.objects.create(
        started_at=datetime.fromisoformat(last_run).replace(tzinfo=BRUSSELS),
        counts={"sign-ups": 0},
    )
    time_machine.move_to(moment)

    tasks.apply_retention(timestamp=0)
    tasks.apply_retention(timestamp=0)

    assert RetentionRun.objects.count() == (2 if is_due else 1)


def test_run_that_was_killed_is_made_up_for(time_machine):
    night = datetime(2027, 6, 5, 3, tzinfo=BRUSSELS)
    killed = RetentionRun.objects.create(started_at=night)
    time_machine.move_to(night + timedelta(hours=1))

    tasks.apply_retention(timestamp=0)
    tasks.apply_retention(timestamp=0)

    assert RetentionRun.objects.exclude(pk=killed.pk).get().counts


def test_row_that_no_key_decrypts_does_not_keep_other_kinds_from_being_erased(call, pass_days):
    make_one_time_link(supporter=make_supporter(), purpose="x")
    photo = photos.reject_photo(photo=send_photo(), moderator=None, reason="other")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE solidarity_photo SET display_name = 'nonsense' WHERE id = %s", [photo.pk]
        )
    pass_days(7)

    run = retention.apply_retention()

    assert run.failures == {"rejected-photos": "InvalidToken"}
    assert run.counts["staff-sessions"] == 0 and run.counts["supporters"] == 1
    assert Photo.objects.with_files().filter(pk=photo.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_row_that_somebody_holds_is_left_for_the_next_night(pass_days):
    """A person who cancels while the night erases is not overrun, nor waited for."""
    pledge = make_pledge(name="Sam Sample")
    pass_days(100)
    held, may_go = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Pledge.objects.select_for_update().get(pk=pledge.pk)
            held.set()
            may_go.wait(20)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert held.wait(20)
        assert erased("unpaid-pledges") == 0
    finally:
        may_go.set()
        holder.join()

    # The control: with nobody holding it, the same row goes.
    assert erased("unpaid-pledges") == 1


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_erase_each_row_once(pass_days):
    appeal = make_pledge().appeal
    for number in range(19):
        make_pledge(appeal=appeal, name=f"Person {number}")
    pass_days(100)
    counts: list[int] = []
    together = threading.Barrier(2)

    def run() -> None:
        together.wait(20)
        counts.append(retention.apply_retention().counts["unpaid-pledges"])
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(counts) == 20
    assert not Pledge.objects.exclude(name="").exists()
