"""Making and taking back pledges."""

import uuid
from decimal import Decimal

import pytest
from django.db import transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from campaign_site.idempotency import KeyReused
from donations.models import Pledge, Reward
from donations.services import PledgeError, RewardRefused, cancel_pledge, create_pledge
from supporters.models import Supporter
from tests.factories import (
    in_days,
    make_account,
    make_appeal,
    make_holder,
    make_pledge,
    make_reward,
)

pytestmark = pytest.mark.django_db


def pledge_to(appeal, **changes) -> Pledge:
    fields = {
        "name": "Sam Sample",
        "email": "sam@example.org",
        "amount_eur": Decimal("25.00"),
        "language": "nl",
        "form_key": uuid.uuid4(),
        "form_digest": "a" * 64,
    }
    return create_pledge(appeal=appeal, **{**fields, **changes})


def mail_jobs() -> list[dict]:
    jobs = ProcrastinateJob.objects.filter(task_name="send_pledge_instructions")
    return [job.args for job in jobs.order_by("id")]


def test_pledge_is_recorded_and_its_mail_queued():
    pledge = pledge_to(make_appeal())

    stored = Pledge.objects.get()
    assert stored == pledge
    assert stored.amount_eur == Decimal("25.00")
    assert stored.name == "Sam Sample"
    assert stored.language == "nl"
    assert stored.status == Pledge.Status.PROMISED
    assert stored.supporter.email == "sam@example.org"
    assert (stored.created_hour.minute, stored.created_hour.second) == (0, 0)
    assert mail_jobs() == [{"pledge_id": pledge.pk}]


def test_each_pledge_has_a_number_of_its_own():
    appeal = make_appeal()

    numbers = [pledge_to(appeal).reference_number for _ in range(3)]

    assert len(set(numbers)) == 3
    assert min(numbers) >= 1_000_001


def test_number_of_a_lost_pledge_is_not_given_again():
    appeal = make_appeal()
    try:
        with transaction.atomic():
            lost = pledge_to(appeal)
            raise RuntimeError
    except RuntimeError:
        pass

    assert pledge_to(appeal).reference_number > lost.reference_number
    assert Pledge.objects.count() == 1
    assert len(mail_jobs()) == 1


def test_one_person_may_pledge_twice():
    appeal = make_appeal()

    pledge_to(appeal)
    pledge_to(appeal)

    assert Pledge.objects.count() == 2
    assert Supporter.objects.count() == 1


def test_same_key_gives_the_first_pledge_also_after_closing():
    appeal, key = make_appeal(), uuid.uuid4()
    first = pledge_to(appeal, form_key=key)
    appeal.closes_on = in_days(-1)
    appeal.save()

    assert pledge_to(appeal, form_key=key) == first
    assert Pledge.objects.count() == 1
    assert len(mail_jobs()) == 1


def test_same_key_with_other_content_is_refused():
    appeal, key = make_appeal(), uuid.uuid4()
    pledge_to(appeal, form_key=key)

    with pytest.raises(KeyReused):
        pledge_to(appeal, form_key=key, form_digest="b" * 64)

    assert Pledge.objects.count() == 1


@pytest.mark.parametrize("days", [{"closes_on": -1}, {"opens_on": 1}])
def test_appeal_that_is_not_open_takes_nothing(days):
    appeal = make_appeal(**{name: in_days(number) for name, number in days.items()})

    with pytest.raises(PledgeError):
        pledge_to(appeal)

    assert not Pledge.objects.exists()
    assert not Supporter.objects.exists()
    assert mail_jobs() == []


@pytest.mark.parametrize("amount", ["0.99", "10000.01", "-25.00"])
def test_amount_out_of_range_takes_nothing(amount):
    with pytest.raises(PledgeError):
        pledge_to(make_appeal(), amount_eur=Decimal(amount))

    assert not Pledge.objects.exists()


def test_cancelling_counts_once():
    pledge = make_pledge()

    assert cancel_pledge(pledge=pledge) is True
    assert cancel_pledge(pledge=pledge) is False

    pledge.refresh_from_db()
    assert pledge.status == Pledge.Status.CANCELLED


def test_pledge_keeps_what_its_donor_was_shown():
    appeal = make_appeal()

    pledge = pledge_to(appeal)

    assert pledge.account == appeal.account
    assert pledge.shown_iban == appeal.account.iban
    assert pledge.shown_payee_name == appeal.account.payee_name
    assert pledge.expires_on == in_days(60)
    assert pledge.frequency == "once"
    assert pledge.reward is None
    assert pledge.holds_reward is False


def test_monthly_pledge_does_not_expire():
    assert pledge_to(make_appeal(), frequency="monthly").expires_on is None


def test_reward_and_purpose_are_kept_and_one_piece_is_set_aside():
    reward = make_reward(stock=2)
    names = {f"name_{code}": "Gaza" for code in ("en", "fr", "nl")}
    earmark = reward.appeal.earmarks.create(**names)

    pledge = pledge_to(reward.appeal, reward=reward, earmark=earmark)

    reward.refresh_from_db()
    assert (pledge.reward, pledge.holds_reward, pledge.earmark) == (reward, True, earmark)
    assert reward.taken == 1


def test_last_reward_is_refused_and_nothing_of_the_pledge_stays():
    reward = make_reward(stock=1, taken=1)

    with pytest.raises(RewardRefused, match="The last one went a moment ago"):
        pledge_to(reward.appeal, reward=reward)

    assert not Pledge.objects.exists()
    assert not Supporter.objects.exists()
    assert mail_jobs() == []


def test_form_sent_again_keeps_its_reward_after_the_last_one_went():
    reward, key = make_reward(stock=1), uuid.uuid4()
    first = pledge_to(reward.appeal, reward=reward, form_key=key)

    assert pledge_to(reward.appeal, reward=reward, form_key=key) == first
    assert Reward.objects.get().taken == 1


@pytest.mark.parametrize("changes", [{"amount_eur": Decimal("10.00")}, {"reward_offered": False}])
def test_reward_out_of_reach_or_out_of_the_offer_takes_nothing(changes):
    reward = make_reward(is_offered=changes.pop("reward_offered", True))

    with pytest.raises(RewardRefused):
        pledge_to(reward.appeal, reward=reward, **changes)

    assert Reward.objects.get().taken == 0
    assert not Pledge.objects.exists()


def test_reward_and_purpose_of_another_appeal_take_nothing():
    reward = make_reward()
    names = {f"name_{code}": "Gaza" for code in ("en", "fr", "nl")}
    earmark = reward.appeal.earmarks.create(**names)
    other = make_appeal(slug="other", account=make_account(label="Other", iban="BE17523081387321"))

    for choice in ({"reward": reward}, {"earmark": earmark}):
        with pytest.raises(PledgeError):
            pledge_to(other, **choice)

    assert Reward.objects.get().taken == 0
    assert not Pledge.objects.exists()


def test_taking_a_promise_back_frees_its_reward_once():
    reward = make_reward(stock=1)
    pledge = make_holder(reward)

    assert cancel_pledge(pledge=pledge) is True
    assert cancel_pledge(pledge=pledge) is False

    pledge.refresh_from_db()
    assert pledge.holds_reward is False
    assert Reward.objects.get().taken == 0


def test_taking_the_rest_of_a_promise_back_leaves_a_reward_that_is_earned():
    pledge = make_holder(make_reward(), received="20.00", amount_eur="50.00", status="part_paid")

    assert cancel_pledge(pledge=pledge) is True

    pledge.refresh_from_db()
    assert pledge.holds_reward is True
    assert Reward.objects.get().taken == 1
