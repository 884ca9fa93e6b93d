"""A reward, from the page of an appeal to the donor's own page, in a real browser."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from donations.models import Pledge, RewardDelivery
from donations.services import arrange_after_payment
from tests.factories import make_reward

pytestmark = pytest.mark.django_db(transaction=True)


def test_reward_is_chosen_in_the_form_that_a_page_fetched_and_then_its_size(open_context):
    reward = make_reward(stock=3, sizes={"M": 2, "L": 0})
    page = open_context().new_page()

    page.goto(reward.appeal.pages.get().url)
    page.get_by_label("Amount in euros").fill("10")
    card = page.locator("label", has_text="Test T-shirt")
    expect(card.get_by_text("Your amount does not reach this.")).to_be_visible()
    page.get_by_label("Amount in euros").fill("25,00")
    expect(card.get_by_text("Your amount does not reach this.")).to_be_hidden()
    expect(page.get_by_label("No reward")).to_be_checked()
    card.click()
    page.get_by_label("Your name").fill("Sam Sample")
    page.get_by_label("Your email address").fill("sam@example.org")
    page.get_by_role("button", name="Show me how to pay").click()
    page.wait_for_url(re.compile("/donations/pledge/"))

    pledge = Pledge.objects.get()
    assert (pledge.reward, pledge.holds_reward) == (reward, True)
    Pledge.objects.update(received_eur=25, status="paid")
    arrange_after_payment([pledge.pk])
    delivery = RewardDelivery.objects.get()

    page.goto(reverse("donations:reward", args=[delivery.token]))
    expect(page.get_by_label("L (none left)")).to_be_disabled()
    page.get_by_label("M", exact=True).check()
    page.get_by_label("Send it to me by post").check()
    page.get_by_role("button", name="Keep my choice").click()
    expect(page.get_by_role("alert")).to_contain_text("Type the street and the number.")
    page.get_by_label("Street and number").fill("Rue Haute 12")
    page.get_by_label("Postcode").fill("1000")
    page.get_by_label("Town").fill("Brussels")
    page.get_by_role("button", name="Keep my choice").click()

    expect(page.get_by_role("heading", name="We have noted your choice")).to_be_visible()
    delivery.refresh_from_db()
    assert delivery.state == RewardDelivery.State.ARRANGED
    assert (delivery.option.name_en, delivery.recipient) == ("M", "Sam Sample")
