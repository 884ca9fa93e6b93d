"""What "My solidarity" tells of gifts and of their rewards."""

import pytest
from django.utils.translation import override

from donations.models import Pledge
from supporters.holdings import held_items
from tests.donations.gifts import make_gift
from tests.factories import make_delivery, make_holder, make_pledge, make_reward

pytestmark = pytest.mark.django_db


def told(supporter, language: str = "en") -> list[tuple[str, str]]:
    with override(language):
        return [(item.title, item.state) for item in held_items(supporter)]


def test_promise_tells_what_has_arrived():
    pledge = make_pledge()
    assert told(pledge.supporter) == [("Test appeal", "You promised €25.")]

    make_gift(pledge=pledge, amount="10", circumstance="part")

    assert told(pledge.supporter) == [
        ("Test appeal", "You promised €25, and €10 has arrived."),
    ]


def test_reward_has_its_page_until_it_has_arrived():
    holder = make_holder(make_reward(), received="25.00")
    delivery = make_delivery(pledge=holder)
    with override("fr"):
        reward = held_items(holder.supporter)[-1]

    assert reward.state == "Votre cadeau attend que vous disiez où l’envoyer."
    assert delivery.token in reward.url
    delivery.state, delivery.ended_on = "arrived", holder.created_hour.date()
    delivery.save()
    assert len(told(holder.supporter)) == 1
    assert Pledge.objects.get().received_eur == 25
