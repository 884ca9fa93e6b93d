"""Rewards: set aside, given back once, arranged when the money came; cards for the public."""

from decimal import Decimal

import pytest
from django.core import mail
from django.core.files.base import ContentFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override
from procrastinate.contrib.django.models import ProcrastinateJob

from donations.models import Pledge, Reward, RewardDelivery, RewardOption
from donations.rewards import rewards_of
from donations.services import (
    arrange_after_payment,
    mark_sent,
    release_reward,
    take_reward,
)
from donations.services.rewarding import unmet_pledges
from pages.images import EditorialImage
from tests.factories import make_delivery, make_holder, make_pledge, make_reward

pytestmark = pytest.mark.django_db

State = RewardDelivery.State


def taken() -> int:
    return Reward.objects.get().taken


def questions() -> list[dict]:
    jobs = ProcrastinateJob.objects.filter(task_name="send_reward_question").order_by("id")
    return [job.args for job in jobs]


def test_pieces_are_taken_until_none_is_left():
    reward = make_reward(stock=2)

    assert [take_reward(reward) for _ in range(3)] == [True, True, False]
    assert taken() == 2


def test_reward_without_a_limit_is_never_used_up():
    reward = make_reward(stock=None)

    assert all(take_reward(reward) for _ in range(3))


def test_database_refuses_what_would_be_oversold():
    make_reward(stock=1, taken=1)

    with pytest.raises(IntegrityError, match="reward_never_oversold"), transaction.atomic():
        Reward.objects.update(taken=2)


def test_piece_is_given_back_once():
    pledge = make_holder(make_reward(stock=1))

    assert [release_reward(pledge.pk) for _ in range(2)] == [True, False]
    assert taken() == 0


def test_piece_that_the_money_earns_is_not_given_back():
    pledge = make_holder(make_reward(), received="10.01")

    assert release_reward(pledge.pk) is False
    assert taken() == 1


def test_money_sent_back_gives_piece_and_size_back_and_ends_the_delivery():
    reward = make_reward(sizes={"M": 1})
    option = reward.options.get()
    RewardOption.objects.update(taken=1)
    delivery = make_delivery(
        reward, state=State.ARRANGED, option=option, recipient="Sam", address="A 1\n1000 B\nBE"
    )
    Pledge.objects.update(received_eur=0, status="returned")

    assert release_reward(delivery.pledge_id) is True

    delivery.refresh_from_db()
    assert delivery.state == State.DECLINED
    assert (delivery.recipient, delivery.address, delivery.option) == ("", "", None)
    assert RewardOption.objects.get().taken == 0
    assert taken() == 0


def test_what_was_sent_is_gone_also_when_the_money_goes_back():
    delivery = make_delivery(state=State.ARRANGED, way="post", recipient="Sam")
    mark_sent(delivery_ids=[delivery.pk], by=None)
    Pledge.objects.update(received_eur=0, status="returned")

    assert release_reward(delivery.pledge_id) is False
    assert taken() == 1


def test_money_begins_the_delivery_once():
    pledge = make_holder(make_reward(), received="25.00")
    without = make_pledge(appeal=pledge.appeal, received_eur="25.00")

    numbers = [arrange_after_payment([pledge.pk, without.pk]) for _ in range(2)]

    assert numbers == [1, 0]
    delivery = RewardDelivery.objects.get()
    assert delivery.pledge == pledge
    assert delivery.state == State.ASKED
    assert questions() == [{"delivery_id": delivery.pk, "is_first": True}]


@pytest.mark.parametrize(
    ("is_over", "received", "number"),
    [(True, "10.00", 0), (True, "10.01", 1), (False, "10.00", 1), (False, "9.99", 0)],
)
def test_a_part_of_the_money_counts_for_what_it_earns(is_over, received, number):
    pledge = make_holder(make_reward(is_over=is_over), received=received)

    assert arrange_after_payment([pledge.pk]) == number
    assert RewardDelivery.objects.count() == number


def test_late_money_takes_a_piece_again_where_one_is_left():
    first = make_holder(make_reward(stock=1), ended="expired", status="expired")
    release_reward(first.pk)
    Pledge.objects.update(received_eur=25, status="paid")

    assert arrange_after_payment([first.pk]) == 1
    assert taken() == 1
    assert Pledge.objects.get().holds_reward is True


def test_late_money_without_a_piece_left_is_shown_to_staff():
    reward = make_reward(stock=1)
    late = make_holder(reward, ended="expired", status="expired")
    release_reward(late.pk)
    make_holder(reward)
    Pledge.objects.filter(pk=late.pk).update(received_eur=25, status="paid")

    assert arrange_after_payment([late.pk]) == 0
    assert list(unmet_pledges()) == [late]
    assert taken() == 1


def test_nobody_is_asked_for_somebody_who_was_erased():
    pledge = make_holder(make_reward(), received="25.00", supporter=None)

    assert arrange_after_payment([pledge.pk]) == 0
    assert questions() == []


def test_match_undone_before_the_question_leaves_no_delivery():
    pledge = make_holder(make_reward(), received="25.00")
    arrange_after_payment([pledge.pk])
    Pledge.objects.update(received_eur=0, status="promised")

    arrange_after_payment([pledge.pk])

    assert not RewardDelivery.objects.exists()
    pledge.refresh_from_db()
    assert pledge.holds_reward is True


def test_question_does_not_leave_for_money_that_is_not_there(run_tasks):
    pledge = make_holder(make_reward(), received="25.00")
    arrange_after_payment([pledge.pk])
    Pledge.objects.update(received_eur=0, status="promised")

    run_tasks()

    assert mail.outbox == []


def test_many_pledges_are_arranged_in_few_queries():
    reward = make_reward()
    ids = [make_holder(reward, received="25.00").pk for _ in range(3)]

    with CaptureQueriesContext(connection) as few:
        assert arrange_after_payment(ids[:1]) == 1
    with CaptureQueriesContext(connection) as more:
        assert arrange_after_payment(ids[1:]) == 2

    assert len(more) == len(few)
    assert len(questions()) == 3


@pytest.mark.parametrize(
    ("language", "threshold", "left"),
    [
        ("en", "For gifts over €12.50", "3 left"),
        ("fr", "12,50\u00a0€", "3"),
        ("nl", "€\u00a012,50", "3"),
    ],
)
def test_card_speaks_the_reader_s_language(language, threshold, left):
    reward = make_reward(amount_eur=Decimal("12.50"), stock=5, taken=2, sizes={"S": None})

    with override(language):
        (card,) = rewards_of(reward.appeal)
        assert card.name == getattr(reward, f"name_{language}")

    assert threshold in card.threshold
    assert left in card.stock
    assert card.options == ("S",)
    assert card.picture is None


def test_cards_cost_the_same_queries_for_one_and_for_three(make_image):
    reward = make_reward()
    picture = EditorialImage(title="Shirt", description="A white shirt")
    picture.file = ContentFile(make_image(size=(900, 600)), name="shirt.jpg")
    picture.save()
    Reward.objects.update(picture=picture)
    (card,) = rewards_of(reward.appeal)
    assert card.picture.alt == "A white shirt"
    assert card.picture.width * 2 == card.picture.height * 3

    with CaptureQueriesContext(connection) as one:
        rewards_of(reward.appeal)
    for _ in range(2):
        make_reward(appeal=reward.appeal, picture=picture)
    with CaptureQueriesContext(connection) as three:
        assert len(rewards_of(reward.appeal)) == 3

    assert len(one) == len(three) == 2
