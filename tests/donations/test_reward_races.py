"""Many people after few rewards, at once: real posts to a real server, and two jobs together."""

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.db.models import F
from procrastinate.contrib.django.models import ProcrastinateJob

from campaign_site.forms import new_form_key
from donations.models import Pledge, Reward, RewardDelivery, RewardOption
from donations.services import choose_delivery, release_reward, rewarding
from donations.services.errors import DonationError
from supporters.models import Supporter
from tests.events.test_races import post_all
from tests.factories import make_delivery, make_holder, make_reward

pytestmark = pytest.mark.django_db(transaction=True)

STOCK = 5
DONORS = 40
PATH = "/en/donations/test-appeal/"


def filled(number: int, reward: Reward) -> dict[str, str]:
    return {
        "form_key": new_form_key("pledge:test-appeal"),
        "amount_eur": "25",
        "name": f"Donor {number}",
        "email": f"donor{number}@example.org",
        "website": "",
        "reward": str(reward.pk),
    }


def crowd(reward: Reward) -> list[tuple[str, dict[str, str]]]:
    return [(PATH, filled(number, reward)) for number in range(DONORS)]


def together(count: int, act) -> list:
    """Run ``act(number)`` in ``count`` threads at one moment, each on a connection of its own."""
    barrier = Barrier(count)

    def run(number: int):
        barrier.wait()
        try:
            return act(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_forty_donors_after_five_rewards(live_server):
    reward = make_reward(stock=STOCK)

    answers = post_all(live_server, crowd(reward))

    assert Counter(status for status, _, _ in answers) == {302: STOCK, 200: DONORS - STOCK}
    refused = [page for status, _, page in answers if status == 200]
    assert all(
        "The last one went a moment ago." in page or "None of these is left." in page
        for page in refused
    )
    # What they typed is still there.
    assert all(re.search(r'value="donor\d+@example\.org"', page) for page in refused)
    assert Reward.objects.get().taken == STOCK
    assert Pledge.objects.filter(holds_reward=True).count() == STOCK
    assert Pledge.objects.count() == Supporter.objects.count() == STOCK
    jobs = ProcrastinateJob.objects.filter(task_name="send_pledge_instructions")
    assert jobs.count() == STOCK


def test_without_the_condition_the_same_crowd_oversells(live_server, monkeypatch):
    """The control of the test above: read, then write, and no constraint in the database."""

    def take_unguarded(reward: Reward) -> bool:
        seen = Reward.objects.get(pk=reward.pk)
        if seen.taken >= seen.stock:
            return False
        Reward.objects.filter(pk=reward.pk).update(taken=seen.taken + 1)
        return True

    reward = make_reward(stock=STOCK)
    # This database is thrown away after the test, and the next one gets its constraint back.
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE donations_reward DROP CONSTRAINT reward_never_oversold")
    monkeypatch.setattr(rewarding, "take_reward", take_unguarded)

    post_all(live_server, crowd(reward))

    assert Pledge.objects.filter(holds_reward=True).count() > STOCK


def test_piece_is_given_back_once_by_jobs_that_run_together():
    pledge = make_holder(make_reward(stock=STOCK))

    answers = together(8, lambda _number: release_reward(pledge.pk))

    assert sorted(answers) == [False] * 7 + [True]
    assert Reward.objects.get().taken == 0


def test_without_the_lock_jobs_that_run_together_give_back_more():
    """The control: each looks first, and all have looked before any writes."""
    make_holder(make_reward(stock=20, taken=19))
    looked = Barrier(8, timeout=20)

    def release_unlocked(_number: int) -> bool:
        pledge = Pledge.objects.get()
        looked.wait()
        if not pledge.holds_reward:
            return False
        Pledge.objects.update(holds_reward=False)
        Reward.objects.update(taken=F("taken") - 1)
        return True

    together(8, release_unlocked)

    assert Reward.objects.get().taken < 19


def test_last_size_goes_to_one_of_many():
    reward = make_reward(sizes={"M": 1})
    option = reward.options.get()
    deliveries = [make_delivery(reward) for _ in range(8)]

    def choose(number: int) -> bool:
        try:
            choose_delivery(delivery=deliveries[number], option=option, way="pick_up")
        except DonationError:
            return False
        return True

    answers = together(len(deliveries), choose)

    assert sorted(answers) == [False] * 7 + [True]
    assert RewardOption.objects.get().taken == 1
    assert RewardDelivery.objects.filter(option=option, state="arranged").count() == 1


def test_donors_who_swap_sizes_do_not_wait_for_each_other_for_ever():
    reward = make_reward(sizes={"M": 10, "L": 10})
    medium, large = reward.options.all()
    deliveries = [make_delivery(reward) for _ in range(8)]
    for number, delivery in enumerate(deliveries):
        option = medium if number % 2 else large
        choose_delivery(delivery=delivery, option=option, way="pick_up")

    def swap(number: int) -> bool:
        option = large if number % 2 else medium
        choose_delivery(delivery=deliveries[number], option=option, way="pick_up")
        return True

    assert all(together(len(deliveries), swap))
    assert [option.taken for option in reward.options.all()] == [4, 4]
