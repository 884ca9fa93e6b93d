"""Thanks: by name, in the donor's language, for what arrived, once, and not for a slip."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from donations.mail_values import greeted
from donations.models import Allocation, Earmark, Pledge, Reward
from donations.services.thanking import thank_anew, thank_for, thank_later
from tests.donations.gifts import make_entry, make_gift, undo
from tests.factories import make_account, make_appeal, make_pledge, make_supporter

pytestmark = pytest.mark.django_db


def thanked(line, mailoutbox, *, leaves: bool = True) -> str:
    """Thank for a line and return the text of the mail; empty when none left."""
    before = len(mailoutbox)
    assert thank_for(line.pk) is leaves
    assert len(mailoutbox) == before + leaves
    return mailoutbox[-1].body if leaves else ""


@pytest.mark.parametrize(
    ("language", "amount", "day", "appeal"),
    [
        ("en", "€1,250.50", "9 December 2022", "Test appeal"),
        ("fr", "1\u202f250,50\u00a0€", "9 décembre 2022", "Appel aux dons d’essai"),
        ("nl", "€\u00a01.250,50", "9 december 2022", "Testinzameling"),
    ],
)
def test_thanks_say_what_arrived_by_name_in_their_language(
    language, amount, day, appeal, mailoutbox
):
    pledge = make_pledge(language=language, amount_eur="1250.50", name="Noor Peeters")
    line = make_gift(pledge=pledge, amount="1250.50", on=date(2022, 12, 9), circumstance="exact")

    text = thanked(line, mailoutbox)

    (message,) = mailoutbox
    html = message.alternatives[0].content
    for shown in ("Noor Peeters", amount, day, appeal):
        assert shown in text
        assert shown in html
    assert message.to == ["sam@example.org"]
    assert message.extra_headers["Content-Language"] == language
    assert "Noor" not in message.subject
    assert "gift" not in message.subject.lower()
    line.refresh_from_db()
    assert line.thanked_at is not None


def test_earmark_is_named(mailoutbox):
    appeal = make_appeal()
    earmark = Earmark.objects.create(
        appeal=appeal, name_en="Palestine", name_fr="Palestine", name_nl="Palestina"
    )
    line = make_gift(pledge=make_pledge(appeal=appeal, earmark=earmark), circumstance="exact")

    assert "Meant for: Palestine" in thanked(line, mailoutbox)


CIRCUMSTANCES = {
    "exact": ("25.00", "all that you promised has arrived", "still to come"),
    "part": ("10.00", "You promised €25; €15 of it is still to come", "all that you promised"),
    "over": ("40.00", "That is €15 more than the €25 that you promised", "still to come"),
    "double": ("25.00", "a second transfer for it", "all that you promised"),
    "late": ("25.00", "your promise had expired, or you had taken it back", "all that you"),
}


@pytest.mark.parametrize("circumstance", CIRCUMSTANCES)
def test_thanks_are_honest_about_how_the_money_stands_to_the_promise(circumstance, mailoutbox):
    amount, said, not_said = CIRCUMSTANCES[circumstance]
    pledge = make_pledge()
    line = make_gift(pledge=pledge, amount=amount, circumstance=circumstance)

    text = thanked(line, mailoutbox)

    assert said in text
    assert not_said not in text
    assert (pledge.token in text) is (circumstance == "part")


def test_reward_that_was_earned_is_announced(mailoutbox):
    appeal = make_appeal()
    reward = Reward.objects.create(
        appeal=appeal, name_en="T-shirt", name_fr="T-shirt", name_nl="T-shirt", amount_eur=20
    )
    few = make_pledge(appeal=appeal, reward=reward, holds_reward=True)
    enough = make_pledge(appeal=appeal, reward=reward, holds_reward=True)

    part = thanked(make_gift(pledge=few, amount="10", circumstance="part"), mailoutbox)
    whole = thanked(make_gift(pledge=enough, circumstance="exact"), mailoutbox)

    assert "T-shirt" not in part
    assert "You chose a reward: T-shirt. In another email we ask" in whole


def test_gift_without_a_promise_is_thanked_for_in_the_supporters_language(mailoutbox):
    line = make_gift(
        appeal=make_appeal(),
        supporter=make_supporter("noor@example.org", "nl"),
        circumstance="free",
    )

    text = thanked(line, mailoutbox)

    assert mailoutbox[0].to == ["noor@example.org"]
    assert "Testinzameling" in text
    assert "pledge" not in text


def test_gift_of_nobody_known_is_not_thanked_for(mailoutbox):
    line = make_gift(appeal=make_appeal(), circumstance="free")

    thanked(line, mailoutbox, leaves=False)


def test_thanks_leave_once(mailoutbox):
    line = make_gift(pledge=make_pledge(), circumstance="exact")

    thanked(line, mailoutbox)
    thanked(line, mailoutbox, leaves=False)


def test_undone_line_is_not_thanked_for(mailoutbox):
    line = make_gift(pledge=make_pledge(), circumstance="exact")
    undo(line)

    thanked(line, mailoutbox, leaves=False)

    line.refresh_from_db()
    assert line.thanked_at is None


def test_payment_that_is_moved_is_thanked_for_again_only_where_it_belongs(mailoutbox):
    mine = make_pledge()
    again = make_pledge(appeal=mine.appeal)
    theirs = make_pledge(appeal=mine.appeal, supporter=make_supporter("noor@example.org"))
    line = make_gift(pledge=mine, circumstance="exact")
    thanked(line, mailoutbox)

    def move(pledge) -> Allocation:
        with transaction.atomic():
            live = Allocation.objects.filter(entry=line.entry, undone_at=None)
            live.update(undone_at=timezone.now())
            return make_gift(pledge=pledge, entry=line.entry, circumstance="exact")

    thanked(move(again), mailoutbox, leaves=False)
    thanked(move(theirs), mailoutbox)

    assert [message.to[0] for message in mailoutbox] == ["sam@example.org", "noor@example.org"]


def test_payment_that_is_split_is_thanked_for_in_one_mail(mailoutbox):
    pledge = make_pledge()
    with transaction.atomic():
        entry = make_entry(pledge.appeal.account, amount="40")
        first = make_gift(pledge=pledge, entry=entry, amount="25", circumstance="exact")
        second = make_gift(
            appeal=pledge.appeal,
            supporter=pledge.supporter,
            entry=entry,
            amount="15",
            circumstance="free",
        )

    text = thanked(first, mailoutbox)
    thanked(second, mailoutbox, leaves=False)

    for shown in ("€25", "€15", "In all: €40"):
        assert shown in text


def monthly_gifts(months: int) -> list[Allocation]:
    pledge = make_pledge(amount_eur="10", frequency=Pledge.Frequency.MONTHLY)
    return [
        make_gift(
            pledge=pledge,
            amount="10",
            on=date(2026, 1, 5) + timedelta(days=30 * month),
            circumstance="instalment",
        )
        for month in range(months)
    ]


def test_monthly_gift_is_thanked_for_at_first_and_then_once_a_year(mailoutbox):
    first, *between, thirteenth = monthly_gifts(13)

    text = thanked(first, mailoutbox)
    thanked(between[0], mailoutbox, leaves=False)
    Allocation.objects.exclude(thanked_at=None).update(
        thanked_at=timezone.now() - timedelta(days=360)
    )
    later = thanked(thirteenth, mailoutbox)

    assert "the first of your monthly gifts" in text
    assert "12 monthly gifts of yours have arrived: €120 in all" in later
    assert "the first of" not in later


def test_thanks_wait_before_they_leave(settings):
    settings.THANKS_DELAY_SECONDS = 600
    line = make_gift(pledge=make_pledge(), circumstance="exact")
    nobody = make_gift(appeal=line.appeal)
    gone = make_gift(pledge=make_pledge(appeal=line.appeal))
    undo(gone)

    thank_later([line.pk, nobody.pk, gone.pk])

    job = ProcrastinateJob.objects.get(task_name="send_thanks")
    assert job.args == {"allocation_id": line.pk}
    assert timedelta(minutes=9) < job.scheduled_at - timezone.now() <= timedelta(minutes=10)


def test_thanks_leave_through_the_queue(run_tasks, mailoutbox):
    line = make_gift(pledge=make_pledge(), circumstance="exact")

    thank_later([line.pk])

    assert run_tasks() == ["send_thanks"]
    assert len(mailoutbox) == 1


def test_thanks_that_came_back_are_sent_anew(mailoutbox):
    line = make_gift(pledge=make_pledge(), circumstance="exact")
    assert not thank_anew(line.supporter_id)
    thanked(line, mailoutbox)

    assert thank_anew(line.supporter_id)
    undo(line)
    assert not thank_anew(line.supporter_id)

    assert len(mailoutbox) == 2


def test_demonstration_says_so(mailoutbox):
    pledge = make_pledge(appeal=make_appeal(account=make_account(is_demo=True)))

    text = thanked(make_gift(pledge=pledge, circumstance="exact"), mailoutbox)

    assert "This is a demonstration: no money was collected." in text


@pytest.mark.parametrize("name", ["Noor Peeters", "Zoë d’Hondt-Müller", "نور", "J. R."])
def test_names_are_greeted(name):
    assert greeted(name) == name


@pytest.mark.parametrize(
    "name",
    ["Win now http://spam.example", "www.spam.example", "a@b.be", "x" * 61, "spam.com", "a\nb"],
)
def test_what_is_no_name_is_not_repeated(name):
    assert greeted(name) == ""


def test_thanks_for_many_are_queued_in_few_queries(django_assert_max_num_queries):
    appeal = make_appeal()
    supporter = make_supporter()
    lines = [make_gift(appeal=appeal, supporter=supporter).pk for _ in range(12)]

    with django_assert_max_num_queries(3):
        thank_later(lines)

    assert ProcrastinateJob.objects.filter(task_name="send_thanks").count() == 12
